"""What a loan costs with its remedy: the simple all-in rate, proved in whole numbers without looking for every root.

Money given back between two instalments turns the signs of the flows more than once, and then nothing but the debt
tells whether there is one rate. Let the debt after each flow be the one before, grown by a rate, plus what is received
or less what is paid. Where it stays at or above zero at a rate i that brings it to zero at the end, the value of the
flows at any other rate r has the sign of r - i, so i is the only one (Soper, The marginal efficiency of capital, 1959).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from hengdai.base.rate import E8
from hengdai.maths.cost import DAYS_A_YEAR, NoRate, all_in, all_in_days

MONTHS = 12
_STEPS = 8


def cost_after(flows: Sequence[int], near_e8: int, days: int = 0) -> int | None:
    """The cost (simple, e8 a year) of flows a month apart, or `days` days; None where they have no single rate.

    `flows` begin with the money received, positive; `near_e8` is about where the cost lies, such as the cap. Rounded
    half-up, exactly as :func:`hengdai.maths.cost.all_in` does.
    """
    if _turns(flows) % 2 == 0:
        return None  # as many rates as turns, or two, four, … fewer (Descartes): never one
    a_year = Fraction(DAYS_A_YEAR, days) if days else Fraction(MONTHS)
    found = _guess(flows, near_e8, float(a_year))
    if found is not None and _is_cost(flows, found, a_year):
        return found
    try:
        return (all_in_days(flows, days) if days else all_in(flows, MONTHS)).simple_e8
    except NoRate:
        return None


def _turns(flows: Sequence[int]) -> int:
    """How often the flows turn from one way to the other."""
    ways = [flow > 0 for flow in flows if flow]
    return sum(before != after for before, after in pairwise(ways))


def _guess(flows: Sequence[int], near_e8: int, a_year: float) -> int | None:
    """About the cost, by Newton on the debt that is left at the end; it proposes and proves nothing."""
    rate = near_e8 / E8 / a_year
    for _ in range(_STEPS):
        debt, slope, growth = 0.0, 0.0, 1.0 + rate
        for flow in flows:
            slope = slope * growth + debt
            debt = debt * growth + flow
        step = debt / slope if slope > 0.0 else float("nan")
        if not abs(step) < 1.0 + rate:
            return None
        rate -= step
        if abs(step) * a_year < 1e-13:
            break
    return round(rate * a_year * E8)


def _is_cost(flows: Sequence[int], found: int, a_year: Fraction) -> bool:
    """Whether the one rate of the flows rounds to `found`: the debt, at the two ties around it, proves it."""
    scale = 2 * E8 * a_year.numerator
    low, high = (scale + (2 * found + side) * a_year.denominator for side in (-1, 1))
    if flows[0] <= 0 or low <= 0:
        return False
    debt, part = flows[0], scale
    for flow in flows[1:-1]:
        debt, part = debt * low + flow * part, part * scale
        if debt < 0:
            return False
    return debt * low + flows[-1] * part <= 0 < _left(flows, high, scale)


def _left(flows: Sequence[int], up: int, down: int) -> int:
    """The debt at the end at a growth of ``up / down`` a period, over ``down`` to the power of the periods."""
    debt, part = 0, 1
    for flow in flows:
        debt, part = debt * up + flow * part, part * down
    return debt
