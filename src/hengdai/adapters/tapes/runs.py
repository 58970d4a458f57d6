"""Rows kept by a key for later asking: sorted runs, the full ones on disk, so that memory holds eight bytes a row."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

FULL = 1 << 20
"""Rows of a run that goes to disk."""
Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows in the order of their keys' digests."""

    digests: Digests
    rows: pl.DataFrame
    at: npt.NDArray[np.int64] | None = None
    """Where in `rows` the row of each digest stands; None where they stand in that order."""

    def of(self, wanted: Digests) -> pl.DataFrame:
        """The rows whose key has one of the digests."""
        begin = np.searchsorted(self.digests, wanted, "left")
        sizes = np.searchsorted(self.digests, wanted, "right") - begin
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.repeat(begin, sizes) + within
        found: pl.DataFrame = self.rows[places if self.at is None else self.at[places]]
        return found


class Runs:
    """Rows put in by the batch and asked for by key. What is on disk is mapped, and goes with this object."""

    def __init__(self, key: str, full: int = FULL) -> None:
        self._key, self._full = key, full
        self._loose: list[pl.DataFrame] = []
        self._runs: list[_Run] = []
        self._rest: _Run | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def put(self, rows: pl.DataFrame) -> None:
        """Keep these rows; those without a key are nobody's."""
        self._loose.append(rows.filter(pl.col(self._key).is_not_null()))
        self._rest = None
        if sum(each.height for each in self._loose) >= self._full:
            self._runs.append(self._on_disk(self._loosely_sorted()))
            self._loose = []

    def of(self, keys: pl.Series) -> pl.DataFrame | None:
        """All rows with one of the keys, and a few whose key only has the same digest; None when nothing was put in."""
        if self._rest is None and self._loose:
            self._rest = self._loosely_sorted()
        runs = [*self._runs, *([self._rest] if self._rest is not None else [])]
        digests = np.sort(keys.hash(seed=0).to_numpy())
        wanted = digests[np.append(True, digests[1:] != digests[:-1])[: len(digests)]]
        return pl.concat([run.of(wanted) for run in runs]) if runs else None

    def _loosely_sorted(self) -> _Run:
        rows = pl.concat(self._loose)
        digests = rows[self._key].hash(seed=0).to_numpy()
        order = np.argsort(digests, kind="stable")
        return _Run(digests[order], rows, order)

    def _on_disk(self, run: _Run) -> _Run:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="hengdai-runs-")
        path = Path(self._folder.name) / f"{len(self._runs)}.arrow"
        rows = run.rows if run.at is None else run.rows[run.at]
        rows.write_ipc(path, compression="uncompressed")
        mapped = pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all())
        assert isinstance(mapped, pl.DataFrame)
        return _Run(run.digests, mapped)
