"""What became of each sealing round of a log: one line of JSON for each round that changed something, appended.

The log itself says what stands in it; this says how it grew and when each witness was last heard of. It is read by
people, proves nothing, and may be lost.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Round:
    """A round at `time` (seconds since 1970): the size signed, whether its quorum was met, who signed and who not why.

    `signed` maps each witness (as the policy names it) to the time in its cosignature.
    """

    time: int
    size: int
    sealed: bool
    signed: Mapping[str, int] = field(default_factory=dict)
    why_not: Mapping[str, str] = field(default_factory=dict)

    def says_more_than(self, before: "Round | None") -> bool:
        """Whether it is worth a line behind `before`: the log has grown, or another set of witnesses signed."""
        if before is None:
            return True
        return (self.size, self.sealed, set(self.signed)) != (before.size, before.sealed, set(before.signed))


class Rounds:
    """The rounds of one year's log in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, done: Round) -> None:
        """Append the round if it says more than the last one."""
        before = self.all()[-1:]
        if not done.says_more_than(before[0] if before else None):
            return
        line = {
            "sealed": done.sealed,
            "signed": dict(done.signed),
            "size": done.size,
            "time": done.time,
            "why_not": dict(done.why_not),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        torn = self._path.exists() and not self._path.read_bytes().endswith(b"\n")
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, b"\n" * torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
        finally:
            os.close(descriptor)

    def all(self) -> list[Round]:
        """Every round, oldest first; a line that was torn by a crash is passed over."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [found for line in lines if (found := _round(line)) is not None]


def _round(line: str) -> Round | None:
    try:
        said = json.loads(line)
        return Round(said["time"], said["size"], said["sealed"], said["signed"], said["why_not"])
    except (ValueError, KeyError, TypeError):
        return None
