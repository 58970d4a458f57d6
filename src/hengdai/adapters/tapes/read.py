"""A tape as a stream of Arrow batches, whatever it is stored in; memory holds one batch at a time.

CSV (plain or .gz, UTF-8 with or without BOM, GB18030), Parquet and Excel. Every
batch carries `row_number`, the 1-based line of the data, so that a reject can name it.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, Literal, cast

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from hengdai.base.text import Text

ROWS_PER_BATCH = 131_072
_SNIFF_BYTES = 1 << 20
CSV_KINDS = (".csv", ".csv.gz", ".txt", ".tsv")


class TapeUnreadable(ValueError):
    """The file as a whole cannot be read; the text says what was found and what would be right."""

    def __init__(self, path: Path, text: Text) -> None:
        super().__init__(f"{path}: {text}")
        self.text = text


@dataclass(slots=True)
class Torn:
    """Lines whose number of fields is not that of the header: line number (None when unknown) and what was found."""

    lines: list[tuple[int | None, str]] = field(default_factory=list)


def batches(path: Path, encoding: str | None = None, torn: Torn | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a tape in batches; raises :class:`TapeUnreadable` when the file is no tape at all.

    Torn CSV lines are left out of the batches and put into `torn`.
    """
    if not path.exists():
        raise TapeUnreadable(path, Text("文件不存在", "there is no such file"))
    kind = _kind(path)
    if kind in CSV_KINDS:
        seen = torn if torn is not None else Torn()
        yield from _numbered(_csv(path, encoding, seen), seen)
    elif kind in (".parquet", ".pq"):
        yield from _numbered(_parquet(path))
    elif kind == ".xlsx":
        yield from _numbered(_excel(path))
    else:
        raise TapeUnreadable(
            path, Text(f"不支持 {kind}: 需 CSV, Parquet 或 xlsx", f"{kind} is not read; CSV, Parquet or xlsx are")
        )


def sniff_encoding(path: Path) -> str:
    """UTF-8 when the first megabyte is, else GB18030, which every Chinese system can write.

    Raises :class:`TapeUnreadable` for bytes that are neither.
    """
    with pa.input_stream(str(path)) as stream:
        head: bytes = stream.read(_SNIFF_BYTES)
    for encoding in ("utf-8", "gb18030"):
        try:
            # The sample may end inside a character: an incremental decoder does not mind.
            codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return encoding
    raise TapeUnreadable(path, Text("编码既非 UTF-8 也非 GB18030", "the bytes are neither UTF-8 nor GB18030"))


def _csv(path: Path, encoding: str | None, torn: Torn) -> Iterator[pa.RecordBatch]:
    def leave_out(row: pa_csv.InvalidRow) -> Literal["skip", "error"]:
        # The reader counts the header as the first row; a number is known because it reads in one thread.
        number = None if row.number is None else row.number - 1
        torn.lines.append((number, f"{row.actual_columns} fields, expected {row.expected_columns}"))
        return "skip"

    known = encoding or sniff_encoding(path)
    names = _header(path, known)
    reading = pa_csv.ReadOptions(encoding=known, block_size=16 << 20, use_threads=False)
    parsing = pa_csv.ParseOptions(
        delimiter="\t" if path.suffix == ".tsv" else ",", newlines_in_values=True, invalid_row_handler=leave_out
    )
    # Everything stays text until the mapping has said what it is: an id is not a number, 0.24 is not a float.
    converting = pa_csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False)
    try:
        with (
            pa.input_stream(str(path)) as stream,
            pa_csv.open_csv(
                cast(IO[Any], stream), read_options=reading, parse_options=parsing, convert_options=converting
            ) as reader,
        ):
            yield from reader
    except pa.ArrowInvalid as error:
        raise TapeUnreadable(path, Text(f"CSV 无法读取: {error}", f"not readable as CSV: {error}")) from error


def _header(path: Path, encoding: str) -> list[str]:
    with pa.input_stream(str(path)) as stream:
        head: bytes = stream.read(_SNIFF_BYTES)
    if not head.strip():
        raise TapeUnreadable(path, Text("文件为空", "the file is empty"))
    text = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    first = next(csv.reader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ","), [])
    return first


def head_of(path: Path, rows: int) -> tuple[list[str], list[list[str]]]:
    """Headers and the first rows as text, read without a stream that would have to be broken off."""
    if _kind(path) in CSV_KINDS:
        encoding = sniff_encoding(path)
        with pa.input_stream(str(path)) as stream:
            head: bytes = stream.read(_SNIFF_BYTES)
        lines = io.StringIO(head.decode(encoding, errors="ignore").removeprefix("\ufeff"))
        found = list(islice(csv.reader(lines, delimiter="\t" if path.suffix == ".tsv" else ","), rows + 1))
        return (found[0], found[1:]) if found else ([], [])
    for batch in batches(path):
        part = batch.slice(0, rows).drop_columns(["row_number"])
        cells = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in part.columns]
        return part.schema.names, [list(row) for row in zip(*cells, strict=True)]
    return [], []


def _kind(path: Path) -> str:
    return "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _parquet(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=ROWS_PER_BATCH)
    except pa.ArrowInvalid as error:
        raise TapeUnreadable(path, Text(f"Parquet 无法读取: {error}", f"not readable as Parquet: {error}")) from error


def _excel(path: Path) -> Iterator[pa.RecordBatch]:
    from openpyxl import load_workbook

    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except Exception as error:  # openpyxl raises whatever the damaged zip or XML inside raises
        raise TapeUnreadable(path, Text(f"Excel 无法读取: {error}", f"not readable as Excel: {error}")) from error
    rows = sheet.iter_rows(values_only=True)
    names = [str(name) for name in next(rows, ()) if name is not None]
    if not names:
        raise TapeUnreadable(path, Text("首行没有表头", "the first row holds no header"))
    chunk: list[list[str]] = []
    for row in rows:
        chunk.append([_cell(value) for value in row[: len(names)]])
        if len(chunk) == ROWS_PER_BATCH:
            yield _text_batch(names, chunk)
            chunk = []
    if chunk:
        yield _text_batch(names, chunk)


def _cell(value: object) -> str:
    """A cell as text; a day of Excel arrives as a datetime at midnight and is written as a day."""
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    # repr gives the shortest text that is the same float: 0.24 stays "0.24".
    return repr(value) if isinstance(value, float) else str(value)


def _text_batch(names: list[str], rows: list[list[str]]) -> pa.RecordBatch:
    columns = [pa.array([row[at] if at < len(row) else "" for row in rows], pa.string()) for at in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _numbered(stream: Iterator[pa.RecordBatch], torn: Torn | None = None) -> Iterator[pa.RecordBatch]:
    """Each batch with the numbers of its rows in the file, those of torn rows left out."""
    start = 1
    for batch in stream:
        # The reader may be ahead of us, so torn rows behind this batch may be known already; none before it is missing.
        left_out = {number for number, _ in torn.lines if number is not None} if torn is not None else set()
        free = (number for number in count(start) if number not in left_out)
        numbers = list(islice(free, batch.num_rows)) if left_out else range(start, start + batch.num_rows)
        yield batch.append_column("row_number", pa.array(numbers, pa.int64()))
        start = numbers[-1] + 1 if len(numbers) else start
