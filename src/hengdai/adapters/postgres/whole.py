"""A whole book from end to end: read through cursors, positions made anew by COPY."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text

from hengdai.adapters.postgres import rows
from hengdai.adapters.postgres.bulk import Bulk, copied
from hengdai.adapters.postgres.tables import plan, position
from hengdai.app import position as positions
from hengdai.app.whole import Placed
from hengdai.base.identity import LoanId, OrgId
from hengdai.ledger.entry import Entry
from hengdai.loan.events import Event

# Byte order is the order of Python's strings, so that streams can be read side by side.
_EVENTS = text("""
SELECT loan_id, seq, event_id, day, known, CAST(fact AS text) AS fact FROM event
WHERE org = :org ORDER BY loan_id COLLATE "C", seq
""")
_ENTRIES = text("""
SELECT loan_id, entry_id, event_id, day, booked, currency, accounts, amounts, reverses FROM entry
WHERE org = :org ORDER BY loan_id COLLATE "C", booked, entry_id
""")
_POSITIONS = text("""
SELECT p.*, l.starts, l.dues, l.interest, l.earned_before, l.left_principal, l.left_interest, l.left_fee
FROM position p LEFT JOIN plan l ON l.org = p.org AND l.loan_id = p.loan_id
WHERE p.org = :org ORDER BY p.loan_id COLLATE "C"
""")
_BUCKETS = text("""
UPDATE position p SET bucket = m.bucket_to FROM (
    SELECT DISTINCT ON (loan_id) loan_id, bucket_to FROM arrears_move WHERE org = :org ORDER BY loan_id, day DESC
) m WHERE p.org = :org AND p.loan_id = m.loan_id AND p.bucket <> m.bucket_to
""")
_CLEAR = (text("DELETE FROM plan WHERE org = :org"), text("DELETE FROM position WHERE org = :org"))
_AT_ONCE = 5000


class Whole(Bulk):
    """The part of a transaction that goes through one book."""

    async def every_event(self, org: OrgId) -> AsyncIterator[tuple[LoanId, Event]]:
        """All events by loan, in the order known."""
        async for row in self._each(_EVENTS, org):
            yield LoanId(row["loan_id"]), rows.event_of({**row, "fact": json.loads(row["fact"])})

    async def every_entry(self, org: OrgId) -> AsyncIterator[Entry]:
        """All entries by loan, in the order booked."""
        async for row in self._each(_ENTRIES, org):
            yield rows.entry_of(row)

    async def every_position(self, org: OrgId) -> AsyncIterator[Mapping[str, Any]]:
        """All positions by loan, with the columns of their plans."""
        async for row in self._each(_POSITIONS, org):
            yield row

    async def _each(self, query: TextClause, org: OrgId) -> AsyncIterator[dict[str, Any]]:
        found = await self.connection.stream(query, {"org": org}, execution_options={"yield_per": _AT_ONCE})
        async for row in found.mappings():
            yield dict(row)

    async def clear_positions(self, org: OrgId) -> None:
        """Throw the positions and plans of the book away."""
        for query in _CLEAR:
            await self.connection.execute(query, {"org": org})

    async def place_all(self, org: OrgId, placed: Sequence[Placed]) -> None:
        """Write positions and plans of loans that have none; the bucket is that of the last close."""
        made = [(each.loan, positions.position(each.loan, each.as_of)) for each in placed]
        driver = await self.driver()
        await copied(driver, position, (rows.position_row(org, loan.id, loan.terms, at) for loan, at in made))
        dues = (rows.plan_row(org, loan.id, loan.terms, at) for loan, at in made)
        await copied(driver, plan, (row for row in dues if row is not None))
        await self.connection.execute(_BUCKETS, {"org": org})
