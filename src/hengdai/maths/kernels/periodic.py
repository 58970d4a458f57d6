"""Rates per period of many loans at once: Newton over lanes of loans, each answer proved by a change of sign.

A loan here flows once one way and then the other: ``f(v) = -P + Σ c_k v^k`` with all ``c_k ≥ 0`` rises and is convex in
the discount factor v, so it has one root and Newton from the right never leaves it. Loans of a chunk are sorted by
length and laid out a lane each, so that one instruction serves several loans. Other patterns are left to the plain
solver. All formulas are ratios, so the same loan with all signs turned gives the same answer.

Proof, from the last evaluation alone. With f, f' computed at v, ``t = f/(v·f')`` and the answer ``x = v·(1 - t)``: f is
convex, so at ``x + δv`` it is at least its tangent; and ``f'' ≤ n/v·f'``, so at ``x - δv`` it lies above its tangent by
at most ``n/2·v·f'·(|t| + δ)²``. By Horner's error bound (Higham, Accuracy and Stability, §5.1) the computed f is off by
at most ``(2n + 4)·2⁻⁵³·Σ|c_k|v^k``, and f' by ``4n·2⁻⁵³`` of itself, all its terms having one sign. The half width δ is
taken so large that the signs at both ends clear twice these bounds.
"""

import numpy as np
import numpy.typing as npt

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.shape import CHUNK, HELD, LANES, LONGEST

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.uint8]


CLOSE = 2.0**-46
"""Half a bracket, in parts of v, that needs no further step."""
STILL = 2.0**-28
"""A step, in parts of v, behind which there is nothing to gain."""


@compiled
def solve_range(values: Ints, offsets: Ints, begin: int, end: int, rate: Floats, reach: Floats, proved: States) -> None:
    """Fill `rate`, `reach` (half the bracket) and `proved` (1 or 0) for loans `begin` to `end`."""
    order = np.empty(CHUNK, np.int64)
    block = np.zeros((LONGEST + 4) * LANES)
    v, half, p, d = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    more, least, most = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    seen = np.zeros(1, np.int64)
    for first in range(begin, end, CHUNK):
        size = min(CHUNK, end - first)
        seen[0] += touch(values[offsets[first] : offsets[first + size]])
        sort_by_length(offsets, first, size, order)
        for start in range(0, size, LANES):
            loans = order[start : min(start + LANES, size)]
            longest = offsets[loans[-1] + 1] - offsets[loans[-1]]
            if longest > LONGEST:
                for i in loans:
                    proved[i] = 0
                continue
            rows = (longest + 2) // 4 * 4 + 1
            lay_out(values, offsets, loans, rows, block)
            guess(block, rows, v, (p, d, half, more, least, most))
            newton(block, rows, v, half, (p, d))
            for j in range(len(loans)):
                i = loans[j]
                rate[i] = 1.0 / v[j] - 1.0
                reach[i] = half[j] / v[j] * 1.01 + 2.0**-51 * (1.0 + 1.0 / v[j])
                proved[i] = 1 if half[j] > 0.0 else 0


@compiled
def touch(values: Ints) -> int:
    """Read the values in order, so that the loans of a chunk are near when they are laid out."""
    total = 0
    for value in values:
        total += value
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
def lay_out(values: Ints, offsets: Ints, loans: Ints, rows: int, block: Floats) -> None:
    """One loan a lane; places behind its last flow hold nothing, lanes to spare hold the last loan again."""
    for j in range(0, LANES, 8):
        first, last = loans[min(j, len(loans) - 1)], loans[min(j + 7, len(loans) - 1)]
        size = offsets[first + 1] - offsets[first]
        if offsets[last + 1] - offsets[last] == size:
            lay_eight(values, offsets, loans, (j, size), rows, block)
            continue
        for lane in range(j, j + 8):
            i = loans[min(lane, len(loans) - 1)]
            flows = values[offsets[i] : offsets[i + 1]]
            for k in range(len(flows)):
                block[k * LANES + lane] = flows[k]
            for k in range(len(flows), rows):
                block[k * LANES + lane] = 0.0


@compiled
def lay_eight(values: Ints, offsets: Ints, loans: Ints, place: tuple[int, int], rows: int, block: Floats) -> None:
    """Eight loans of one length side by side: a row of theirs is one cache line, written at once."""
    j, size = place
    end = len(loans) - 1
    a = flows_of(values, offsets, loans[min(j, end)], size)
    b = flows_of(values, offsets, loans[min(j + 1, end)], size)
    c = flows_of(values, offsets, loans[min(j + 2, end)], size)
    d = flows_of(values, offsets, loans[min(j + 3, end)], size)
    e = flows_of(values, offsets, loans[min(j + 4, end)], size)
    f = flows_of(values, offsets, loans[min(j + 5, end)], size)
    g = flows_of(values, offsets, loans[min(j + 6, end)], size)
    h = flows_of(values, offsets, loans[min(j + 7, end)], size)
    for k in range(size):
        row = block[k * LANES + j : k * LANES + j + 8]
        row[0], row[1], row[2], row[3] = a[k], b[k], c[k], d[k]
        row[4], row[5], row[6], row[7] = e[k], f[k], g[k], h[k]
    for k in range(size, rows):
        block[k * LANES + j : k * LANES + j + 8] = 0.0


@compiled
def flows_of(values: Ints, offsets: Ints, loan: int, size: int) -> Ints:
    """The flows of one loan; a slice, whose indices the compiler knows to be no counts from the end."""
    return values[offsets[loan] : offsets[loan] + size]


@compiled
def guess(block: Floats, rows: int, v: Floats, work: tuple[Floats, Floats, Floats, Floats, Floats, Floats]) -> None:
    """Where to begin: the rate that total, mean, spread and skew of the repayments give.

    Sums of sums, from the last flow back, give the moments without a product. Lanes of another pattern get v = -1 and
    stay there.
    """
    total, once, twice, thrice, least, most = work
    for each in work:
        each[:] = 0.0
    for k in range(rows - 4, 0, -4):
        row = block[k * LANES : (k + 4) * LANES]
        for j in range(LANES):
            d, c, b, a = row[3 * LANES + j], row[2 * LANES + j], row[LANES + j], row[j]
            least[j] = min(least[j], min(min(a, b), min(c, d)))
            most[j] = max(most[j], max(max(a, b), max(c, d)))
            s, t, u, w = total[j], once[j], twice[j], thrice[j]
            s += d
            t += s
            u += t
            w += u
            s += c
            t += s
            u += t
            w += u
            s += b
            t += s
            u += t
            w += u
            s += a
            t += s
            u += t
            w += u
            total[j], once[j], twice[j], thrice[j] = s, t, u, w
    for j in range(LANES):
        lent, repaid = -block[j], total[j]
        mean, square = once[j] / repaid, (2.0 * twice[j] - once[j]) / repaid
        cube = (6.0 * (thrice[j] - twice[j]) + once[j]) / repaid
        spread, skew = square - mean * mean, cube - mean * (3.0 * square - 2.0 * mean * mean)
        y = from_moments(lent, repaid, mean, spread, skew)
        near = (1.0 - y / 2.0 + y * y / 12.0) / (1.0 + y / 2.0 + y * y / 12.0)
        turns = ((lent > 0.0) & (least[j] >= 0.0)) | ((lent < 0.0) & (most[j] <= 0.0))
        v[j] = near if turns & (repaid * lent > 0.0) & (abs(repaid) + abs(lent) < HELD) else -1.0
    for j in range(LANES):
        share = -block[j] / total[j]
        if v[j] != -1.0 and not 0.4 < share < 1.5:
            v[j] = share ** (total[j] / once[j])


@compiled
def from_moments(lent: float, repaid: float, mean: float, spread: float, skew: float) -> float:
    """The log rate y of ``ln(lent/repaid) = -mean·y + spread·y²/2 - skew·y³/6``, by two steps from the first order."""
    z = (lent - repaid) / (lent + repaid)
    log = -2.0 * z * (1.0 + z * z * (1.0 / 3.0 + z * z * (0.2 + z * z * (1.0 / 7.0))))
    y = log / mean
    y += spread / (2.0 * mean) * y * y
    return y + (log - y * (mean - y * (spread / 2.0 - y * skew / 6.0))) / (mean - y * (spread - y * skew / 2.0))


@compiled
def evaluate(block: Floats, rows: int, v: Floats, p: Floats, d: Floats) -> None:
    """f and its slope at v in every lane, by Horner; four rows a pass, so that sums stay in registers."""
    p[:] = 0.0
    d[:] = 0.0
    for k in range(rows - 4, 0, -4):
        row = block[k * LANES : (k + 4) * LANES]
        for j in range(LANES):
            x, value, slope = v[j], p[j], d[j]
            slope = slope * x + value
            value = value * x + row[3 * LANES + j]
            slope = slope * x + value
            value = value * x + row[2 * LANES + j]
            slope = slope * x + value
            value = value * x + row[LANES + j]
            slope = slope * x + value
            value = value * x + row[j]
            p[j], d[j] = value, slope
    for j in range(LANES):
        d[j] = d[j] * v[j] + p[j]
        p[j] = p[j] * v[j] + block[j]


@compiled
def newton(block: Floats, rows: int, v: Floats, half: Floats, work: tuple[Floats, Floats]) -> None:
    """Newton in every lane until each bracket is close, or no step moves; `half` is δ where it is proved, else -1."""
    p, d = work
    for _ in range(40):
        evaluate(block, rows, v, p, d)
        wide, moving = 0, 0
        for j in range(LANES):
            inverse = 1.0 / (v[j] * d[j])
            step, mass = p[j] * inverse, (p[j] - 2.0 * block[j]) * inverse
            size = abs(step)
            doubt = (2.0 * rows + 4.0) * 2.0**-52 * mass + 2.0**-51 + size * (rows + 2.0) * 2.0**-50
            delta = 1.25 * (doubt + 0.51 * rows * size * size)
            clear = 0.999 * delta - doubt - 0.51 * rows * (size + delta) * (size + delta)
            lends = v[j] > 0.0
            half[j] = delta if lends & (clear > 0.0) & (size + delta <= 1e-7) else -1.0
            v[j] = v[j] * (1.0 - min(step, 0.9375)) if lends else v[j]
            wide += 1 if lends & (delta > CLOSE) else 0
            moving += 1 if lends & (size > STILL) else 0
        if wide == 0 or moving == 0:
            break
