"""Costs, schedules, accrual and allocation as columns: ragged flows as offsets and values, 64-bit integers throughout.

Each function has a plain twin that reads like the contract (`cost.all_in`, `cost.dated`, `schedule.schedule`,
`accrual.earned`, `accrual.penalty`, `allocation.allocate`) and gives exactly what the twin gives: where compiled
arithmetic cannot prove a figure, the twin computes that loan. Numba is loaded by the first call and not before.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hengdai.maths import cost
from hengdai.maths.allocation import Across
from hengdai.maths.day_count import DayCount, days_in_year
from hengdai.maths.kernels.shape import CHUNK
from hengdai.maths.root import Bracket, NoRate, Roots, Why

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

TWINS = {
    "periodic_rates": "cost.all_in",
    "all_in_columns": "cost.all_in",
    "simple_columns": "cost.all_in",
    "dated_rates": "cost.dated",
    "allocate_columns": "allocation.allocate",
}

RATE, ONE_MOMENT, ONE_DIRECTION, NO_ROOT, SEVERAL_ROOTS, TOUCHING = range(6)
_WHY = {
    Why.ONE_MOMENT: ONE_MOMENT,
    Why.ONE_DIRECTION: ONE_DIRECTION,
    Why.NO_ROOT: NO_ROOT,
    Why.SEVERAL_ROOTS: SEVERAL_ROOTS,
    Why.TOUCHING: TOUCHING,
}
_EPOCH = date(1970, 1, 1)
DAYS_A_YEAR = cost.DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class RateColumns:
    """Proved rates: each true rate lies within `reach` of `rate`; `state` is RATE or why there is none (rate NaN)."""

    rate: Floats
    reach: Floats
    state: Flags


@dataclass(frozen=True, slots=True)
class CostColumns:
    """All-in cost of each loan, e8, equal to the twin's; nothing (0) where `state` is not RATE."""

    simple_e8: Ints
    compound_e8: Ints
    state: Flags


def periodic_rates(values: Ints, offsets: Ints, threads: int = 2, among: Bools | None = None) -> RateColumns:
    """The rate per period of each loan's equally spaced flows ``values[offsets[i]:offsets[i + 1]]``.

    Where `among` is given, the others may be left without a rate (NO_ROOT).
    """
    from hengdai.maths.kernels.periodic import solve_range

    count = _count(values, offsets)
    rate, reach, proved = np.empty(count), np.empty(count), np.zeros(count, np.uint8)
    in_threads(lambda a, b: solve_range(values, offsets, a, b, rate, reach, proved), count, threads)
    state = np.zeros(count, np.uint8)
    if among is not None:
        left = (proved == 0) & ~among
        rate[left], reach[left], state[left], proved[left] = np.nan, np.nan, NO_ROOT, 1
    for i in np.flatnonzero(proved == 0):
        flows = [int(each) for each in values[offsets[i] : offsets[i + 1]]]
        try:
            bracket = cost.all_in(flows, 1).periodic
            rate[i], reach[i] = float(bracket.mid), float(bracket.high - bracket.low)
        except NoRate as none:
            rate[i], reach[i], state[i] = np.nan, np.nan, _WHY[none.why]
    return RateColumns(rate, reach, state)


def all_in_columns(
    values: Ints, offsets: Ints, periods_per_year: int, days: Ints | None = None, threads: int = 2,
    among: Bools | None = None,
) -> CostColumns:  # fmt: skip
    """Simple and compound all-in cost of each loan, exactly as :func:`cost.all_in` rounds them.

    Where `days` is not 0 the loan's flows lie so many days apart and its cost is that of :func:`cost.all_in_days`.
    `among` is as in :func:`periodic_rates`.
    """
    rates = periodic_rates(values, offsets, threads, among)
    a_year = _periods_a_year(periods_per_year, days)
    with np.errstate(over="ignore", invalid="ignore"):
        growth = (1.0 + rates.rate) ** a_year
        # Relative error of the power: its own, that of its exponent, and the reach of the rate times the periods.
        reach = rates.reach / np.maximum(1.0 + rates.rate, 1e-300) + 2.0**-51
        spread = a_year * reach + np.abs(np.log(np.maximum(growth, 1e-300))) * 2.0**-51
        simple, simple_sure = _e8(rates.rate * a_year, (rates.reach + 2.0**-52) * a_year)
        compound, compound_sure = _e8(growth - 1.0, growth * spread + 2.0**-52)
    twin = _Twin(values, offsets, rates, periods_per_year, days)
    for figures, sure, exact in ((simple, simple_sure, twin.simple), (compound, compound_sure, twin.compound)):
        for i in np.flatnonzero((rates.state == RATE) & ~sure):
            figures[i] = min(exact(int(i)), 2**63 - 1)
    return CostColumns(simple, compound, rates.state)


def simple_columns(
    values: Ints, offsets: Ints, periods_per_year: int, days: Ints | None = None, threads: int = 2
) -> tuple[Ints, Flags]:
    """The simple cost alone, and its state, for those who ask it so often that the compound one would tell."""
    rates = periodic_rates(values, offsets, threads)
    a_year = _periods_a_year(periods_per_year, days)
    with np.errstate(over="ignore", invalid="ignore"):
        simple, sure = _e8(rates.rate * a_year, (rates.reach + 2.0**-52) * a_year)
    twin = _Twin(values, offsets, rates, periods_per_year, days)
    for i in np.flatnonzero((rates.state == RATE) & ~sure):
        simple[i] = min(twin.simple(int(i)), 2**63 - 1)
    return simple, rates.state


def _periods_a_year(months: int, days: Ints | None) -> Floats | int:
    """How many periods a year has, of every loan where some lie so many days apart."""
    if days is None or not days.any():
        return months
    return np.where(days > 0, DAYS_A_YEAR / np.maximum(days, 1), float(months))


@dataclass(frozen=True, slots=True)
class _Twin:
    """The plain twin's figures of single loans, for those whose rounding a float does not settle."""

    values: Ints
    offsets: Ints
    rates: RateColumns
    periods_per_year: int
    days: Ints | None

    def simple(self, i: int) -> int:
        """The simple rate of loan `i`, e8."""
        if apart := self._apart(i):
            return cost.all_in_days(self._flows(i), apart).simple_e8
        return cost.simple_of(self._bracket(i), self.periods_per_year)

    def compound(self, i: int) -> int:
        """The compound rate of loan `i`, e8."""
        if apart := self._apart(i):
            return cost.all_in_days(self._flows(i), apart).compound_e8
        return cost.compound_of(self._bracket(i), self.periods_per_year)

    def _apart(self, i: int) -> int:
        return 0 if self.days is None else int(self.days[i])

    def _flows(self, i: int) -> list[int]:
        return [int(each) for each in self.values[self.offsets[i] : self.offsets[i + 1]]]

    def _bracket(self, i: int) -> Bracket:
        """The bracket that is proved already, where its ends are rates and its signs are known."""
        flows = self._flows(i)
        low, high = (Fraction(self.rates.rate[i]) + side * Fraction(self.rates.reach[i]) for side in (-1, 1))
        if low <= -1 or sum((one > 0) != (other > 0) for one, other in pairwise(filter(None, flows))) != 1:
            return cost.all_in(flows, 1).periodic
        ordered = tuple(cost.Flow(amount, k) for k, amount in enumerate(flows) if amount)
        return Bracket(ordered, low, high, 1 if ordered[-1].amount > 0 else -1, unique=True)


def dated_rates(
    values: Ints, days: Ints, offsets: Ints, day_count: DayCount = DayCount.ACT_365, threads: int = 2
) -> RateColumns:
    """XIRR: effective annual rates of flows on `days` (since 1970), by a day count with a fixed year of actual days."""
    from hengdai.maths.kernels.dated import solve_range

    year = days_in_year(day_count)
    if year is None or not day_count.startswith("act/"):
        raise ValueError(
            f"列计算仅支持固定年天数 / act/360, act/364, act/365 or act/365.25 expected, found {day_count}"
        )
    count = _count(values, offsets)
    log_rate, log_reach, proved = np.empty(count), np.empty(count), np.zeros(count, np.uint8)
    out = (log_rate, log_reach, proved)
    in_threads(lambda a, b: solve_range(values, days, offsets, a, b, out), count, threads)
    basis = float(year)
    with np.errstate(over="ignore", invalid="ignore"):
        rate = np.expm1(log_rate * basis)
        reach = (1.0 + rate) * (basis * log_reach * 1.01 + 2.0**-49)
    state = np.zeros(count, np.uint8)
    for i in np.flatnonzero(proved == 0):
        span = slice(offsets[i], offsets[i + 1])
        flows = [(_day(day), int(value)) for day, value in zip(days[span], values[span], strict=True)]
        try:
            rate[i] = _float(cost.annual_effective(cost.dated(flows, day_count)))
            reach[i] = abs(rate[i]) * 2.0**-40 + 2.0**-40
        except NoRate as none:
            rate[i], reach[i], state[i] = np.nan, np.nan, _WHY[none.why]
    return RateColumns(rate, reach, state)


def allocate_columns(amounts: Ints, offsets: Ints, owed: Ints, across: Across = Across.INSTALMENT) -> tuple[Ints, Ints]:
    """What each debt is paid and what is left of each payment.

    `owed` has a row an instalment (oldest first within a payment's rows) and a column a component, in the order of
    payment. A negative figure raises `ValueError`.
    """
    from hengdai.maths.kernels.payments import allocate_all

    if (len(amounts) and amounts.min() < 0) or (owed.size and owed.min() < 0):
        raise ValueError("金额不得为负 / no negative amount expected")
    if len(offsets) != len(amounts) + 1 or int(offsets[-1]) != len(owed):
        raise ValueError(f"offsets must end at {len(owed)} rows for {len(amounts)} payments")
    paid, rest = np.zeros_like(owed), np.empty_like(amounts)
    allocate_all(amounts, offsets, owed, across is Across.COMPONENT, paid, rest)
    return paid, rest


def _count(values: Ints, offsets: Ints) -> int:
    """The number of loans; columns of another shape or type raise `ValueError`."""
    if values.dtype != np.int64 or offsets.dtype != np.int64 or len(offsets) < 1 or int(offsets[-1]) != len(values):
        raise ValueError(
            f"64 位整数列与偏移须相符 / int64 columns whose offsets end at {len(values)} expected, "
            f"found {values.dtype}, {offsets.dtype} and {offsets[-1:]}"
        )
    return len(offsets) - 1


def _e8(rate: Floats, doubt: Floats) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Rates as e8 half-up (away from zero), and whether the doubt leaves that rounding certain."""
    scaled, spread = rate * 1e8, doubt * 1e8 + np.abs(rate) * 1e8 * 2.0**-50
    sure = np.isfinite(scaled) & (np.abs(scaled) < 2.0**52)
    scaled = np.where(sure, scaled, 0.0)
    size = np.floor(np.abs(scaled) + 0.5)
    sure &= np.abs(np.abs(scaled) + 0.5 - np.rint(np.abs(scaled) + 0.5)) > spread
    return (np.sign(scaled) * size).astype(np.int64), sure


def _float(exact: Fraction) -> float:
    """The nearest float, infinite beyond the largest."""
    try:
        return float(exact)
    except OverflowError:
        return float("inf")


def _day(since: int) -> date:
    return _EPOCH + timedelta(days=int(since))


def in_threads(work: Callable[[int, int], None], count: int, threads: int) -> None:
    """Call `work(begin, end)` over all loans, in parts that threads take; compiled kernels hold no lock."""
    if threads <= 1 or count < 10_000:
        work(0, count)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, begin, end) for begin, end in _parts(count, threads * 4)]:
            done.result()


def _parts(count: int, parts: int) -> Iterator[tuple[int, int]]:
    # Whole chunks, so that a loan stands among the same neighbours however many threads there are.
    chunks = -(-count // CHUNK)
    bounds = [min(chunks * k // parts * CHUNK, count) for k in range(parts)] + [count]
    yield from pairwise(bounds)


__all__ = [
    "NO_ROOT", "ONE_DIRECTION", "ONE_MOMENT", "RATE", "SEVERAL_ROOTS", "TOUCHING", "CostColumns", "RateColumns",
    "Roots", "all_in_columns", "allocate_columns", "dated_rates", "in_threads", "periodic_rates",
    "simple_columns",
]  # fmt: skip
