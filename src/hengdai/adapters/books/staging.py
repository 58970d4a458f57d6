"""A book cut into slices on disk, so that a loan and its rows meet again without the whole book in memory.

Each table is read once, converted, and its rows are put on shelves (Arrow files) by
the slice of their loan. Only the ids of the loans stay in memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa

from hengdai.adapters.books.batches import batches
from hengdai.adapters.books.columns import CLAIMS, EVENTS, FEES, LOANS, Table
from hengdai.adapters.books.convert import ROW, Units, convert
from hengdai.app.replay_book import RowProblem, Slice
from hengdai.base.text import Text

SLICE = "_slice"
_SHELVES = 128
_DUPLICATE = Text("全账本唯一的贷款编号", "an id that no other row of the book has")
_UNKNOWN = Text("loans 表中的贷款编号", "the id of a loan of the loans table")
_NO_PARTY = Text("organisations 表中的机构编号", "the id of an organisation of the organisations table")
_PARTIES = {"loans": ("funder", "facilitator", "guarantor", "merchant"), "fees": ("payee",)}
_TWICE = Text("同一贷款内不重复的次序", "a seq that no other event of the loan has")


@dataclass(slots=True)
class Staging:
    """The work of cutting one book; `folder` holds the shelves and is the caller's to remove."""

    folder: Path
    files: Mapping[str, Path]
    units: Units
    currency: str
    size: int
    rows: int
    organisations: frozenset[str]
    problems: list[RowProblem] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    last_day: date = date.min
    order: pl.DataFrame = field(default_factory=pl.DataFrame)

    def slices(self) -> Iterator[Slice]:
        """Cut every table, then give the slices in order, rejected loans left out whole."""
        self._stage_loans()
        for table in (EVENTS, FEES, CLAIMS):
            self._stage_others(table)
        last = self.order[SLICE].max() if self.order.height else None
        for number in range(0 if last is None else int(str(last)) + 1):
            # Events first: reading them may still find a loan that must be left out.
            events, fees, claims, loans = (self._of_slice(table, number) for table in (EVENTS, FEES, CLAIMS, LOANS))
            if loans.height:
                yield Slice(number, loans, events.sort("loan", "seq"), fees, claims, self.last_day)

    def _shelf(self, slices: pl.Expr) -> pl.Expr:
        return (slices * _SHELVES // self._spread()).clip(0, _SHELVES - 1)

    def _spread(self) -> int:
        """About how many slices there are; `rows` may be off where a CSV has line ends inside quotes."""
        return max(-(-self.rows // self.size), _SHELVES)

    def _stage_loans(self) -> None:
        ids: list[pl.DataFrame] = []
        seen = 0
        with _Shelves(self.folder, LOANS) as shelves:
            for batch in batches(self.files["loans"], LOANS):
                typed, problems = convert(batch.raw, LOANS, self.units)
                self._reject(
                    [*batch.broken, *problems, *self._wrong_currency(typed), *self._unknown_parties(LOANS, typed)]
                )
                self._see_days(typed, "applied", "disclosed", "signed", "withdrawn", "disbursed")
                place = (seen + pl.int_range(pl.len(), dtype=pl.Int64)) // self.size
                typed = typed.with_columns(place.alias(SLICE))
                ids.append(typed.select("loan", ROW, SLICE).drop_nulls("loan"))
                shelves.put(typed, self._shelf(pl.col(SLICE)))
                seen += typed.height
        self.order = pl.concat(ids) if ids else pl.DataFrame(schema={"loan": pl.String, ROW: pl.Int64, SLICE: pl.Int64})
        again = self.order.filter(pl.col("loan").is_duplicated())
        self._reject(
            [RowProblem("loans", row, "loan", loan, repr(loan), _DUPLICATE) for loan, row, _ in again.iter_rows()]
        )
        self.order = self.order.drop(ROW).unique("loan", keep="first", maintain_order=True)

    def _see_days(self, typed: pl.DataFrame, *columns: str) -> None:
        for latest in (typed[column].max() for column in columns):
            if isinstance(latest, date):
                self.last_day = max(self.last_day, latest)

    def _wrong_currency(self, typed: pl.DataFrame) -> list[RowProblem]:
        right = Text(f"与 book.toml 相同的币种 {self.currency}", f"{self.currency}, the currency of book.toml")
        other = typed.filter(pl.col("currency").is_not_null() & (pl.col("currency") != self.currency))
        return [
            RowProblem("loans", row, "currency", loan or "", repr(found), right)
            for row, loan, found in other.select(ROW, "loan", "currency").iter_rows()
        ]

    def _unknown_parties(self, table: Table, typed: pl.DataFrame) -> list[RowProblem]:
        found: list[RowProblem] = []
        for name in _PARTIES.get(table.name, ()):
            strange = pl.col(name).is_not_null() & ~pl.col(name).is_in(list(self.organisations))
            rows = typed.filter(strange).select(ROW, "loan", name)
            found += [
                RowProblem(table.name, row, name, loan or "", repr(org), _NO_PARTY)
                for row, loan, org in rows.iter_rows()
            ]
        return found

    def _stage_others(self, table: Table) -> None:
        path = self.files.get(table.name)
        if path is None:
            return
        with _Shelves(self.folder, table) as shelves:
            for batch in batches(path, table):
                typed, problems = convert(batch.raw, table, self.units)
                self._reject([*batch.broken, *problems, *self._unknown_parties(table, typed)])
                if table is EVENTS:
                    self._see_days(typed, "day", "known")
                placed = typed.join(self.order, on="loan", how="left", maintain_order="left")
                self._reject(_strangers(table, placed))
                placed = placed.drop_nulls(SLICE)
                shelves.put(placed, self._shelf(pl.col(SLICE)))

    def _reject(self, problems: list[RowProblem]) -> None:
        self.problems += problems
        self.rejected.update(problem.loan for problem in problems if problem.loan)

    def _of_slice(self, table: Table, number: int) -> pl.DataFrame:
        path = _shelf_path(self.folder, table, min(number * _SHELVES // self._spread(), _SHELVES - 1))
        if not path.exists():
            return _empty(table)
        frame = pl.read_ipc_stream(path).filter(pl.col(SLICE) == number).drop(SLICE)
        if table is EVENTS:
            self._reject_repeated(frame)
        return frame.filter(pl.col("loan").is_not_null() & ~pl.col("loan").is_in(list(self._rejected_in(frame))))

    def _rejected_in(self, frame: pl.DataFrame) -> set[str]:
        return self.rejected.intersection(frame["loan"].drop_nulls())

    def _reject_repeated(self, events: pl.DataFrame) -> None:
        again = events.filter(pl.struct("loan", "seq").is_duplicated() & pl.col("seq").is_not_null())
        self._reject(
            [
                RowProblem("events", row, "seq", loan, str(seq), _TWICE)
                for row, loan, seq in again.select(ROW, "loan", "seq").iter_rows()
            ]
        )


def _strangers(table: Table, placed: pl.DataFrame) -> list[RowProblem]:
    unknown = placed.filter(pl.col(SLICE).is_null() & pl.col("loan").is_not_null()).select(ROW, "loan")
    return [RowProblem(table.name, row, "loan", loan, repr(loan), _UNKNOWN) for row, loan in unknown.iter_rows()]


def _empty(table: Table) -> pl.DataFrame:
    """No rows of a table, typed: converting no text gives no values of the right types."""
    raw = pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(table.names, pl.String)})
    return convert(raw, table, Units(2, "minor", "e8"))[0]


def _shelf_path(folder: Path, table: Table, shelf: int) -> Path:
    return folder / f"{table.name}-{shelf:03d}.arrows"


class _Shelves:
    """Open Arrow stream files of one table, one for each shelf, appended batch by batch."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder, self.table = folder, table
        self.writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}

    def __enter__(self) -> "_Shelves":
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self.writers.values():
            writer.close()

    def put(self, frame: pl.DataFrame, shelf: pl.Expr) -> None:
        """Append the rows to their shelves."""
        parts = frame.with_columns(shelf.alias("_shelf")).partition_by("_shelf", as_dict=True, include_key=False)
        for (number,), part in parts.items():
            arrow = part.to_arrow(compat_level=pl.CompatLevel.oldest())
            if number not in self.writers:
                self.writers[number] = pa.ipc.new_stream(
                    str(_shelf_path(self.folder, self.table, number)), arrow.schema
                )
            self.writers[number].write_table(arrow)
