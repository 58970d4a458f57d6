"""Masking many points with every core."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from hengdai.evidence.overlap import mask, point_of

_PIECE = 2_000


class MaskingHere:
    """A `Masking` in this very process; a context manager."""

    def __enter__(self) -> "MaskingHere":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def mask(self, secret: bytes, points: Sequence[bytes]) -> list[bytes]:
        """All points times the secret, in their order."""
        return mask(secret, points)

    def points(self, domain: str, identifiers: Sequence[str]) -> list[bytes]:
        """The points of all identifiers, in their order."""
        return _points(domain, identifiers)


def masking(workers: int) -> "MaskingHere | MaskingPool":
    """A pool of so many processes, or none for one."""
    return MaskingHere() if workers == 1 else MaskingPool(workers)


class MaskingPool:
    """A `Masking` over `workers` processes; a context manager."""

    def __init__(self, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    def __enter__(self) -> "MaskingPool":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def mask(self, secret: bytes, points: Sequence[bytes]) -> list[bytes]:
        """All points times the secret, in their order."""
        pieces = [points[at : at + _PIECE] for at in range(0, len(points), _PIECE)]
        return [point for done in self._pool.map(mask, [secret] * len(pieces), pieces) for point in done]

    def points(self, domain: str, identifiers: Sequence[str]) -> list[bytes]:
        """The points of all identifiers, in their order."""
        pieces = [identifiers[at : at + _PIECE] for at in range(0, len(identifiers), _PIECE)]
        return [point for done in self._pool.map(_points, [domain] * len(pieces), pieces) for point in done]


def _points(domain: str, identifiers: Sequence[str]) -> list[bytes]:
    return [point_of(domain, identifier) for identifier in identifiers]
