"""What every part of a transaction stands on: the connection, and who acts."""

from sqlalchemy.ext.asyncio import AsyncConnection

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
