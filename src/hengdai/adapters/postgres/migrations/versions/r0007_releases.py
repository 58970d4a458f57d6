"""Releases under a consent of another book; contacts seen by the facilitator of their loan."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0007_releases.sql")
