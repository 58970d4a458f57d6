"""A loan replayed in bulk leaves what the same loan leaves when every step comes through the verbs, one by one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from hengdai.adapters.books.reader import open_book
from hengdai.adapters.clock import SetClock
from hengdai.app.actor import Actor, Role
from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Status
from hengdai.app.offer import Application, offer
from hengdai.app.replay_terms import attested, terms_of
from hengdai.base.identity import LoanId, OrgId
from hengdai.base.money import CNY, Money
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import platform
from hengdai.loan import commands
from hengdai.loan.codec import terms_digest
from hengdai.loan.payoff import payoff
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.terms import Intent, Terms
from tests.books import small
from tests.replay.conftest import replayed

FUNDER = OrgId("F-1")
_QUERIES = {
    "events": "SELECT seq, day, kind, fact::text, clearance IS NULL FROM event WHERE loan_id = $1 ORDER BY seq",
    "entries": "SELECT day, booked, accounts, amounts FROM entry WHERE loan_id = $1 ORDER BY entry_id",
    "judgements": "SELECT stage, day, judgement::text, stopping FROM judgement WHERE loan_id = $1 ORDER BY day, stage",
    "position": "SELECT state, disbursed, outstanding, repaid, interest_paid FROM position WHERE loan_id = $1",
}


async def _held(dsn: str, loan: str) -> dict[str, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {name: [tuple(row) for row in await connection.fetch(query, loan)] for name, query in _QUERIES.items()}
    finally:
        await connection.close()


async def _by_hand(house: Platform, clock: SetClock, folder: Path, loan: LoanId) -> None:
    """The loan A-1 of the two-loan book, verb by verb, on the days the book gives."""
    book = open_book(folder)
    (part,) = book.slices(10)
    row = part.loans.row(0, named=True)
    terms = terms_of(row, (), house.office.packs.pack("toy"))
    actor = Actor(FUNDER, Role.ADMIN)
    vouched = attested(row, terms, book.listings(), row["applied"])
    clock.put(row["applied"])
    made = await offer(house.office, actor, "offer", Application(terms, row["borrower"], loan, attested=vouched))
    assert json.loads(made.body)["state"] == "offered"
    for step in (commands.ConfirmDisclosure(disclosure_digest(terms)), commands.Sign(terms_digest(terms))):
        assert (await change_loan(house.office, LoanCall(actor, type(step).__name__, loan), step)).status is Status.DONE
    clock.put(row["disbursed"])
    money = commands.Disburse(Money(terms.schedule.principal, CNY))
    assert (await change_loan(house.office, LoanCall(actor, "out", loan), money)).status is Status.DONE
    for event in part.events.filter(part.events["loan"] == "A-1").iter_rows(named=True):
        clock.put(event["day"])
        paid = commands.Pay(Money(await _due(house, actor, loan, terms), CNY), Intent.INSTALMENT)
        call = LoanCall(actor, f"pay {event['seq']}", loan)
        assert (await change_loan(house.office, call, paid)).status is Status.DONE


async def _due(house: Platform, actor: Actor, loan: LoanId, terms: Terms) -> int:
    """What the first unpaid instalment comes to; the last one is the pay-off of its day."""
    async with house.office.store.begin(actor) as work:
        record = await work.loan(loan)
    assert record is not None
    due = record.loan.dues[record.loan.open_from]
    if due.number == terms.schedule.count:
        return payoff(record.loan, due.due).total
    return due.unpaid


async def test_bulk_leaves_what_the_doors_would_leave(dsn: str, tmp_path: Path) -> None:
    folder = small.write(tmp_path / "book", small.tables())
    summary = await replayed(dsn, folder)
    clock = SetClock(date(2026, 1, 1))
    async with platform(dsn, clock=clock) as house:
        await _by_hand(house, clock, folder, LoanId("by-hand"))
    bulk = await _held(dsn, f"{summary['book']['digest'][:8]}-A-1")
    doors = await _held(dsn, "by-hand")
    assert bulk["events"]
    assert bulk["entries"]
    assert len(bulk["judgements"]) == 3
    assert bulk == doors
