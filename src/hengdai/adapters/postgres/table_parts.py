"""What every table of the book is made of: the one set of tables, and the columns that many of them have."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Text

metadata = MetaData()
"""The one set of tables, whichever module they stand in."""
INSTANT = DateTime(timezone=True)
"""An instant, in UTC."""


def column(name: str, type_: Any, comment: str, *, key: bool = False, null: bool = False) -> Column[Any]:
    """A column with what it is; it is never null unless said."""
    return Column(name, type_, primary_key=key, nullable=null, comment=comment)


def org(comment: str = "the funder, whose books these are") -> Column[Any]:
    """The organisation that owns the row: every key begins with it."""
    return column("org", Text, comment, key=True)


def loan_id() -> Column[Any]:
    """The loan, as part of a key."""
    return column("loan_id", Text, "the loan", key=True)


RECORDED_IN = "recorded_in"
"""Which transaction wrote the row. The database fills it, nobody else may: the evidence log follows it."""


def recorded_in(table: str) -> tuple[Column[Any], Index]:
    """What a table carries whose rows become leaves of the evidence log."""
    comment = "the transaction that wrote it; 0 for rows older than the evidence log"
    return column(RECORDED_IN, BigInteger, comment), Index(f"{table}_recorded_in", RECORDED_IN)
