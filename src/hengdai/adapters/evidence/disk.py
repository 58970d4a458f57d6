"""The few things asked of a file system, so that a test can let the disk fill or the process die between any two."""

import contextlib
import os
from pathlib import Path


class Disk:
    """A POSIX file system. Every method may raise `OSError`; none leaves a half-written file under a final name."""

    def create(self, path: Path, data: bytes) -> None:
        """Write a file under a temporary name; a file of that name is overwritten. Durable once synced."""
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def sync(self, path: Path) -> None:
        """Make a file's bytes, or the names in a directory, durable."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its final name, replacing what had it, atomically."""
        os.replace(source, target)

    def make_directory(self, path: Path) -> None:
        """Make a directory and its parents; durable once the parents are synced."""
        path.mkdir(parents=True, exist_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

    def replace(self, path: Path, data: bytes) -> None:
        """Replace a file's content atomically and durably: either the old bytes or the new ones are there."""
        self.make_directory(path.parent)
        beside = path.with_name(f".{path.name}.new")
        self.create(beside, data)
        self.sync(beside)
        self.rename(beside, path)
        self.sync(path.parent)
