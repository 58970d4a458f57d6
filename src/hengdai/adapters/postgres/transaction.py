"""The only place that commits. A transaction takes a role and an organisation before its first statement."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_AS = text("SELECT set_config('hengdai.org', :org, true), set_config('role', :role, true)")
_ROLE = text("SELECT set_config('role', :role, true)")
_ONE_VIEW = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


class DatabaseRole(StrEnum):
    """The roles that row-level security knows."""

    APP = "hengdai_app"
    EXAMINER = "hengdai_examiner"
    DOOR = "hengdai_door"
    SEALER = "hengdai_sealer"
    JUDGE = "hengdai_judge"
    """Alone may write what the law said, and by which law a book is judged."""


@asynccontextmanager
async def writing(engine: AsyncEngine, role: DatabaseRole, org: str) -> AsyncIterator[AsyncConnection]:
    """A READ COMMITTED transaction, committed on leaving and rolled back on an exception."""
    async with engine.begin() as connection:
        await connection.execute(_AS, {"org": org, "role": role.value})
        yield connection


@asynccontextmanager
async def judging(connection: AsyncConnection) -> AsyncIterator[None]:
    """Within a transaction of the program, the judge's role for what is written inside; the program's own after it.

    An exception ends the transaction, and the role with it.
    """
    await connection.execute(_ROLE, {"role": DatabaseRole.JUDGE.value})
    yield
    await connection.execute(_ROLE, {"role": DatabaseRole.APP.value})


@asynccontextmanager
async def reading(engine: AsyncEngine, role: DatabaseRole, org: str) -> AsyncIterator[AsyncConnection]:
    """A REPEATABLE READ, READ ONLY transaction: every statement sees one state of the book."""
    async with engine.connect() as connection:
        await connection.execute(_ONE_VIEW)
        await connection.execute(_AS, {"org": org, "role": role.value})
        yield connection
