"""The office of the verbs' tests."""

import pytest_asyncio

from hengdai.adapters.postgres.store import PostgresStore
from tests.app.desk import Desk


@pytest_asyncio.fixture
async def desk(store: PostgresStore) -> Desk:
    """An office on a fresh book, partners admitted."""
    opened = Desk(store)
    await opened.admit_partners()
    return opened
