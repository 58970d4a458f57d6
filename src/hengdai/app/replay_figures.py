"""What a replay counts: nested names and whole numbers, which add up over loans, chunks and processes.

Figures are canonical JSON values, so that the answer of a chunk keeps them and a resumed replay sums the same.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from hengdai.app.replay_life import Life
from hengdai.base.reason import Problem
from hengdai.loan.events import Paid
from hengdai.loan.loan import Loan
from hengdai.loan.standing import Bucket, standing
from hengdai.loan.state import Kind, State

Figures = dict[str, Any]
ROWS = ("turned_rows", "left_out_rows")
"""Figures that are lists; all others are whole numbers or mappings of them."""


def merged(one: Figures, other: Mapping[str, Any]) -> Figures:
    """`one` with `other` added to it, name by name; lists are joined."""
    for name, value in other.items():
        if isinstance(value, Mapping):
            one[name] = merged(dict(one.get(name, {})), value)
        elif isinstance(value, list | tuple):
            one[name] = [*one.get(name, []), *value]
        else:
            one[name] = one.get(name, 0) + value
    return one


def of_life(life: Life, claims: Iterable[tuple[str, int]]) -> Figures:
    """The figures of one loan that was replayed to the last day of its book."""
    figures = of_turned(life) | {"applications": 1}
    if life.record is None:
        return figures | {"unjudged": 1}
    loan, last_day = life.loan, life.setting.last_day
    kinds = {event.fact.kind for event in loan.events}
    figures |= {
        "states": {loan.state.value: 1},
        "steps": {kind.value: 1 for kind in sorted(kinds)},
        "events": len(loan.events),
        "entries": len(life.entries),
        "judgements": len(life.judgements),
        "loan_days": _loan_days(loan, last_day),
        "money": _money(loan),
        "tape": {figure: _claimed(loan, figure, stated) for figure, stated in claims},
    }
    if loan.state is State.REFUSED:
        rules = life.judgements[0].stopping
        figures |= {"refused_by": dict.fromkeys(rules, 1)}
    if loan.state is State.ACTIVE:
        bucket = standing(loan, last_day).bucket
        figures |= {"arrears": {bucket.value: {"loans": 1, "outstanding": loan.outstanding}}}
    return figures


def of_turned(life: Life) -> Figures:
    """The steps that were refused, counted by kind and code, and each of them as a row."""
    if not life.turned:
        return {}
    counted: dict[str, int] = {}
    for turned in life.turned:
        name = f"{turned.kind} {turned.code}"
        counted[name] = counted.get(name, 0) + 1
    loan = life.row["loan"]
    rows = [[loan, turned.seq, turned.kind, turned.day.isoformat(), turned.code, turned.text] for turned in life.turned]
    return {"turned": counted, "turned_rows": rows}


def left_out(loan: str, row: int, problems: Iterable[Problem]) -> Figures:
    """A loan whose terms cannot be put together; each problem as a row (table, row, column, loan, found, zh, en)."""
    rows = [["loans", row, p.where, loan, p.found, p.expected.zh, p.expected.en] for p in problems]
    return {"left_out": 1, "left_out_rows": rows}


def _loan_days(loan: Loan, last_day: date) -> int:
    """Days on which money was out."""
    if loan.started_on is None:
        return 0
    return (min(loan.closed_on or last_day, last_day) - loan.started_on).days


def _money(loan: Loan) -> dict[str, int]:
    totals = loan.totals
    return {
        "disbursed": totals.disbursed,
        "outstanding": totals.outstanding,
        "principal": totals.repaid,
        "interest": totals.interest_paid,
        "fees": sum(totals.fees),
        "penalty": totals.penalty_paid,
        "prepayment_fees": totals.prepayment_fee_paid,
        "written_off": totals.written_off,
        "recovered": totals.recovered,
        "surplus": totals.surplus,
    }


def _claimed(loan: Loan, figure: str, stated: int) -> dict[str, int]:
    """What the source states of a figure beside what was recomputed; `apart` is the absolute difference."""
    found = _recomputed(loan, figure)
    return {
        "loans": 1,
        "stated": stated,
        "recomputed": found,
        "apart": abs(stated - found),
        "equal": int(stated == found),
    }


def _recomputed(loan: Loan, figure: str) -> int:
    totals = loan.totals
    if figure == "last_payment":
        paid = [event.fact.amount for event in loan.events if isinstance(event.fact, Paid)]
        return paid[-1] if paid else 0
    charged = totals.interest_paid + sum(totals.fees) + totals.penalty_paid + totals.prepayment_fee_paid
    return {
        "paid": totals.repaid + charged + totals.recovered + totals.surplus,
        "principal": totals.repaid,
        "interest": totals.interest_paid,
        "penalty": totals.penalty_paid,
        "recovered": totals.recovered,
    }.get(figure, 0)


def ordered(figures: Figures) -> Figures:
    """The figures with every name that a summary promises, zero where nothing happened, in one order."""
    steps = {kind.value: figures.get("steps", {}).get(kind.value, 0) for kind in Kind}
    states = {
        state.value: figures.get("states", {}).get(state.value, 0) for state in State if state is not State.APPLIED
    }
    nothing = {"loans": 0, "outstanding": 0}
    arrears = {bucket.value: figures.get("arrears", {}).get(bucket.value, nothing) for bucket in Bucket}
    counts = ("applications", "left_out", "unjudged", "events", "entries", "judgements", "loan_days")
    return {
        **{name: figures.get(name, 0) for name in counts},
        "steps": steps,
        "states": states,
        "arrears": arrears,
        "refused_by": dict(sorted(figures.get("refused_by", {}).items())),
        "turned": dict(sorted(figures.get("turned", {}).items())),
        "money": figures.get("money", dict.fromkeys(_MONEY, 0)),
        "tape": dict(sorted(figures.get("tape", {}).items())),
        "turned_rows": figures.get("turned_rows", []),
        "left_out_rows": figures.get("left_out_rows", []),
    }


_MONEY = (
    "disbursed", "outstanding", "principal", "interest", "fees", "penalty", "prepayment_fees", "written_off",
    "recovered", "surplus",
)  # fmt: skip
