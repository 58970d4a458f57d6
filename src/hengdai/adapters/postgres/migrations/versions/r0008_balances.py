"""The sealer sees the kept balances, to hold them against the log."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0008_balances.sql")
