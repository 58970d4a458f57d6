"""What is charged on a loan, period by period: the money received, the rows of its plan, and the fees beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hengdai.maths.columns import Bools, Ints, in_threads

TWINS = {"charged_columns": "charged.charged"}
ROUNDING = 1
"""A stated instalment one minor unit from the plan's was rounded differently; the plan stands."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The instalment that is stated, and whether it is the same on every row: else it tells of the first alone."""

    instalment: int
    level: bool


def charged(received: int, rows: Sequence[int], periods: int, each: int = 0, stated: Stated | None = None) -> list[int]:
    """Flows of so many periods: `received` first and positive, each row's charge and the fee of `each` period negative.

    A single row of several periods falls on the last. A stated instalment that is more than a rounding away from the
    first row is what the borrower pays.
    """
    flows = [received, *[-each] * periods]
    differs = stated is not None and bool(rows) and abs(stated.instalment - rows[0]) > ROUNDING
    for number, charge in enumerate(rows, 1):
        if stated is not None and differs and (stated.level or number == 1):
            charge = stated.instalment
        flows[periods if len(rows) == 1 else number] -= charge
    return flows


@dataclass(frozen=True, slots=True)
class Charges:
    """Loans as columns: rows ``first[i]`` to ``first[i + 1]`` of a plan's `principal` and `interest`, and what else.

    `periods` is 0 where there is no plan; `instalment` is what is stated where `has_stated`, `level` as in `Stated`.
    """

    received: Ints
    first: Ints
    principal: Ints
    interest: Ints
    periods: Ints
    each: Ints
    instalment: Ints
    has_stated: Bools
    level: Bools


def charged_columns(loans: Charges, threads: int = 2) -> tuple[Ints, Ints]:
    """Values and offsets of the flows of every loan, as :func:`charged` gives them."""
    from hengdai.maths.kernels.views import fill_charged

    offsets = np.zeros(len(loans.periods) + 1, np.int64)
    np.cumsum(loans.periods + 1, out=offsets[1:])
    values = np.empty(int(offsets[-1]), np.int64)
    plan = (loans.first, loans.principal, loans.interest)
    paid = (loans.received, loans.periods, loans.each, loans.instalment)
    kinds = (loans.has_stated, loans.level)
    in_threads(
        lambda a, b: fill_charged(plan, paid, kinds, ROUNDING, offsets, values, (a, b)), len(offsets) - 1, threads
    )
    return values, offsets


__all__ = ["Charges", "Stated", "charged", "charged_columns"]
