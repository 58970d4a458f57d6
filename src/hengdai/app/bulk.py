"""Whole chunks of loans, decided by the same functions as single ones, written at once.

A chunk is a command like any other: its key is made of the book's digest and the chunk's number, so a
replay that was killed goes on where it stopped, and one that runs twice has one effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Outcome, run
from hengdai.app.ports import Office
from hengdai.app.work import LoanChange, Work


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some loans of one funder, each decided and folded to the end; `number` counts within `book` (a digest).

    `figures` is what the answer to the chunk says beside the counts (canonical JSON values).
    `packs` holds the texts of the law packs the judgements name, by (digest, pack id).
    """

    book: str
    number: int
    loans: Sequence[LoanChange]
    figures: Mapping[str, object]
    packs: Mapping[tuple[str, str], Mapping[str, str]]

    @property
    def key(self) -> str:
        """The idempotency key of the chunk."""
        return f"replay:{self.book}:{self.number}"


async def record_chunk(office: Office, actor: Actor, chunk: Chunk) -> Outcome:
    """Write the chunk in one transaction, or answer as it was answered before; body: loans, rows, figures."""

    async def write(work: Work) -> Mapping[str, object]:
        for (digest, pack_id), texts in chunk.packs.items():
            await work.keep_pack(digest, pack_id, texts)
        rows = await work.record_all(chunk.loans)
        return {"loans": len(chunk.loans), "rows": rows, "figures": dict(chunk.figures)}

    payload = {"book": chunk.book, "chunk": chunk.number}
    return await run(office, Call(actor, "replay", chunk.key, payload), write)


async def chunk_done(office: Office, actor: Actor, book: str, number: int) -> bytes | None:
    """What the chunk was answered, if it is written already; asked before deciding it again."""
    async with office.store.begin(actor) as work:
        known = await work.recorded(f"replay:{book}:{number}")
    return None if known is None else known.body
