"""A front on a fresh book for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.entry.http.server import build
from hengdai.entry.wiring import platform
from tests.entry.front import TODAY, Front, list_partner, people


@pytest_asyncio.fixture
async def front(dsn: str, tmp_path: Path) -> AsyncIterator[Front]:
    """The HTTP door on a fresh book, spoken to without a socket."""
    clock = SetClock(TODAY)
    async with platform(dsn, clock=clock, vault=FileVault(tmp_path)) as opened:
        transport = httpx.ASGITransport(build(opened), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            ready = Front(client, await people(opened), clock)
            await list_partner(ready)
            yield ready
