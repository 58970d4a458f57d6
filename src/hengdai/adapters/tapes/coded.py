"""Some columns of a table in batches, repeated texts as codes, so that a question is asked once for each text."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hengdai.adapters.tapes.read import ROWS_PER_BATCH, Torn, batches, head_of, kind_of, numbered
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.base.text import Text

Flags = npt.NDArray[np.bool_]
Piece = Callable[[], Iterator[pa.RecordBatch]]
PARQUET = (".parquet", ".pq")


def names_of(path: Path) -> list[str]:
    """The headers of a table."""
    return pq.read_schema(path).names if kind_of(path) in PARQUET else head_of(path, 0)[0]


def pieces_of(path: Path, names: Sequence[str], coded: Sequence[str], torn: Torn) -> Iterator[Piece]:
    """Pieces of a table in their order, each to be read by whoever has the time, in any order and thread.

    A piece gives batches of the named columns and `row_number`, a bounded number of rows at a time, those of `coded` as
    dictionaries. Torn lines are put into `torn`. Raises, as its pieces do, :class:`TapeUnreadable` for a damaged file.
    """
    if kind_of(path) in PARQUET:
        yield from _of_parquet(path, names, coded)
        return
    for each in batches(path, torn=torn):
        # The number is the last column; the table may have one of its own by that name.
        places = [*map(each.schema.names.index, names), each.num_columns - 1]
        yield partial(iter, [_coded(each.select(places), coded)])


def _of_parquet(path: Path, names: Sequence[str], coded: Sequence[str]) -> Iterator[Piece]:
    """A piece a row group."""
    with _told_as_damage(path), pq.ParquetFile(path) as file:
        metadata = file.metadata
    start = 1
    for group in range(metadata.num_row_groups):
        yield partial(_of_group, path, metadata, (group, start), names, coded)
        start += metadata.row_group(group).num_rows


def _of_group(
    path: Path, metadata: pq.FileMetaData, place: tuple[int, int], names: Sequence[str], coded: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    group, start = place
    with _told_as_damage(path), pq.ParquetFile(path, metadata=metadata, read_dictionary=list(coded)) as file:
        read = file.iter_batches(ROWS_PER_BATCH, row_groups=[group], columns=list(names), use_threads=False)
        yield from (_coded(each, coded) for each in numbered(read, start))


@contextmanager
def _told_as_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        said = str(error).strip().splitlines()[0]
        raise TapeUnreadable(path, Text(f"文件残缺或损坏: {said}", f"damaged or cut off: {said}")) from error


def _coded(batch: pa.RecordBatch, names: Sequence[str]) -> pa.RecordBatch:
    """The batch with the named columns as dictionaries, where they are none yet."""
    for name in names:
        column = batch.column(name)
        if not isinstance(column, pa.DictionaryArray):
            place = batch.schema.get_field_index(name)
            batch = batch.set_column(place, name, column.dictionary_encode())
    return batch


def of_values(batch: pa.RecordBatch, name: str, test: Callable[[pl.Series], pl.Series]) -> Flags:
    """A test of a coded column, row by row, asked once for every text; nothing passes none."""
    column: Any = batch.column(name)
    values = pl.Series(name, column.dictionary, pl.String)
    passed = np.append(test(values).fill_null(False).to_numpy(), False)
    found: Flags = passed[column.indices.fill_null(len(values)).to_numpy()]
    return found


def plain(batch: pa.RecordBatch, coded: Sequence[str]) -> pl.DataFrame:
    """The batch as a frame of texts."""
    for name in coded:
        column: Any = batch.column(name)
        batch = batch.set_column(batch.schema.get_field_index(name), name, column.dictionary_decode())
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    return frame
