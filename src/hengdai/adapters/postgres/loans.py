"""Loans as stored: read by folding their events, written as new facts and a position made anew."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres import rows
from hengdai.adapters.postgres.balances import Balances
from hengdai.adapters.postgres.tables import entry, event, judgement, loan, plan, position
from hengdai.app import position as positions
from hengdai.app.work import JudgementRow, LoanChange, LoanRecord
from hengdai.base.identity import LoanId, OrgId
from hengdai.law.kinds import Stage
from hengdai.ledger.entry import Entry
from hengdai.loan.fold import fold


class Loans(Balances):
    """The part of a transaction that reads and changes loans."""

    async def loan(
        self, loan_id: LoanId, org: OrgId | None = None, known_until: datetime | None = None
    ) -> LoanRecord | None:
        """A loan that the actor sees, folded. Without `org` the actor's own book is looked at first."""
        found = org or await self._book_of(loan_id)
        if found is None:
            return None
        asked = select(event).where(event.c.org == found, event.c.loan_id == loan_id).order_by(event.c.seq)
        if known_until is not None:
            asked = asked.where(event.c.known <= known_until)
        events = tuple(rows.event_of(dict(row)) for row in (await self.connection.execute(asked)).mappings())
        return LoanRecord(found, loan_id, events, fold(loan_id, events)) if events else None

    async def _book_of(self, loan_id: LoanId) -> OrgId | None:
        asked = select(loan.c.org).where(loan.c.loan_id == loan_id).order_by((loan.c.org != self.actor.org), loan.c.org)
        return (await self.connection.execute(asked.limit(1))).scalar_one_or_none()

    async def entries(self, org: OrgId, loan_id: LoanId) -> tuple[Entry, ...]:
        """Every entry of the loan by the day it was booked, then by name."""
        asked = select(entry).where(entry.c.org == org, entry.c.loan_id == loan_id)
        found = await self.connection.execute(asked.order_by(entry.c.booked, entry.c.entry_id))
        return tuple(rows.entry_of(dict(row)) for row in found.mappings())

    async def judgements(self, org: OrgId, loan_id: LoanId) -> tuple[JudgementRow, ...]:
        """Every judgement of the loan, oldest first; those of one day in the order of its gates."""
        asked = select(judgement).where(judgement.c.org == org, judgement.c.loan_id == loan_id)
        gates = case({stage.value: number for number, stage in enumerate(Stage)}, value=judgement.c.stage)
        found = await self.connection.execute(asked.order_by(judgement.c.day, gates, judgement.c.judgement_id))
        return tuple(rows.judgement_of(dict(row)) for row in found.mappings())

    async def keep_judgement(self, org: OrgId, loan_id: LoanId, row: JudgementRow) -> None:
        """Write a judgement that let nothing through."""
        await self._judge(rows.judgement_rows(org, loan_id, [row]))

    async def record(self, change: LoanChange) -> None:
        """Write one loan's change. Balances come last, so that busy accounts are held for the shortest time."""
        if change.before is None:
            await self._insert(loan, [rows.loan_row(change)])
        await self._judge(rows.judgement_rows(change.org, change.id, change.judgements))
        await self._insert(event, rows.event_rows(change))
        await self._insert(entry, rows.entry_rows(change.org, change.entries))
        await self._place(change)
        await self.move(change.org, rows.stripe_of(change.id), change.entries)

    async def _place(self, change: LoanChange) -> None:
        at = positions.position(change.after, change.as_of)
        terms = change.after.terms
        await self._put(position, rows.position_row(change.org, change.id, terms, at))
        dues = rows.plan_row(change.org, change.id, terms, at)
        if dues is not None:
            await self._put(plan, dues)
        elif change.before is not None:
            await self.connection.execute(delete(plan).where(plan.c.org == change.org, plan.c.loan_id == change.id))

    async def _judge(self, values: list[rows.Row]) -> None:
        if values:
            await self.as_judge(insert(judgement), values)

    async def _insert(self, table: Table, values: list[rows.Row]) -> None:
        if values:
            await self.connection.execute(insert(table), values)

    async def _put(self, table: Table, values: rows.Row) -> None:
        keys, kept = ("org", "loan_id"), ("org", "loan_id", "bucket")
        written: dict[str, Any] = {name: literal_column(f"excluded.{name}") for name in values if name not in kept}
        adding = insert(table).values(values)
        await self.connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=written))
