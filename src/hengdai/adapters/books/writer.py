"""Writing a book, block by block: the same blocks give the same bytes, so a book has a digest."""

import os
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from hengdai.adapters.books import manifest as manifests
from hengdai.adapters.books.columns import TABLES, Kind, Table
from hengdai.adapters.books.manifest import Manifest

Format = Literal["parquet", "csv"]
_PARTIAL = ".part"
_TYPES: dict[Kind, pa.DataType] = {
    Kind.DAY: pa.date32(),
    Kind.WHOLE: pa.int64(),
    Kind.COUNT: pa.int64(),
    Kind.MONEY: pa.int64(),
    Kind.AMOUNT: pa.int64(),
    Kind.RATE: pa.int64(),
    Kind.FLAG: pa.bool_(),
}


class BookWriter:
    """Writes tables of typed columns (minor units, e8) into a folder; `finish` names the files and writes `book.toml`.

    Until `finish` every file has the suffix `.part`, so a folder never looks like a book that it is not yet.
    """

    def __init__(self, folder: Path, format: Format) -> None:
        self.folder, self.format = folder, format
        self._writers: dict[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for path in manifests.table_paths(folder):
            path.unlink(missing_ok=True)
        (folder / manifests.FILE).unlink(missing_ok=True)

    def put(self, table: Table, frame: pl.DataFrame) -> None:
        """Append rows; the columns are brought into the table's order and types."""
        schema = pa.schema([(column.name, _TYPES.get(column.kind, pa.string())) for column in table.columns])
        arrow = frame.select(table.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
        if table.name not in self._writers:
            self._writers[table.name] = self._open(table, schema)
        self._writers[table.name].write_table(arrow)

    def _open(self, table: Table, schema: pa.Schema) -> Any:
        path = self.folder / f"{table.name}.{self.format}{_PARTIAL}"
        if self.format == "csv":
            return pa_csv.CSVWriter(path, schema, write_options=pa_csv.WriteOptions(quoting_style="needed"))
        return pa_parquet.ParquetWriter(path, schema, compression="zstd")

    def finish(self, manifest: Manifest) -> str:
        """Close the files, write `book.toml` with their digests, and return the digest of the book."""
        digests: dict[str, str] = {}
        for name in sorted(self._writers):
            self._writers[name].close()
            final = self.folder / f"{name}.{self.format}"
            os.replace(final.with_name(final.name + _PARTIAL), final)
            digests[final.name] = manifests.file_digest(final)
        written = Manifest(
            manifest.name, manifest.pack, manifest.currency, manifest.money, manifest.rates, manifest.notes, digests
        )
        manifests.write(self.folder, written)
        return manifests.book_digest(self.folder, written)


def write_tables(folder: Path, manifest: Manifest, tables: dict[str, pl.DataFrame], format: Format) -> str:
    """Write a small book at once; returns its digest."""
    writer = BookWriter(folder, format)
    for name, frame in tables.items():
        writer.put(TABLES[name], frame)
    return writer.finish(manifest)
