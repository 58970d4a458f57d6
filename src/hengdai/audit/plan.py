"""The repayment plan of every loan of a batch, from its contract terms alone, by the kernels of `maths`.

Days are counted since 1970, amounts are minor units. Loans without a method, or whose terms make no sense, have no
plan and are marked; nothing is assumed for them.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from hengdai.maths.periods import MONTHLY, Frequency, Unit
from hengdai.maths.schedule import schedule
from hengdai.maths.schedule_columns import Loans, schedules_into
from hengdai.maths.sense import MAX_COUNT, Nonsense
from hengdai.maths.terms import Method, ScheduleTerms

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NO_DAY = -(2**40)
THREADS = 1
"""Batches are audited side by side; threads of their own in each would only wait for one another, on fresh memory."""
_EPOCH = date(1970, 1, 1)
_WIDE = 1 << 20
"""Beyond so many numbers from the least to the greatest they are sorted instead of counted."""


@dataclass(frozen=True, slots=True)
class Plans:
    """Rows of all loans: loan i has rows ``offsets[i]`` to ``offsets[i + 1]``; `made` says which have a plan."""

    offsets: Ints
    due: Ints
    principal: Ints
    interest: Ints
    closing: Ints
    made: Bools

    @property
    def sizes(self) -> Ints:
        """How many rows each loan has."""
        return np.diff(self.offsets)

    def sums(self, values: Ints) -> Ints:
        """The sum of `values` (one a row) over each loan's rows."""
        out, has = np.zeros(len(self.made), np.int64), self.sizes > 0
        if has.any():
            out[has] = np.add.reduceat(values, self.offsets[:-1][has])
        return out


def whole(frame: pl.DataFrame, name: str, absent: int = 0) -> Ints:
    """A whole-number or day column as 64-bit integers, `absent` where it is null."""
    column = frame[name].to_physical().cast(pl.Int64).fill_null(absent)
    return np.ascontiguousarray(column.to_numpy().astype(np.int64))


def present(frame: pl.DataFrame, name: str) -> Bools:
    """Where a column is not null."""
    return np.ascontiguousarray(frame[name].is_not_null().to_numpy().astype(np.bool_))


def occurring(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers that occur, rising, and the place of each row's number among them."""
    least, most = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    if most - least >= _WIDE:
        found, place = np.unique(numbers, return_inverse=True)
        return found, place.astype(np.int64)
    since = numbers - least
    here = np.bincount(since, minlength=1) > 0
    return np.flatnonzero(here)[: len(numbers)] + least, (np.cumsum(here) - 1)[since]


def plans_of(loans: pl.DataFrame) -> Plans:
    """The plan of every loan of the batch."""
    count = whole(loans, "count")
    sizes = np.where((count >= 1) & (count <= MAX_COUNT), count, 0)
    method = _methods(loans)
    sizes = np.where(method == list(Method).index(Method.BULLET), np.minimum(sizes, 1), np.where(method < 0, 0, sizes))
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    rows = [np.zeros(int(offsets[-1]), np.int64) for _ in range(4)]
    plans = Plans(offsets, rows[0], rows[1], rows[2], rows[3], np.zeros(len(sizes), np.bool_))
    for place, product in enumerate(Method):
        _fill(plans, product, np.flatnonzero(method == place), loans)
    return plans


def first_rows(plans: Plans, values: Ints) -> Ints:
    """The first row's value of each loan; 0 where there is no plan."""
    out = np.zeros(len(plans.made), np.int64)
    has = plans.sizes > 0
    out[has] = values[plans.offsets[:-1][has]]
    return out


def _methods(loans: pl.DataFrame) -> Ints:
    """The place of each loan's method among all; -1 where there is none, or a flat fee without its rate."""
    places = {method.value: place for place, method in enumerate(Method)}
    method = loans["method"].replace_strict(places, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    without_fee = (method == places[Method.FLAT_FEE]) & (whole(loans, "flat_fee_rate", -1) < 0)
    return np.where(without_fee, -1, method)


def _fill(plans: Plans, method: Method, which: Ints, loans: pl.DataFrame) -> None:
    """The rows of the loans `which`: natural dates first, then the fixed day of the first due date, then the twin."""
    product, rows = ScheduleTerms(1, 0, method, 1, _EPOCH), (plans.due, plans.principal, plans.interest, plans.closing)
    for due_day in (whole(loans, "due_day"), _day_of_month(loans)):
        if not len(which):
            return
        places = plans.offsets[which], plans.offsets[which + 1]
        columns = _columns(loans, which, due_day[which], flat=method is Method.FLAT_FEE)
        refused = schedules_into(product, columns, places, rows, THREADS) == 1
        stated = whole(loans, "first_due", NO_DAY)[which]
        agrees = refused | (stated == NO_DAY) | (places[0] == places[1])
        if method is Method.BULLET:
            agrees[:] = True
        elif len(plans.due):
            agrees |= plans.due[np.minimum(places[0], len(plans.due) - 1)] == stated
        plans.made[which] = agrees & ~refused & (places[0] < places[1])
        which = which[~agrees]
    for at in which:
        _by_twin(plans, method, int(at), loans)


def _day_of_month(loans: pl.DataFrame) -> Ints:
    day = loans["first_due"].dt.day().cast(pl.Int64).fill_null(0)
    return day.to_numpy().astype(np.int64)


def _columns(loans: pl.DataFrame, which: Ints, due_day: Ints, *, flat: bool) -> Loans:
    nothing, days = np.zeros(len(which), np.int64), whole(loans, "period_days")[which]
    return Loans(
        whole(loans, "principal")[which], nothing if flat else whole(loans, "rate")[which],
        whole(loans, "count")[which], whole(loans, "disbursed_on")[which],
        np.where((due_day >= 0) & (due_day <= 31) & (days == 0), due_day, 0),
        whole(loans, "flat_fee_rate")[which] if flat else nothing, days,
    )  # fmt: skip


def _by_twin(plans: Plans, method: Method, at: int, loans: pl.DataFrame) -> None:
    """A loan whose first due date follows no fixed rule, by the plain schedule."""
    row = loans.row(at, named=True)
    span = slice(int(plans.offsets[at]), int(plans.offsets[at + 1]))
    flat, days = method is Method.FLAT_FEE, row["period_days"] or 0
    every = Frequency(days, Unit.DAYS) if days else MONTHLY
    try:
        rows = schedule(ScheduleTerms(
            row["principal"], 0 if flat else row["rate"], method, row["count"], row["disbursed_on"], row["first_due"],
            frequency=every, flat_fee_e8=row["flat_fee_rate"] if flat else 0,
        ))  # fmt: skip
    except (Nonsense, OverflowError, ValueError):
        for column in (plans.due, plans.principal, plans.interest, plans.closing):
            column[span] = 0
        return
    plans.due[span] = [(each.due - _EPOCH).days for each in rows]
    plans.principal[span] = [each.principal for each in rows]
    plans.interest[span] = [each.interest for each in rows]
    plans.closing[span] = [each.closing for each in rows]
    plans.made[at] = True


def day_of(since: int) -> date:
    """A day from its number since 1970."""
    return _EPOCH + timedelta(days=int(since))
