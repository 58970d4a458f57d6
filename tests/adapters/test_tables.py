"""The tables as the program knows them, as the migrations make them, and as the reference page shows them, are one."""

from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from hengdai.adapters.postgres.engine import connect
from hengdai.adapters.postgres.reference import page
from hengdai.adapters.postgres.tables import APPEND_ONLY, metadata

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "tables.md"


async def test_the_migrations_make_the_tables_that_the_program_knows(dsn: str) -> None:
    engine = connect(dsn)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, metadata)
        # Comments live in tables.py and in the reference page, not in the database; computed columns are not compared.
        return [each for each in found if not _is_comment(each)]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def _is_comment(difference: object) -> bool:
    change = difference[0] if isinstance(difference, list) else difference
    return isinstance(change, tuple) and "comment" in str(change[0])


async def test_constraints_indexes_and_computed_columns_are_those_the_program_names(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')"
    )
    generated = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE is_generated = 'ALWAYS'"
    )
    await connection.close()
    tables = metadata.sorted_tables
    named = {str(constraint.name) for table in tables for constraint in table.constraints if constraint.name}
    assert named <= {row["conname"] for row in rows}
    computed = {(table.name, column.name) for table in tables for column in table.columns if column.computed}
    assert {(row["table_name"], row["column_name"]) for row in generated} == computed


async def test_every_table_is_guarded_by_row(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    await connection.close()
    assert {row["relname"] for row in rows} == {"alembic_version"}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_key_and_every_reference_begins_with_the_organisation(table: object) -> None:
    if table.name == "pack":  # type: ignore[attr-defined]
        return  # law texts are reference data and belong to nobody
    assert next(iter(table.primary_key.columns)).name == "org"  # type: ignore[attr-defined]
    for reference in table.foreign_key_constraints:  # type: ignore[attr-defined]
        assert reference.column_keys[0] == "org"


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_and_column_says_what_it_is(table: object) -> None:
    assert table.comment  # type: ignore[attr-defined]
    assert all(column.comment for column in table.columns)  # type: ignore[attr-defined]


def test_nothing_is_numbered_by_the_database() -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            assert column.server_default is None or column.computed is not None
            assert column.identity is None


def test_the_reference_page_is_the_one_the_tables_make() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == page()


def test_the_tables_that_only_grow_are_those_the_reference_names() -> None:
    text = page()
    for table in APPEND_ONLY:
        assert f"## {table.name}\n\n*append-only*" in text
