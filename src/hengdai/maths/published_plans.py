"""Published schedules, computed by each record's own convention and compared row by row."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from hengdai.base.rounding import Rounding
from hengdai.maths import foreign_plans as plans
from hengdai.maths.foreign_events import replay
from hengdai.maths.foreign_inputs import due_dates, number, period_costs
from hengdai.maths.foreign_plans import METHODS, Foreign, Plan
from hengdai.maths.published_rates import annual_rate
from hengdai.maths.schedule import ScheduleTerms
from hengdai.maths.verdicts import Differs, Record, Refused

_FINE = 12
"""Decimals that stand for "not rounded"."""


def judge_plan(record: Record) -> None:
    """Raise :class:`Differs` when a schedule, its dates or its rate come out otherwise than published."""
    kinds: Mapping[str, Callable[[Record], None]] = {
        "initial_schedule": _judge_rows,
        "multi_disbursement": _judge_rows,
        "schedule_after_events": _judge_events,
        "due_dates_only": _judge_dates,
        "apr": _judge_rate,
        "apr_effective": _judge_rate,
    }
    if record["kind"] not in kinds:
        raise Refused(f"kind {record['kind']}: 未收录的类别 / a kind of record that is not on our list")
    kinds[record["kind"]](record)


def _judge_rate(record: Record) -> None:
    """A yearly rate in percent, to the digits printed or within the tolerance named."""
    found, printed = annual_rate(record["inputs"], record["kind"]) * 100, str(record["expected"]["apr_pct"])
    digits = len(printed.partition(".")[2])
    tolerance = number(record["expected"].get("tolerance_pct_points", 0)) or Fraction(1, 2 * 10**digits)
    if abs(found - Fraction(printed)) > tolerance:
        raise Differs(f"computed {float(found):.8g} %, published {printed} %")


def _judge_dates(record: Record) -> None:
    wanted = [date.fromisoformat(day) for day in record["expected"]["due_dates"]]
    found = due_dates(record["inputs"], len(wanted))
    if list(found) != wanted:
        raise Differs(f"computed {[str(day) for day in found]}, published {[str(day) for day in wanted]}")


def _judge_rows(record: Record) -> None:
    loan, plan = plan_of(record)
    _compare(record["expected"], loan, plan)


def _judge_events(record: Record) -> None:
    """What payments did to a daily-interest loan, event by event."""
    if "daily_rate_pct" not in record["inputs"]:
        raise Refused(
            "逾期、改期或提前结清后按日重算计划: 本系统逾期本金计罚息, 还款计划不变 / "
            "a plan recalculated day by day after arrears, a moved date or a pay-off: "
            "here overdue principal bears penalty interest and the plan stands"
        )
    for found, wanted in zip(replay(record["inputs"]), record["expected"]["rows"], strict=True):
        for key, value in wanted.items():
            if value is not None and key in found and not _cell_is(found[key], str(value)):
                raise Differs(f"{wanted['date']} {key}: computed {found[key]}, published {value}")


def _cell_is(found: object, printed: str) -> bool:
    """Whether a figure is the printed one, to the digits printed; dates and words as they stand."""
    if not isinstance(found, Fraction):
        return found == printed
    return Rounding.HALF_UP.one(found * 10 ** len(printed.partition(".")[2])) == int(printed.replace(".", ""))


def plan_of(record: Record) -> tuple[Foreign, Plan]:
    """The record's loan and its rows by the method it names."""
    inputs = record["inputs"]
    method, _, down = str(inputs["method"]).partition(" with ")
    if method not in METHODS:
        raise Refused(f"method {method}: 未收录的还款方式 / a method of repayment that is not on our list")
    loan = _loan(inputs, method, str(record.get("convention", "")))
    plan = METHODS[method][2]
    if method == "declining equal instalment" and loan.rounding_type == "Approximate":
        plan = plans.solved_each_period
    if method == "declining equal principal" and "remaining count" in str(record.get("convention")):
        plan = plans.divided_each_period
    if method.startswith("flat"):
        base, rate = loan.terms.principal, loan.factors[-1]
        plan = lambda rest: plans.flat(rest, base, rate)  # noqa: E731
    if len(loan.draws) > 1:
        plan = plans.with_draws
    if down:
        return loan, plans.after_down_payment(loan, number(inputs["down_payment_pct"]) / 100, plan)
    return loan, plan(loan)


def _loan(inputs: Record, method: str, convention: str) -> Foreign:
    """The inputs as a loan; the record's rounding where it names one, the method's usual one where it does not."""
    rounding = inputs.get("rounding", {})
    decimals = int(rounding.get("decimals", _FINE if "not rounded" in str(rounding.get("interest")) else 2))
    unit = 10**decimals
    count = int(inputs.get("number_of_repayments", 1200 if "fixed_instalment" in inputs else 1))
    bounds = _bounds(inputs, count)
    ours, usual, _ = METHODS[method]
    principal = int(number(inputs["principal"]) * unit)
    fixed = _fixed(inputs, principal, unit)
    terms = ScheduleTerms(
        principal, 0, ours, count, bounds[0],
        rounding=Rounding.CEILING if "emi" in rounding else _rounding(rounding, usual),
        multiple=_multiple(rounding, unit),
        interest_multiple=int(rounding.get("currency_multiple") or 1),
        grace_principal=int(inputs.get("grace_on_principal", 0)),
        instalment=fixed,
    )  # fmt: skip
    shares = re.search(r"fixed shares ([\d.,]+)%", convention)
    return Foreign(
        terms,
        bounds,
        (Fraction(0),) * count
        if method == "zero interest"
        else period_costs(inputs, bounds, plain=method.startswith(("flat", "declining equal instalment"))),
        decimals,
        tuple(
            (date.fromisoformat(d["date"]), int(number(d["amount"]) * unit)) for d in inputs.get("disbursements", [])
        ),
        tuple(Fraction(share) / 100 for share in shares[1].split(",")) if shares else (),
        str(rounding.get("type", "")),
        "period_from_dates" in inputs,
    )


def _bounds(inputs: Record, count: int) -> tuple[date, ...]:
    """The start and the due dates, without the day of a down payment."""
    start = date.fromisoformat(str(inputs.get("disbursement_date", "2001-01-01")))
    begun = [date.fromisoformat(day) for day in inputs.get("period_from_dates", [])]
    dues = due_dates(inputs, count)
    return (min([start, *begun]), *(dues[1:] if "down_payment_pct" in inputs else dues))


def _fixed(inputs: Record, principal: int, unit: int) -> int | None:
    """A part that is given and not solved: the instalment, or a percentage of the principal."""
    if "fixed_instalment" in inputs:
        return int(number(inputs["fixed_instalment"]) * unit)
    if "fixed_principal_pct" in inputs:
        return int(principal * number(inputs["fixed_principal_pct"]) / 100)
    return None


def _rounding(given: Record, usual: Rounding | None) -> Rounding:
    names = {"FLOOR": Rounding.FLOOR, "HALF_AWAY": Rounding.HALF_UP, **{each.name: each for each in Rounding}}
    named = given.get("mode") or given.get("interest")
    return names.get(str(named), usual or Rounding.HALF_EVEN)


def _multiple(given: Record, unit: int) -> int:
    """What the instalment is rounded to, in units of the last decimal."""
    if "CEILING to whole currency" in str(given.get("emi")):
        return unit
    if given.get("instalment_multiple"):
        return int(Fraction(given["instalment_multiple"]) * unit)
    return int(given.get("currency_multiple") or 1)


_COLUMNS: Mapping[str, Callable[[Any], int]] = {
    "principal": lambda row: row.principal,
    "interest": lambda row: row.interest,
    "total": lambda row: row.total,
    "outstanding_after": lambda row: row.closing,
    "outstanding_before": lambda row: row.opening,
}


def _compare(expected: Record, loan: Foreign, plan: Plan) -> None:
    """Raise :class:`Differs` at the first figure that is not the published one."""
    unit = 10**loan.decimals
    whole = bool(expected.get("rows_rounded_to_0dp"))
    by_number = {row.number: row for row in plan.rows}
    for wanted in expected.get("rows", []):
        row = by_number[int(wanted["n"])]
        for key, of in _COLUMNS.items():
            if key in wanted:
                _same(f"row {row.number} {key}", Fraction(of(row), unit), wanted[key], whole=whole)
        if _is_date(wanted.get("due_date")) and str(row.due) != wanted["due_date"]:
            raise Differs(f"row {row.number}: due {row.due}, published {wanted['due_date']}")
    interest = Fraction(sum(row.interest for row in plan.rows), unit)
    totals = {
        "emi": Fraction(plan.level, unit),
        "final_payment": Fraction(plan.rows[-1].total, unit),
        "number_of_rows": Fraction(len(plan.rows)),
        "total_interest": interest,
        "total_interest_rounded_0dp": interest,
        "total_payment_rounded_0dp": interest + Fraction(loan.terms.principal, unit),
    }
    for name, found in totals.items():
        if name in expected:
            _same(name, found, expected[name], whole=name.endswith("0dp"))


def _is_date(text: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(text)))


def _same(name: str, found: Fraction, wanted: Any, *, whole: bool) -> None:
    shown = Fraction(Rounding.HALF_UP.one(found)) if whole else found
    if shown != Fraction(str(wanted)):
        raise Differs(f"{name}: computed {float(shown):.6f}, published {wanted}")
