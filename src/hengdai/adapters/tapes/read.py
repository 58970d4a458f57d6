"""A tape as a stream of Arrow batches, whatever it is stored in; memory holds one batch at a time.

CSV (plain or .gz, UTF-8 with or without BOM, UTF-16, GB18030), Parquet and Excel. Every
batch carries `row_number`, the 1-based line of the data, so that a reject can name it.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from hengdai.adapters.tapes.excel import excel_batches
from hengdai.adapters.tapes.lines import MARK, Form, form_of, head_bytes, mended_blocks
from hengdai.adapters.tapes.unreadable import TapeUnreadable, demand_once
from hengdai.base.text import Text

ROWS_PER_BATCH = 131_072
CSV_KINDS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".tsv.gz")


@dataclass(slots=True)
class Torn:
    """Records that could not be split into the fields of the header: row number and what was found, not yet told."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def take(self) -> Sequence[tuple[int, str]]:
        """Those not yet told; afterwards they are."""
        taken, self.lines = self.lines, []
        return taken


def batches(path: Path, encoding: str | None = None, torn: Torn | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a tape in batches; raises :class:`TapeUnreadable` when the file is no tape, or ends before its end.

    Torn CSV lines are left out of the batches and put into `torn`.
    """
    rows = 0
    try:
        for batch in _opened(path, encoding, torn if torn is not None else Torn()):
            yield batch
            rows += batch.num_rows
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        # What came before is told already; a report on part of a tape would be taken for one on all of it.
        said = str(error).strip().splitlines()[0]
        text = Text(f"第 {rows} 行之后无法读取, 文件残缺或损坏: {said}", f"damaged or cut off after row {rows}: {said}")
        raise TapeUnreadable(path, text) from error


def _opened(path: Path, encoding: str | None, torn: Torn) -> Iterator[pa.RecordBatch]:
    kind = kind_of(path)
    if kind in CSV_KINDS:
        return _csv(path, encoding, torn)
    if kind in (".parquet", ".pq"):
        return numbered(_parquet(path))
    return excel_batches(path, ROWS_PER_BATCH)


def kind_of(path: Path) -> str:
    """The kind of file by its name; raises :class:`TapeUnreadable` where there is none, or none that is read."""
    if path.is_dir():
        raise TapeUnreadable(path, Text("是目录, 且不是账本目录", "a folder, and not that of a book"))
    if not path.exists():
        raise TapeUnreadable(path, Text("文件不存在", "there is no such file"))
    kind = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if kind not in (*CSV_KINDS, ".parquet", ".pq", ".xlsx", ".xlsm"):
        named = kind or path.name
        text = Text(f"不支持 {named}: 需 CSV, Parquet 或 xlsx", f"{named} is not read; CSV, Parquet or xlsx are")
        raise TapeUnreadable(path, text)
    return kind


def _csv(path: Path, encoding: str | None, torn: Torn) -> Iterator[pa.RecordBatch]:
    form = form_of(path, encoding)
    demand_once(path, form.headers)
    # A column without a header can be mapped to nothing, but two of them may not have one name.
    names = [name or f"#{number}" for number, name in enumerate(form.headers, 1)]

    first = 0
    for block in mended_blocks(path, form):
        # The header is record 0; behind the first block the reader has to be told it.
        leaving = _Leaving(first, form, torn)
        table = _parsed(block, form, leaving, names if first else None)
        first = max(first, 1) + table.num_rows + leaving.count
        if table.num_rows:
            numbers = pa.array(leaving.numbers(table.num_rows), pa.int64())
            yield from table.rename_columns(names).append_column("row_number", numbers).combine_chunks().to_batches()


def _parsed(block: bytes, form: Form, leaving: "_Leaving", names: list[str] | None) -> pa.Table:
    """The records of a block as text; with `names` its first line is data, not the header."""
    reading = pa_csv.ReadOptions(block_size=max(len(block), 1), use_threads=False, column_names=names)
    parsing = pa_csv.ParseOptions(delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=leaving)
    # Everything stays text until the mapping has said what it is: an id is not a number, 0.24 is not a float.
    texts = dict.fromkeys(names or form.headers, pa.string())
    converting = pa_csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    return pa_csv.read_csv(io.BytesIO(block), reading, parsing, converting)


class _Leaving:
    """Takes the torn records of one block out, and numbers the rest; the block's first record is number `first`."""

    def __init__(self, first: int, form: Form, torn: Torn) -> None:
        self._first, self._form, self._torn = first, form, torn
        self._numbers: set[int] = set()

    def __call__(self, row: pa_csv.InvalidRow) -> Literal["skip", "error"]:
        number = self._first + (row.number or 1) - 1
        self._numbers.add(number)
        text = row.text or ""
        mended = text.removeprefix(MARK).rstrip(self._form.delimiter) if text.startswith(MARK) else ""
        self._torn.lines.append((number, mended or f"{row.actual_columns} fields, expected {row.expected_columns}"))
        return "skip"

    @property
    def count(self) -> int:
        """How many records were left out."""
        return len(self._numbers)

    def numbers(self, rows: int) -> Sequence[int]:
        """The numbers of the rows that are left."""
        start = max(self._first, 1)
        if not self._numbers:
            return range(start, start + rows)
        return list(islice((n for n in count(start) if n not in self._numbers), rows))


def head_of(path: Path, rows: int) -> tuple[list[str], list[list[str]]]:
    """Headers and the first rows as text, read without a stream that would have to be broken off."""
    if kind_of(path) in CSV_KINDS:
        form = form_of(path)
        text = head_bytes(path).decode(form.encoding, errors="ignore").removeprefix("\ufeff")
        lines = io.StringIO(text, newline=None)
        found = list(islice(csv.reader(lines, delimiter=form.delimiter), rows + 1))
        return found[0], found[1:]
    for batch in batches(path):
        part = batch.slice(0, rows).drop_columns(["row_number"])
        cells = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in part.columns]
        return part.schema.names, [list(row) for row in zip(*cells, strict=True)]
    return [], []


def _parquet(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        demand_once(path, file.schema_arrow.names)
        yield from file.iter_batches(batch_size=ROWS_PER_BATCH)


def numbered(stream: Iterator[pa.RecordBatch], start: int = 1) -> Iterator[pa.RecordBatch]:
    """Each batch with the numbers of its rows in the file, from the first one's on."""
    for batch in stream:
        yield batch.append_column("row_number", pa.array(np.arange(start, start + batch.num_rows, dtype=np.int64)))
        start += batch.num_rows
