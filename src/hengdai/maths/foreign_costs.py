"""What one unit of balance costs in each period of a published plan."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hengdai.base.calendar import month_after
from hengdai.maths.day_count import is_leap
from hengdai.maths.foreign_inputs import day_of, frequency_of, number
from hengdai.maths.periods import Frequency, Unit
from hengdai.maths.verdicts import Record, Refused

_YEARS = {"DAYS_360": 360, "DAYS_364": 364, "DAYS_365": 365, "DAYS_366": 366, "ACTUAL": None}
_MONTHS = frozenset({"DAYS_30", "ACTUAL", "NONE", "INVALID"})
_PART_OF_YEAR = re.compile(r"(\d{1,3})/(\d{1,3}) (?:of a )?year")
_WEEKS_A_YEAR = 52


def period_costs(inputs: Record, bounds: Sequence[date], *, plain: bool) -> tuple[Fraction, ...]:
    """The cost of each period between `bounds`. `plain` takes a month as a twelfth and a week as a 52nd of a year."""
    periods = len(bounds) - 1
    if "daily_rate_pct" in inputs:
        daily = number(inputs["daily_rate_pct"]) / 100
        return tuple(daily * (due - start).days for start, due in pairwise(bounds))
    if "rate_per_period_pct" in inputs:
        return (number(inputs["rate_per_period_pct"]) / 100,) * periods
    annual = number(inputs["annual_nominal_rate_pct"]) / 100
    count, frequency = inputs.get("day_count"), frequency_of(inputs)
    if named := _PART_OF_YEAR.search(str(count)):
        return (annual * Fraction(int(named[1]), int(named[2])),) * periods
    if plain and frequency.unit is Unit.WEEKS:
        return (annual * frequency.every / _WEEKS_A_YEAR,) * periods
    if frequency.unit is Unit.MONTHS and (plain or not isinstance(count, Mapping)):
        return (annual * frequency.every / 12,) * periods
    if not isinstance(count, Mapping):
        raise Refused(f"day_count {count}: 未收录的计息规则 / a day count that is not on our list")
    return tuple(annual * part for part in year_parts(inputs, frequency, bounds))


def first_days(inputs: Record, bounds: Sequence[date]) -> tuple[int, int] | None:
    """The first period's days and those of a regular one, where its interest alone goes by them."""
    frequency = frequency_of(inputs)
    if frequency.unit is not Unit.WEEKS or "actual days/" not in str(inputs.get("day_count")):
        return None
    return (bounds[1] - bounds[0]).days, 7 * frequency.every


def year_parts(inputs: Record, frequency: Frequency, bounds: Sequence[date]) -> list[Fraction]:
    """The part of a year of each period by days in month and days in year."""
    month, year = _day_rules(inputs["day_count"])
    starts = [day_of(day) for day in inputs.get("period_from_dates", [])] or list(bounds[:-1])
    parts = []
    for k, (start, due) in enumerate(zip(starts, bounds[1:], strict=True)):
        basis = year or (366 if is_leap(start.year) else 365)
        if frequency.unit is not Unit.MONTHS:
            part = Fraction(frequency.every * (7 if frequency.unit is Unit.WEEKS else 1), basis)
        elif month == "DAYS_30":
            part = Fraction(30 * frequency.every, basis)
        elif "period_from_dates" in inputs:
            # The older engine: the length of the month a period starts in, spread over the years its days fall in.
            length = (month_after(start.replace(day=1), 1) - start.replace(day=1)).days
            part = length * _actual(start, due, year) / (due - start).days
        else:
            part = _actual(start, due, year)
        full_start = _regular_start(inputs, k, start)
        parts.append(part * (due - start).days / (due - full_start).days if full_start != start else part)
    return parts


def fixed_year(inputs: Record) -> int | None:
    """The fixed length of the record's year in days, None where years have their own or none is named."""
    count = inputs.get("day_count")
    return _day_rules(count)[1] if isinstance(count, Mapping) and count.get("days_in_year") in _YEARS else None


def _day_rules(count: Mapping[str, Any]) -> tuple[str, int | None]:
    """Days in month by name, days in year as a number, None for the calendar's."""
    month, year = count["days_in_month"], count["days_in_year"]
    if month not in _MONTHS:
        raise Refused(f"days_in_month {month}: 未收录的月天数 / a length of month that is not on our list")
    if year not in _YEARS:
        raise Refused(f"days_in_year {year}: 未收录的年天数 / a length of year that is not on our list")
    return month, _YEARS[year]


def _regular_start(inputs: Record, index: int, start: date) -> date:
    """Where a full first period would have begun, when money went out inside it."""
    return day_of(inputs["schedule_start_date"]) if index == 0 and "schedule_start_date" in inputs else start


def _actual(start: date, due: date, basis: int | None) -> Fraction:
    """Actual days over a fixed year, or over each calendar year's own days, split at 31 December."""
    if basis:
        return Fraction((due - start).days, basis)
    # The day 31 December is the last of its year, so the split lies after its night's interest, on that day.
    total, day = Fraction(0), start
    while day < due:
        until = min(due, date(day.year + (day.month == 12 and day.day == 31), 12, 31))
        total += Fraction((until - day).days, 366 if is_leap(until.year) else 365)
        day = until
    return total
