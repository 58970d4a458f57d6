"""${message}"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Forward only: a book is never taken back to an older shape."""
    ${upgrades if upgrades else "raise NotImplementedError"}
