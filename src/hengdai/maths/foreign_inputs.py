"""Reading a published plan's inputs: dates, frequencies, what a period costs, rounding. Unknown words are refused."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hengdai.base.calendar import MonthEnd, month_after
from hengdai.maths.day_count import is_leap
from hengdai.maths.periods import Frequency, Seed, Unit
from hengdai.maths.verdicts import Record, Refused

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MONTH_ENDS = {"LAST_DAY_OF_MONTH": MonthEnd.LAST_DAY, "FIRST_DAY_OF_NEXT_MONTH": MonthEnd.FIRST_OF_NEXT}
_YEARS = {"DAYS_360": 360, "DAYS_364": 364, "DAYS_365": 365}


def number(text: Any) -> Fraction:
    """The leading number of a field, or the quotient it spells: `"24 (2% per month x 12)"`, `"9.95/365"`."""
    found = _NUMBER.match(str(text))
    if found is None:
        raise ValueError(f"a number expected, found {text!r}")
    rest = str(text)[found.end() :]
    divisor = _NUMBER.match(rest[1:]) if rest.startswith("/") else None
    return Fraction(found[0]) / (Fraction(divisor[0]) if divisor else 1)


def frequency_of(inputs: Record) -> Frequency:
    """Every how many months, weeks or days; `{"every": 2, "unit": "WEEKS"}` or a bare `"MONTH"`."""
    given = inputs.get("frequency", {"every": 1, "unit": "MONTHS"})
    if isinstance(given, str):
        given = {"every": 12 if given == "YEAR" else 1, "unit": "MONTHS" if given == "YEAR" else given}
    units = {"MONTH": Unit.MONTHS, "WEEK": Unit.WEEKS, "DAY": Unit.DAYS, "YEAR": Unit.MONTHS}
    name = str(given["unit"]).rstrip("S")
    if name not in units:
        raise Refused(f"frequency {given['unit']}: 未收录的周期 / an interval that is not on our list")
    return Frequency(int(given["every"]) * (12 if name == "YEAR" else 1), units[name])


def due_dates(inputs: Record, count: int) -> tuple[date, ...]:
    """The due dates given, or counted from the seed and moved off non-working days (never from a moved date)."""
    given = inputs.get("due_dates")
    if isinstance(given, list):
        return tuple(date.fromisoformat(day) for day in given)
    start = date.fromisoformat(str(inputs.get("disbursement_date", "2001-01-01")))
    strategy = inputs.get("month_end_strategy", "LAST_DAY_OF_MONTH")
    if strategy not in _MONTH_ENDS:
        raise Refused(f"month_end_strategy {strategy}: 未收录的月末规则 / a month-end rule that is not on our list")
    frequency = frequency_of(inputs)
    seed = Seed(start, frequency.every, frequency, _MONTH_ENDS[strategy])
    return tuple(_working(seed.at(k), str(inputs.get("non_working_days", ""))) for k in range(count))


def _working(day: date, closed: str) -> date:
    """The day, moved forward past the closed weekdays and dates that the text names."""
    weekdays = {5} if "Sat" in closed else set()
    weekdays |= {6} if "Sun" in closed else set()
    while day.weekday() in weekdays or day.isoformat() in _ISO.findall(closed):
        day += timedelta(days=1)
    return day


def period_costs(inputs: Record, bounds: Sequence[date], *, plain: bool) -> tuple[Fraction, ...]:
    """What one unit of balance costs in each period between `bounds`. `plain` takes a month as a twelfth of a year."""
    if "daily_rate_pct" in inputs:
        daily = number(inputs["daily_rate_pct"]) / 100
        return tuple(daily * (due - start).days for start, due in pairwise(bounds))
    frequency = frequency_of(inputs)
    if "rate_per_period_pct" in inputs:
        rate = number(inputs["rate_per_period_pct"]) / 100
        whole = [rate] * (len(bounds) - 1)
        if frequency.unit is Unit.WEEKS and "actual days/" in str(inputs.get("day_count")):
            whole[0] = rate * (bounds[1] - bounds[0]).days / (7 * frequency.every)
        return tuple(whole)
    annual = number(inputs["annual_nominal_rate_pct"]) / 100
    count = inputs.get("day_count")
    if frequency.unit is Unit.MONTHS and (plain or not isinstance(count, dict)):
        return (annual * frequency.every / 12,) * (len(bounds) - 1)
    if not isinstance(count, dict):
        raise Refused(f"day_count {count}: 未收录的计息规则 / a day count that is not on our list")
    return tuple(annual * part for part in _year_parts(inputs, frequency, bounds))


def _year_parts(inputs: Record, frequency: Frequency, bounds: Sequence[date]) -> list[Fraction]:
    """The part of a year of each period by days in month and days in year."""
    month, year = inputs["day_count"]["days_in_month"], inputs["day_count"]["days_in_year"]
    if year not in {*_YEARS, "ACTUAL"}:
        raise Refused(f"days_in_year {year}: 未收录的年天数 / a length of year that is not on our list")
    starts = [date.fromisoformat(day) for day in inputs.get("period_from_dates", [])] or list(bounds[:-1])
    parts = []
    for k, (start, due) in enumerate(zip(starts, bounds[1:], strict=True)):
        basis = _YEARS.get(year) or (366 if is_leap(start.year) else 365)
        if frequency.unit is not Unit.MONTHS:
            part = Fraction(frequency.every * (7 if frequency.unit is Unit.WEEKS else 1), basis)
        elif month == "DAYS_30":
            part = Fraction(30 * frequency.every, basis)
        elif "period_from_dates" in inputs:
            # The older engine: the length of the month a period starts in, spread over the years its days fall in.
            length = (month_after(start.replace(day=1), 1) - start.replace(day=1)).days
            part = length * _actual(start, due, _YEARS.get(year)) / (due - start).days
        else:
            part = _actual(start, due, _YEARS.get(year))
        full_start = _regular_start(inputs, k, start)
        parts.append(part * (due - start).days / (due - full_start).days if full_start != start else part)
    return parts


def _regular_start(inputs: Record, index: int, start: date) -> date:
    """Where a full first period would have begun, when money went out inside it."""
    return (
        date.fromisoformat(inputs["schedule_start_date"]) if index == 0 and "schedule_start_date" in inputs else start
    )


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
