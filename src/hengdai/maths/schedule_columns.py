"""Schedules of many loans as columns: rows behind one another, each loan's from its offset on; exact to the minor unit.

The plain twin is :func:`hengdai.maths.schedule.schedule`: it computes what the kernel does not know or cannot prove.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from hengdai.base.calendar import MonthEnd
from hengdai.base.rounding import Rounding
from hengdai.maths.columns import Flags, Ints, in_threads
from hengdai.maths.day_count import days_in_year
from hengdai.maths.periods import BrokenFirst, Frequency, PeriodInterest, Unit
from hengdai.maths.schedule import schedule
from hengdai.maths.sense import MAX_COUNT, MAX_EVERY, MAX_PRINCIPAL, MAX_RATE_E8, Nonsense
from hengdai.maths.terms import CALCULATOR, Method, Residue, ScheduleTerms

TWINS = {"schedules": "schedule.schedule", "schedules_into": "schedule.schedule"}
Rows = tuple[Ints, Ints, Ints, Ints]
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Loans:
    """Loans that share a product's terms: what differs from loan to loan, one array each.

    `start` is in days since 1970; `due_day` is the fixed day of the month or 0 for none. `flat_fee_e8` is each loan's
    own fee per period where the product's does not hold for all, `days` each loan's own period in days, 0 where it is
    the product's.
    """

    principal: Ints
    rate_e8: Ints
    count: Ints
    start: Ints
    due_day: Ints
    flat_fee_e8: Ints | None = None
    days: Ints | None = None


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """Rows of all loans: loan i has rows ``offsets[i]`` to ``offsets[i + 1]``; `refused` loans have terms of no sense.

    `due` in days since 1970; amounts in minor units. A refused loan's rows hold zeros.
    """

    offsets: Ints
    due: Ints
    principal: Ints
    interest: Ints
    closing: Ints
    refused: Flags


def schedules(product: ScheduleTerms, loans: Loans, threads: int = 2) -> PlanColumns:
    """The schedule of every loan on the product's terms, row for row as :func:`schedule.schedule` gives it."""
    size = np.where((loans.count >= 1) & (loans.count <= MAX_COUNT), loans.count, 0)
    if product.method is Method.BULLET:
        size = np.minimum(size, 1)
    offsets = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=offsets[1:])
    due, principal, interest, closing = (np.zeros(int(offsets[-1]), np.int64) for _ in range(4))
    refused = schedules_into(product, loans, (offsets[:-1], offsets[1:]), (due, principal, interest, closing), threads)
    return PlanColumns(offsets, due, principal, interest, closing, refused)


def schedules_into(
    product: ScheduleTerms, loans: Loans, places: tuple[Ints, Ints], rows: Rows, threads: int = 2
) -> Flags:
    """The schedule of every loan into its places (first row, and that after the last) among `rows`; who was refused.

    `rows` are due days, principal, interest and closing balance. The rows of refused loans become zeros.
    """
    done, refused = np.zeros(len(loans.count), np.uint8), np.zeros(len(loans.count), np.uint8)
    if _fits_kernel(product):
        _fill_by_kernel(product, loans, places, rows, done, threads)
    for i in np.flatnonzero(done == 0):
        span = slice(int(places[0][i]), int(places[1][i]))
        refused[i] = not _fill_by_twin(product, loans, int(i), rows, span)
    return refused


def _fits_kernel(product: ScheduleTerms) -> bool:
    """Whether the kernel knows the product's conventions."""
    year = days_in_year(product.day_count)
    return (
        product.frequency.unit is Unit.MONTHS
        and product.month_end is MonthEnd.LAST_DAY
        and product.day_count.startswith("act/")
        and year is not None
        and year.denominator == 1
        and product.rounding is Rounding.HALF_UP
        and product.residue is Residue.LAST
        and product.interest_multiple == 1
        and product.broken_first in (BrokenFirst.ACTUAL_DAYS, BrokenFirst.WHOLE_PERIOD)
        and product.instalment is None
        and not product.dates
        and product.first_due is None
        and product.calculator == CALCULATOR
        and 1 <= product.frequency.every <= MAX_EVERY
        and 1 <= product.multiple <= 10**12
        and product.grace_principal >= 0
    )


def _fill_by_kernel(
    product: ScheduleTerms, loans: Loans, places: tuple[Ints, Ints], rows: Rows, done: Flags, threads: int
) -> None:
    """Rows of the loans whose terms make sense on their face; the others stay undone."""
    from hengdai.maths.kernels.plans import fill_range

    rule = (
        list(Method).index(product.method),
        product.frequency.every,
        int(days_in_year(product.day_count) or 0),
        product.period_interest is PeriodInterest.ACTUAL_DAYS,
        product.broken_first is BrokenFirst.ACTUAL_DAYS,
        product.multiple,
        product.grace_principal,
    )
    columns = (loans.principal, loans.rate_e8, loans.count, loans.start, loans.due_day, _flat_fees(product, loans),
               _days(loans))  # fmt: skip
    done[:] = _sane(product, loans)
    in_threads(lambda a, b: fill_range(columns, places, rule, rows, done, (a, b)), len(done), threads)


def _flat_fees(product: ScheduleTerms, loans: Loans) -> Ints:
    return np.full_like(loans.count, product.flat_fee_e8) if loans.flat_fee_e8 is None else loans.flat_fee_e8


def _days(loans: Loans) -> Ints:
    return np.zeros_like(loans.count) if loans.days is None else loans.days


def _sane(product: ScheduleTerms, loans: Loans) -> npt.NDArray[np.bool_]:
    """Loans whose terms make sense; the twin says what is wrong with the others."""
    flat, fee = product.method is Method.FLAT_FEE, _flat_fees(product, loans)
    days = _days(loans)
    last_day = loans.start + loans.count * np.where(days > 0, days, product.frequency.every * 31) + 62
    sane: npt.NDArray[np.bool_] = (
        (loans.principal >= 1) & (loans.principal <= MAX_PRINCIPAL) & (loans.rate_e8 >= 0)
        & (loans.rate_e8 <= (0 if flat else MAX_RATE_E8)) & (fee >= 0) & (fee <= (MAX_RATE_E8 if flat else 0))
        & (loans.due_day >= 0) & (loans.due_day <= 31) & (loans.count > product.grace_principal)
        & (loans.count <= MAX_COUNT) & (loans.start > -25_000) & (last_day < 2_900_000)
        & (days >= 0) & (days <= MAX_EVERY) & ((days == 0) | (loans.due_day == 0))
    )  # fmt: skip
    return sane


def _fill_by_twin(product: ScheduleTerms, loans: Loans, i: int, rows: Rows, span: slice) -> bool:
    """One loan's rows from the plain schedule; a refusal leaves zeros and is False."""
    try:
        days = int(_days(loans)[i])
        terms = replace(
            product, principal=int(loans.principal[i]), rate_e8=int(loans.rate_e8[i]), count=int(loans.count[i]),
            start=_EPOCH + timedelta(days=int(loans.start[i])), due_day=int(loans.due_day[i]) or None,
            flat_fee_e8=int(_flat_fees(product, loans)[i]),
            frequency=Frequency(days, Unit.DAYS) if days else product.frequency,
        )  # fmt: skip
        made = schedule(terms)
    except (Nonsense, OverflowError):
        for column in rows:
            column[span] = 0
        return False
    rows[0][span] = [(row.due - _EPOCH).days for row in made]
    rows[1][span] = [row.principal for row in made]
    rows[2][span] = [row.interest for row in made]
    rows[3][span] = [row.closing for row in made]
    return True


__all__ = ["Loans", "PlanColumns", "Rows", "schedules", "schedules_into"]
