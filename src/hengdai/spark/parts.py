"""Findings and rejects that the workers write themselves: one file of each a task, and what makes them count.

A task writes below `_run-…`, a folder that readers of lakes pass over, under the name of its attempt, and tells the
driver what it wrote. The driver hears of each partition once, whatever was tried again; only what it heard of is moved
into `findings` and `rejects`, `_SUCCESS` comes last, and everything else is removed. A run that breaks off before that
leaves nothing that counts.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl
import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hengdai.adapters.tapes.parquet import open_parquet
from hengdai.base.text import Text

FINDINGS, REJECTS, DIGESTS = "findings", "rejects", "digests"
PARTS = pl.Schema({"kind": pl.String, "name": pl.String, "rows": pl.Int64})
ROWS_PER_GROUP = {DIGESTS: 2**14}
"""Digests lie in their order, and are asked for by ranges: small groups, so that little else is read with them."""
RUN = "_run-"
DONE = "_SUCCESS"


class FolderTaken(ValueError):
    """There is something in the folder already: results of two runs in one would be taken for one."""

    def __init__(self, folder: str) -> None:
        text = Text("文件夹非空; 请换一个或先清空", "the folder is not empty; name another one or empty it")
        super().__init__(f"{folder}: {text}")
        self.text = text


@dataclass(frozen=True, slots=True)
class Part:
    """A file that an attempt wrote: `findings`, `rejects` or `digests`, its name, and how many rows it has."""

    kind: str
    name: str
    rows: int


def address(folder: str) -> str:
    """The folder as pyarrow knows it: Hadoop names a store by its connector, pyarrow by itself; paths are whole."""
    scheme, mark, rest = folder.partition("://")
    return {"s3a": "s3", "s3n": "s3"}.get(scheme, scheme) + mark + rest if mark else str(Path(folder).resolve())


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a run, by the address under which driver and workers reach it: a path, or an address as Spark's."""

    folder: str
    run: str

    def opened(self) -> tuple[pa_fs.FileSystem, str]:
        """The file system, and the folder's path there; raises what pyarrow raises for an address it does not know."""
        system, path = pa_fs.FileSystem.from_uri(address(self.folder))
        return system, path.rstrip("/")

    def of(self, part: Part) -> str:
        """The path of a part that does not count yet."""
        return f"{self.opened()[1]}/{self.run}/{part.kind}/{part.name}"

    def begin(self) -> None:
        """Make the folders. Raises :class:`FolderTaken` where anything but what broke off lies there."""
        system, path = self.opened()
        self._demand_empty()
        for kind in (FINDINGS, REJECTS, DIGESTS):
            system.create_dir(f"{path}/{self.run}/{kind}")

    def _demand_empty(self) -> None:
        system, path = self.opened()
        there = system.get_file_info(pa_fs.FileSelector(path, allow_not_found=True))
        if any(not info.base_name.startswith(RUN) for info in there):
            raise FolderTaken(self.folder)

    def commit(self, parts: Sequence[Part]) -> None:
        """Let the parts count, all findings and rejects that there are; :class:`FolderTaken` as `begin`."""
        system, path = self.opened()
        self._demand_empty()
        for kind in (FINDINGS, REJECTS):
            system.create_dir(f"{path}/{kind}")

        def move(part: Part) -> None:
            system.move(self.of(part), f"{path}/{part.kind}/{part.name}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(move, (part for part in parts if part.kind != DIGESTS)))
        with system.open_output_stream(f"{path}/{DONE}"):
            pass

    def clear(self) -> None:
        """Remove what does not count."""
        system, path = self.opened()
        with suppress(FileNotFoundError):
            system.delete_dir(f"{path}/{self.run}")


class PartWriter:
    """The files of one attempt, opened when there is a row for them; used as a context manager.

    `named` is one attempt's alone. `parts` are the files, whole once the context is left.
    """

    def __init__(self, place: Place, named: str) -> None:
        self._place, self._named = place, named
        self._system = place.opened()[0]
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows: dict[str, int] = {}

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the files."""
        for writer in self._writers.values():
            writer.close()

    @property
    def parts(self) -> list[Part]:
        """What was written."""
        return [Part(kind, self._named, rows) for kind, rows in self._rows.items()]

    def write(self, kind: str, frame: pl.DataFrame) -> None:
        """Append rows to the file of that kind."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if kind not in self._writers:
            self._writers[kind] = self._opened(kind, table.schema)
        self._rows[kind] = self._rows.get(kind, 0) + table.num_rows
        self._writers[kind].write_table(table, row_group_size=ROWS_PER_GROUP.get(kind))

    def _opened(self, kind: str, schema: pa.Schema) -> pq.ParquetWriter:
        path = self._place.of(Part(kind, self._named, 0))
        return open_parquet(path, schema, self._system, ranged=kind == DIGESTS)


def new_run() -> str:
    """A name that no other run has."""
    return RUN + uuid4().hex


def read_part(place: Place, part: Part, columns: list[str] | None, rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a part, so many at a time."""
    with place.opened()[0].open_input_file(place.of(part)) as opened, pq.ParquetFile(opened) as file:
        for batch in file.iter_batches(batch_size=rows, columns=columns):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame
