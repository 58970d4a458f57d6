"""Every rate of flows with several changes of sign, by Rolle's theorem.

V times a positive factor is Σ c·e^(-zs) with z = ln(1+i) and rising s; a part of a period, which bears simple
interest, multiplies in as 1 + part·i = (1 - part) + part·e^z. Take away e^(-zs) for an s between two terms of opposite
sign and differentiate: one change of sign fewer. So the turning points of V come from functions that turn less and less
often, and between two of them V crosses zero once at most. Whether it does is read from proved signs at the turning
points.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

Terms = tuple[tuple[float, float], ...]
"""(coefficient, s) by rising s."""

_FURTHEST = 690.0
"""The largest |z| looked at: beyond it a rate has no floating-point form."""
_DROWNED = 2.0**-42
"""A turning point whose V is less than this part of the sum of sizes may touch zero, or hide two rates."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where V has roots, as z = ln(1+i), rising; `touching` are turning points too near zero to tell."""

    roots: tuple[float, ...]
    touching: tuple[float, ...]


def places(flows: Sequence[tuple[int, int, Fraction]], sign: Callable[[float], int]) -> Places:
    """Where V of (amount, whole periods, part) is zero. `sign` is its proved sign at a z, 0 where it cannot be told."""
    levels = [_expanded(flows)]
    while (derived := _turned(levels[-1])) is not None:
        levels.append(derived)
    turning: list[float] = []
    for level in reversed(levels[1:]):
        turning = _roots(level, turning, lambda z, level=level: _sign(_value(level, z)[0]))  # type: ignore[misc]
    touching = tuple(z for z in turning if _drowned(levels[0], z))
    return Places(tuple(_roots(levels[0], turning, sign)), touching)


def _expanded(flows: Sequence[tuple[int, int, Fraction]]) -> Terms:
    """V times Π(1 + part·i) over the parts that occur, as terms of e^(-zs)."""
    parts = sorted({part for _, _, part in flows if part})
    totals: dict[int, Fraction] = {}
    for amount, periods, own in flows:
        product = {periods: Fraction(amount)}
        for part in parts:
            if part != own:
                product = _times(product, part)
        for power, value in product.items():
            totals[power] = totals.get(power, Fraction(0)) + value
    kept = sorted((power, value) for power, value in totals.items() if value)
    largest = max(abs(value) for _, value in kept)
    return tuple((float(value / largest), float(power)) for power, value in kept)


def _times(terms: dict[int, Fraction], part: Fraction) -> dict[int, Fraction]:
    """The terms times (1 - part) + part·e^z."""
    product: dict[int, Fraction] = {}
    for power, value in terms.items():
        product[power] = product.get(power, Fraction(0)) + value * (1 - part)
        product[power - 1] = product.get(power - 1, Fraction(0)) + value * part
    return product


def _turned(terms: Terms) -> Terms | None:
    """A function that is zero where the terms over an e^(-zs) turn, with one change of sign fewer; None for none."""
    change = next((k for k, (one, two) in enumerate(pairwise(terms)) if (one[0] > 0) != (two[0] > 0)), None)
    if change is None:
        return None
    between = (terms[change][1] + terms[change + 1][1]) / 2
    derived = [(-coefficient * (s - between), s) for coefficient, s in terms]
    largest = max(abs(coefficient) for coefficient, _ in derived)
    return tuple((coefficient / largest, s) for coefficient, s in derived if coefficient)


def _value(terms: Terms, z: float) -> tuple[float, float]:
    """The sum at z and the sum of the sizes, both scaled by the largest power."""
    highest = max(-z * s for _, s in terms)
    worth = [coefficient * math.exp(-z * s - highest) for coefficient, s in terms]
    return math.fsum(worth), math.fsum(map(abs, worth))


def _drowned(terms: Terms, z: float) -> bool:
    value, size = _value(terms, z)
    return abs(value) < _DROWNED * size


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _roots(terms: Terms, turning: Sequence[float], sign: Callable[[float], int]) -> list[float]:
    """The roots between neighbouring turning points, and beyond the outermost, where the outermost term decides."""
    ends = [(z, sign(z)) for z in turning]
    reach = 1.0 + max((abs(z) for z in turning), default=0.0)
    lowest = (-1 if terms[-1][0] < 0 else 1), -reach
    highest = (-1 if terms[0][0] < 0 else 1), reach
    first = (_outwards(terms, lowest[1], lowest[0]), lowest[0])
    last = (_outwards(terms, highest[1], highest[0]), highest[0])
    found = []
    for (near, before), (far, after) in pairwise([first, *ends, last]):
        if before * after < 0:
            found.append(_halved(terms, near, far, before))
    return found


def _outwards(terms: Terms, z: float, wanted: int) -> float:
    """A z beyond which only the outermost term counts, or the furthest that is looked at."""
    while _sign(_value(terms, z)[0]) != wanted and abs(z) < _FURTHEST:
        z *= 2
    return max(-_FURTHEST, min(z, _FURTHEST))


def _halved(terms: Terms, near: float, far: float, before: int) -> float:
    for _ in range(80):
        middle = (near + far) / 2
        near, far = (middle, far) if _sign(_value(terms, middle)[0]) == before else (near, middle)
    return (near + far) / 2
