"""Small tools over NumPy columns that every part of the generator uses: weighted choice, days, level instalments."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Texts = NDArray[np.object_]
Generator = np.random.Generator  # noqa: TID251 - always made by `seeded`, from a seed that the caller names
Seed = np.random.SeedSequence  # noqa: TID251
NEVER = np.datetime64("NaT", "D")


def seeds_of(seed: int, count: int) -> list[Seed]:
    """Independent seeds for `count` blocks, from one number."""
    return Seed(seed).spawn(count)


def seeded(seed: Seed) -> Generator:
    """A generator of that seed; PCG64, so that the same seed gives the same draws everywhere."""
    return Generator(np.random.PCG64(seed))  # noqa: TID251


def day(value: date) -> np.datetime64:
    """A date as NumPy counts it."""
    return np.datetime64(value, "D")


def pick(rng: Generator, size: int, weights: Sequence[float]) -> Ints:
    """Indices drawn by weight."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(bounds / bounds[-1], rng.random(size), side="right"), len(weights) - 1)


def text(choices: Sequence[str | None], index: Ints) -> Texts:
    """The text of each index; an index of -1 is the last choice."""
    return np.asarray(choices, dtype=object)[index]


def chance(rng: Generator, size: int, share: float | Reals) -> Flags:
    """True for about that share of the rows."""
    return rng.random(size) < share


def between(rng: Generator, size: int, low: float | Reals, high: float | Reals) -> Reals:
    """Evenly between two bounds."""
    found: Reals = low + rng.random(size) * (np.asarray(high) - np.asarray(low))
    return found


def level(principal: Reals, rate: Reals, count: Ints) -> Reals:
    """The level monthly instalment as a real number: for sizing fees and part payments, never for booking."""
    month = np.maximum(rate, 1e-9) / 12
    found: Reals = principal * month / -np.expm1(-count * np.log1p(month))
    return found


def due_date(start: Days, months: Ints, fixed_day: Ints) -> Days:
    """The due date `months` after the start, on `fixed_day` (0: the start's own day); the last day where shorter."""
    first = start.astype("datetime64[M]")
    wanted = np.where(fixed_day > 0, fixed_day, (start - first.astype("datetime64[D]")).astype(np.int64) + 1)
    month = first + months
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    found: Days = month.astype("datetime64[D]") + np.minimum(wanted, length) - 1
    return found
