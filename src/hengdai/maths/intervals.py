"""Time as the disclosure laws count it: the EU rule in years, Regulation Z in unit periods with odd days.

Both count whole periods *back from the later date* and treat what is left over as odd days.
Sources: Directive 2008/48/EC Annex I (as amended by 2011/90/EU) with the Commission's guidelines on the APRC;
12 CFR 1026 Appendix J (b)(4)-(5).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from hengdai.base.calendar import month_after
from hengdai.maths.day_count import is_leap
from hengdai.maths.periods import Unit


def eu_interval(start: date, end: date, months: int = 1, weeks: int = 0) -> Fraction:
    """Years from `start` to `end` by the EU rule, counted in whole periods of `months` or of `weeks`.

    A month is 1/12, a week 1/52 of a year; odd days count over 366 when the year that ends where they end holds a
    29 February, over 365 otherwise.
    """
    if weeks:
        whole = (end - start).days // (7 * weeks)
        rest_ends = end - timedelta(days=7 * weeks * whole)
        return Fraction(whole * weeks, 52) + _odd_days(start, rest_ends)
    whole = months_back(start, end, months)
    return Fraction(whole * months, 12) + _odd_days(start, month_after(end, -whole * months))


def months_back(start: date, end: date, every: int = 1) -> int:
    """How many whole periods of `every` months fit between the dates, counted back from `end`."""
    whole = ((end.year - start.year) * 12 + end.month - start.month) // every
    while whole > 0 and month_after(end, -whole * every) < start:
        whole -= 1
    return max(whole, 0)


def _odd_days(start: date, end: date) -> Fraction:
    """Days over the length of the year that ends on `end`."""
    leap = end.year if (end.month, end.day) >= (2, 29) else end.year - 1
    return Fraction((end - start).days, 366 if is_leap(leap) else 365)


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A Regulation Z unit period: `length` units; half months are `halves`; `per_year` of them make a year."""

    unit: Unit
    length: int
    per_year: Fraction
    halves: bool = False

    def between(self, start: date, end: date) -> tuple[int, Fraction]:
        """Whole unit periods and the fraction of one from `start` to `end`; a month's odd days count over 30."""
        if self.unit is Unit.MONTHS:
            return self._in_months(start, end)
        days = (end - start).days
        length = self.length * (7 if self.unit is Unit.WEEKS else 1)
        return days // length, Fraction(days % length, length)

    def _in_months(self, start: date, end: date) -> tuple[int, Fraction]:
        months = months_back(start, end)
        odd = (month_after(end, -months) - start).days
        if self.halves:
            half, odd = min(odd // 15, 1), odd - 15 * min(odd // 15, 1)
            return 2 * months + half, Fraction(odd, 15)
        return months // self.length, Fraction(30 * (months % self.length) + odd, 30 * self.length)


def unit_period(per_year: Fraction) -> UnitPeriod:
    """The standard interval that occurs `per_year` times a year: 12 months, 24 half months, 52 weeks, 365 days …

    Other counts are a number of days, 365 over the count (a single payment within a year). None below 1 (`ValueError`).
    """
    if per_year < 1:
        raise ValueError(f"单位期间不得长于一年 / a unit period is at most a year, found {per_year} a year")
    if (12 / per_year).denominator == 1:
        return UnitPeriod(Unit.MONTHS, int(12 / per_year), per_year)
    if per_year == 24:
        return UnitPeriod(Unit.MONTHS, 1, per_year, halves=True)
    if (52 / per_year).denominator == 1:
        return UnitPeriod(Unit.WEEKS, int(52 / per_year), per_year)
    return UnitPeriod(Unit.DAYS, round(365 / per_year), per_year)
