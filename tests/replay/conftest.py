"""Databases for replays: fresh ones beside the test's own, and what a finished book looks like as one digest."""

import asyncio
import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hengdai.adapters.books.reader import open_book
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import Server
from hengdai.adapters.synthetic.book import write_book
from hengdai.entry.cli.replay import Wish, replay_into
from hengdai.entry.wiring import platform

LOANS, CHUNK = 120, 20
_numbers = itertools.count(1)
# Everything that a replay writes, save what is new each time: moments and ids of commands, ids of listings, and which
# transaction wrote a row.
_ROWS = {
    "loan": "SELECT t::text FROM loan t",
    "event": "SELECT (to_jsonb(t) - 'recorded_in')::text FROM event t",
    "judgement": "SELECT (to_jsonb(t) - 'recorded_in')::text FROM judgement t",
    "entry": "SELECT (to_jsonb(t) - 'recorded_in')::text FROM entry t",
    "position": "SELECT t::text FROM position t",
    "plan": "SELECT t::text FROM plan t",
    "balance": "SELECT (org, account, currency, sum(balance))::text FROM account_balance GROUP BY org, account, "
    "currency",
    "answer": "SELECT (org, key, body)::text FROM answer WHERE key LIKE 'replay:%:%:%:%'",
    "partner": "SELECT (org, partner, role, listing::text)::text FROM partner_listing",
}


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def database(server: Server) -> Iterator[str]:
    """A migrated database of its own."""
    name = f"replay_{os.getpid()}_{next(_numbers)}"
    asyncio.run(_execute(server.dsn, f"CREATE DATABASE {name}"))
    dsn = server.dsn.replace("/postgres?", f"/{name}?", 1)

    async def prepare() -> None:
        engine = connect(dsn, 1)
        await migrate(engine)
        await engine.dispose()

    asyncio.run(prepare())
    yield dsn
    asyncio.run(_execute(server.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def contents(dsn: str) -> dict[str, str]:
    """A digest of the rows of each table that a replay writes, and how many they are."""
    connection = await asyncpg.connect(dsn)
    try:
        found = {}
        for name, query in _ROWS.items():
            lines = sorted(row[0] for row in await connection.fetch(query))
            found[name] = f"{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()} {len(lines)}"
        return found
    finally:
        await connection.close()


async def replayed(dsn: str, folder: Path, **wishes: Any) -> dict[str, Any]:
    """Replay a folder into a database in this process; the summary."""
    wish = Wish(**{"book": folder, "chunk": CHUNK, "workers": 1, **wishes})
    async with platform(dsn) as house:
        rejects = folder.with_name(folder.name + "-rejects.csv")
        return await replay_into(
            house, dsn, open_book(folder), wish, lambda done, total: None, packs=None, rejects=rejects
        )


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic book that takes a few seconds."""
    folder = tmp_path_factory.mktemp("replay") / "book"
    write_book(folder, LOANS, 11, "parquet", lambda done: None)
    return folder


@pytest.fixture(scope="session")
def uninterrupted(server: Server, book: Path) -> dict[str, str]:
    """What the database holds after one replay that nobody disturbed."""
    with database(server) as dsn:

        async def all_at_once() -> dict[str, str]:
            summary = await replayed(dsn, book)
            assert summary["balanced"]
            return await contents(dsn)

        return asyncio.run(all_at_once())
