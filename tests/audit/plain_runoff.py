"""The remedies of a loan with fractions, each worked out in full: the plain twin of :mod:`hengdai.audit.runoff`."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hengdai.audit.refund import Compounding, period_growth, refund
from hengdai.audit.runoff import Old, Remedy, Step
from hengdai.audit.timetable import Month, Planned


def step_of(
    old: Old, allowed: Collection[Remedy] = tuple(Remedy), compounding: Compounding = Compounding.SIMPLE
) -> Step | None:
    """The cheapest remedy of a loan among those allowed; None when it is not above the cap.

    A loan that none of them can mend (no instalment is left to lower) is mended by a refund whatever is allowed.
    """
    if refund(old.flows, old.cap_e8, old.passed, compounding, old.days) == 0:
        return None
    given_back = _refund(old, compounding)
    made = (_run_out(old), _waiver(old, compounding), _cut(old, compounding), given_back, _settlement(old, compounding))
    options = [option for option in made if option is not None]
    usable = [option for option in options if option.remedy in allowed]
    best = min(usable or [given_back], key=lambda each: (each.price, list(Remedy).index(each.remedy)))
    return replace(best, prices={option.remedy: option.price for option in options}, passed=old.passed)


def _run_out(old: Old) -> Step | None:
    return Step(old.loan_id, Remedy.RUN_OUT, 0, 0, old.flows, {}) if old.may_run_out else None


def _refund(old: Old, compounding: Compounding) -> Step:
    flows = _lowered(old, old.forbidden_each)
    back = refund(flows, old.cap_e8, old.passed, compounding, old.days)
    return Step(old.loan_id, Remedy.REFUND, _given(old, flows) + back, back, _back(old, flows, back), {}, back=back)


def _cut(old: Old, compounding: Compounding) -> Step | None:
    """The same amount off every payment to come; None when none is left or it would turn them negative."""
    each = _needed(old, compounding)
    if each is None or each > min(-flow for flow in old.flows[old.passed + 1 :] if flow < 0):
        return None
    each = max(each, old.forbidden_each)
    flows = _lowered(old, each)
    return Step(old.loan_id, Remedy.RATE_CUT, _given(old, flows), each, flows, {})


def _waiver(old: Old, compounding: Compounding) -> Step | None:
    """Fees to come dropped as far as needed, what they do not cover given back; None when there are no fees to come."""
    needed = _needed(old, compounding)
    if not old.fee_each or needed is None:
        return None
    each = max(min(old.fee_each, needed), old.forbidden_each)
    flows = _lowered(old, each)
    rest = refund(flows, old.cap_e8, old.passed, compounding, old.days)
    price = _given(old, flows) + rest
    return Step(old.loan_id, Remedy.FEE_WAIVER, price, each, _back(old, flows, rest), {}, back=rest)


def _settlement(old: Old, compounding: Compounding) -> Step | None:
    """The sum that, paid now, ends the loan at the cap; its price is the interest to come that is no longer earned.

    A borrower may pay early what the contract leaves open (民法典 677), so no more than that is asked.
    """
    if old.to_come < 1 or old.passed < 1:
        return None
    growth = period_growth(old.cap_e8, compounding, old.days)
    owed = sum((flow * growth ** (old.passed - k) for k, flow in enumerate(old.flows[: old.passed + 1])), Fraction(0))
    pays = owed.numerator // owed.denominator
    if pays < 0:
        return None  # more than the cap allows is paid already: only giving back mends that
    if old.balances:
        pays = min(pays, old.balances[old.passed])
    flows = (*old.flows[: old.passed], old.flows[old.passed] - pays)
    price = -sum(old.flows[old.passed + 1 :]) - pays
    return Step(old.loan_id, Remedy.SETTLEMENT, price, pays, flows, {})


def _needed(old: Old, compounding: Compounding) -> int | None:
    """The least that, off every payment to come, brings the loan to the cap; None when there is no such payment."""
    growth = period_growth(old.cap_e8, compounding, old.days)
    to_come = old.flows[old.passed + 1 :]
    weight = sum((growth**-k for k, flow in enumerate(to_come, 1) if flow < 0), Fraction(0))
    if not weight:
        return None
    exact = -sum((flow * growth ** (old.passed - k) for k, flow in enumerate(old.flows)), Fraction(0)) / weight
    return -(-exact.numerator // exact.denominator)


def _lowered(old: Old, each: int) -> tuple[int, ...]:
    """The flows with every payment to come lowered by `each`."""
    to_come = (flow + each if flow < 0 else flow for flow in old.flows[old.passed + 1 :])
    return (*old.flows[: old.passed + 1], *to_come)


def _given(old: Old, flows: tuple[int, ...]) -> int:
    """What is no longer asked of the borrower."""
    return sum(flows) - sum(old.flows)


def _back(old: Old, flows: tuple[int, ...], back: int) -> tuple[int, ...]:
    return (*flows[: old.passed], flows[old.passed] + back, *flows[old.passed + 1 :])


def months_of(loans: Sequence[Planned], days: Sequence[date]) -> Iterator[Month]:
    """The months of a plan, each counted by looking through all the loans."""
    left = sum(loan.month > 0 for loan in loans)
    for number, day in enumerate(days, 1):
        mine = [loan for loan in loans if loan.month == number]
        ended = sum(loan.step.remedy is Remedy.RUN_OUT for loan in mine)
        left -= len(mine)
        yield Month(number, day, len(mine) - ended, ended, sum(loan.step.price for loan in mine), left)
