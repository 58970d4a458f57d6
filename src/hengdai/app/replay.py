"""Replay a book: every loan through the same functions as the verbs, written in chunks that survive a kill.

A slice of a book is decided funder by funder; each funder's part is one chunk and one transaction, under a key
made of the book's digest, the text of the law and the slice's number. A chunk that is written already is not
decided again, so a replay that was stopped anywhere goes on where it stopped, and one that runs twice has one effect.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from hengdai.app.actor import Actor, Role
from hengdai.app.admit_partner import admit_partner
from hengdai.app.bulk import Chunk, chunk_done, record_chunk
from hengdai.app.command import Call, Declined, Outcome, Status, run
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.ports import Office
from hengdai.app.replay_book import Book, Slice
from hengdai.app.replay_figures import Figures, left_out, merged, of_life
from hengdai.app.replay_life import Life, Row, Setting, live
from hengdai.app.replay_second import compare
from hengdai.app.replay_terms import WrongTerms
from hengdai.app.work import Work
from hengdai.base.canonical import digest
from hengdai.base.identity import OrgId
from hengdai.law.pack import Pack
from hengdai.maths.sense import Nonsense
from hengdai.partner.listing import Listing
from hengdai.product.record import write

CHUNK = 1_000
"""Loans in a slice unless the caller says otherwise: some seconds of work, some megabytes of rows."""


class ReplayRefused(ValueError):
    """The store refused what the replay asked: another size or law than this book was begun with, or a lost right."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What all parts of one replay share; it can be sent to another process."""

    book: str
    """The digest of the book."""
    pack_id: str
    size: int
    currency: str
    listings: Mapping[str, tuple[Listing, ...]]

    @property
    def prefix(self) -> str:
        """What the names of this book's loans begin with, so that two books never meet."""
        return f"{self.book[:8]}-"

    def of(self, pack: Pack) -> str:
        """The name under which the chunks are recorded."""
        return f"{self.book}:{pack.digest[:16]}:{self.size}"


@dataclass(frozen=True, slots=True)
class Done:
    """A part of a slice that is in the book now: how many rows of `loans` it was, its figures, and since when."""

    loans: int
    figures: Figures
    before: bool
    """Written by an earlier run."""


async def begin(office: Office, book: Book, pack_id: str, size: int) -> Replay:
    """Put the partner lists into the books of the funders and note how this book is replayed.

    Raises :class:`ReplayRefused` when the book was begun with another size or law, or the law is unknown here.
    """
    replay = Replay(book.digest, pack_id, size, book.currency, by_funder(book.listings()))
    for funder in sorted({each.id for each in book.organisations() if each.kind == "funder"}):
        actor = Actor(OrgId(funder), Role.ADMIN)
        law = await _law(office, actor, pack_id)
        payload = {"book": book.digest, "pack": law.pack.digest, "size": size}
        settled(await run(office, Call(actor, "replay", f"replay:{book.digest}", payload), _nothing))
        for listing in replay.listings.get(funder, ()):
            key = f"replay:listing:{digest(write(listing))}"
            settled(await admit_partner(office, actor, key, listing))
    return replay


async def _law(office: Office, actor: Actor, pack_id: str) -> LiveLaw:
    """The law that judges the actor's book. A text on trial is left out: what it says of history, an impact tells."""
    try:
        async with office.store.begin(actor) as work:
            return replace(await live_law(office.packs, work, actor.org, pack_id), shadow=None)
    except Declined as declined:
        raise ReplayRefused(str(declined.no.text)) from None


async def _nothing(_work: Work) -> Mapping[str, object]:
    return {"begun": True}


def settled(outcome: Outcome) -> Outcome:
    """The outcome, unless it is a refusal: that raises :class:`ReplayRefused` with its words."""
    if outcome.status is Status.REFUSED:
        raise ReplayRefused(str(outcome.refusal.text) if outcome.refusal else "refused")
    return outcome


def by_funder(listings: Sequence[Listing]) -> dict[str, tuple[Listing, ...]]:
    """The partner lists, each under its funder."""
    lists: dict[str, tuple[Listing, ...]] = {}
    for listing in listings:
        lists[listing.funder] = (*lists.get(listing.funder, ()), listing)
    return lists


async def replay_slice(office: Office, replay: Replay, part: Slice) -> Done:
    """Bring a slice into the book, funder by funder, unless it is there; its figures either way."""
    figures: Figures = {}
    before = True
    for funder in part.loans["funder"].unique().sort().to_list():
        actor = Actor(OrgId(funder), Role.OPERATOR)
        law = await _law(office, actor, replay.pack_id)
        body = await chunk_done(office, actor, replay.of(law.pack), part.number)
        if body is None:
            before = False
            chunk = decided(replay, part, funder, law, office.packs.texts(law.pack.digest))
            body = settled(await record_chunk(office, actor, chunk)).body
        merged(figures, json.loads(body)["figures"])
    return Done(part.loans.height, figures, before)


def decided(replay: Replay, part: Slice, funder: str, law: LiveLaw, texts: Mapping[str, str]) -> Chunk:
    """One funder's loans of a slice, lived to the end; pure. Every verdict of the law is given twice and compared."""
    setting = Setting(law, replay.listings.get(funder, ()), replay.prefix, part.last_day)
    fees, events, claims = _rows_by_loan(part.fees), _rows_by_loan(part.events), _rows_by_loan(part.claims)
    figures: Figures = {}
    lives: list[Life] = []
    for row in part.loans.filter(pl.col("funder") == funder).iter_rows(named=True):
        name = row["loan"]
        try:
            life = live(row, fees.get(name, ()), events.get(name, ()), setting)
        except (WrongTerms, Nonsense) as wrong:
            problems = wrong.problems if isinstance(wrong, Nonsense) else (wrong.problem,)
            merged(figures, {"applications": 1} | left_out(name, row["_row"], problems))
            continue
        stated = ((claim["figure"], claim["amount"]) for claim in claims.get(name, ()))
        merged(figures, of_life(life, stated))
        lives.append(life)
    compare(law, [row for life in lives for row in life.judgements])
    loans = [life.change() for life in lives if life.record is not None]
    return Chunk(replay.of(law.pack), part.number, loans, figures, law, texts)


def _rows_by_loan(frame: pl.DataFrame) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in frame.iter_rows(named=True):
        rows.setdefault(row["loan"], []).append(row)
    return rows
