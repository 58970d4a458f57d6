"""By which law a book is judged: texts proposed and published, settings, trials; and a role that alone may judge."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0004_law.sql")
