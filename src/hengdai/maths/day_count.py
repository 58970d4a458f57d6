"""How many days lie between two dates, and what part of a year they are: every convention by its name, exactly.

Sources: ISDA 2006 Definitions §4.16 (30/360, 30E/360, 30E/360 (ISDA), Actual/Actual (ISDA)); 银发〔2005〕129号
(a daily rate is the annual rate over 360); Directive 2008/48/EC Annex I for the mean year of 365.25 days.
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction


class DayCount(StrEnum):
    """A day-count convention."""

    THIRTY_360 = "30/360"
    """Bond basis: a first day 31 counts as 30; a last day 31 counts as 30 if the first day then is 30."""
    THIRTY_360_US = "30/360 US"
    """As the bond basis, and the last day of February counts as 30 when the period starts on it (NASD)."""
    THIRTY_E_360 = "30E/360"
    """Eurobond basis: every day 31 counts as 30."""
    THIRTY_360_ISDA = "30E/360 ISDA"
    """Day 31 and the last day of February count as 30, save a February that ends the whole deal."""
    ACT_360 = "act/360"
    ACT_364 = "act/364"
    ACT_365 = "act/365"
    """Actual days over 365, in leap years too."""
    ACT_365_25 = "act/365.25"
    ACT_ACT_ISDA = "act/act ISDA"
    """Days that fall in leap years over 366, the others over 365."""


_FIXED_YEAR = {
    DayCount.ACT_360: Fraction(360),
    DayCount.ACT_364: Fraction(364),
    DayCount.ACT_365: Fraction(365),
    DayCount.ACT_365_25: Fraction(1461, 4),
}
_THIRTY = frozenset(
    {
        DayCount.THIRTY_360,
        DayCount.THIRTY_360_US,
        DayCount.THIRTY_E_360,
        DayCount.THIRTY_360_ISDA,
    }
)


def is_leap(year: int) -> bool:
    """Whether that Gregorian year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days(convention: DayCount, start: date, end: date, termination: date | None = None) -> int:
    """Days from `start` to `end` as the convention counts them; `start` after `end` gives a negative number.

    `termination` is the last day of the whole deal; only 30E/360 (ISDA) asks for it.
    """
    if convention not in _THIRTY:
        return (end - start).days
    first, last = _day_of_month_pair(convention, start, end, termination)
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def year_fraction(convention: DayCount, start: date, end: date, termination: date | None = None) -> Fraction:
    """The part of a year from `start` to `end`, exact. See :func:`days` for `termination`."""
    if convention in _THIRTY:
        return Fraction(days(convention, start, end, termination), 360)
    if convention is DayCount.ACT_ACT_ISDA:
        return _by_calendar_year(start, end)
    return (end - start).days / _FIXED_YEAR[convention]


def days_in_year(convention: DayCount) -> Fraction | None:
    """The fixed length of the convention's year in days, or None where it depends on the calendar."""
    return Fraction(360) if convention in _THIRTY else _FIXED_YEAR.get(convention)


def _day_of_month_pair(convention: DayCount, start: date, end: date, termination: date | None) -> tuple[int, int]:
    """The two days of the month after the convention's corrections."""
    first, last = start.day, end.day
    if convention is DayCount.THIRTY_E_360:
        return min(first, 30), min(last, 30)
    if convention is DayCount.THIRTY_360_ISDA:
        last = 30 if last == 31 or (_ends_february(end) and end != termination) else last
        return (30 if first == 31 or _ends_february(start) else first), last
    if convention is DayCount.THIRTY_360_US and _ends_february(start):
        last = 30 if _ends_february(end) else last
        first = 30
    first = min(first, 30)
    return first, (30 if last == 31 and first == 30 else last)


def _ends_february(day: date) -> bool:
    return day.month == 2 and day.day == (29 if is_leap(day.year) else 28)


def _by_calendar_year(start: date, end: date) -> Fraction:
    """Actual/Actual (ISDA): each calendar year's days over that year's own length."""
    if end < start:
        return -_by_calendar_year(end, start)
    total = Fraction(0)
    while start.year < end.year:
        next_year = date(start.year + 1, 1, 1)
        total += Fraction((next_year - start).days, 366 if is_leap(start.year) else 365)
        start = next_year
    return total + Fraction((end - start).days, 366 if is_leap(end.year) else 365)
