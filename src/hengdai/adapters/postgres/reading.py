"""Named queries: answered at once, or row by row for answers that do not fit in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy import text

from hengdai.adapters.postgres.queries import QUERIES
from hengdai.adapters.postgres.session import Session

_STATEMENTS = {name: text(query) for name, query in QUERIES.items()}


class Reading(Session):
    """The part of a transaction that answers questions about many loans."""

    async def rows(self, query: str, **values: object) -> Sequence[Mapping[str, object]]:
        """All rows of a named query; an unknown name raises `KeyError`."""
        found = await self.connection.execute(_STATEMENTS[query], values)
        return [dict(row) for row in found.mappings()]

    async def stream(self, query: str, **values: object) -> AsyncIterator[Mapping[str, object]]:
        """The same through a cursor of the server, a few thousand rows at a time."""
        found = await self.connection.stream(_STATEMENTS[query], values, execution_options={"yield_per": 5000})
        async for row in found.mappings():
            yield dict(row)
