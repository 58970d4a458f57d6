"""The book: loans, events, judgements, entries, commands, positions, jobs, and the guards on them."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0001_tables.sql", "0001_guards.sql")
