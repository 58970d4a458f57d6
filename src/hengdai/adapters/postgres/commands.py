"""The command row and its answer."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.session import Session
from hengdai.adapters.postgres.tables import answer, command
from hengdai.app.work import CommandRow, Recorded

_RECORDED = select(command.c.route, command.c.payload_digest, answer.c.body).join_from(
    command, answer, (answer.c.org == command.c.org) & (answer.c.key == command.c.key)
)


class Commands(Session):
    """The part of a transaction that makes a call happen once."""

    async def claim(self, row: CommandRow) -> bool:
        """Write the command row; waits while another transaction is doing the same key, False when that one did it."""
        values = {
            "org": self.actor.org,
            "key": row.key,
            "command_id": row.id,
            "route": row.route,
            "payload_digest": row.payload_digest,
            "role": self.actor.role.value,
            "key_id": self.actor.key_id,
            "recorded": row.recorded,
        }
        done = await self.connection.execute(insert(command).values(values).on_conflict_do_nothing())
        return done.rowcount == 1

    async def recorded(self, key: str) -> Recorded | None:
        """The done command of the actor's organisation under that key."""
        asked = _RECORDED.where(command.c.org == self.actor.org, command.c.key == key)
        row = (await self.connection.execute(asked)).one_or_none()
        return None if row is None else Recorded(row.route, row.payload_digest, row.body)

    async def answer(self, key: str, body: bytes) -> None:
        """Keep what the claimed command is answered."""
        await self.connection.execute(insert(answer).values(org=self.actor.org, key=key, body=body))
