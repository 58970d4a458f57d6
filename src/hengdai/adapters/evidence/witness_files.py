"""What a witness holds, in a directory of its own: one file per log, and every report that it ever made.

held/<sha256 of the origin>      time, then the cosigned note
reports/<number>-<kind>          JSON with the two notes that contradict each other
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from hengdai.adapters.evidence.disk import Disk
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.note import Note
from hengdai.evidence.storage import Moved
from hengdai.evidence.witness import Held, Report, Wrong


class WitnessFiles:
    """A witness's memory. Durable on return; two processes on one directory cannot both move a log."""

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        self._root = directory
        self._disk = disk or Disk()

    def held(self, origin: str) -> Held | None:
        """What is held for that log, or None."""
        return self.held_by_hash(_name(origin))

    def held_by_hash(self, name: str) -> Held | None:
        """What is held for the log whose origin has that SHA-256 (hex)."""
        if len(name) != 64 or not name.isalnum():
            return None
        try:
            data = (self._root / "held" / name).read_bytes()
        except FileNotFoundError:
            return None
        time, _, note = data.partition(b"\n")
        return Held(Checkpoint.parse(Note.parse(note).text), note, int(time))

    def keep(self, before: Held | None, after: Held) -> None:
        """Replace what is held by compare-and-set; raises `Moved` when it is no longer `before`."""
        origin = after.checkpoint.origin
        with self._alone():
            if self.held(origin) != before:
                raise Moved(f"another request moved {origin}")
            self._disk.replace(self._root / "held" / _name(origin), str(after.time).encode() + b"\n" + after.note)

    def report(self, report: Report) -> None:
        """Keep a report for good; the same contradiction is kept once."""
        directory = self._root / "reports"
        with self._alone():
            known = self.reports()
            if any((one.held, one.shown) == (report.held, report.shown) for one in known):
                return
            text = {"origin": report.origin, "time": report.time, "wrong": report.wrong}
            notes = {"held": report.held.decode(), "shown": report.shown.decode()}
            data = json.dumps({**text, **notes}, ensure_ascii=False, indent=1).encode()
            self._disk.replace(directory / f"{len(known):06d}-{report.wrong}", data)

    def reports(self) -> list[Report]:
        """Every report, oldest first."""
        directory = self._root / "reports"
        return [_read(path) for path in sorted(directory.glob("[0-9]*"))] if directory.is_dir() else []

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._disk.make_directory(self._root)
        descriptor = os.open(self._root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()


def _read(path: Path) -> Report:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Report(
        Wrong(kept["wrong"]), kept["origin"], kept["held"].encode(), kept["shown"].encode(), int(kept["time"])
    )
