"""Whole chunks of loans, decided by the same functions as single ones, written at once.

A chunk is a command like any other: its key is made of the book's digest and the chunk's number, so a
replay that was killed goes on where it stopped, and one that runs twice has one effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.ports import Office
from hengdai.app.work import LoanChange, Work


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some loans of one funder, each decided and folded to the end; `number` counts within `book` (a digest).

    `figures` is what the answer to the chunk says beside the counts (canonical JSON values).
    `law` judged them and `texts` are its texts; a chunk judged by what is no longer the law of that book is refused.
    """

    book: str
    number: int
    loans: Sequence[LoanChange]
    figures: Mapping[str, object]
    law: LiveLaw
    texts: Mapping[str, str]

    @property
    def key(self) -> str:
        """The idempotency key of the chunk."""
        return f"replay:{self.book}:{self.number}"


async def record_chunk(office: Office, actor: Actor, chunk: Chunk) -> Outcome:
    """Write the chunk in one transaction, or answer as it was answered before; body: loans, rows, figures."""

    async def write(work: Work) -> Mapping[str, object]:
        pack = chunk.law.pack
        now = await live_law(office.packs, work, actor.org, pack.id)
        if (now.pack.digest, now.settings) != (pack.digest, chunk.law.settings):
            raise Declined(No.because(Turned.LAW_CHANGED, judged=pack.digest, live=now.pack.digest))
        await work.keep_pack(pack.digest, pack.id, chunk.texts)
        rows = await work.record_all(chunk.loans)
        return {"loans": len(chunk.loans), "rows": rows, "figures": dict(chunk.figures)}

    payload = {"book": chunk.book, "chunk": chunk.number}
    return await run(office, Call(actor, "replay", chunk.key, payload), write)


async def chunk_done(office: Office, actor: Actor, book: str, number: int) -> bytes | None:
    """What the chunk was answered, if it is written already; asked before deciding it again."""
    async with office.store.begin(actor) as work:
        known = await work.recorded(f"replay:{book}:{number}")
    return None if known is None else known.body
