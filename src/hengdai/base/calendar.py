"""Days: months counted from a seed day without drift, and business days with 调休 working Saturdays as data."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class MonthEnd(StrEnum):
    """What "the 31st" means in a month that has none."""

    LAST_DAY = "last_day"
    FIRST_OF_NEXT = "first_of_next"


def month_after(seed: date, months: int, rule: MonthEnd = MonthEnd.LAST_DAY) -> date:
    """The seed's day of the month, `months` later; always counted from the seed, so 31 → 28 → 31."""
    index = seed.year * 12 + seed.month - 1 + months
    year, month = divmod(index, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if seed.day <= length:
        return date(year, month + 1, seed.day)
    if rule is MonthEnd.LAST_DAY:
        return date(year, month + 1, length)
    return date(year, month + 1, length) + timedelta(days=1)


class OutsideCalendar(ValueError):
    """A business day was asked for outside the years the calendar covers; silence is not a working day."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """A statutory calendar: `holidays` that fall on weekdays, `workdays` that fall on weekends (调休).

    `first` and `last` are the days the data covers; asking outside raises :class:`OutsideCalendar`.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    first: date
    last: date

    def is_business(self, day: date) -> bool:
        """Whether people work on that day."""
        if not self.first <= day <= self.last:
            raise OutsideCalendar(f"日历仅覆盖 / calendar covers {self.first}..{self.last}, asked for {day}")
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def next_business(self, day: date) -> date:
        """That day if people work on it, else the first later one."""
        while not self.is_business(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, business_days: int) -> date:
        """The day `business_days` (≥ 0) business days after `day`, not counting `day` itself."""
        for _ in range(business_days):
            day = self.next_business(day + timedelta(days=1))
        return day
