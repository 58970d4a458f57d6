"""When instalments fall due, counted from a seed day without drift, and which part of a year each period is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from hengdai.base.calendar import MonthEnd, month_after
from hengdai.maths.day_count import DayCount, days_in_year, year_fraction


class Unit(StrEnum):
    """What an instalment period is counted in."""

    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Frequency:
    """One instalment every `every` units; monthly unless said otherwise."""

    every: int = 1
    unit: Unit = Unit.MONTHS


MONTHLY = Frequency()


class PeriodInterest(StrEnum):
    """How much of a year a regular period is."""

    WHOLE_PERIOD = "whole_period"
    """A month is a twelfth of a year, however long it is; n weeks or days are n x 7 or n days over the year's days."""
    ACTUAL_DAYS = "actual_days"
    """As the day count says, period by period."""


class BrokenFirst(StrEnum):
    """How much of a year a first period is that is longer or shorter than the regular one (首期不足月)."""

    ACTUAL_DAYS = "actual_days"
    """As the day count says."""
    WHOLE_PERIOD = "whole_period"
    """As if it were regular."""
    MONTHS_AND_DAYS = "months_and_days"
    """Whole months counted back from the due date, the odd days as the day count says."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Where due dates are counted from: `at(0)` is the first due date, `at(-1)` one period earlier.

    `offset` is the distance from `origin` to the first due date, in units of the frequency.
    """

    origin: date
    offset: int
    frequency: Frequency
    month_end: MonthEnd

    def at(self, index: int) -> date:
        """The due date number `index` (0 is the first); always from the origin, so 31 → 28 → 31."""
        units = self.offset + index * self.frequency.every
        if self.frequency.unit is Unit.MONTHS:
            return month_after(self.origin, units, self.month_end)
        return self.origin + timedelta(days=units * (7 if self.frequency.unit is Unit.WEEKS else 1))


def seed_of(
    start: date,
    first_due: date | None,
    due_day: int | None,
    frequency: Frequency,
    month_end: MonthEnd,
) -> Seed:
    """The seed of a plan that starts on `start`.

    A fixed `due_day` (months only) falls in the month of `first_due`, or `every` months after the start's month.
    Without one the seed is the start itself, unless `first_due` is another day than that would give.
    """
    if due_day is not None:
        return _fixed_day_seed(
            first_due or month_after(start.replace(day=1), frequency.every),
            due_day,
            frequency,
            month_end,
        )
    natural = Seed(start, frequency.every, frequency, month_end)
    if first_due is None or natural.at(0) == first_due:
        return natural
    return Seed(first_due, 0, frequency, month_end)


def _fixed_day_seed(first: date, due_day: int, frequency: Frequency, month_end: MonthEnd) -> Seed:
    """The seed of a fixed day whose first due date lies in the month of `first`."""
    origin = date(2000, 1, due_day)  # a month of 31 days, so that every fixed day exists in it
    offset = (first.year - origin.year) * 12 + first.month - origin.month
    rolled = Seed(origin, offset - 1, frequency, month_end)
    return rolled if rolled.at(0) == first else Seed(origin, offset, frequency, month_end)


def is_whole(start: date, seed: Seed, first: date) -> bool:
    """Whether the period from `start` to the `first` due date is a regular one."""
    return start == seed.at(-1) or first == Seed(start, seed.frequency.every, seed.frequency, seed.month_end).at(0)


def whole_fraction(frequency: Frequency, day_count: DayCount) -> Fraction:
    """The part of a year of one regular period. Calendar-dependent years count 365 days for weeks and days."""
    if frequency.unit is Unit.MONTHS:
        return Fraction(frequency.every, 12)
    length = frequency.every * (7 if frequency.unit is Unit.WEEKS else 1)
    return length / (days_in_year(day_count) or Fraction(365))


def broken_fraction(rule: BrokenFirst, start: date, due: date, frequency: Frequency, day_count: DayCount) -> Fraction:
    """The part of a year of an irregular first period."""
    if rule is BrokenFirst.WHOLE_PERIOD:
        return whole_fraction(frequency, day_count)
    if rule is BrokenFirst.ACTUAL_DAYS:
        return year_fraction(day_count, start, due)
    months = (due.year - start.year) * 12 + due.month - start.month
    if month_after(due, -months) < start:
        months -= 1
    return Fraction(months, 12) + year_fraction(day_count, start, month_after(due, -months))


def fractions(
    bounds: Sequence[date],
    day_count: DayCount,
    whole: Fraction | None,
    first: Fraction | None,
) -> tuple[Fraction, ...]:
    """The part of a year of each period between consecutive `bounds`; `whole` None means by the day count.

    `first` replaces the first one when the first period is broken.
    """
    regular = [year_fraction(day_count, start, due) if whole is None else whole for start, due in pairwise(bounds)]
    if first is not None:
        regular[0] = first
    return tuple(regular)
