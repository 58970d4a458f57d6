"""Rounding has a name, and the name is said at every call.

The modes are those of IEEE 754 and Python's `decimal`; all of them work on exact
integers, so that a tie is a tie and never a float's opinion.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """How an exact value becomes a whole number of units."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"
    DOWN = "down"
    UP = "up"
    FLOOR = "floor"
    CEILING = "ceiling"

    def ratio(self, numerator: int, denominator: int, multiple: int = 1) -> int:
        """`numerator / denominator` rounded to a multiple of `multiple`, exactly.

        HALF_UP and UP go away from zero, HALF_DOWN and DOWN towards it. `denominator`
        and `multiple` must be positive, else `ValueError`.
        """
        if denominator <= 0 or multiple <= 0:
            raise ValueError(f"denominator and multiple must be positive, found {denominator} and {multiple}")
        step = denominator * multiple
        floor, rest = divmod(numerator, step)
        if rest == 0:
            return floor * multiple
        return (floor + self._goes_up(floor, rest, step, negative=numerator < 0)) * multiple

    def _goes_up(self, floor: int, rest: int, step: int, *, negative: bool) -> bool:
        """Whether a value strictly between `floor` and `floor + 1` steps goes to the upper one."""
        if self in (Rounding.FLOOR, Rounding.CEILING):
            return self is Rounding.CEILING
        if self in (Rounding.DOWN, Rounding.UP):
            return negative if self is Rounding.DOWN else not negative
        if 2 * rest != step:
            return 2 * rest > step
        if self is Rounding.HALF_EVEN:
            return floor % 2 == 1
        return negative if self is Rounding.HALF_DOWN else not negative

    def one(self, exact: Decimal | Fraction) -> int:
        """An exact decimal or fraction as a whole number."""
        return self.ratio(*exact.as_integer_ratio())
