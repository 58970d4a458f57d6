"""Persons, consents, releases and contacts; salts about a person stand under her key."""

from hengdai.adapters.postgres.migrations.script import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    run_script("0005_persons.sql")
