"""A plan to run off old loans above the line: for each the cheapest lawful remedy, and the months until none is left.

Four remedies bring a loan to the cap or end it. The price of each is the money that the lender gives up against going
on:

- *fee waiver*: the monthly fees still to come are dropped from a month on, and what they do not cover is given back;
- *rate cut*: the instalments still to come are lowered by one amount, the same each month;
- *refund*: one sum is given back;
- *early settlement*: the borrower is let out at once, and pays what makes the whole loan cost the cap.

All bring the cost to the cap or below it. Money given back early weighs more than money not asked later, so a refund
is often the cheapest; a lender that may not or cannot pay out names the remedies that it can use. Equal prices go by
the order above.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

import numpy as np
import polars as pl

from hengdai.audit.batch import Audited, periods_passed
from hengdai.audit.plan import whole
from hengdai.audit.price import EACH
from hengdai.audit.refund import Compounding, period_growth, refund
from hengdai.base.text import Text


class Remedy(StrEnum):
    """How a loan above the line is mended."""

    FEE_WAIVER = "fee_waiver"
    RATE_CUT = "rate_cut"
    REFUND = "refund"
    SETTLEMENT = "settlement"


NAMES = {
    Remedy.FEE_WAIVER: Text("免除以后各期费用", "waive the fees still to come"),
    Remedy.RATE_CUT: Text("降低以后各期应还", "lower the instalments still to come"),
    Remedy.REFUND: Text("一次退还", "one refund"),
    Remedy.SETTLEMENT: Text("提前结清", "early settlement"),
}


@dataclass(frozen=True, slots=True)
class Old:
    """A loan above the line: its flows as charged, its cap, periods passed, and the fee of each period.

    Flows are a month apart, or `days` days.
    """

    loan_id: str
    flows: tuple[int, ...]
    cap_e8: int
    passed: int
    fee_each: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The remedy of one loan: what it costs the lender, and the flows after it."""

    loan_id: str
    remedy: Remedy
    price: int
    monthly: int
    """What each period to come is lowered by (fee waiver, rate cut), or paid at once (refund, settlement)."""
    flows: tuple[int, ...]
    prices: Mapping[Remedy, int]
    """The price of every remedy that this loan has, the chosen one included."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the plan: loans mended in it, what that costs, and how many are still above the line after it."""

    number: int
    mended: int
    price: int
    left: int


def step_of(
    old: Old, allowed: Collection[Remedy] = tuple(Remedy), compounding: Compounding = Compounding.SIMPLE
) -> Step | None:
    """The cheapest remedy of a loan among those allowed; None when it is not above the cap.

    A loan that none of them can mend (no instalment is left to lower) is mended by a refund whatever is allowed.
    """
    back = refund(old.flows, old.cap_e8, old.passed, compounding, old.days)
    if back == 0:
        return None
    made = (_waiver(old, compounding), _cut(old, compounding), _refund(old, back), _settlement(old, compounding))
    options = [option for option in made if option is not None]
    usable = [option for option in options if option.remedy in allowed]
    best = min(usable or [_refund(old, back)], key=lambda each: (each.price, list(Remedy).index(each.remedy)))
    return replace(best, prices={option.remedy: option.price for option in options})


def plan(steps: Sequence[Step], months: int) -> list[Month]:
    """Mend the loans in `months` months, as many each month, earlier ones rounded up, the dearest loans first.

    Whoever waits pays on above the line, so the dearest are mended first. No months or fewer raise `ValueError`.
    """
    if months < 1:
        raise ValueError(f"月数须至少为 1 / at least one month expected, found {months}")
    ordered = sorted(steps, key=lambda step: (-step.price, step.loan_id))
    told, begin = [], 0
    for number in range(1, months + 1):
        end = -(-len(ordered) * number // months)
        told.append(Month(number, end - begin, sum(s.price for s in ordered[begin:end]), len(ordered) - end))
        begin = end
    return told


def old_loans(audited: Audited, on: date) -> list[Old]:
    """The loans of a batch above their cap on the day the plan begins, where the tape gives no day of its own."""
    over = audited.findings["over_simple_e8"].fill_null(0).to_numpy()
    dated = audited.loans.with_columns(pl.col("as_of").fill_null(on))
    passed = periods_passed(dated, audited.plans)
    fees = sum((whole(audited.loans, name) for name in EACH), start=np.zeros(audited.loans.height, np.int64))
    ids = audited.findings["loan_id"]
    return [
        Old(
            ids[int(at)], tuple(audited.prices.flows.of(int(at))), int(audited.weighed.cap_simple[at]),
            int(passed[at]), int(fees[at]), int(audited.prices.flows.days[at]),
        )
        for at in np.flatnonzero(over > 0)
    ]  # fmt: skip


def _refund(old: Old, back: int) -> Step:
    flows = list(old.flows)
    flows[old.passed] += back
    return Step(old.loan_id, Remedy.REFUND, back, back, tuple(flows), {})


def _cut(old: Old, compounding: Compounding) -> Step | None:
    """The same amount off every instalment to come; None when none is left or it would turn them negative."""
    growth = period_growth(old.cap_e8, compounding, old.days)
    left = len(old.flows) - 1 - old.passed
    if left < 1:
        return None
    weight = sum((growth**-k for k in range(1, left + 1)), Fraction(0))
    exact = _due_back(old, compounding) / weight
    each = -(-exact.numerator // exact.denominator)
    if each > min(-flow for flow in old.flows[old.passed + 1 :]):
        return None
    return Step(old.loan_id, Remedy.RATE_CUT, each * left, each, _lowered(old, each), {})


def _waiver(old: Old, compounding: Compounding) -> Step | None:
    """All fees to come dropped, and what they do not cover given back now; None when there are no fees to come."""
    left = len(old.flows) - 1 - old.passed
    if not old.fee_each or left < 1:
        return None
    flows = _lowered(old, old.fee_each)
    rest = refund(flows, old.cap_e8, old.passed, compounding, old.days)
    given = list(flows)
    given[old.passed] += rest
    return Step(old.loan_id, Remedy.FEE_WAIVER, old.fee_each * left + rest, old.fee_each, tuple(given), {})


def _settlement(old: Old, compounding: Compounding) -> Step | None:
    """The sum that, paid now, ends the loan at the cap; its price is the interest to come that is no longer earned."""
    left = len(old.flows) - 1 - old.passed
    if left < 1 or old.passed < 1:
        return None
    growth = period_growth(old.cap_e8, compounding, old.days)
    owed = sum((flow * growth ** (old.passed - k) for k, flow in enumerate(old.flows[: old.passed + 1])), Fraction(0))
    pays = owed.numerator // owed.denominator
    if pays < 0:
        return None  # more than the cap allows is paid already: only giving back mends that
    flows = (*old.flows[: old.passed], old.flows[old.passed] - pays)
    price = -sum(old.flows[old.passed + 1 :]) - pays
    return Step(old.loan_id, Remedy.SETTLEMENT, price, pays, flows, {})


def _due_back(old: Old, compounding: Compounding) -> Fraction:
    """What was and will be paid too much, valued in the month that has passed."""
    growth = period_growth(old.cap_e8, compounding, old.days)
    return -sum((flow * growth ** (old.passed - k) for k, flow in enumerate(old.flows)), Fraction(0))


def _lowered(old: Old, each: int) -> tuple[int, ...]:
    return (*old.flows[: old.passed + 1], *(flow + each for flow in old.flows[old.passed + 1 :]))
