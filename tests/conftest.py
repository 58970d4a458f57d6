"""What every test may ask for: a PostgreSQL server of this worker, a fresh book in it, a store on that book.

`server` starts once for a worker; `dsn` names a new migrated database for each test (copied from a
template, so it costs some tens of milliseconds); `store` is a `PostgresStore` on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio

from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import Server, open_server

if TYPE_CHECKING:
    from hengdai.adapters.postgres.store import PostgresStore

_numbers = itertools.count(1)
_TEMPLATE = f"book_{os.getpid()}"  # several workers may share a server that HENGDAI_DSN names


async def _admin(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _database(dsn: str, name: str) -> str:
    return dsn.replace("/postgres?", f"/{name}?", 1)


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    """A directory that the database's own user can reach.

    Not pytest's: each session of pytest, those beside us included, closes the parent to every user but its own.
    """
    made = Path(tempfile.mkdtemp(prefix="hengdai-test-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data directory for a server of the test's own; removed after the test."""
    with _directory() as made:
        yield made


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """An embedded PostgreSQL for this worker, with a migrated template database."""
    with _directory() as directory, open_server(directory) as running:

        async def prepare() -> None:
            await _admin(
                running.dsn,
                "ALTER SYSTEM SET fsync = off",  # the machine's crash is not what these tests are about
                "SELECT pg_reload_conf()",
                f"DROP DATABASE IF EXISTS {_TEMPLATE}",
                f"CREATE DATABASE {_TEMPLATE}",
            )
            engine = connect(_database(running.dsn, _TEMPLATE))
            await migrate(engine)
            await engine.dispose()

        asyncio.run(prepare())
        yield running
        asyncio.run(_admin(running.dsn, f"DROP DATABASE {_TEMPLATE}"))


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """A fresh migrated database of this test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    asyncio.run(_admin(server.dsn, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}"))
    yield _database(server.dsn, name)
    asyncio.run(_admin(server.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[PostgresStore]:
    """A store on a fresh book."""
    from hengdai.adapters.postgres.store import PostgresStore

    opened = PostgresStore(connect(dsn))
    yield opened
    await opened.close()
