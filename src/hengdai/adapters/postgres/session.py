"""What every part of a transaction stands on: the connection, and who acts."""

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from hengdai.adapters.postgres.transaction import judging
from hengdai.app.actor import Actor


class Session:
    """One open transaction as one actor; it is begun and committed by the store alone."""

    def __init__(self, connection: AsyncConnection, actor: Actor) -> None:
        self.connection = connection
        self._actor = actor

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._actor

    async def as_judge(self, statement: Executable, values: Any = None) -> None:
        """Run one statement in the role that alone may write what the law said."""
        async with judging(self.connection):
            await self.connection.execute(statement, values)
