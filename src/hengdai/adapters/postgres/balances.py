"""The balances kept beside the entries."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.rows import balance_rows
from hengdai.adapters.postgres.session import Session
from hengdai.adapters.postgres.tables import account_balance
from hengdai.base.identity import OrgId
from hengdai.ledger.entry import Entry


class Balances(Session):
    """The part of a transaction that moves accounts."""

    async def move(self, org: OrgId, stripe: int, entries: Sequence[Entry]) -> None:
        """Add what the entries move to the balances kept for the actor's organisation."""
        moved = balance_rows(org, self.actor.org, stripe, entries)
        if moved:
            adding = insert(account_balance).values(moved)
            total = account_balance.c.balance + adding.excluded.balance
            keys = list(account_balance.primary_key.columns)
            await self.connection.execute(adding.on_conflict_do_update(index_elements=keys, set_={"balance": total}))
