"""The run-off plan of a book: which loan is mended in which month, what that costs, and how many are left after it.

A remedy is priced on the day it is given: a loan that waits has paid more instalments above the line by then, and what
has to be given back has grown. Loans that the law already forbade when they were written go before those that it lets
run out, the dearest first among each.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from hengdai.audit.runoff import Old, Remedy, Step, step_of
from hengdai.base.calendar import month_after
from hengdai.base.text import Text

MONTHS = 12
MOST_MONTHS = 120
"""Ten years: the longest plan that anybody could be held to, and no slip of a digit."""
BACKWARDS = Text("清零日 {by} 早于起始日 {start}", "the day to be clear by, {by}, is before the day it begins, {start}")
TOO_LONG = Text("{start} 至 {by} 超过十年", "{start} to {by} is more than ten years")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the plan: loans mended by its day and what that costs, those ended of themselves, those left."""

    number: int
    day: date
    mended: int
    ended: int
    price: int
    left: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One loan in the plan: its step, the month (0 when it had ended before the plan) and the day."""

    old: Old
    step: Step
    month: int
    day: date


@dataclass(frozen=True, slots=True)
class Timetable:
    """The plan: its months, and every loan in the order in which they are mended."""

    start: date
    months: tuple[Month, ...]
    loans: tuple[Planned, ...]

    @property
    def price(self) -> int:
        """What the whole plan costs."""
        return sum(month.price for month in self.months)


def days_of(start: date, by: date) -> list[date]:
    """The day of each month of the plan: months after `start`, none after `by`. `ValueError` says what is amiss."""
    if by < start:
        raise ValueError(str(BACKWARDS.fill(by=by.isoformat(), start=start.isoformat())))
    months = max(1, (by.year - start.year) * MONTHS + by.month - start.month)
    if months > MOST_MONTHS:
        raise ValueError(str(TOO_LONG.fill(by=by.isoformat(), start=start.isoformat())))
    return [min(month_after(start, number), by) for number in range(1, months + 1)]


def timetable(olds: Sequence[Old], start: date, by: date, allowed: Collection[Remedy] = tuple(Remedy)) -> Timetable:
    """Mend the loans between the two days, as many each month, earlier ones rounded up.

    Whoever waits pays on above the line, so the dearest are mended first. `ValueError` when `by` is before `start`.
    """
    days = days_of(start, by)
    now = [old.on(start) for old in olds]
    above = [(old, step) for old in now if (step := step_of(old, allowed)) is not None]
    waits = [_run_out(old, step, start, days) for old, step in above if step.remedy is Remedy.RUN_OUT]
    mended = [each for each in above if each[1].remedy is not Remedy.RUN_OUT]
    mended.sort(key=lambda each: (each[0].may_run_out, -each[1].price, each[0].loan_id))
    planned = [
        _mended(old, step, _number(place, len(mended), len(days)), days, allowed)
        for place, (old, step) in enumerate(mended)
    ]
    loans = (*planned, *sorted(waits, key=lambda each: (each.day, each.old.loan_id)))
    return Timetable(start, tuple(_months(loans, days)), loans)


def _number(place: int, loans: int, months: int) -> int:
    """The month in which the loan at that place is mended, so that each month mends as many."""
    return place * months // loans + 1


def _mended(old: Old, first: Step, number: int, days: Sequence[date], allowed: Collection[Remedy]) -> Planned:
    """The loan with its remedy as of the day on which it is given; `first` is that of the plan's first day."""
    day = days[number - 1]
    then = old.on(day)
    step = first if then.passed == old.passed else step_of(then, allowed)
    assert step is not None  # the cost of the whole loan does not turn on the day
    return Planned(old, step, number, day)


def _run_out(old: Old, step: Step, start: date, days: Sequence[date]) -> Planned:
    """A loan that ends by its terms, in the month of its last instalment."""
    last = old.due[-1]
    number = 0 if last <= start else bisect_left(days, last) + 1
    return Planned(old, step, number, last)


def _months(loans: Sequence[Planned], days: Sequence[date]) -> list[Month]:
    mended, ended, price = ([0] * (len(days) + 1) for _ in range(3))
    for loan in loans:
        (ended if loan.step.remedy is Remedy.RUN_OUT else mended)[loan.month] += 1
        price[loan.month] += loan.step.price
    told, left = [], sum(loan.month > 0 for loan in loans)
    for number, day in enumerate(days, 1):
        left -= mended[number] + ended[number]
        told.append(Month(number, day, mended[number], ended[number], price[number], left))
    return told
