"""The book: loans, events, judgements, entries, commands, positions, jobs, and the guards on them."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    connection = op.get_bind()
    connection.execute(text("SELECT 1"))  # the driver opens its transaction with the first statement
    driver = connection.connection.dbapi_connection
    for part in ("0001_tables.sql", "0001_guards.sql"):
        script = (_SQL / part).read_text(encoding="utf-8")
        # A script of many statements goes by the simple protocol, which SQLAlchemy's asyncpg dialect does not use.
        driver.run_async(lambda asyncpg, script=script: asyncpg.execute(script))  # type: ignore[union-attr]
