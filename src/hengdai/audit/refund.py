"""The refund that brings a loan exactly to the cap, and what the law's cap is for each loan.

The refund is the value, at the rate of the cap, of what was charged too much: paid in that month it makes the all-in
cost the cap itself. Exact integers; rounded up to the minor unit, in the borrower's favour.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from hengdai.base.rate import E8
from hengdai.maths.cost import DAYS_A_YEAR
from hengdai.maths.shortfall import shortfall

MONTHS = 12
_BITS = 96


class Compounding(StrEnum):
    """How the cap counts a year: simple (单利) twelve times the monthly rate, or compound (复利, IRR)."""

    SIMPLE = "simple"
    COMPOUND = "compound"


def refund(flows: Sequence[int], cap_e8: int, period: int, compounding: Compounding, days: int = 0) -> int:
    """The least amount that, given back with flow number `period`, brings the cost to the cap; 0 when not above.

    `flows` are a month apart, or `days` days, the money received first and positive.
    """
    return shortfall(flows, period_growth(cap_e8, compounding, days), period)


@lru_cache(maxsize=1024)
def period_growth(cap_e8: int, compounding: Compounding, days: int = 0) -> Fraction:
    """One plus the rate a period of a yearly cap, for periods of a month or of `days` days of 365.

    The root that the compound one needs is taken to 96 bits from below, so that the refund is never a minor unit too
    small.
    """
    part = Fraction(days, DAYS_A_YEAR) if days else Fraction(1, MONTHS)
    if compounding is Compounding.SIMPLE:
        return 1 + part * Fraction(cap_e8, E8)
    up, root = part.numerator, part.denominator
    scaled = ((E8 + cap_e8) ** up << (root * _BITS)) // E8**up
    return Fraction(_root(scaled, root), 1 << _BITS)


def _root(number: int, degree: int) -> int:
    """The whole root of that degree, rounded down: Newton's steps from above, which only fall until they are there."""
    guess = 1 << -(-number.bit_length() // degree)
    while (lower := ((degree - 1) * guess + number // guess ** (degree - 1)) // degree) < guess:
        guess = lower
    return guess
