"""What must hold at the end of every day, whatever came late, twice or never.

It is read past the platform, straight from the tables.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import asyncpg

from hengdai.app.position import position
from hengdai.base.identity import EntryId, EventId, LoanId
from hengdai.ledger.audit import audit
from hengdai.ledger.entry import Entry
from hengdai.loan.codec import fact_from_json
from hengdai.loan.entries import journal
from hengdai.loan.events import Event
from hengdai.loan.fold import fold
from hengdai.loan.loan import Loan
from hengdai.loan.state import State
from hengdai.product.cost import quote
from tests.app.desk import BANK
from tests.simulation.world import World


@dataclass
class Invariants:
    """The examiner of the simulation: it remembers yesterday's history, which today's must begin with."""

    dsn: str
    events_seen: dict[str, list[str]] = field(default_factory=dict)
    entries_seen: dict[str, str] = field(default_factory=dict)

    async def check(self, world: World) -> None:
        """Every invariant, once."""
        connection = await asyncpg.connect(self.dsn)
        try:
            events = await self._events(connection)
            entries = await self._entries(connection)
            balances = await _balances(connection)
            await self._positions_are_folds(connection, world, events)
            await _every_gate_was_passed(connection)
        finally:
            await connection.close()
        _books_balance(entries, balances)
        assert balances.get(("CNY", "cash.clearing"), 0) == world.cash, "the rail and the books differ"
        _books_follow_from_events(entries, events)
        for loan, history in events.items():
            _no_loan_above_the_law(fold(LoanId(loan), history))

    async def _events(self, connection: asyncpg.Connection) -> dict[str, list[Event]]:
        """Every loan's events; yesterday's must stand unchanged at the head of today's."""
        found: dict[str, list[Event]] = defaultdict(list)
        texts: dict[str, list[str]] = defaultdict(list)
        for row in await connection.fetch("SELECT * FROM event WHERE org = $1 ORDER BY loan_id, seq", BANK):
            fact = fact_from_json(json.loads(row["fact"]))
            found[row["loan_id"]].append(Event(EventId(row["event_id"]), row["seq"], row["day"], row["known"], fact))
            texts[row["loan_id"]].append(repr(tuple(row.values())))
        for loan, before in self.events_seen.items():
            assert texts[loan][: len(before)] == before, f"history of {loan} changed"
        self.events_seen = dict(texts)
        return found

    async def _entries(self, connection: asyncpg.Connection) -> list[Entry]:
        entries = []
        seen = {}
        for row in await connection.fetch("SELECT * FROM entry WHERE org = $1", BANK):
            entry = Entry(
                EntryId(row["entry_id"]), LoanId(row["loan_id"]) or None, row["event_id"], row["day"], row["booked"],
                row["currency"], tuple(row["accounts"]), tuple(row["amounts"]), row["reverses"],
            )  # fmt: skip
            entries.append(entry)
            seen[row["loan_id"] + entry.id] = hashlib.sha256(repr(entry).encode()).hexdigest()
        for name, before in self.entries_seen.items():
            assert seen.get(name) == before, f"entry {name} was edited or removed"
        self.entries_seen = seen
        return entries

    async def _positions_are_folds(
        self, connection: asyncpg.Connection, world: World, events: dict[str, list[Event]]
    ) -> None:
        for row in await connection.fetch("SELECT * FROM position WHERE org = $1", BANK):
            loan = fold(LoanId(row["loan_id"]), events[row["loan_id"]])
            for day in {row["as_of"], world.day}:
                truth = position(loan, day)
                for name in ("outstanding", "disbursed", "repaid", "interest_paid", "written_off", "recovered"):
                    assert row[name] == getattr(truth, name), f"{name} of {loan.id} is not the fold's"
                assert row["first_unpaid_due"] == truth.first_unpaid_due, f"arrears of {loan.id} are not the fold's"
            assert row["state"] == loan.state.value and row["events"] == len(events[row["loan_id"]])


def _books_balance(entries: list[Entry], balances: dict[tuple[str, str], int]) -> None:
    verdict = audit(entries, balances)
    assert verdict.agrees, verdict.discrepancies
    assert sum(balances.values()) == 0, "debits and credits differ"


def _books_follow_from_events(entries: list[Entry], events: dict[str, list[Event]]) -> None:
    """Corrections and reversals included, the books of each loan say what its history, told once in order, says."""
    booked: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if entry.loan is not None:
            for account, amount in zip(entry.accounts, entry.amounts, strict=True):
                booked[entry.loan][account] += amount
    for loan, history in events.items():
        told: dict[str, int] = defaultdict(int)
        for entry in journal(LoanId(loan), history):
            for account, amount in zip(entry.accounts, entry.amounts, strict=True):
                told[account] += amount
        of_loan = {account: amount for account, amount in booked[loan].items() if amount}
        assert of_loan == {account: amount for account, amount in told.items() if amount}, f"books of {loan}"


def _no_loan_above_the_law(loan: Loan) -> None:
    """The invented law, by hand: 40 % before 2015 and 36 % since, small loans 60 %; on the day the money went out."""
    if loan.started_on is None:
        assert loan.state is not State.ACTIVE
        return
    principal = loan.terms.schedule.principal
    cap = Fraction(60 if principal <= 50_000 else 40 if loan.started_on.year < 2015 else 36, 100)
    simple = quote(loan.terms).simple_e8
    assert simple is not None and Fraction(simple, 10**8) <= cap, f"{loan.id} costs {simple} against {cap}"


async def _every_gate_was_passed(connection: asyncpg.Connection) -> None:
    """A payout stands only behind an offer, a disclosure and a signature, each let through by the law of its day."""
    loose = await connection.fetch("""
        SELECT e.loan_id, e.kind FROM event e WHERE e.kind IN ('offered', 'signed', 'disbursed') AND NOT EXISTS (
            SELECT FROM judgement j WHERE j.org = e.org AND j.loan_id = e.loan_id AND j.judgement_id = e.clearance
            AND j.day = e.day AND cardinality(j.stopping) = 0)
        UNION ALL
        SELECT d.loan_id, 'no signature' FROM event d WHERE d.kind = 'disbursed' AND 3 > (
            SELECT count(DISTINCT kind) FROM event b WHERE b.org = d.org AND b.loan_id = d.loan_id AND b.seq < d.seq
            AND b.kind IN ('offered', 'disclosed', 'signed'))""")
    assert not loose, loose


async def _balances(connection: asyncpg.Connection) -> dict[tuple[str, str], int]:
    rows = await connection.fetch(
        "SELECT currency, account, sum(balance)::bigint AS balance FROM account_balance WHERE org = $1 GROUP BY 1, 2",
        BANK,
    )
    return {(row["currency"], row["account"]): row["balance"] for row in rows if row["balance"]}
