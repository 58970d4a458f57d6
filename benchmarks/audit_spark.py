"""The audit over a local Spark of two against the same audit run directly: Parquet in, Parquet out.

    make spark && python benchmarks/audit_spark.py [LOANS]

Reach: Spark takes at most 1.5 times as long, once it has started: each audits the tape by turns, the first turn is its
start-up, and the best of the others counts. Both read Parquet and write findings and rejects as Parquet, by one writer;
the lake has a file for each core. The tape is that of a synthetic book.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree, which
from typing import TYPE_CHECKING

import polars as pl

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.synthetic.book import write_book
from hengdai.adapters.tapes.book import BookTape
from hengdai.adapters.tapes.files import FileTape, mapping_data
from hengdai.app.audit_tape import Order, audit_tape
from hengdai.audit.mapping import parse_mapping
from hengdai.spark.audit import TapeAudit
from hengdai.spark.parts import FINDINGS, REJECTS, PartWriter, Place

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SEED = 1
CORES = 2
ROUNDS = 4


class Files:
    """A sink that writes findings and rejects to one Parquet file each, as the workers do."""

    def __init__(self, folder: Path) -> None:
        (folder / FINDINGS).mkdir(parents=True)
        (folder / REJECTS).mkdir()
        self._writer = PartWriter(Place(str(folder), "."), "part.parquet")

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def findings(self, frame: pl.DataFrame) -> None:
        """One row a loan."""
        self._writer.write(FINDINGS, frame)

    def rejects(self, frame: pl.DataFrame) -> None:
        """One row a cell."""
        if frame.height:
            self._writer.write(REJECTS, frame)

    def links(self, frame: pl.DataFrame) -> None:
        """Nothing is linked here."""


def write_tapes(folder: Path, loans: int) -> None:
    """The tape for the direct run, and the same with numbered rows for Spark."""
    write_book(folder / "book", loans, SEED, "parquet", lambda done: None)
    # A book leaves gaps in its numbers; the rows of a file, by which the direct run names loans, have none.
    tape = pl.concat(list(BookTape(folder / "book").batches())).drop("row_number").with_row_index("row_number", 1)
    tape = tape.cast({"row_number": pl.Int64})
    (folder / "lake").mkdir()
    half = -(-tape.height // CORES)
    for core in range(CORES):
        tape.slice(core * half, half).write_parquet(folder / "lake" / f"{core}.parquet")
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
    rmtree(folder / "direct", ignore_errors=True)
    with Files(folder / "direct") as sink:
        audit_tape([FileTape(folder / "tape.parquet")], order, sink, lambda rows: None)


def same(folder: Path) -> bool:
    """Both have left the same rows; the tapes bear different names."""
    direct, spread = (
        pl.read_parquet(folder / run / FINDINGS / "*.parquet").drop("source").sort("row") for run in ("direct", "spark")
    )
    return direct.equals(spread)


def by_turns(direct: Callable[[], object], spread: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Seconds of each in every round; whatever disturbs the machine falls on both."""
    rounds = [(seconds(direct), seconds(spread)) for _ in range(ROUNDS)]
    return [each[0] for each in rounds], [each[1] for each in rounds]


def started() -> "SparkSession":
    """A local Spark of two cores."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{CORES}]").config("spark.ui.enabled", "false")
    return builder.config("spark.driver.memory", "4g").config("spark.ui.showConsoleProgress", "false").getOrCreate()


def main() -> int:
    """Measure both; 1 when Spark takes more than 1.5 times as long."""
    if which("java") is None or find_spec("pyspark") is None:
        print("没有 Java 或 pyspark / no Java or no pyspark: make spark")
        return 0
    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    spark, audit = started(), TapeAudit("book")

    def by_spark(folder: Path) -> None:
        rmtree(folder / "spark", ignore_errors=True)
        audit.write(spark.read.parquet(str(folder / "lake")), str(folder / "spark"))

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_tapes(folder, loans)
        direct, spread = by_turns(lambda: directly(folder), lambda: by_spark(folder))
        told = pl.scan_parquet(folder / "direct" / FINDINGS / "*.parquet").select(pl.len()).collect().item()
        alike = same(folder)
    spark.stop()
    first, (best, best_spread) = spread[0] / direct[0], (min(direct[1:]), min(spread[1:]))
    print(f"direct         {best:9.2f} s, {told / best:,.0f} loans/s")
    print(f"Spark local[{CORES}] {best_spread:9.2f} s, {told / best_spread:,.0f} loans/s")
    print(f"ratio          {best_spread / best:9.2f}   (reach: 1.5; with start-up {first:.2f})")
    print(f"rows           {'alike' if alike else 'NOT alike'}")
    return 0 if alike and best_spread <= 1.5 * best else 1


if __name__ == "__main__":
    sys.exit(main())
