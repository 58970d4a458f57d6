"""Effective annual rates of dated flows, many loans at once: Newton on the daily log rate over lanes of loans.

``f(x) = -P + Σ c_k e^(-x·days_k)`` falls and is convex in x. Horner runs from the last flow back by the gap in days;
``e^(-x·gap)`` is the Taylor polynomial of degree 11 at a quarter of the exponent, squared twice, so that all lanes do
the same work. It holds for ``|x·gap| ≤ 0.64``; loans beyond, other patterns and unsorted days go to the plain solver.

Proof: the polynomial's remainder is below 2⁻⁶⁰ and its rounding with two squarings below 40·2⁻⁵³ a gap; with Horner's
own two roundings f is off by less than ``48·(n + 2)·2⁻⁵³·Σ|c_k|e^(-x·days_k)``. Both ends of the bracket clear that.
"""

import numpy as np

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.periodic import Floats, Ints, States, sort_by_length, touch
from hengdai.maths.kernels.shape import CHUNK, HELD, LANES, LONGEST

ERROR = 48.0 * 2.0**-53
WIDEST = 0.64


@compiled
def decay(exponent: float) -> float:
    """``e^exponent`` for |exponent| ≤ 0.64."""
    z = exponent * 0.25
    t = z * (1.0 / 39916800.0) + 1.0 / 3628800.0
    t = t * z + 1.0 / 362880.0
    t = t * z + 1.0 / 40320.0
    t = t * z + 1.0 / 5040.0
    t = t * z + 1.0 / 720.0
    t = t * z + 1.0 / 120.0
    t = t * z + 1.0 / 24.0
    t = t * z + 1.0 / 6.0
    t = t * z + 0.5
    t = (t * z + 1.0) * z + 1.0
    t *= t
    return t * t


@compiled
def solve_range(
    values: Ints, days: Ints, offsets: Ints, begin: int, end: int, out: tuple[Floats, Floats, States]
) -> None:
    """Fill the daily log rate, half its bracket and whether it is proved, for loans `begin` to `end`."""
    rate, reach, proved = out
    order = np.empty(CHUNK, np.int64)
    block, gaps = np.zeros(LONGEST * LANES), np.zeros(LONGEST * LANES)
    x, p, d, q, delta = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    widest, seen = np.empty(LANES), np.zeros(1, np.int64)
    for first in range(begin, end, CHUNK):
        size = min(CHUNK, end - first)
        seen[0] += touch(values, offsets[first], offsets[first + size])
        seen[0] += touch(days, offsets[first], offsets[first + size])
        sort_by_length(offsets, first, size, order)
        for start in range(0, size, LANES):
            count = min(LANES, size - start)
            last = order[start + count - 1]
            rows = offsets[last + 1] - offsets[last]
            if rows > LONGEST:
                for j in range(count):
                    proved[order[start + j]] = 0
                continue
            lay_out(values, days, offsets, order[start : start + count], rows, (block, gaps))
            guess(block, gaps, rows, x, (p, d, q, delta, widest))
            newton(block, gaps, rows, x, p, d)
            prove(block, gaps, rows, x, (p, d, delta, widest))
            for j in range(count):
                i = order[start + j]
                rate[i], reach[i] = x[j], delta[j]
                proved[i] = 1 if d[j] > 0.0 else 0


@compiled
def lay_out(values: Ints, days: Ints, offsets: Ints, loans: Ints, rows: int, out: tuple[Floats, Floats]) -> None:
    """One loan a lane, payout negative, with the days since the flow before; unused lanes hold a loan at zero."""
    block, gaps = out
    for j in range(len(loans)):
        at = offsets[loans[j]]
        length = offsets[loans[j] + 1] - at
        sign = -1.0 if length > 0 and values[at] > 0 else 1.0
        before = days[at] if length > 0 else 0
        for k in range(length):
            block[k * LANES + j] = sign * values[at + k]
            gaps[k * LANES + j] = float(days[at + k] - before)
            before = days[at + k]
        for k in range(length, rows):
            block[k * LANES + j] = 0.0
            gaps[k * LANES + j] = 0.0
    for j in range(len(loans), LANES):
        for k in range(rows):
            block[k * LANES + j] = 1.0 if k else -1.0
            gaps[k * LANES + j] = 1.0 if k else 0.0


@compiled
def guess(
    block: Floats, gaps: Floats, rows: int, x: Floats, work: tuple[Floats, Floats, Floats, Floats, Floats]
) -> None:
    """Where to begin, from the mean and the spread of the repayments' days; `widest` becomes the longest gap.

    Lanes of another pattern get an infinite longest gap, so that they are never proved.
    """
    total, weighted, squared, day, widest = work
    for row in work:
        row[:] = 0.0
    for k in range(1, rows):
        amounts, gap = block[k * LANES : k * LANES + LANES], gaps[k * LANES : k * LANES + LANES]
        for j in range(LANES):
            day[j] += gap[j]
            total[j] += amounts[j]
            weighted[j] += amounts[j] * day[j]
            squared[j] += amounts[j] * day[j] * day[j]
            strange = (amounts[j] < 0.0) | (gap[j] < 0.0)
            widest[j] = np.inf if strange else max(widest[j], gap[j])
    for j in range(LANES):
        share, mean = -block[j] / total[j], weighted[j] / total[j]
        z = (share - 1.0) / (share + 1.0)
        simple = -2.0 * z * (1.0 + z * z * (1.0 / 3.0 + z * z * 0.2)) / mean
        near = simple + (squared[j] / total[j] - mean * mean) / (2.0 * mean) * simple * simple
        lends = (block[j] < 0.0) & (total[j] > 0.0) & (weighted[j] > 0.0) & (total[j] - block[j] < HELD)
        x[j] = near if lends else 0.0
        widest[j] = widest[j] if lends else np.inf
        # The bracket: thrice the error bound over the slope, which is at least the mean day's or the first gap's.
        day[j] = 16.0 * ERROR * (rows + 2.0) / (mean if mean > 1.0 else 1.0)


@compiled
def evaluate(block: Floats, gaps: Floats, rows: int, x: Floats, p: Floats, d: Floats) -> None:
    """The repayments' present value at the payout and its slope in x, in every lane."""
    p[:] = 0.0
    d[:] = 0.0
    for k in range(rows - 1, 0, -1):
        amounts, gap = block[k * LANES : k * LANES + LANES], gaps[k * LANES : k * LANES + LANES]
        for j in range(LANES):
            w = decay(-x[j] * gap[j])
            value = p[j] + amounts[j]
            d[j] = (d[j] - gap[j] * value) * w
            p[j] = value * w


@compiled
def newton(block: Floats, gaps: Floats, rows: int, x: Floats, p: Floats, d: Floats) -> None:
    """Newton in every lane until the last step was below 2⁻²⁸ of the loan's own time scale."""
    for _ in range(24):
        evaluate(block, gaps, rows, x, p, d)
        farthest = 0.0
        for j in range(LANES):
            # Without repayment the slope is nothing and the lane stays where it is.
            step = (p[j] + block[j]) / d[j] if d[j] < 0.0 else 0.0
            x[j] -= step
            farthest = max(farthest, abs(step) * -d[j] / p[j] if d[j] < 0.0 and p[j] > 0.0 else 0.0)
        if farthest < 3.7e-9:
            break


@compiled
def prove(block: Floats, gaps: Floats, rows: int, x: Floats, work: tuple[Floats, Floats, Floats, Floats]) -> None:
    """Signs at both ends of a bracket around x; the second work row is positive where both are proved.

    f is convex and falls: ``f(x - δ) ≥ f(x) + δ·|f'(x)|``, and ``f(x + δ) ≤ f(x) - δ·|f'(x)|·(1 - δ·longest day/2)``,
    since ``f'' ≤ longest day · |f'|``. One evaluation at x thus bounds f at both ends.
    """
    p, sure, delta, widest = work
    evaluate(block, gaps, rows, x, p, sure)
    for j in range(LANES):
        margin = ERROR * (rows + 2.0) * (p[j] - block[j])
        # The slope is a sum of one sign; a hundredth covers its rounding and the second order.
        within = ((abs(x[j]) + delta[j]) * widest[j] <= WIDEST) & (delta[j] * widest[j] * rows <= 1e-3)
        clear = -sure[j] * delta[j] * 0.99 - abs(p[j] + block[j]) - margin
        sure[j] = clear if within else -1.0
