"""The yearly logs of one lending programme, side by side in a directory, each beginning where the last one ended.

    <directory>/2026/checkpoint, tile/, head          <directory>/2027/...

The first entry of a year's log names the last tree of the year before, so no year can be replaced on its own. What was
taken from the source carries over, so the sequencer goes on with the next event.
"""

from pathlib import Path

from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.files import FileLogStore
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.log import Batch, Sequencer
from hengdai.evidence.record import opening_leaf, shard_origin
from hengdai.evidence.storage import Head, Moved


class YearClosed(Exception):
    """A later year's log has begun; an earlier one takes no more entries."""


class YearlyLogs:
    """The logs of `programme` (such as `evidence.example/prime`) in `directory`."""

    def __init__(self, directory: Path, programme: str, disk: Disk | None = None) -> None:
        self._root = directory
        self._programme = programme
        self._disk = disk

    def years(self) -> list[int]:
        """The years whose log has begun, earliest first."""
        if not self._root.is_dir():
            return []
        found = sorted(int(path.name) for path in self._root.iterdir() if path.name.isdigit())
        return [year for year in found if self.store(year).head() is not None]

    def origin(self, year: int) -> str:
        """The log's name."""
        return shard_origin(self._programme, year)

    def store(self, year: int) -> FileLogStore:
        """The files of that year's log."""
        return FileLogStore(self._root / str(year), self._disk)

    def sequencer(self, year: int) -> Sequencer:
        """Who appends to that year's log, which begins if it has not; raises :class:`YearClosed` for an earlier one."""
        years = self.years()
        if years and year < years[-1]:
            raise YearClosed(f"{self.origin(year)} 已封存 / is closed, {self.origin(years[-1])} has begun")
        sequencer = Sequencer(self.store(year))
        if sequencer.head.size:
            return sequencer
        before = self.store(years[-1]).head() if years else None
        try:
            sequencer.append(Batch([opening_leaf(self._last(years, before))], 0, before.taken if before else 0))
        except Moved:
            sequencer.refresh()  # another process began the year; its opening leaf is the same
        return sequencer

    def _last(self, years: list[int], head: Head | None) -> Checkpoint | None:
        return Checkpoint(self.origin(years[-1]), head.size, head.root) if head else None
