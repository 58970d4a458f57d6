"""Flows of loans as they would be otherwise: paid off early, with part of the interest borne by somebody else."""

import numpy as np
import numpy.typing as npt

from hengdai.base.rate import E8
from hengdai.maths.kernels.compiled import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ragged = tuple[Ints, Ints]
"""Values, and the offset of each loan's first one; one more offset than loans."""


@compiled
def fill_early(
    flows: Ragged, balance: Ragged, months: Ints, fee_e8: Ints, span: tuple[int, int], out: Ints, places: Ints
) -> None:
    """For loans of the span and each of their months: the flows up to it, and with it the balance left and its fee."""
    at, view = 0, 0
    for i in range(span[0], span[1]):
        first, row = flows[1][i], balance[1][i]
        for k in range(months[i]):
            left = balance[0][row + k]
            places[view] = at
            for j in range(k + 2):
                out[at + j] = flows[0][first + j]
            at += k + 2
            out[at - 1] -= left + share(left, fee_e8[i])
            view += 1
    places[view] = at


@compiled
def share(amount: int, e8: int) -> int:
    """So many hundred-millionths of an amount, half up (away from nothing); the product of both need not fit."""
    size = abs(amount)
    whole, rest = size // E8, size % E8
    part = whole * abs(e8) + (2 * rest * abs(e8) + E8) // (2 * E8)
    return part if (amount < 0) == (e8 < 0) else -part


@compiled
def relieve(flows: Ragged, interest: Ragged, rate: Ints, off: Ints, most: Ints, every: int, out: Ints) -> None:
    """Give back `off` of every `rate` of each row's interest, down to the unit, at most so much in `every` rows."""
    for i in range(len(rate)):
        if off[i] <= 0:
            continue
        given = 0
        for k in range(interest[1][i + 1] - interest[1][i]):
            given = 0 if k % every == 0 else given
            charged = interest[0][interest[1][i] + k]
            # Divided first, so that the product fits.
            back = charged // rate[i] * off[i] + charged % rate[i] * off[i] // rate[i]
            back = min(back, most[i] - given)
            given += back
            out[flows[1][i] + 1 + k] += back


@compiled
def fill_charged(
    plan: tuple[Ints, Ints, Ints], paid: tuple[Ints, Ints, Ints, Ints], kinds: tuple[Bools, Bools], rounding: int,
    offsets: Ints, out: Ints, span: tuple[int, int],
) -> None:  # fmt: skip
    """The flows of loans of the span: received, and what each row and the fee of each period take."""
    for i in range(span[0], span[1]):
        begin, periods, row = offsets[i], paid[1][i], plan[0][i]
        rows = min(plan[0][i + 1] - row, periods)
        out[begin] = paid[0][i]
        for k in range(1, periods + 1):
            out[begin + k] = -paid[2][i]
        differs = kinds[0][i] and rows > 0 and abs(paid[3][i] - plan[1][row] - plan[2][row]) > rounding
        for k in range(rows):
            charge = plan[1][row + k] + plan[2][row + k]
            if differs and (kinds[1][i] or k == 0):
                charge = paid[3][i]
            out[begin + (periods if rows == 1 else k + 1)] -= charge


@compiled
def fill_worth(flows: Ragged, which: Ints, growth: Floats, at: Ints, worth: Floats, doubt: Floats) -> None:
    """What the flows are worth at flow `at`, and a bound of its error.

    By Horner from both ends (Higham, §5.1): each flow goes through at most as many products and sums as there are
    flows, and a product with a growth that is itself half a unit off.
    """
    for i in range(len(which)):
        begin, end = flows[1][which[i]], flows[1][which[i] + 1]
        before, after, mass, behind = 0.0, 0.0, 0.0, 0.0
        for k in range(begin, begin + at[i] + 1):
            before = before * growth[i] + flows[0][k]
            mass = mass * growth[i] + abs(flows[0][k])
        for k in range(end - 1, begin + at[i], -1):
            after = (after + flows[0][k]) / growth[i]
            behind = (behind + abs(flows[0][k])) / growth[i]
        worth[i] = before + after
        doubt[i] = (mass + behind) * (4.0 * (end - begin) + 8.0) * 2.0**-52
