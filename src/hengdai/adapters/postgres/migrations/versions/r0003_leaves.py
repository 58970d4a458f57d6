"""Organisations, keys, partner lists and law texts are leaves too; a revoked key has a row of its own."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0003_leaves.sql")
