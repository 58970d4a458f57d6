"""The days that occur in a column, so that the law is asked once for each of them and not for every loan."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_WIDE = 1 << 20
"""Beyond so many numbers from the least to the greatest they are sorted instead of counted."""


def occurring(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers that occur, rising, and the place of each row's number among them."""
    least, most = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    if most - least >= _WIDE:
        found, place = np.unique(numbers, return_inverse=True)
        return found, place.astype(np.int64)
    since = numbers - least
    here = np.bincount(since, minlength=1) > 0
    return np.flatnonzero(here)[: len(numbers)] + least, (np.cumsum(here) - 1)[since]


__all__ = ["occurring"]
