"""The book behind the port `Store`: one transaction per verb, run again when the database asks for it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from hengdai.adapters.postgres.transaction import DatabaseRole, reading, writing
from hengdai.adapters.postgres.work import PostgresWork
from hengdai.app.actor import Actor, Role
from hengdai.app.work import Work

T = TypeVar("T")
_log = structlog.get_logger(__name__)

_ATTEMPTS = 60
_SERIALIZATION_FAILURE, _DEADLOCK, _UNIQUE_VIOLATION = "40001", "40P01", "23505"
# Two writers took the same next event of a loan, publication or setting, or one new loan: the later decides anew.
_RACES = frozenset({"event_pkey", "loan_pkey", "job_pkey", "job_step_pkey", "law_publication_pkey", "law_setting_pkey"})


class PostgresStore:
    """The book in a PostgreSQL database; see :class:`hengdai.app.ports.Store` for its duties."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def transact(self, actor: Actor, function: Callable[[Work], Awaitable[T]]) -> T:
        """Run `function` in one transaction and commit; run it again when the database or a lost race asks for it."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with writing(self._engine, _role(actor), actor.org) as connection:
                    return await function(PostgresWork(connection, actor))
            except (DBAPIError, asyncpg.PostgresError) as error:
                if attempt == _ATTEMPTS or not _worth_retrying(error):
                    raise
                _log.info("transaction_retried", attempt=attempt, sqlstate=_sqlstate(error))
            await asyncio.sleep(random.uniform(0, 0.002 * min(attempt, 10)))
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def begin(self, actor: Actor) -> AsyncIterator[Work]:
        """A read-only transaction that sees one state of the book."""
        async with reading(self._engine, _role(actor), actor.org) as connection:
            yield PostgresWork(connection, actor)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _role(actor: Actor) -> DatabaseRole:
    return DatabaseRole.EXAMINER if actor.role is Role.EXAMINER else DatabaseRole.APP


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _sqlstate(error: BaseException) -> str | None:
    return next((str(found) for c in _causes(error) if (found := getattr(c, "sqlstate", None))), None)


def _worth_retrying(error: BaseException) -> bool:
    state = _sqlstate(error)
    if state in (_SERIALIZATION_FAILURE, _DEADLOCK):
        return True
    constraint = next((found for c in _causes(error) if (found := getattr(c, "constraint_name", None))), None)
    return state == _UNIQUE_VIOLATION and constraint in _RACES
