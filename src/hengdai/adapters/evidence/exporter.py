"""From the yearly logs on disk to one bundle: proofs against each year's published, sealed checkpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hengdai.adapters.evidence.shards import YearlyLogs
from hengdai.base.text import Text
from hengdai.evidence.anchor import Anchor
from hengdai.evidence.bundle import Proven, Sealed, write_bundle
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.log import Sequencer
from hengdai.evidence.note import Note
from hengdai.evidence.record import Kept


class NotSealedYet(Exception):
    """A record is in the log, but no published checkpoint covers it: the day is not sealed."""

    def __init__(self, what: Text) -> None:
        super().__init__(str(what))
        self.what = what


@dataclass(frozen=True, slots=True)
class Placed:
    """A kept record of a subject, in which year's log its leaf stands, and whether it is shown or only proven."""

    year: int
    kept: Kept
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Parties:
    """Under whose word a year's checkpoint was sealed: the policy's text and the operator's witnesses in it."""

    policy: str
    operators: tuple[str, ...] = ()


class Exporter:
    """Makes bundles from one programme's logs; `parties` says each year's policy, `anchors` each year's anchors."""

    def __init__(
        self,
        logs: YearlyLogs,
        parties: Mapping[int, Parties],
        anchors: Mapping[int, Sequence[Anchor]] | None = None,
    ) -> None:
        self._logs = logs
        self._parties = parties
        self._anchors = anchors or {}

    def export(self, subject: str, records: Sequence[Placed], made_at: datetime) -> bytes:
        """The bundle about `subject`; raises :class:`NotSealedYet` naming the first record that no seal covers.

        Records need not be in order. An anchor is left out when it is of an older checkpoint than the published one.
        """
        years = sorted({one.year for one in records})
        notes = {year: self._published(year) for year in years}
        readers = {year: Sequencer(self._logs.store(year)) for year in years}
        proven = [_proven(one, years.index(one.year), notes[one.year], readers[one.year]) for one in records]
        logs = [Sealed(notes[year], self._parties[year].policy, self._parties[year].operators) for year in years]
        anchors = [
            Anchor(anchor.kind, place, anchor.value)
            for place, year in enumerate(years)
            for anchor in self._anchors.get(year, ())
            if anchor.speaks_of(notes[year].text.encode())
        ]
        return write_bundle(subject, logs, proven, anchors, made_at)

    def _published(self, year: int) -> Note:
        data = self._logs.store(year).checkpoint()
        if data is None:
            origin = self._logs.origin(year)
            raise NotSealedYet(Text(f"{origin} 尚未封存", f"{origin} was never sealed"))
        return Note.parse(data)


def _proven(one: Placed, place: int, note: Note, sequencer: Sequencer) -> Proven:
    size = Checkpoint.parse(note.text).size
    if not 0 <= one.kept.index < size:
        index = one.kept.index
        raise NotSealedYet(
            Text(f"第 {index} 条尚未封存 (已封存 {size} 条)", f"entry {index} is beyond the sealed {size}")
        )
    return Proven(one.kept, sequencer.proof_of(one.kept.index, size), place, one.shown)
