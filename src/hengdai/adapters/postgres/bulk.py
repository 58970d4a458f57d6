"""Many new loans in one transaction: COPY into temporary tables, then INSERT … SELECT.

COPY straight into a guarded table is refused by PostgreSQL, and rightly: the INSERT is what
row-level security, gates and checks look at. Nothing here is less guarded than the single path.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import asyncpg
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSON

from hengdai.adapters.postgres import rows
from hengdai.adapters.postgres.loans import Loans
from hengdai.adapters.postgres.table_parts import RECORDED_IN
from hengdai.adapters.postgres.tables import entry, event, evidence_leaf, judgement, loan, plan, position
from hengdai.adapters.postgres.transaction import judging
from hengdai.app import position as positions
from hengdai.app.work import LoanChange
from hengdai.base.check import check


class Bulk(Loans):
    """The part of a transaction that writes whole chunks."""

    async def record_all(self, changes: Sequence[LoanChange]) -> int:
        """Write new loans with all that happened to them; how many rows. The loans must be new, of one funder."""
        if not changes:
            return 0
        check(all(change.before is None for change in changes), "a chunk holds new loans only")
        check(len({change.org for change in changes}) == 1, "a chunk belongs to one funder")
        org = changes[0].org
        placed = [(change, positions.position(change.after, change.as_of)) for change in changes]
        plans = (rows.plan_row(org, change.id, change.after.terms, at) for change, at in placed)
        chunk: list[tuple[Table, Iterable[rows.Row]]] = [
            (loan, map(rows.loan_row, changes)),
            (judgement, (row for change in changes for row in rows.judgement_rows(org, change.id, change.judgements))),
            (event, (row for change in changes for row in rows.event_rows(change))),
            (entry, (row for change in changes for row in rows.entry_rows(org, change.entries))),
            (position, (rows.position_row(org, change.id, change.after.terms, at) for change, at in placed)),
            (plan, (row for row in plans if row is not None)),
        ]
        driver: asyncpg.Connection[asyncpg.Record] = await self.driver()
        written = 0
        for table, values in chunk:
            async with judging(self.connection) if table is judgement else nullcontext():
                written += await copied(driver, table, values)
        await self.move(org, rows.stripe_of(changes[0].id), [made for change in changes for made in change.entries])
        return written

    async def driver(self) -> Any:
        """The asyncpg connection of this transaction."""
        return (await self.connection.get_raw_connection()).driver_connection


async def copied(driver: "asyncpg.Connection[asyncpg.Record]", table: Table, values: Iterable[rows.Row]) -> int:
    """Write rows into a guarded table by way of a temporary one; how many."""
    columns = [column for column in table.columns if column.computed is None and not _by_database(table, column)]
    names = [column.name for column in columns]
    listed = ", ".join(names)
    records = [_record(columns, row) for row in values]
    if not records:
        return 0
    temporary = f"chunk_{table.name}"
    shape = f"SELECT {listed} FROM {table.name} WITH NO DATA"
    await driver.execute(f"CREATE TEMPORARY TABLE {temporary} ON COMMIT DROP AS {shape}")
    await driver.copy_records_to_table(temporary, records=records, columns=names)
    await driver.execute(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {temporary}")
    await driver.execute(f"DROP TABLE {temporary}")
    return len(records)


def _by_database(table: Table, column: Column[Any]) -> bool:
    """Whether the database alone fills that column: the transaction that wrote a fact. A leaf quotes its fact's."""
    return column.name == RECORDED_IN and table is not evidence_leaf


def _record(columns: Sequence[Column[Any]], row: rows.Row) -> tuple[Any, ...]:
    return tuple(
        _json_text(row[column.name]) if isinstance(column.type, JSON) else row[column.name] for column in columns
    )


def _json_text(value: object) -> str:
    """The canonical text, by the C encoder: for objects with plain keys, whole numbers and no floats it is the same."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
