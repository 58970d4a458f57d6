"""The refund that brings a loan exactly to the cap, and what the law's cap is for each loan.

The refund is the value, at the rate of the cap, of what was charged too much: paid in that month it makes the all-in
cost the cap itself. Exact integers; rounded up to the minor unit, in the borrower's favour.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from hengdai.base.rate import E8

MONTHS = 12
_BITS = 96


class Compounding(StrEnum):
    """How the cap counts a year: simple (单利) twelve times the monthly rate, or compound (复利, IRR)."""

    SIMPLE = "simple"
    COMPOUND = "compound"


def refund(flows: Sequence[int], cap_e8: int, month: int, compounding: Compounding) -> int:
    """The least amount that, given back in `month`, brings the cost to the cap; 0 when it is not above.

    `flows` are monthly, the money received first and positive.
    """
    growth = monthly_growth(cap_e8, compounding)
    up, down, last = growth.numerator, growth.denominator, len(flows) - 1
    # The value of all flows at the end, over down**last, by Horner: whole numbers without a common divisor to look for.
    total, scale = 0, 1
    for flow in flows:
        total = total * up + flow * scale
        scale *= down
    if total >= 0:
        return 0
    # Brought back from the end to `month`, and rounded up.
    divisor: int = up ** (last - month) * down**month
    return -(total // divisor)


@lru_cache(maxsize=64)
def monthly_growth(cap_e8: int, compounding: Compounding) -> Fraction:
    """One plus the rate a month of a yearly cap; the twelfth root of the compound one to 96 bits, from below.

    From below, so that the refund is never a minor unit too small.
    """
    if compounding is Compounding.SIMPLE:
        return 1 + Fraction(cap_e8, MONTHS * E8)
    # (1 + cap) ** (1/12) = cube root of the square root of the square root.
    scaled = (E8 + cap_e8 << (12 * _BITS)) // E8
    return Fraction(_cube_root(isqrt(isqrt(scaled))), 1 << _BITS)


def _cube_root(number: int) -> int:
    """The whole cube root, rounded down."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**3 <= number:
            low = middle
        else:
            high = middle - 1
    return low
