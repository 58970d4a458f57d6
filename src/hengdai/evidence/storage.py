"""What a log needs of the place where it lives: files by path, and one head that moves by compare-and-set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Head:
    """What is committed: `size` entries under `root`, made from the source up to and including position `taken`."""

    size: int
    root: bytes
    taken: int


class Moved(Exception):
    """Another sequencer committed first; read the head again and decide anew."""


class LogStore(Protocol):
    """Where one log (one yearly shard) lives. `prove_storage` in `conformance` tries every duty."""

    def head(self) -> Head | None:
        """The committed head, or None for a log that was never begun."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `Absent` when there is none. Never half a file."""
        ...

    def commit(self, before: Head | None, after: Head, files: Mapping[str, bytes]) -> None:
        """Keep `files` and move the head from `before` to `after`, all or nothing, durable on return.

        Raises :class:`Moved`, changing nothing, unless the head is `before`. A crash at any point leaves the head
        either as it was or at `after` with every file in place; files of an attempt that failed may stay and
        are overwritten by a later one. Safe for several processes at once.
        """
        ...

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last, or None."""
        ...

    def publish(self, size: int, note: bytes) -> bool:
        """Replace the published checkpoint atomically and durably unless a larger one stands; says whether it did."""
        ...
