"""A table file as a stream of raw batches with their row numbers; memory holds one batch at a time."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from hengdai.adapters.books.columns import Kind, Table
from hengdai.adapters.books.convert import ROW
from hengdai.adapters.books.manifest import unreadable
from hengdai.app.replay_book import RowProblem
from hengdai.base.text import Text

BATCH_ROWS = 100_000
_BLOCK = 1 << 22
_EXACT = (Kind.MONEY, Kind.AMOUNT, Kind.RATE)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows as read, numbered from 1 in :data:`ROW`, and the lines between them that are no rows at all."""

    raw: pl.DataFrame
    broken: list[RowProblem]


def batches(path: Path, table: Table, *, foreign: bool = False) -> Iterator[Batch]:
    """Every batch of the file; a column missing, unknown, or of a type that cannot be exact raises `UnreadableBook`.

    A `foreign` file (CSV, also gzipped) may have other columns; they are not read.
    """
    return _parquet(path, table) if path.suffix == ".parquet" else _csv(path, table, foreign=foreign)


def demand_columns(path: Path, found: list[str], table: Table, *, foreign: bool = False) -> None:
    """Raise unless the file has exactly the columns of the table, in any order; a foreign one may have more."""
    missing = [name for name in table.names if name not in found]
    unknown = [] if foreign else [name for name in found if name not in table.names]
    if missing:
        raise unreadable(path.name, f"缺列 / missing {', '.join(missing)}", "表的全部列", "all columns of the table")
    if unknown or len(found) != len(set(found)):
        shown = ", ".join(unknown) or "重复列 / a column twice"
        raise unreadable(path.name, shown, f"仅 {', '.join(table.names)}", f"only {', '.join(table.names)}")


def row_count(path: Path) -> int:
    """How many data rows the file has; of a CSV, how many lines after the header (quoted line ends count twice)."""
    if path.suffix == ".parquet":
        return int(pa_parquet.ParquetFile(path).metadata.num_rows)
    with path.open("rb") as file:
        lines, last = 0, b"\n"
        while block := file.read(_BLOCK):
            lines, last = lines + block.count(b"\n"), block[-1:]
    return max(lines - 1 + (last != b"\n"), 0)


def _parquet(path: Path, table: Table) -> Iterator[Batch]:
    try:
        file = pa_parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(path.name, str(error), "Parquet 文件", "a Parquet file") from error
    demand_columns(path, file.schema_arrow.names, table)
    for column in table.columns:
        kind = file.schema_arrow.field(column.name).type
        if column.kind in _EXACT and pa.types.is_floating(kind):
            raise unreadable(
                f"{path.name} {column.name}",
                str(kind),
                "整数、十进制或文字列",
                "a column of integers, decimals or text",
            )
    start = 1
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(table.names)):
        frame = pl.DataFrame(pl.from_arrow(batch))
        yield Batch(frame.with_row_index(ROW, offset=start).with_columns(pl.col(ROW).cast(pl.Int64)), [])
        start += frame.height


@dataclass(slots=True)
class _BadLines:
    """Collects the lines that have too few or too many fields."""

    found: list[tuple[int, int, int, str]] = field(default_factory=list)

    def __call__(self, row: Any) -> Literal["skip"]:
        self.found.append((row.number, row.expected_columns, row.actual_columns, row.text))
        return "skip"


def _csv(path: Path, table: Table, *, foreign: bool) -> Iterator[Batch]:
    header = _header(path, table, foreign=foreign)
    bad = _BadLines()
    reader = _open(path, header, table, bad)
    start = 1
    while reader is not None:
        try:
            block = reader.read_next_batch()
        except StopIteration:
            block = None
        except pa.ArrowInvalid as error:
            raise unreadable(path.name, str(error), "逗号分隔的 CSV", "comma-separated CSV") from error
        numbers = _numbers(start, 0 if block is None else block.num_rows, bad, last=block is None)
        broken = _broken(table, header, bad, below=numbers[1])
        if block is not None:
            frame = pl.DataFrame(pl.from_arrow(block)).with_columns(pl.Series(ROW, numbers[0], pl.Int64))
            yield Batch(frame, broken)
        elif broken:
            yield Batch(pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(table.names, pl.String)}), broken)
        if block is None:
            return
        start = numbers[1]


def _header(path: Path, table: Table, *, foreign: bool) -> list[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        names = next(csv.reader(file), [])
    demand_columns(path, names, table, foreign=foreign)
    return names


def _open(path: Path, header: list[str], table: Table, bad: _BadLines) -> Any:
    """A reader of the table's columns, or None when the file has no rows."""
    try:
        return pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=header, skip_rows=1),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=bad),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(table.names, pa.binary()),
                include_columns=list(table.names),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return None
        raise unreadable(path.name, str(error), "逗号分隔的 CSV", "comma-separated CSV") from error


def _numbers(start: int, rows: int, bad: _BadLines, *, last: bool) -> tuple[list[int], int]:
    """The numbers of the next `rows` good rows, stepping over the broken lines among them, and the number after."""
    skipped = {line[0] - 1 for line in bad.found}
    numbers: list[int] = []
    at = start
    while len(numbers) < rows:
        if at not in skipped:
            numbers.append(at)
        at += 1
    if last:
        at = max([at, *(number + 1 for number in skipped)])
    return numbers, at


def _broken(table: Table, order: list[str], bad: _BadLines, *, below: int) -> list[RowProblem]:
    """The broken lines before that row number, as problems; they name the loan when its field can be told."""
    problems, later = [], []
    for number, wanted, found, text in bad.found:
        if number - 1 >= below:
            later.append((number, wanted, found, text))
            continue
        fields = next(csv.reader([text]), [])
        at = order.index("loan") if "loan" in order else 0
        problems.append(
            RowProblem(
                table.name,
                number - 1,
                "*",
                fields[at] if at < len(fields) else "",
                f"{found} 个字段 / {found} fields",
                Text(f"{wanted} 个字段", f"{wanted} fields"),
            )
        )
    bad.found[:] = later
    return problems
