"""Effective annual rates of dated flows, many loans at once: Newton on the daily log rate over lanes of loans.

``f(x) = -P + Σ c_k e^(-x·days_k)`` falls and is convex in x. Horner runs from the last flow back by the gap in days;
``e^(-x·gap)`` is the Taylor polynomial of degree 11 at a quarter of the exponent, squared twice, so that all lanes do
the same work. It holds for ``|x·gap| ≤ 0.64``; loans beyond, other patterns and unsorted days go to the plain solver.

Proof, from the last evaluation alone. The polynomial's remainder is below 2⁻⁶⁰ and its rounding with two squarings
below 40·2⁻⁵³ a gap; with Horner's own two roundings f is off by less than ``48·(n + 2)·2⁻⁵³·Σ|c_k|e^(-x·days_k)``, and
f' by as much of itself. With ``step = f/f'`` and the answer ``x - step``, f lies above its tangent, and by no more than
``T/2·|f'|·(|step| + δ)²`` at a distance of ``|step| + δ``, since ``f'' ≤ T·|f'|`` for a loan of T days. The half width
δ is taken so large that the signs at both ends clear these bounds.
"""

import numpy as np

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.periodic import STILL, Floats, Ints, States, from_moments, lay_out, sort_by_length, touch
from hengdai.maths.kernels.shape import CHUNK, HELD, LANES, LONGEST

ERROR = 48.0 * 2.0**-53
WIDEST = 0.64
CLOSE = 2.0**-38
"""Half a bracket, in parts of a loan's term, that needs no further step."""


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
    block, gaps = np.zeros((LONGEST + 4) * LANES), np.zeros((LONGEST + 4) * LANES)
    x, half, term, widest = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    p, d, more, least, most = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    seen = np.zeros(1, np.int64)
    for first in range(begin, end, CHUNK):
        size = min(CHUNK, end - first)
        flows = values[offsets[first] : offsets[first + size]]
        apart = gaps_of(days[offsets[first] : offsets[first + size]])
        here = offsets[first : first + size + 1] - offsets[first]
        seen[0] += touch(flows)
        sort_by_length(here, 0, size, order)
        for start in range(0, size, LANES):
            loans = order[start : min(start + LANES, size)]
            rows = here[loans[-1] + 1] - here[loans[-1]]
            if rows > LONGEST:
                for i in loans:
                    proved[first + i] = 0
                continue
            lay_out(flows, here, loans, rows, block)
            lay_out(apart, here, loans, rows, gaps)
            guess(block, gaps, rows, (x, term, widest), (p, d, half, more, least, most))
            newton(block, gaps, rows, (x, term, widest), half, (p, d))
            for j in range(len(loans)):
                i = first + loans[j]
                rate[i], reach[i] = x[j], half[j]
                proved[i] = 1 if half[j] > 0.0 else 0


@compiled
def gaps_of(days: Ints) -> Ints:
    """The days since the flow before; nothing is asked of the first of a loan, which has none."""
    gaps = np.zeros(len(days), np.int64)
    for k in range(len(days) - 1):
        gaps[k + 1] = days[k + 1] - days[k]
    return gaps


@compiled
def guess(
    block: Floats, gaps: Floats, rows: int, lane: tuple[Floats, Floats, Floats],
    work: tuple[Floats, Floats, Floats, Floats, Floats, Floats],
) -> None:  # fmt: skip
    """Where to begin, from mean, spread and skew of the repayments' days; the term and the longest gap of each lane.

    Lanes of another pattern get an infinite longest gap, so that they are never proved.
    """
    x, term, widest = lane
    total, once, twice, thrice, least, most = work
    term[:] = 0.0
    widest[:] = 0.0
    for each in work:
        each[:] = 0.0
    for k in range(1, rows):
        amounts, gap = block[k * LANES : k * LANES + LANES], gaps[k * LANES : k * LANES + LANES]
        for j in range(LANES):
            amount, day = amounts[j], term[j] + gap[j]
            term[j] = day
            total[j] += amount
            once[j] += amount * day
            twice[j] += amount * day * day
            thrice[j] += amount * day * day * day
            least[j] = min(least[j], min(amount, gap[j]))
            most[j] = max(most[j], max(amount, -gap[j]))
            widest[j] = max(widest[j], gap[j])
    for j in range(LANES):
        lent, repaid = -block[j], total[j]
        mean, square, cube = once[j] / repaid, twice[j] / repaid, thrice[j] / repaid
        turns = ((lent > 0.0) & (least[j] >= 0.0)) | ((lent < 0.0) & (most[j] <= 0.0))
        lends = turns & (repaid * lent > 0.0) & (mean > 0.0) & (abs(repaid) + abs(lent) < HELD)
        near = from_moments(lent, repaid, mean, square - mean * mean, cube - mean * (3.0 * square - 2.0 * mean * mean))
        x[j] = near if lends else 0.0
        widest[j] = widest[j] if lends else np.inf


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
def newton(
    block: Floats, gaps: Floats, rows: int, lane: tuple[Floats, Floats, Floats], half: Floats,
    work: tuple[Floats, Floats],
) -> None:  # fmt: skip
    """Newton in every lane until each bracket is close, or no step moves; `half` is δ where it is proved, else -1."""
    x, term, widest = lane
    p, d = work
    for _ in range(24):
        evaluate(block, gaps, rows, x, p, d)
        wide, moving = 0, 0
        for j in range(LANES):
            # Without repayment the slope is nothing and the lane stays where it is.
            inverse = 1.0 / d[j] if d[j] != 0.0 else 0.0
            step, mass = (p[j] + block[j]) * inverse, (block[j] - p[j]) * inverse
            size, error = abs(step), ERROR * (rows + 2.0)
            doubt = error * (mass + 2.0 * size) + (abs(x[j]) + size) * 2.0**-50
            delta = 1.25 * (doubt + 0.51 * term[j] * size * size)
            clear = 0.99 * delta - doubt - 0.51 * term[j] * (size + delta) * (size + delta)
            lends, within = widest[j] < np.inf, abs(x[j]) * widest[j] <= WIDEST
            half[j] = delta if lends & within & (clear > 0.0) & (term[j] * (size + delta) <= 1e-3) else -1.0
            x[j] -= step if lends else 0.0
            wide += 1 if lends & (delta * term[j] > CLOSE) else 0
            moving += 1 if lends & (size * term[j] > STILL) else 0
        if wide == 0 or moving == 0:
            break
