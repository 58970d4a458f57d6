"""The book feeds the evidence log: each fact knows its transaction, and each leaf the row that it speaks of."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0002_evidence.sql")
