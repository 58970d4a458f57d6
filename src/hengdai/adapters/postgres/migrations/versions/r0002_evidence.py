"""The book feeds the evidence log: each fact knows its transaction, and each leaf the row that it speaks of."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    connection = op.get_bind()
    connection.execute(text("SELECT 1"))  # the driver opens its transaction with the first statement
    driver = connection.connection.dbapi_connection
    script = (_SQL / "0002_evidence.sql").read_text(encoding="utf-8")
    driver.run_async(lambda asyncpg: asyncpg.execute(script))  # type: ignore[union-attr]
