"""Questions about common applicants: who may ask, how many a day, and what was asked."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0006_overlap.sql")
