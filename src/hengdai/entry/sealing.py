"""From the book into the evidence log and out again: seal what is new, export a loan, look for what was touched."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hengdai.adapters.evidence.anchors import Anchored
from hengdai.adapters.evidence.exporter import Exporter, Placed
from hengdai.adapters.evidence.home import EvidenceHome, Published
from hengdai.adapters.postgres.evidence_source import BookLeaves, Drawing, Standing
from hengdai.base.text import Text
from hengdai.evidence.record import Kept, record_bytes, thread_of
from hengdai.evidence.source import Leaf, take_in
from hengdai.evidence.tiles import WIDTH, Absent, BadTile, fetch_entries


class LogAhead(Exception):
    """The log holds leaves that the book does not: the book is older than its log, or is another one."""

    def __init__(self, position: int) -> None:
        self.text = Text(
            f"日志已取至第 {position} 条, 账簿中没有或不是同一条: 账簿比日志旧, 或不是同一本",
            f"the log has taken up to leaf {position}, which the book lacks or has otherwise: "
            "the book is older than its log, or another one",
        )
        super().__init__(str(self.text))


class SealedElsewhere(Exception):
    """The leaves of the book were drawn under the keys of another evidence directory."""

    def __init__(self, directory: Path) -> None:
        self.text = Text(
            f"该账簿此前封存在另一存证目录, 密钥不同; {directory} 不能续写. 请用原来的 --log 目录",
            f"this book was sealed into another evidence directory, under other keys; {directory} cannot go on: "
            "name the one used before with --log",
        )
        super().__init__(str(self.text))


class Unsealable(Exception):
    """A loan cannot be exported; the text says why."""

    def __init__(self, what: Text) -> None:
        self.text = what
        super().__init__(str(what))


@dataclass(frozen=True, slots=True)
class _Fetched:
    """Leaves already read, as a `LeafSource`."""

    leaves: Sequence[Standing]

    def after(self, position: int, limit: int) -> list[Leaf]:
        return [(one.position, one.leaf) for one in self.leaves if one.position > position][:limit]


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a sealing did: how many leaves were taken in, each year's checkpoint, and where the last one is anchored."""

    taken: int
    published: tuple[Published, ...]
    anchored: Mapping[int, Anchored]


async def seal_book(
    leaves: BookLeaves,
    home: EvidenceHome,
    now: Callable[[], datetime],
    limit: int = 4096,
    often: timedelta | None = None,
) -> SealReport:
    """Take every new leaf into the logs and publish a checkpoint of each year that has grown. Safe to kill and repeat.

    With `often`, checkpoints are published on the way too, about so often, so that a long backlog can be seen to go
    down. Raises :class:`LogAhead`.
    """
    drawing = Drawing(home.thread_key, lambda: os.urandom(32), now().year)
    await _same_history(leaves, home)
    taken, published_at = await _into_logs(leaves, home, limit), now()
    while await leaves.draw(drawing, limit):
        taken += await _into_logs(leaves, home, limit)
        if often is not None and now() - published_at >= often:
            _publish(home, now())
            published_at = now()
    published = tuple(_publish(home, now()))
    return SealReport(taken, published, {year: home.anchor(year) for year in home.logs.years()[-1:]})


def _publish(home: EvidenceHome, now: datetime) -> list[Published]:
    return [home.publish(year, int(now.timestamp())) for year in home.logs.years() if _grown(home, year)]


async def _same_history(leaves: BookLeaves, home: EvidenceHome) -> None:
    """The leaves of the book must be of this home's keys, and the last one that the log has taken must stand there."""
    first = await leaves.at(1)
    if first is not None and json.loads(first.leaf)["thread"] != thread_of(home.thread_key, first.key.subject):
        raise SealedElsewhere(home.directory)
    years = home.logs.years()
    head = home.logs.store(years[-1]).head() if years else None
    if head is None or head.taken == 0:
        return
    standing = await leaves.at(head.taken)
    if standing is None:
        raise LogAhead(head.taken)
    if standing.year == years[-1] and entries_of(home, years[-1], [head.size - 1])[0] != standing.leaf:
        raise LogAhead(head.taken)


async def _into_logs(leaves: BookLeaves, home: EvidenceHome, limit: int) -> int:
    total, years = 0, home.logs.years()
    head = home.logs.store(years[-1]).head() if years else None
    taken = head.taken if head else 0
    while some := await leaves.after(taken, limit):
        sequencer = home.logs.sequencer(some[0].year)
        total += len(take_in(sequencer, _Fetched([one for one in some if one.year == some[0].year]), limit))
        taken = sequencer.refresh().taken
    return total


def _grown(home: EvidenceHome, year: int) -> bool:
    store = home.logs.store(year)
    head, note = store.head(), store.checkpoint()
    policy = home.policy(year)
    if head is None:
        return False
    if note is None or int(note.split(b"\n")[1]) != head.size:
        return True
    # Published before the witnesses were named: it is sealed now.
    return policy is not None and not policy.open(note)[2].met


def entries_of(home: EvidenceHome, year: int, indexes: Sequence[int]) -> list[bytes | None]:
    """The entries at those indexes as they lie on the disk; None for one that cannot be read."""
    store = home.logs.store(year)
    head = store.head()
    bundles: dict[int, Sequence[bytes]] = {}
    for number in {index // WIDTH for index in indexes} if head else ():
        try:
            bundles[number] = fetch_entries(store.read, number, head.size if head else 0)
        except (Absent, BadTile):
            bundles[number] = ()
    return [next(iter(bundles.get(index // WIDTH, ())[index % WIDTH :]), None) for index in indexes]


def index_of(standing: Standing, firsts: dict[int, int]) -> int:
    """Where a leaf stands in its year's log, which begins with the opening leaf."""
    return standing.position - firsts[standing.year] + 1


async def export_loan(
    leaves: BookLeaves,
    home: EvidenceHome,
    loan: str,
    org: str | None,
    made_at: datetime,
    viewer: str | None = None,
) -> bytes:
    """The bundle of a loan; raises :class:`Unsealable`, or `NotSealedYet` for what no seal covers yet.

    A year without a policy goes in with one that nobody can meet, so that whoever checks reads that no witness vouches.
    Records are made from the book as it is. One that was altered goes in as it is now, and every verifier says so.
    What is about a person who was erased is proven and not shown, and so is what `viewer` may not read of her.
    """
    lender = _one_lender(loan, [org] if org else await leaves.lenders(loan))
    found, firsts = await leaves.of_loan(lender, loan), await leaves.firsts()
    if not found:
        raise Unsealable(Text(f"借款 {loan} 没有存证", f"the loan {loan} has left no evidence"))
    placed = []
    for standing, record in found:
        if record is None:
            raise Unsealable(
                Text(
                    f"已存证的行不在账簿中: {standing.key}",
                    f"a row with evidence is gone from the book: {standing.key}",
                )
            )
        kept = Kept(standing.salt or b"", record_bytes(record.record), standing.leaf, index_of(standing, firsts))
        shown = standing.salt is not None and record.holder.shown_to(viewer, lender)
        placed.append(Placed(standing.year, kept, shown))
    parties = {year: home.bare_parties(year) for year in {one.year for one in placed}}
    notes = {year: home.logs.store(year).checkpoint() for year in parties}
    anchors = {year: home.anchors(year).of(note) for year, note in notes.items() if note is not None}
    return Exporter(home.logs, parties, anchors).export(found[0][0].key.subject, placed, made_at)


def _one_lender(loan: str, lenders: Sequence[str]) -> str:
    if len(lenders) != 1:
        raise Unsealable(
            Text(
                f"借款 {loan} 在 {len(lenders)} 家出资机构的账上: {list(lenders)}; 请用 --org 指定",
                f"the loan {loan} is in the books of {len(lenders)} funders: {list(lenders)}; name one by --org",
            )
        )
    return lenders[0]
