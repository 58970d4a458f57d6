"""Running a file of SQL in a revision."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

_SQL = Path(__file__).parent / "sql"


def run_script(*names: str) -> None:
    """Run scripts of many statements, one after another, in the revision's transaction."""
    connection = op.get_bind()
    connection.execute(text("SELECT 1"))  # the driver opens its transaction with the first statement
    driver = connection.connection.dbapi_connection
    for name in names:
        script = (_SQL / name).read_text(encoding="utf-8")
        # A script of many statements goes by the simple protocol, which SQLAlchemy's asyncpg dialect does not use.
        driver.run_async(lambda asyncpg, script=script: asyncpg.execute(script))  # type: ignore[union-attr]
