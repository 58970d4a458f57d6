"""A rate is an exact scaled integer that says per what: 24 % a year is `Rate(24_000_000, Per.YEAR)`.

The scale is 10⁻⁸ of the unit ("e8"), so "on the line" means on the line.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import total_ordering

from hengdai.base.rounding import Rounding

E8 = 10**8


class Per(StrEnum):
    """The time a rate speaks of."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    ONCE = "once"


@total_ordering
@dataclass(frozen=True, slots=True)
class Rate:
    """A nominal rate: `e8` hundred-millionths of the base, per `per`."""

    e8: int
    per: Per = Per.YEAR

    @classmethod
    def percent(cls, text: str, per: Per = Per.YEAR) -> "Rate":
        """`"24"` or `"14.6"` percent; more than six decimals of a percent raise `ValueError`."""
        return cls(_scaled(text, 6), per)

    @classmethod
    def fraction(cls, text: str, per: Per = Per.YEAR) -> "Rate":
        """`"0.24"`; more than eight decimals raise `ValueError`."""
        return cls(_scaled(text, 8), per)

    def decimal(self) -> Decimal:
        """The rate as an exact decimal fraction."""
        return Decimal(self.e8).scaleb(-8)

    def percent_text(self, digits: int = 2) -> str:
        """The rate in percent for people, half-up to `digits` decimals: `"24.00%"`."""
        shown = Rounding.HALF_UP.ratio(self.e8 * 10**digits, E8 // 100)
        return f"{Decimal(shown).scaleb(-digits):.{digits}f}%"

    def __lt__(self, other: "Rate") -> bool:
        if self.per is not other.per:
            raise ValueError(f"rates per {self.per} and per {other.per} do not compare")
        return self.e8 < other.e8

    def __str__(self) -> str:
        return f"{self.percent_text(4)}/{self.per}"


def _scaled(text: str, places: int) -> int:
    try:
        exact = Decimal(text.strip()).scaleb(places)
    except InvalidOperation:
        raise ValueError(f"利率无法读取 / unreadable rate {text!r}: expected a decimal such as 14.6") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError(f"利率小数位过多 / rate {text!r} has more than {places} decimals")
    return int(exact)
