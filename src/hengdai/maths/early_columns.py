"""The cost of many loans paid off early, with each of their instalments: as columns, ragged like the loans themselves.

The plain twin is a list of flows a month and :func:`hengdai.maths.cost.all_in`. A loan of n instalments has n - 1 such
views of some n/2 flows; they are laid out a block of loans at a time, and never lie in memory together.
"""

from dataclasses import dataclass

import numpy as np

from hengdai.maths.columns import Flags, Ints, in_threads, simple_columns
from hengdai.maths.kernels.shape import LONGEST

TWINS = {"early_columns": "cost.all_in"}
BLOCK = 1 << 18
"""Flows laid out at once, 2 MiB: they stay in the cache until they are solved."""


@dataclass(frozen=True, slots=True)
class Early:
    """Loans that may be paid off: with instalment k + 1 of loan i, ``balance[first[i] + k]`` is left, plus its fee.

    `months` says for how many instalments that is asked, `fee_e8` what share of the balance the borrower pays besides.
    """

    balance: Ints
    first: Ints
    months: Ints
    fee_e8: Ints


@dataclass(frozen=True, slots=True)
class EarlyColumns:
    """Loan i's costs are ``simple_e8[offsets[i]:offsets[i + 1]]``, one a month; 0 where `state` is not RATE."""

    offsets: Ints
    simple_e8: Ints
    state: Flags


def early_columns(
    values: Ints, offsets: Ints, early: Early, periods_per_year: int, days: Ints, threads: int = 2
) -> EarlyColumns:
    """Simple cost a year of every loan paid off with each of its first instalments, exactly as the twin rounds it.

    Flows are those of :func:`hengdai.maths.columns.all_in_columns`. No loan is asked about beyond flow 511, the longest
    that the kernel solves.
    """
    months = np.clip(early.months, 0, LONGEST - 1)
    ends = np.zeros(len(months) + 1, np.int64)
    np.cumsum(months, out=ends[1:])
    found = EarlyColumns(ends, np.zeros(int(ends[-1]), np.int64), np.zeros(int(ends[-1]), np.uint8))
    sizes = np.zeros(len(months) + 1, np.int64)
    np.cumsum(months * (months + 3) // 2, out=sizes[1:])

    def work(begin: int, end: int) -> None:
        while begin < end:
            # As many loans as fill a block, one at least.
            upto = int(np.searchsorted(sizes, sizes[begin] + BLOCK, "right")) - 1
            upto = min(max(upto, begin + 1), end)
            _solve(values, offsets, early, (begin, upto), periods_per_year, days, found)
            begin = upto

    in_threads(work, len(months), threads)
    return found


def _solve(
    values: Ints, offsets: Ints, early: Early, span: tuple[int, int], periods_per_year: int, days: Ints,
    found: EarlyColumns,
) -> None:  # fmt: skip
    from hengdai.maths.kernels.views import fill_early

    begin, end = span
    mine = slice(int(found.offsets[begin]), int(found.offsets[end]))
    months = np.diff(found.offsets)
    here = months[begin:end]
    laid, places = np.empty(int((here * (here + 3) // 2).sum()), np.int64), np.zeros(int(here.sum()) + 1, np.int64)
    fill_early((values, offsets), (early.balance, early.first), months, early.fee_e8, span, laid, places)
    apart = np.repeat(days[begin:end], here)
    found.simple_e8[mine], found.state[mine] = simple_columns(laid, places, periods_per_year, apart, threads=1)
