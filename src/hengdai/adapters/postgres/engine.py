"""Connections: SQLAlchemy's async engine over asyncpg, and the migrations run through it."""

import asyncio

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hengdai.base.canonical import canonical

_ATTEMPTS = 5


def connect(dsn: str, connections: int = 10) -> AsyncEngine:
    """An engine for `dsn` (as asyncpg reads it, environment variables of libpq included)."""

    async def open_connection() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(dsn, server_settings={"application_name": "hengdai", "timezone": "UTC"})

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=open_connection,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=120,
        json_serializer=_canonical_text,
    )


def _canonical_text(value: object) -> str:
    """JSON is stored as the bytes that are digested (RFC 8785); a float in it is refused."""
    return canonical(value).decode()


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables to this version. Safe to run again, and by several processes at once.

    Of two processes that begin together one makes the tables; the other meets them half made, is
    rolled back by the database, and looks again.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
            return
        except DBAPIError:
            if attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(0.5)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "hengdai.adapters.postgres:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
