"""Tapes, debits and mappings that lie in files, and the files that an audit leaves behind."""

import csv
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from hengdai.adapters.tapes.parquet import open_parquet
from hengdai.adapters.tapes.read import Torn, batches, head_of
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.audit.intake import REJECTS
from hengdai.audit.view_columns import EARLY, compound_of
from hengdai.base.text import Text

BEHIND = 3
"""Frames that may wait to be written."""
PARQUET_ONLY = ("undetermined", "open", "material", EARLY)
"""Columns that would make a CSV many times as large, as the compound cost of each view; the report counts them."""


_AT_ONCE = pa_csv.WriteOptions(batch_size=8192)
"""Rows that are put into words together; fewer cost more calls, more do not stay near the processor."""


class FileTape:
    """A tape in one file: CSV, Parquet or Excel. An empty encoding is found out from the bytes."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path, self._encoding, self._torn = path, encoding, Torn()

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows in batches; raises :class:`TapeUnreadable` when the file is no tape."""
        for batch in batches(self._path, self._encoding, self._torn):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame

    def torn(self) -> Sequence[tuple[int, str]]:
        """Rows that could not be split into the fields of the header, each told once."""
        return self._torn.take()


class FolderSink:
    """Writes `findings.parquet`, `findings.csv`, `rejects.csv` and, when there are any, `links.parquet` and `.csv`.

    Batches are appended by a thread of its own, a few behind at most; what it could not write is raised by a later call
    or at the end. Used as a context manager.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise TapeUnreadable(folder, Text("不是目录, 无法写入", "not a folder: nothing can be written there"))
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._parquet: dict[str, pq.ParquetWriter] = {}
        self._csv: dict[str, pa_csv.CSVWriter] = {}
        self._rejects = (folder / "rejects.csv").open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._rejects)
        self._rows.writerow(REJECTS.names())
        self._writer = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> "FolderSink":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._wait(0)
        finally:
            self._writer.shutdown(cancel_futures=True)
            self._close()

    def _close(self) -> None:
        for parquet in self._parquet.values():
            parquet.close()
        for lines in self._csv.values():
            lines.close()
        self._rejects.close()

    def findings(self, frame: pl.DataFrame) -> None:
        """One row a loan, to both files."""
        self._later("findings", frame)

    def links(self, frame: pl.DataFrame) -> None:
        """One row for each linked debit, to both files."""
        self._later("links", frame)

    def rejects(self, frame: pl.DataFrame) -> None:
        """One row for each cell that could not be read."""
        self._rows.writerows(frame.iter_rows())

    def _later(self, name: str, frame: pl.DataFrame) -> None:
        self._wait(BEHIND)
        self._waiting.append(self._writer.submit(self._append, name, frame))

    def _wait(self, most: int) -> None:
        """Until so many frames at most are unwritten."""
        while len(self._waiting) > most:
            self._waiting.popleft().result()

    def _append(self, name: str, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if name not in self._parquet:
            self._parquet[name] = open_parquet(str(self._folder / f"{name}.parquet"), table.schema)
            self._csv[name] = pa_csv.CSVWriter(
                self._folder / f"{name}.csv", _lines(table).schema, write_options=_AT_ONCE
            )
        self._parquet[name].write_table(table)
        self._csv[name].write_table(_lines(table))


def _lines(table: pa.Table) -> pa.Table:
    """The columns of the CSV."""
    left_out = {*PARQUET_ONLY, *compound_of(table.column_names)}
    return table.drop_columns([name for name in table.column_names if name in left_out])


def packaged_maps() -> dict[str, Any]:
    """The mappings that come with this package, by name."""
    inside = files("hengdai.audit").joinpath("maps").iterdir()
    return {item.name.removesuffix(".toml"): item for item in inside if item.name.endswith(".toml")}


def mapping_data(named: str) -> Mapping[str, object]:
    """The parsed TOML of a packaged mapping or of a file; `TapeUnreadable` says what is wrong with it."""
    packaged = packaged_maps()
    path = Path(named)
    if named in packaged:
        return tomllib.loads(packaged[named].read_text("utf-8"))
    if not path.is_file():
        known = ", ".join(sorted(packaged))
        raise TapeUnreadable(path, Text(f"没有此映射; 自带的有 {known}", f"no such mapping; packaged are {known}"))
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TapeUnreadable(path, Text(f"TOML 无法读取: {error}", f"not readable as TOML: {error}")) from error


def sample_of(path: Path, rows: int = 200) -> tuple[list[str], dict[str, list[str]]]:
    """Headers of a tape and some cells of each, for a first guess at its mapping."""
    names, found = head_of(path, rows)
    if found:
        return names, {name: [row[at] for row in found if at < len(row)] for at, name in enumerate(names)}
    raise TapeUnreadable(path, Text("没有数据行", "there are no rows"))


__all__ = ["FileTape", "FolderSink", "mapping_data", "packaged_maps", "sample_of"]
