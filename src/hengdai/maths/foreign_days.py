"""Day counts by the names that others give them, those included that no loan here uses.

Sources: ISDA 2006 Definitions §4.16; ICMA Rule 251; the French banking federation's rule of 1999 (AFB); the spreadsheet
and library manuals whose records name them. Letter case, blanks and strokes of a name do not matter.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from hengdai.base.calendar import month_after
from hengdai.maths.day_count import DayCount, days, is_leap, year_fraction
from hengdai.maths.verdicts import Refused

_OURS: Mapping[str, DayCount] = {
    "30360": DayCount.THIRTY_360,
    "30360BOND": DayCount.THIRTY_360,
    "30360BONDBASIS": DayCount.THIRTY_360,
    "BONDBASIS": DayCount.THIRTY_360,
    "30360US": DayCount.THIRTY_360_US,
    "30360USA": DayCount.THIRTY_360_US,
    "30360NASD": DayCount.THIRTY_360_US,
    "30360SIA": DayCount.THIRTY_360_US,
    "30U360": DayCount.THIRTY_360_US,
    "30US360": DayCount.THIRTY_360_US,
    "30E360": DayCount.THIRTY_E_360,
    "30360E": DayCount.THIRTY_E_360,
    "30360EU": DayCount.THIRTY_E_360,
    "30360EUROPEAN": DayCount.THIRTY_E_360,
    "30360EUROBOND": DayCount.THIRTY_E_360,
    "30360EUROBONDBASIS": DayCount.THIRTY_E_360,
    "30360ICMA": DayCount.THIRTY_E_360,
    "30360ISMA": DayCount.THIRTY_E_360,
    "EUROBONDBASIS": DayCount.THIRTY_E_360,
    "30360ISDA": DayCount.THIRTY_360_ISDA,
    "30E360ISDA": DayCount.THIRTY_360_ISDA,
    "30360GERMAN": DayCount.THIRTY_360_ISDA,
    "30E360GERMAN": DayCount.THIRTY_360_ISDA,
    "ACT360": DayCount.ACT_360,
    "360": DayCount.ACT_360,
    "ACT364": DayCount.ACT_364,
    "364": DayCount.ACT_364,
    "ACT365": DayCount.ACT_365,
    "ACT365F": DayCount.ACT_365,
    "365": DayCount.ACT_365,
    "365F": DayCount.ACT_365,
    "ACT365.25": DayCount.ACT_365_25,
    "36525": DayCount.ACT_365_25,
    "ACT36525": DayCount.ACT_365_25,
    "365.25": DayCount.ACT_365_25,
    "ACTACT": DayCount.ACT_ACT_ISDA,
    "ACTACTISDA": DayCount.ACT_ACT_ISDA,
}


def _without_leap_days(start: date, end: date) -> int:
    """Actual days, no 29 February counted (NL, Japanese)."""
    leap = [date(year, 2, 29) for year in range(start.year, end.year + 1) if is_leap(year)]
    return (end - start).days - sum(start < day <= end for day in leap)


def _thirty_plus(start: date, end: date) -> int:
    """30E+/360: a last day 31 is the first of the next month."""
    last = date(end.year + end.month // 12, end.month % 12 + 1, 1) if end.day == 31 else end
    return 360 * (last.year - start.year) + 30 * (last.month - start.month) + last.day - min(start.day, 30)


def _actual(start: date, end: date) -> int:
    return (end - start).days


def _afb(start: date, end: date) -> Fraction:
    """Act/Act (AFB): whole years back from the end, the rest over 366 where it holds a 29 February, else over 365."""
    years = 0
    while (earlier := month_after(end, -12 * (years + 1))) >= start:
        years += 1
        # A year back from the last of February is the last of February.
        if earlier.month == 2 and earlier.day == 28 and is_leap(earlier.year) and end.month == 2 and end.day >= 28:
            earlier = date(earlier.year, 2, 29)
    rest_ends = month_after(end, -12 * years)
    leap = any(is_leap(y) and start <= date(y, 2, 29) < rest_ends for y in range(start.year, rest_ends.year + 1))
    return years + Fraction((rest_ends - start).days, 366 if leap else 365)


def _longest_year(start: date, end: date) -> Fraction:
    """Act/365L for yearly interest: over 366 where a 29 February lies after the start and not after the end."""
    leap = any(is_leap(y) and start < date(y, 2, 29) <= end for y in range(start.year, end.year + 1))
    return Fraction((end - start).days, 366 if leap else 365)


_THEIRS: Mapping[str, tuple[Callable[[date, date], int], Callable[[date, date], Fraction]]] = {
    "30E+360": (_thirty_plus, lambda start, end: Fraction(_thirty_plus(start, end), 360)),
    "30365": (lambda start, end: days(DayCount.THIRTY_360, start, end),
              lambda start, end: Fraction(days(DayCount.THIRTY_360, start, end), 365)),
    "NL365": (_without_leap_days, lambda start, end: Fraction(_without_leap_days(start, end), 365)),
    "NL360": (_without_leap_days, lambda start, end: Fraction(_without_leap_days(start, end), 360)),
    "ACT366": (_actual, lambda start, end: Fraction((end - start).days, 366)),
    "ACTACTAFB": (_actual, _afb),
    "ACT365L": (_actual, _longest_year),
    "ACT365A": (_actual, _longest_year),
}  # fmt: skip
_SAME: Mapping[str, str] = {
    "30EPLUS360": "30E+360",
    "30E+360ISDA": "30E+360",
    "ACT365NL": "NL365",
    "ACT365NOLEAP": "NL365",
    "ACT365JAPANESE": "NL365",
    "NOLEAP365": "NL365",
    "365NL": "NL365",
    "ACTACTEURO": "ACTACTAFB",
    "AFB": "ACTACTAFB",
    "366": "ACT366",
}


def plain_name(name: str) -> str:
    """The name in capitals without blanks and strokes: `Actual/365 (Fixed)` and `ACT_365F` are one."""
    bare = re.sub(r"[^A-Z0-9.+]", "", name.upper())
    return re.sub(r"^A(?=36[0-6])", "ACT", bare.replace("ACTUAL", "ACT").replace("FIXED", "F"))


def known(name: str) -> bool:
    """Whether a day count of that name is on our lists."""
    plain = _SAME.get(plain_name(name), plain_name(name))
    return plain in _OURS or plain in _THEIRS


def years_between(name: str, start: date, end: date, termination: date | None = None) -> Fraction:
    """The part of a year by the day count of that name; :class:`Refused` for one that is not on our lists."""
    plain = _SAME.get(plain_name(name), plain_name(name))
    if plain in _OURS:
        return year_fraction(_OURS[plain], start, end, termination)
    if plain in _THEIRS:
        return -_THEIRS[plain][1](end, start) if end < start else _THEIRS[plain][1](start, end)
    raise _unlisted(name)


def days_between(name: str, start: date, end: date, termination: date | None = None) -> int:
    """Days by the day count of that name; :class:`Refused` for one that is not on our lists."""
    plain = _SAME.get(plain_name(name), plain_name(name))
    if plain in _OURS:
        return days(_OURS[plain], start, end, termination)
    if plain in _THEIRS:
        return -_THEIRS[plain][0](end, start) if end < start else _THEIRS[plain][0](start, end)
    raise _unlisted(name)


def by_reference_period(start: date, end: date, begins: date, ends: date) -> Fraction:
    """Act/Act (ICMA): days over the days of the regular period they lie in, times that period's part of a year.

    `begins` to `ends` is the regular period that holds the end; earlier ones are counted back from it.
    """
    months = (ends.year - begins.year) * 12 + ends.month - begins.month
    if not 1 <= months <= 12 or end > ends:
        raise Refused(
            "ACT_ACT_ICMA: 参考期间须为 1 至 12 个月且含期末 / "
            "a reference period of 1 to 12 months that holds the end expected"
        )
    total = Fraction(0)
    while start < ends:
        inside = (min(end, ends) - max(start, begins)).days
        total += Fraction(max(inside, 0) * months, 12 * (ends - begins).days)
        begins, ends = month_after(begins, -months), begins
    return total


def _unlisted(name: str) -> Refused:
    return Refused(f"{name}: 未收录的计息天数规则 / a day count that is not on our list")
