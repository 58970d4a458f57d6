"""Rates per period of many loans at once: Newton over lanes of loans, each answer proved by a change of sign.

A loan here pays out once and is then repaid: ``f(v) = -P + Σ c_k v^k`` with all ``c_k ≥ 0`` rises and is convex in the
discount factor v, so it has one root and Newton from the right never leaves it. Loans of a chunk are sorted by length
and laid out a lane each, so that one instruction serves several loans. Other patterns are left to the plain solver.

Proof: by Horner's error bound (Higham, Accuracy and Stability, §5.1) the computed f is off by at most
``(2n + 4)·2⁻⁵³·Σ|c_k|v^k``; both ends of the bracket must clear twice that.
"""

import numpy as np
import numpy.typing as npt

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.shape import CHUNK, HELD, LANES, LONGEST

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.uint8]


@compiled
def solve_range(values: Ints, offsets: Ints, begin: int, end: int, rate: Floats, reach: Floats, proved: States) -> None:
    """Fill `rate`, `reach` (half the bracket) and `proved` (1 or 0) for loans `begin` to `end`."""
    order = np.empty(CHUNK, np.int64)
    block = np.zeros(LONGEST * LANES)
    v, p, d, q = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    squared, seen = np.empty(LANES), np.zeros(1, np.int64)
    for first in range(begin, end, CHUNK):
        size = min(CHUNK, end - first)
        seen[0] += touch(values, offsets[first], offsets[first + size])
        sort_by_length(offsets, first, size, order)
        for start in range(0, size, LANES):
            count = min(LANES, size - start)
            last = order[start + count - 1]
            rows = offsets[last + 1] - offsets[last]
            if rows > LONGEST:
                for j in range(count):
                    proved[order[start + j]] = 0
                continue
            lay_out(values, offsets, order, start, count, rows, block)
            guess(block, rows, v, (p, d, q, squared))
            newton(block, rows, v, p, d)
            prove(block, rows, v, (p, q, d, squared))
            for j in range(count):
                i = order[start + j]
                rate[i] = 1.0 / v[j] - 1.0
                reach[i] = d[j]
                proved[i] = 1 if q[j] > 0.0 else 0


@compiled
def touch(values: Ints, begin: int, end: int) -> int:
    """Read one value of every cache line in order, so that the loans of a chunk are near when they are laid out."""
    total = 0
    for k in range(begin, end, 8):
        total += values[k]
    return total


@compiled
def sort_by_length(offsets: Ints, first: int, size: int, order: Ints) -> None:
    """The loans of a chunk in the order of their lengths, by counting."""
    places = np.zeros(LONGEST + 2, np.int64)
    for i in range(size):
        places[min(offsets[first + i + 1] - offsets[first + i], LONGEST + 1)] += 1
    total = 0
    for length in range(LONGEST + 2):
        here = places[length]
        places[length] = total
        total += here
    for i in range(size):
        length = min(offsets[first + i + 1] - offsets[first + i], LONGEST + 1)
        order[places[length]] = first + i
        places[length] += 1


@compiled
def lay_out(values: Ints, offsets: Ints, order: Ints, start: int, count: int, rows: int, block: Floats) -> None:
    """One loan a lane, payout negative; unused places hold nothing, unused lanes a loan at zero."""
    for j in range(count):
        at = offsets[order[start + j]]
        length = offsets[order[start + j] + 1] - at
        sign = -1.0 if length > 0 and values[at] > 0 else 1.0
        for k in range(length):
            block[k * LANES + j] = sign * values[at + k]
        for k in range(length, rows):
            block[k * LANES + j] = 0.0
    for j in range(count, LANES):
        for k in range(rows):
            block[k * LANES + j] = 1.0 if k else -1.0


@compiled
def guess(block: Floats, rows: int, v: Floats, work: tuple[Floats, Floats, Floats, Floats]) -> None:
    """Where to begin: the rate that average time and spread of the repayments give, exact to the third order.

    ``ln Σ c_k e^(-ky) / Σ c_k = -mean·y + variance·y²/2 - …`` solved for y = -ln v. Lanes of another pattern get v = -1
    and stay there. The last work row becomes the half width of the bracket that will be proved, in parts of v.
    """
    total, weighted, least, squared = work
    for row in work:
        row[:] = 0.0
    for k in range(1, rows):
        time = float(k)
        row = block[k * LANES : k * LANES + LANES]
        for j in range(LANES):
            c = row[j]
            total[j] += c
            weighted[j] += c * time
            squared[j] += c * time * time
            least[j] = min(least[j], c)
    for j in range(LANES):
        share, mean = -block[j] / total[j], weighted[j] / total[j]
        z = (share - 1.0) / (share + 1.0)
        simple = -2.0 * z * (1.0 + z * z * (1.0 / 3.0 + z * z * 0.2)) / mean
        y = simple + (squared[j] / total[j] - mean * mean) / (2.0 * mean) * simple * simple
        near = (1.0 - y / 2.0 + y * y / 12.0) / (1.0 + y / 2.0 + y * y / 12.0)
        lends = (block[j] < 0.0) & (total[j] > 0.0) & (least[j] >= 0.0) & (total[j] - block[j] < HELD)
        v[j] = near if lends else -1.0
    for j in range(LANES):
        share = -block[j] / total[j]
        if v[j] != -1.0 and not 0.4 < share < 1.5:
            v[j] = share ** (total[j] / weighted[j])
        # Half the bracket in parts of v: four times what the error bound needs at half the mean time.
        squared[j] = 8.0 * (rows + 4) * 2.0**-52 * min(1.0, 4.0 * total[j] / weighted[j])


@compiled
def newton(block: Floats, rows: int, v: Floats, p: Floats, d: Floats) -> None:
    """Newton in every lane until the last step was below 2⁻²⁸ of v, so that the next would be below rounding."""
    for _ in range(40):
        p[:] = 0.0
        d[:] = 0.0
        for k in range(rows - 1, -1, -1):
            row = block[k * LANES : k * LANES + LANES]
            for j in range(LANES):
                d[j] = d[j] * v[j] + p[j]
                p[j] = p[j] * v[j] + row[j]
        widest = 0.0
        for j in range(LANES):
            if v[j] > 0.0:
                step = p[j] / d[j]
                widest = max(widest, abs(step) / v[j])
                v[j] = max(v[j] - step, v[j] * 0.0625)
        if widest < 3.7e-9:
            break


@compiled
def prove(block: Floats, rows: int, v: Floats, work: tuple[Floats, Floats, Floats, Floats]) -> None:
    """f at both ends of a bracket around v; `sure` is positive where both signs are beyond the error bound."""
    low, sure, reach, delta = work
    low[:] = 0.0
    sure[:] = 0.0
    for k in range(rows - 1, -1, -1):
        row = block[k * LANES : k * LANES + LANES]
        for j in range(LANES):
            low[j] = low[j] * (v[j] * (1.0 - delta[j])) + row[j]
            sure[j] = sure[j] * (v[j] * (1.0 + delta[j])) + row[j]
    for j in range(LANES):
        mass = sure[j] - 2.0 * block[j]
        margin = (2.0 * rows + 4.0) * 2.0**-52 * mass
        clear = min(-low[j], sure[j]) - margin
        sure[j] = clear if v[j] > 0.0 else -1.0
        reach[j] = delta[j] / v[j] * 1.01 + 2.0**-51 * (1.0 + 1.0 / v[j])
