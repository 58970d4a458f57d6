"""The first sheet of a workbook as batches of text, each row under its number in the sheet.

A cell is written as the sheet shows it where that changes its meaning: a day as a day, 0.24 in a cell formatted as a
percentage as 24%. Rows without any content are no rows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from hengdai.adapters.tapes.unreadable import TapeUnreadable, demand_once
from hengdai.base.text import Text


def excel_batches(path: Path, size: int) -> Iterator[pa.RecordBatch]:
    """The rows in batches of up to `size`, with `row_number`; the row under the header is number 1."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows()
        names = _names(next(rows, ()))
    except Exception as error:  # openpyxl raises whatever the damaged zip or XML inside raises
        raise TapeUnreadable(path, Text(f"Excel 无法读取: {error}", f"not readable as Excel: {error}")) from error
    if not any(names):
        raise TapeUnreadable(path, Text("首行没有表头", "the first row holds no header"))
    demand_once(path, names)
    chunk: list[list[str]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row[: len(names)]]
        if any(cells):
            chunk.append(cells)
            numbers.append(number)
        if len(chunk) == size:
            yield _batch(names, chunk, numbers)
            chunk, numbers = [], []
    if chunk:
        yield _batch(names, chunk, numbers)


def _names(cells: Sequence[Any]) -> list[str]:
    """The headers in their places, an empty one where a column has none, up to the last that has."""
    names = ["" if cell.value is None else str(cell.value) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return f"{Decimal(repr(value)) * 100:f}%"
    # repr gives the shortest text that is the same float: 0.24 stays "0.24".
    return repr(value) if isinstance(value, float) else str(value)


def _batch(names: list[str], rows: list[list[str]], numbers: list[int]) -> pa.RecordBatch:
    places = [at for at, name in enumerate(names) if name]
    columns = [pa.array([row[at] if at < len(row) else "" for row in rows], pa.string()) for at in places]
    batch = pa.RecordBatch.from_arrays(columns, names=[names[at] for at in places])
    return batch.append_column("row_number", pa.array(numbers, pa.int64()))
