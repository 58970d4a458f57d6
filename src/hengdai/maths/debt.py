"""What a loan costs with its remedy: the simple all-in rate, proved in whole numbers without looking for every root.

Money given back between two instalments turns the signs of the flows more than once, and then nothing but the debt
tells whether there is one rate. Let the debt after each flow be the one before, grown by a rate, plus what is received
or less what is paid. Where it stays at or above zero at a rate i that brings it to zero at the end, the value of the
flows at any other rate r has the sign of r - i, so i is the only one (Soper, The marginal efficiency of capital, 1959).
Where it does not, the turns of the flows as seen from a rate of zero may still leave room for one alone.
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
    """Whether the flows have one rate and it rounds to `found`: it lies between the two ties around it."""
    scale = 2 * E8 * a_year.numerator
    low, high = (scale + (2 * found + side) * a_year.denominator for side in (-1, 1))
    if flows[0] <= 0 or low <= 0:
        return False
    below, owing = _left(flows, low, scale)
    if below > 0 or _left(flows, high, scale)[0] <= 0:
        return False
    return owing or _is_alone(flows)


def _left(flows: Sequence[int], up: int, down: int) -> tuple[int, bool]:
    """The debt at the end at a growth of ``up / down`` a period, over ``down`` to the power of the periods.

    And whether it never fell below zero before.
    """
    debt, part, owing = 0, 1, True
    for flow in flows:
        owing = owing and debt >= 0
        debt, part = debt * up + flow * part, part * down
    return debt, owing


def _is_alone(flows: Sequence[int]) -> bool:
    """Whether the turns of the flows, seen from a rate of zero upwards and downwards, leave room for one rate only.

    With the value at v = 1 / (1 + rate) a polynomial in v, those are its turns in v - 1 above 1 and in 1/v - 1 below
    (Budan; Vincent), and as many rates or two, four, … fewer lie on that side.
    """
    return sum(flows) != 0 and _turns(_shifted(flows)) + _turns(_shifted(flows[::-1])) == 1


def _shifted(coefficients: Sequence[int]) -> list[int]:
    """The coefficients of a polynomial, the constant first, in its variable less one."""
    moved = list(coefficients)
    for first in range(len(moved) - 1):
        for at in range(len(moved) - 2, first - 1, -1):
            moved[at] += moved[at + 1]
    return moved
