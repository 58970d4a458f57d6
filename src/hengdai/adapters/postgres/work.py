"""One transaction, as the verbs see it: the parts put together."""

from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy import text

from hengdai.adapters.postgres.commands import Commands
from hengdai.adapters.postgres.loans import Loans
from hengdai.adapters.postgres.partners import Partners
from hengdai.adapters.postgres.queries import QUERIES


class PostgresWork(Commands, Loans, Partners):
    """See :class:`hengdai.app.work.Work`. It never commits; the store does."""

    async def rows(self, query: str, **values: object) -> Sequence[Mapping[str, object]]:
        """The rows of a named query."""
        found = await self.connection.execute(text(QUERIES[query]), values)
        return [dict(row) for row in found.mappings()]

    async def stream(self, query: str, **values: object) -> AsyncIterator[Mapping[str, object]]:
        """The rows of a named query through a cursor."""
        async with self.connection.stream(text(QUERIES[query]), values) as found:
            async for row in found.mappings():
                yield dict(row)
