"""Comparing the book with the evidence log: every row that was altered, removed or slipped in is named by its key, and
every kept balance that is not what the postings in the log add up to by its account.

The log cannot be changed without its witnesses, so what the book says now is held against it: each leaf must be the
entry in the log, the record made from the row must open its commitment, and no row may stand there without a leaf.
Balances are compared for organisations whose postings all are what the log says: where one was touched, that row is
the alarm, and what the log vouches for no longer adds up to a book.
"""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hengdai.adapters.evidence.home import EvidenceHome, Watched
from hengdai.adapters.postgres.evidence_records import NOBODY, Found, LeafKey
from hengdai.adapters.postgres.evidence_source import BookLeaves, Standing
from hengdai.base.text import Text
from hengdai.entry.sealing import entries_of, index_of
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.log import DamagedLog, Sequencer
from hengdai.evidence.monitor import Alarm, Concern, Watch, look, reconcile, sample
from hengdai.evidence.note import BadNote, Note
from hengdai.evidence.record import BadRecord, RecordKind, commit, record_bytes

_AT_ONCE, _SAMPLE = 16_384, 64
_ALTERED = Text("账簿中的这一行已不是存证时的内容", "the row is no longer what it was when its leaf was drawn")
_GONE = Text("已存证的行不在账簿中", "a row with a leaf is gone from the book")
_SLIPPED_IN = Text(
    "账簿中有一行未经存证而出现", "a row stands in the book behind what the log had taken, without a leaf"
)
_NOT_IN_LOG = Text("日志第 {index} 条不是该叶", "entry {index} of the log is not this leaf")


@dataclass(slots=True)
class _Postings:
    """What the log vouches for by account (minor units), and the organisations of whose postings one was touched."""

    sums: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)

    def take(self, some: Sequence[Standing], rows: Mapping[LeafKey, Found], named: Set[LeafKey]) -> None:
        """Add up the postings among the leaves, but those that an alarm names."""
        self.touched |= {key.org for key in named if key.kind is RecordKind.POSTINGS}
        for one in some:
            if one.key.kind is RecordKind.POSTINGS and one.salt is not None and one.key not in named:
                body: Mapping[str, Any] = rows[one.key].record.body
                for account, amount in zip(body["accounts"], body["amounts"], strict=True):
                    self.sums[one.key.org, account, body["currency"]] += int(amount)

    async def against_balances(self, leaves: BookLeaves, taken: int) -> list[Alarm]:
        """The kept balances that are not what the postings up to transaction `taken` add up to."""
        booked = await leaves.balances(taken)
        return reconcile(self._by_account(self.sums), self._by_account(booked))

    def _by_account(self, amounts: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
        return {" ".join(key): amount for key, amount in amounts.items() if key[0] not in self.touched}


async def watch_book(leaves: BookLeaves, home: EvidenceHome, now: datetime) -> Watched:
    """Every alarm about the logs' checkpoints, the rows of the book and its balances; kept for those who ask later."""
    alarms = [alarm for year in home.logs.years() for alarm in _checkpoint(home, year)]
    firsts, taken, last, postings = await leaves.firsts(), 0, -1, _Postings()
    at_last: set[LeafKey] = set()
    while some := await leaves.after(taken, _AT_ONCE):
        low, last = last, some[-1].recorded_in
        rows = await leaves.within(low, last + 1)
        found = [*_against_log(home, some, firsts)]
        found.extend((one.key, alarm) for one in some if (alarm := _against_row(one, rows.get(one.key))))
        known = at_last | {one.key for one in some}
        full = len(some) == _AT_ONCE
        # The transaction at the end of a batch may go on in the next one; it is looked at again there.
        found.extend(
            (key, Alarm(Concern.ENTRY, str(key), _SLIPPED_IN))
            for key, one in rows.items()
            if key not in known and (one.recorded_in < last or not full)
        )
        alarms.extend(alarm for _, alarm in found)
        postings.take(some, rows, {key for key, _ in found})
        at_last = {key for key in known if key in rows and rows[key].recorded_in == last}
        taken = some[-1].position
    alarms.extend(await postings.against_balances(leaves, last))
    watched = Watched(int(now.timestamp()), taken, tuple(alarms))
    home.keep_watched(watched)
    return watched


def _checkpoint(home: EvidenceHome, year: int) -> list[Alarm]:
    """What is wrong with a year's published checkpoint and with entries drawn at random."""
    store, origin, policy = home.logs.store(year), home.logs.origin(year), home.policy(year)
    shown = store.checkpoint()
    if shown is None:
        return [Alarm(Concern.UNSEALED, origin, Text("尚未封存", "was never sealed"))]
    try:
        tree, alarms = Checkpoint.parse(Note.parse(shown).text), list[Alarm]()
        if policy is not None:
            _, alarms = look(Watch(policy), shown, Sequencer(store).growth_proof)
    except (BadNote, DamagedLog) as error:
        return [Alarm(Concern.UNREADABLE, origin, Text(f"日志无法读取: {error}", str(error)))]
    dice = secrets.SystemRandom()
    drawn = sorted(dice.sample(range(tree.size), min(_SAMPLE, tree.size)))
    return [*alarms, *sample(tree, drawn, store.read)]


def _against_log(home: EvidenceHome, some: Sequence[Standing], firsts: dict[int, int]) -> list[tuple[LeafKey, Alarm]]:
    found = []
    for year in sorted({one.year for one in some}):
        mine = [one for one in some if one.year == year]
        head = home.logs.store(year).head()
        size = head.size if head else 0
        logged = [one for one in mine if index_of(one, firsts) < size]
        indexes = [index_of(one, firsts) for one in logged]
        for one, index, entry in zip(logged, indexes, entries_of(home, year, indexes), strict=True):
            if entry != one.leaf:
                where = f"{home.logs.origin(year)} entry {index}: {one.key}"
                found.append((one.key, Alarm(Concern.ENTRY, where, _NOT_IN_LOG.fill(index=index))))
    return found


def _against_row(one: Standing, found: Found | None) -> Alarm | None:
    if found is None:
        return Alarm(Concern.ENTRY, str(one.key), _GONE)
    if one.salt is None:
        # About somebody erased, the row is there and nobody can prove any more what it said. Of a row about nobody the
        # salt cannot be lost so: the leaf was touched to hide what became of the row.
        return Alarm(Concern.ENTRY, str(one.key), _ALTERED) if found.holder == NOBODY else None
    try:
        opened = commit(one.salt, record_bytes(found.record))
    except BadRecord as error:  # what stands there now is nothing that this program writes
        return Alarm(Concern.ENTRY, str(one.key), Text(f"{_ALTERED.zh}: {error}", f"{_ALTERED.en}: {error}"))
    return None if opened == json.loads(one.leaf)["commitment"] else Alarm(Concern.ENTRY, str(one.key), _ALTERED)
