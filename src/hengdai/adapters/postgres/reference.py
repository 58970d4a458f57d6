"""The reference page of the tables, made from the tables; `docs/reference/tables.md` is a copy that a test compares.

Run as a module to write it: `python -m hengdai.adapters.postgres.reference > docs/reference/tables.md`.
"""

import sys

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from hengdai.adapters.postgres.tables import APPEND_ONLY, VIEWS, metadata

_HEAD = """# Tables

Made from `src/hengdai/adapters/postgres/tables.py`. Every key begins with the organisation that owns the row; a loan
belongs to its funder. Amounts are whole minor units, rates 10⁻⁸ ("e8"). Who sees and writes which rows is decided by
row-level security (`migrations/sql/0001_guards.sql`); tables that only grow refuse UPDATE, DELETE and TRUNCATE.
"""

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def page() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(_table(table) for table in sorted(metadata.tables.values(), key=lambda each: each.name))


def _table(table: Table) -> str:
    kind = "*append-only* · " if table in APPEND_ONLY else "*view, made anew at any time* · " if table in VIEWS else ""
    lines = [f"\n## {table.name}\n", f"{kind}{table.comment}\n"]
    lines += ["| column | type | | what |", "| --- | --- | --- | --- |"]
    for column in table.columns:
        marks = "key" if column.primary_key else "null" if column.nullable and column.computed is None else ""
        if column.computed is not None:
            marks = "computed" if not column.primary_key else "key, computed"
        shown = str(column.type.compile(dialect=_DIALECT)).lower()
        lines.append(f"| `{column.name}` | {shown} | {marks} | {column.comment} |")
    for reference in sorted(table.foreign_key_constraints, key=lambda each: str(each.referred_table.name)):
        listed = ", ".join(reference.column_keys)
        lines.append(f"\n({listed}) must be a row of `{reference.referred_table.name}`.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
