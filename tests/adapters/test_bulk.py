"""Chunks: as guarded as single loans, once each, and nothing half-written."""

import asyncio
from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from hengdai.app.audit_books import audit_books
from hengdai.app.bulk import Chunk, chunk_done, record_chunk
from hengdai.app.command import Status
from hengdai.app.live_law import LiveLaw
from hengdai.app.pay import pay
from hengdai.app.work import JudgementRow, LoanChange
from hengdai.base.check import Defect
from hengdai.base.identity import EntryId, EventId, LoanId
from hengdai.loan.fold import fold
from hengdai.product.cost import quote
from tests.app.desk import BANK, Desk, body, yuan


async def copies(desk: Desk, count: int) -> list[LoanChange]:
    """A loan that lived through the verbs, as `count` new loans of the same life."""
    await desk.active("template")
    desk.clock.put(date(2026, 2, 5))
    body(await pay(desk.office, desk.call("template"), yuan("500.00")))
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("template"))
        entries = await work.entries(BANK, LoanId("template"))
        judgements = await work.judgements(BANK, LoanId("template"))
    assert record is not None
    price = quote(record.loan.terms)
    cost = (price.simple_e8, price.compound_e8)
    by_stage = {row.stage: row for row in judgements}
    gates = {"offered": "application", "signed": "signing", "disbursed": "disbursement"}
    made = []
    for n in range(count):
        id = LoanId(f"copy-{n:06d}")

        def event(old: str, id: str = id) -> EventId:
            return EventId(f"{id}:{old}")

        events = tuple(replace(each, id=event(each.id)) for each in record.events)
        moved = tuple(
            replace(each, id=EntryId(f"{event(str(each.event))}.1"), loan=id, event=event(str(each.event)))
            for each in entries
        )
        rows = tuple(replace(row, id=f"{id}:{row.stage}") for row in judgements)
        clearances = {
            str(event_.id): f"{id}:{by_stage[gates[event_.fact.kind]].stage}"
            for event_ in events
            if event_.fact.kind in gates
        }
        day = date(2026, 2, 5)
        made.append(LoanChange(BANK, id, None, fold(id, events), events, moved, rows, clearances, day, cost_e8=cost))
    return made


def chunk(desk: Desk, loans: list[LoanChange], number: int = 0) -> Chunk:
    pack = desk.office.packs.pack("toy")
    return Chunk("book", number, loans, {"sum": 1}, LiveLaw(pack), desk.office.packs.texts(pack.digest))


async def test_a_chunk_is_as_good_as_single_loans(desk: Desk) -> None:
    outcome = await record_chunk(desk.office, desk.bank, chunk(desk, await copies(desk, 20)))
    assert body(outcome)["loans"] == 20
    audit = await audit_books(desk.office, desk.bank)
    assert audit.discrepancies == () and audit.loans == 21
    assert body(await pay(desk.office, desk.call("copy-000003"), yuan("1.00")))["state"] == "active"


async def test_a_chunk_that_is_written_twice_has_one_effect(desk: Desk) -> None:
    part = chunk(desk, await copies(desk, 5))
    outcomes = await asyncio.gather(*(record_chunk(desk.office, desk.bank, part) for _ in range(5)))
    assert len({outcome.body for outcome in outcomes}) == 1
    assert sorted(outcome.status for outcome in outcomes) == [Status.DONE] + [Status.REPLAYED] * 4
    assert await chunk_done(desk.office, desk.bank, "book", 0) == outcomes[0].body
    assert await chunk_done(desk.office, desk.bank, "book", 1) is None
    assert (await audit_books(desk.office, desk.bank)).loans == 6


async def test_nothing_of_a_chunk_stays_when_one_loan_of_it_passes_a_gate_without_clearance(desk: Desk) -> None:
    loans = await copies(desk, 3)
    stopped = tuple(_stopping(row) if row.stage == "signing" else row for row in loans[1].judgements)
    loans[1] = replace(loans[1], judgements=stopped)
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="event_clearance"):
        await record_chunk(desk.office, desk.bank, chunk(desk, loans))
    assert await chunk_done(desk.office, desk.bank, "book", 0) is None
    assert (await audit_books(desk.office, desk.bank)).loans == 1


def _stopping(row: JudgementRow) -> JudgementRow:
    return replace(row, stopping=("toy.disclosure",))


async def test_a_stranger_cannot_bring_a_chunk_into_the_books_of_a_funder(desk: Desk) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await record_chunk(desk.office, desk.other, chunk(desk, await copies(desk, 2)))


async def test_a_chunk_of_loans_that_are_there_already_is_a_defect(desk: Desk) -> None:
    loans = await copies(desk, 1)
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("template"))
    with pytest.raises(Defect, match="new loans"):
        await record_chunk(desk.office, desk.bank, chunk(desk, [replace(loans[0], before=record)]))
