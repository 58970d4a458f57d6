"""The audit over a local Spark of two against the same audit run directly: findings to Parquet, nothing else.

    make spark && python benchmarks/audit_spark.py [LOANS]

Reach: Spark takes at most 1.5 times as long, once it has started and each has audited a small tape. The tape is that of
a synthetic book. Spark reads it twice, the first time for loan numbers that come more than once.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import polars as pl
import pyarrow.parquet as pq

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.synthetic.book import write_book
from hengdai.adapters.tapes.book import BookTape
from hengdai.adapters.tapes.files import FileTape, mapping_data
from hengdai.app.audit_tape import Order, audit_tape
from hengdai.audit.mapping import parse_mapping
from hengdai.spark.audit import TapeAudit

SEED = 1


class Findings:
    """A sink that writes the findings to one Parquet file, as Spark does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "Findings":
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def findings(self, frame: pl.DataFrame) -> None:
        """One row a loan."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        self._writer = self._writer or pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def rejects(self, frame: pl.DataFrame) -> None:
        """Spark gives them apart."""

    def links(self, frame: pl.DataFrame) -> None:
        """Nothing is linked here."""


def write_tapes(folder: Path, loans: int) -> None:
    """The tape for the direct run, and the same with numbered rows for Spark."""
    write_book(folder / "book", loans, SEED, "parquet", lambda done: None)
    tape = pl.concat(list(BookTape(folder / "book").batches()))
    tape.write_parquet(folder / "numbered.parquet")
    tape.drop("row_number").write_parquet(folder / "tape.parquet")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def directly(folder: Path) -> None:
    """The audit without its reports."""
    pack = FolderShelf().pack("cn")
    order = Order(parse_mapping(mapping_data("book"), "book", pack.facts), pack)
    with Findings(folder / "direct.parquet") as sink:
        audit_tape([FileTape(folder / "tape.parquet")], order, sink, lambda rows: None)


def main() -> int:
    """Measure both; 1 when Spark takes more than 1.5 times as long."""
    if which("java") is None or find_spec("pyspark") is None:
        print("没有 Java 或 pyspark / no Java or no pyspark: make spark")
        return 0
    from pyspark.sql import SparkSession

    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.driver.memory", "4g").getOrCreate()
    audit = TapeAudit("book")

    def by_spark(folder: Path) -> None:
        lake = spark.read.parquet(str(folder / "numbered.parquet"))
        audit.findings(lake).write.mode("overwrite").parquet(str(folder / "spark"))

    with tempfile.TemporaryDirectory() as scratch:
        large, small = Path(scratch) / "large", Path(scratch) / "small"
        for folder, size in ((large, loans), (small, 2_000)):
            folder.mkdir()
            write_tapes(folder, size)
        directly(small)
        by_spark(small)
        direct = seconds(lambda: directly(large))
        spread = seconds(lambda: by_spark(large))
        told = pl.scan_parquet(large / "direct.parquet").select(pl.len()).collect().item()
    spark.stop()
    print(f"direct         {direct:9.2f} s, {told / direct:,.0f} loans/s")
    print(f"Spark local[2] {spread:9.2f} s, {told / spread:,.0f} loans/s")
    print(f"ratio          {spread / direct:9.2f}   (reach: 1.5)")
    return 0 if spread <= 1.5 * direct else 1


if __name__ == "__main__":
    sys.exit(main())
