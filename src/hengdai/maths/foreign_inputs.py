"""Reading a published plan's inputs: numbers, counts, dates, frequencies. Unknown words are refused, never guessed."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hengdai.base.calendar import MonthEnd
from hengdai.maths.periods import Frequency, Seed, Unit
from hengdai.maths.sense import MAX_COUNT
from hengdai.maths.verdicts import Record, Refused

_AFTER = re.compile(r"D\+(\d{1,5})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,40})?(?![\d.eE])")
_MONTH_ENDS = {"LAST_DAY_OF_MONTH": MonthEnd.LAST_DAY, "FIRST_DAY_OF_NEXT_MONTH": MonthEnd.FIRST_OF_NEXT}
_UNITS = {
    "MONTH": (1, Unit.MONTHS),
    "QUARTER": (3, Unit.MONTHS),
    "YEAR": (12, Unit.MONTHS),
    "WEEK": (1, Unit.WEEKS),
    "FORTNIGHT": (2, Unit.WEEKS),
    "DAY": (1, Unit.DAYS),
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOWHEN = date(2001, 1, 1)
"""Where a plan is counted from that gives no day; its own due dates are then not compared."""


def number(text: Any) -> Fraction:
    """The leading number of a field, or the quotient it spells: `"24 (2% per month x 12)"`, `"9.95/365"`."""
    found = _NUMBER.match(str(text))
    if found is None or isinstance(text, bool):
        raise ValueError(f"须为数字 / a number expected, found {str(text)[:40]!r}")
    rest = str(text)[found.end() :]
    divisor = _NUMBER.match(rest[1:]) if rest.startswith("/") else None
    return Fraction(found[0]) / (Fraction(divisor[0]) if divisor else 1)


def counted(given: Any) -> int:
    """How many periods: a whole number from 1 to the most that any plan has."""
    return whole(given, 1, MAX_COUNT)


def whole(given: Any, least: int, most: int) -> int:
    """A whole number within bounds, or `ValueError`."""
    found = number(given)
    if found.denominator != 1 or not least <= found <= most:
        raise ValueError(
            f"须为 {least} 至 {most} 的整数 / a whole number from {least} to {most} expected, found {given}"
        )
    return int(found)


def minor(given: Any, unit: int) -> int:
    """An amount in units of the last decimal; one with more decimals than the record keeps raises `ValueError`."""
    scaled = number(given) * unit
    if scaled.denominator != 1 or abs(scaled) > 10**30:
        raise ValueError(f"金额小数位过多或过大 / an amount in whole 1/{unit} expected, found {given}")
    return int(scaled)


def day_of(text: Any) -> date:
    """A day written as 2024-01-31, or as days after a start that the record leaves open, `D+7`."""
    after = _AFTER.fullmatch(str(text))
    return _NOWHEN + timedelta(days=int(after[1])) if after else date.fromisoformat(str(text))


def frequency_of(inputs: Record) -> Frequency:
    """Every how many months, weeks or days; `{"every": 2, "unit": "WEEKS"}` or a bare `"MONTH"`."""
    given = inputs.get("frequency", {"every": 1, "unit": "MONTHS"})
    given = given if isinstance(given, Mapping) else {"every": 1, "unit": given}
    name = str(given["unit"]).upper().rstrip("S")
    if name not in _UNITS:
        raise Refused(f"frequency {given['unit']}: 未收录的周期 / an interval that is not on our list")
    times, unit = _UNITS[name]
    return Frequency(counted(given.get("every", 1)) * times, unit)


def start_of(inputs: Record) -> date:
    """The day the money goes out."""
    return day_of(inputs.get("disbursement_date") or _NOWHEN)


def due_dates(inputs: Record, count: int) -> tuple[date, ...]:
    """The due dates given, or counted from the seed and moved off non-working days (never from a moved date)."""
    given = inputs.get("due_dates")
    if isinstance(given, list):
        return tuple(day_of(day) for day in given)
    strategy = inputs.get("month_end_strategy") or "LAST_DAY_OF_MONTH"
    if strategy not in _MONTH_ENDS:
        raise Refused(f"month_end_strategy {strategy}: 未收录的月末规则 / a month-end rule that is not on our list")
    frequency, closed = frequency_of(inputs), inputs.get("non_working_days") or ""
    seed = Seed(start_of(inputs), frequency.every, frequency, _MONTH_ENDS[strategy])
    first = inputs.get("first_due_date")
    if first and "down_payment_pct" not in inputs and _working(seed.at(0), closed) != day_of(first):
        seed = Seed(day_of(first), 0, frequency, _MONTH_ENDS[strategy])
    return tuple(_working(seed.at(k), closed) for k in range(count))


def _working(day: date, closed: Any) -> date:
    """The day, moved past the closed weekdays and dates that are named; forward unless the text says otherwise."""
    text = ", ".join(map(str, closed)) if isinstance(closed, list) else str(closed)
    weekdays = {index for index, name in enumerate(_WEEKDAYS) if re.search(rf"\b{name}", text)}
    if "previous" in text or "preceding" in text or "modified" in text:
        raise Refused(f"non_working_days {text}: 未收录的节假日顺延规则 / a rule for holidays that is not on our list")
    dates = set(_ISO.findall(text))
    if len(weekdays) == len(_WEEKDAYS):
        raise ValueError("每天都不营业 / every weekday is closed")
    while day.weekday() in weekdays or day.isoformat() in dates:
        day += timedelta(days=1)
    return day
