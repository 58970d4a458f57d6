"""The end of day in sets: a few statements for a whole book, whose cost does not grow with the age of its loans.

A night reads each open position once for each step and writes only the loans whose period ended or
whose arrears changed. Each statement may run again on the same day and then changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.balances import Balances
from hengdai.adapters.postgres.rows import entry_of, entry_rows
from hengdai.adapters.postgres.tables import day_close, entry
from hengdai.base.identity import EntryId, OrgId
from hengdai.ledger.entry import Entry

# Slices past the end of an array are empty and items past it null, so a loan after its last due needs no case.
_ROLL = text("""
UPDATE position p SET
    period = n.passed,
    period_start = n.starts[n.passed + 1],
    period_due = n.dues[n.passed + 1],
    period_interest = coalesce(n.interest[n.passed + 1] - n.earned_before[n.passed + 1], 0),
    -- interest earned when the new period begins, less what was when the old one began
    unbooked = p.unbooked
        + (SELECT coalesce(sum(x), 0) FROM unnest(n.interest[p.period + 1:n.passed]) x)
        + coalesce(n.earned_before[n.passed + 1], 0) - coalesce(n.earned_before[p.period + 1], 0),
    overdue_principal = (SELECT coalesce(sum(x), 0) FROM unnest(n.left_principal[1:n.passed]) x),
    overdue_interest = (SELECT coalesce(sum(x), 0) FROM unnest(n.left_interest[1:n.passed]) x),
    overdue_fee = (SELECT coalesce(sum(x), 0) FROM unnest(n.left_fee[1:n.passed]) x)
FROM (
    SELECT l.*, (SELECT count(*)::integer FROM unnest(l.dues) AS d WHERE d < :day) AS passed
    FROM plan l JOIN position o ON o.org = l.org AND o.loan_id = l.loan_id
    WHERE o.org = :org AND o.state = 'active' AND o.period_due < :day
) n
WHERE p.org = n.org AND p.loan_id = n.loan_id
""")

_BUCKET = """CASE WHEN state <> 'active' OR first_unpaid_due IS NULL OR first_unpaid_due >= :day THEN 0
    ELSE LEAST((:day - first_unpaid_due + 29) / 30, 7) END"""
_ARREARS = text(f"""
WITH changed AS (
    SELECT loan_id, bucket AS was, ({_BUCKET})::smallint AS now FROM position
    WHERE org = :org AND bucket <> ({_BUCKET})
), written AS (
    INSERT INTO arrears_move (org, loan_id, day, bucket_from, bucket_to)
    SELECT :org, loan_id, :day, was, now FROM changed
), placed AS (
    UPDATE position p SET bucket = c.now FROM changed c WHERE p.org = :org AND p.loan_id = c.loan_id
)
SELECT was, now, count(*) AS loans FROM changed GROUP BY was, now ORDER BY was, now
""")

_UNPOSTED = text("""
SELECT currency, sum(
    unbooked + CASE WHEN period_due IS NULL THEN 0
        ELSE hengdai_earned(period_interest, period_start, period_due, :day, rounding) END
)::bigint AS amount
FROM position WHERE org = :org AND state = 'active' GROUP BY currency ORDER BY currency
""")

_STANDING = text("""
SELECT currency, bucket, count(*) AS loans, sum(outstanding)::bigint AS outstanding,
    sum(overdue_principal)::bigint AS overdue_principal, sum(overdue_interest)::bigint AS overdue_interest,
    sum(overdue_fee)::bigint AS overdue_fee
FROM position WHERE org = :org AND state = 'active' GROUP BY currency, bucket ORDER BY currency, bucket
""")

_DISBURSED = text("""
SELECT l.currency, count(*) AS payouts, sum((e.fact ->> 'amount')::bigint)::bigint AS amount
FROM event e JOIN loan l ON l.org = e.org AND l.loan_id = e.loan_id
WHERE e.org = :org AND e.kind = 'disbursed' AND e.day = :day GROUP BY l.currency ORDER BY l.currency
""")

_STOPPED = text("""
SELECT rule, count(*) AS applications FROM judgement, unnest(stopping) AS rule
WHERE org = :org AND day = :day AND cardinality(stopping) > 0 GROUP BY rule ORDER BY rule
""")

_BALANCES = text("""
SELECT currency, account, sum(balance)::bigint AS balance FROM account_balance WHERE org = :org
GROUP BY currency, account ORDER BY currency, account
""")

_LAST_CLOSED = text("SELECT max(day) FROM day_close WHERE org = :org AND currency = ''")

Rows = list[dict[str, Any]]


class Nightly(Balances):
    """The part of a transaction that closes a business day of one funder's book."""

    async def roll(self, org: OrgId, day: date) -> int:
        """Move every open loan whose period ended before `day` into its next one; how many were moved."""
        return (await self.connection.execute(_ROLL, {"org": org, "day": day})).rowcount

    async def move_arrears(self, org: OrgId, day: date) -> Rows:
        """Write a row for each loan that is in another bucket than at the last close; counts by from and to."""
        return await self._all(_ARREARS, org, day)

    async def unposted_interest(self, org: OrgId, day: date) -> Mapping[str, int]:
        """Interest earned by `day` that the loans' own entries have not recognised, by currency."""
        return {row["currency"]: row["amount"] for row in await self._all(_UNPOSTED, org, day)}

    async def closing_figures(self, org: OrgId, day: date) -> Mapping[str, Rows]:
        """What the day is closed with: standing by bucket, payouts and stops of the day, and every balance."""
        asked = {"standing": _STANDING, "disbursed": _DISBURSED, "stopped": _STOPPED, "balances": _BALANCES}
        return {name: await self._all(query, org, day) for name, query in asked.items()}

    async def close_day(self, org: OrgId, day: date, currency: str, figures: Mapping[str, object]) -> None:
        """Write the closing figures of one currency; an empty currency closes the day itself."""
        values = {"org": org, "day": day, "currency": currency, "figures": dict(figures)}
        await self.connection.execute(insert(day_close).values(values))

    async def last_closed(self, org: OrgId) -> date | None:
        """The latest closed business day of the book."""
        found: date | None = (await self.connection.execute(_LAST_CLOSED, {"org": org})).scalar_one()
        return found

    async def book_entries(self, org: OrgId, prefix: EntryId) -> tuple[Entry, ...]:
        """Entries of the whole book whose name begins so."""
        named = entry.c.entry_id.startswith(prefix, autoescape=True)
        whole = (entry.c.org == org, entry.c.loan_id == "", entry.c.reverses.is_(None))
        asked = select(entry).where(*whole, named).order_by(entry.c.entry_id)
        return tuple(entry_of(dict(row)) for row in (await self.connection.execute(asked)).mappings())

    async def post(self, org: OrgId, entries: Sequence[Entry]) -> None:
        """Write entries of the whole book, and move the balances."""
        if entries:
            await self.connection.execute(insert(entry), entry_rows(org, entries))
            await self.move(org, 0, entries)

    async def _all(self, query: Any, org: OrgId, day: date) -> Rows:
        wanted = {"org": org, "day": day}
        named = {name: wanted[name] for name in query._bindparams}
        return [dict(row) for row in (await self.connection.execute(query, named)).mappings()]
