"""A query to a PostgreSQL as a tape: one statement, in a transaction that can only read, fetched piece by piece.

The DSN is never part of a name, a message or a report.
"""

import asyncio
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import polars as pl

from hengdai.adapters.tapes.unreadable import TapeUnreadable, demand_once
from hengdai.audit.intake import NUMBER
from hengdai.base.text import Text

ROWS_PER_FETCH = 50_000
NO_DSN = Text(
    "查询须用 --dsn 或环境变量 HENGDAI_TAPE_DSN 指明 PostgreSQL",
    "a query needs a PostgreSQL: --dsn, or HENGDAI_TAPE_DSN in the environment",
)
_STORED: dict[str, pl.DataType] = {
    "int2": pl.Int64(), "int4": pl.Int64(), "int8": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(),
    "timestamp": pl.Datetime("us"), "timestamptz": pl.Datetime("us", "UTC"),
}  # fmt: skip
"""Types that are taken as they are; every other one is written as text, numbers without exponent."""


def is_query(path: Path) -> bool:
    """Whether the path names a statement rather than a table."""
    return path.suffix.lower() == ".sql"


class QueryTape:
    """The rows that the statement in a file gives on the database of a DSN."""

    def __init__(self, path: Path, dsn: str | None, size: int = ROWS_PER_FETCH) -> None:
        if dsn is None:
            raise TapeUnreadable(path, NO_DSN)
        self._path, self._dsn, self._size = path, dsn, size

    @property
    def name(self) -> str:
        """The name of the file that holds the statement."""
        return self._path.name

    def torn(self) -> Sequence[tuple[int, str]]:
        """None: a database gives whole rows."""
        return ()

    def batches(self) -> Generator[pl.DataFrame, None, None]:
        """The rows, numbered as they come; raises :class:`TapeUnreadable` where the database gives no answer."""
        with asyncio.Runner() as runner:
            reader = runner.run(self._asked(asyncpg.connect, self._dsn, server_settings=_READING))
            try:
                yield from self._fetched(reader, runner)
            finally:
                runner.run(reader.close())

    def sample(self) -> tuple[list[str], dict[str, list[str]]]:
        """Headers and some cells of each, for a first guess at a mapping."""
        rows = self.batches()
        frame = next(rows, pl.DataFrame()).drop(NUMBER, strict=False)
        rows.close()
        return frame.columns, {name: frame[name].cast(pl.String).fill_null("").to_list() for name in frame.columns}

    def _fetched(self, reader: Any, runner: asyncio.Runner) -> Iterator[pl.DataFrame]:
        # One state of the database for the whole tape, however long it is read; it ends with the connection.
        view = reader.transaction(isolation="repeatable_read", readonly=True)
        runner.run(self._asked(view.start))
        statement = runner.run(self._asked(reader.prepare, self._statement()))
        kinds = {each.name: _STORED.get(each.type.name, pl.String()) for each in statement.get_attributes()}
        demand_once(self._path, [each.name for each in statement.get_attributes()])
        cursor = runner.run(self._asked(lambda: statement.cursor()))
        first = 1
        while rows := runner.run(self._asked(cursor.fetch, self._size)):
            yield _frame(rows, kinds).with_row_index(NUMBER, first)
            first += len(rows)

    def _statement(self) -> str:
        if not self._path.is_file():
            raise TapeUnreadable(self._path, Text("文件不存在", "there is no such file"))
        return self._path.read_text("utf-8-sig").strip().rstrip(";")

    async def _asked(self, ask: Callable[..., Any], *values: Any, **options: Any) -> Any:
        """What the database answers; a refusal in its own words, which do not hold the DSN."""
        try:
            return await ask(*values, **options)
        except (asyncpg.PostgresError, OSError) as error:
            said = str(error)
        except (asyncpg.InterfaceError, ValueError) as error:
            said = type(error).__name__  # these may repeat what they were given
        raise TapeUnreadable(self._path, Text(f"PostgreSQL 未给出结果: {said}", f"PostgreSQL gave no answer: {said}"))


_READING = {"default_transaction_read_only": "on", "application_name": "hengdai audit"}


def _frame(rows: Sequence[Any], kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    columns = {
        name: pl.Series(name, [row[at] if kind != pl.String() else _text(row[at]) for row in rows], kind)
        for at, (name, kind) in enumerate(kinds.items())
    }
    return pl.DataFrame(columns)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    # A decimal as it is written out; 1E+2 would not be taken for a hundred.
    return f"{value:f}" if type(value).__name__ == "Decimal" else str(value)
