"""The audit of a loan tape that lies in a lake, by `mapInArrow` on an existing Spark; no loan leaves its partition.

    from hengdai.spark.audit import TapeAudit

    audit = TapeAudit("map.toml", pack="cn")
    audit.write(frame, "s3a://lake/audit")
    spark.read.parquet("s3a://lake/audit/findings")

`frame` holds the tape's columns as they are mapped, and `row_number`, which names a row and says which of two loans
with one number came first. Findings and rejects are row for row those of `hengdai audit` on the same tape, written by
the workers, or given as frames by `findings` and `rejects`. The workers need this package installed; its law pack is
compared by digest. Debits are not linked here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.files import mapping_data
from hengdai.audit.intake import NUMBER, REJECTS, ROW
from hengdai.audit.mapping import MappingUnreadable, parse_mapping
from hengdai.spark import parts as files
from hengdai.spark import tasks, work
from hengdai.spark.parts import PARTS, Part, PartWriter, Place, new_run
from hengdai.spark.work import DIGESTS, IDS, Batches, Order, Work, arrow, first_of, schema_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_NAMED = pl.Schema({"loan_id": pl.String, ROW: pl.Int64, "name": pl.String})


@dataclass(frozen=True, slots=True)
class Written:
    """What an audit left in its folder: the files."""

    parts: tuple[Part, ...]

    @property
    def findings(self) -> int:
        """How many loans were audited."""
        return self._rows(files.FINDINGS)

    @property
    def rejects(self) -> int:
        """How many cells could not be read, and loan numbers came before."""
        return self._rows(files.REJECTS)

    def _rows(self, kind: str) -> int:
        return sum(part.rows for part in self.parts if part.kind == kind)


class TapeAudit:
    """An audit with its mapping (a file, or a packaged one), law and switches, to be run on tapes of one form.

    Raises what the command raises for a mapping or a pack that cannot be read; `source` is the tape's name. Loan
    numbers are compared by digests of `digest_bits`, and only those of one digest by their text.
    """

    def __init__(
        self, mapping: str, pack: str | None = None, *, source: str = "spark", as_if: date | None = None,
        switches: frozenset[str] = frozenset(), digest_bits: int = 64,
    ) -> None:  # fmt: skip
        data = mapping_data(mapping)
        tape = data.get("tape")
        written = tape.get("pack", "cn") if isinstance(tape, Mapping) else "cn"
        law = FolderShelf().pack(pack or str(written))
        self._mapping = parse_mapping(data, mapping, law.facts)
        day = self._mapping.judged_on(law, as_if)
        self._order = Order(mapping, data, law.id, law.digest, source, day, switches, digest_bits, work.probe())

    def write(self, frame: "DataFrame", folder: str) -> Written:
        """Audit the tape once and write `findings` and `rejects` into the folder, as Parquet, `_SUCCESS` last.

        `folder` is an address that driver and workers reach by pyarrow, and is empty or not there: else
        :class:`hengdai.spark.parts.FolderTaken`. The workers write; what crosses to the driver are names of files.
        """
        self._demand(frame)
        order, place = self._order, Place(folder, new_run())
        place.begin()
        try:
            told = self._run(frame, lambda order, batches: tasks.write_partition(order, place, batches), order, _PARTS)
            made = self._once(frame.sparkSession, place, _parts_of(told))
            made += _empty(order, place, made)
            place.commit(made)
        finally:
            place.clear()
        return Written(tuple(part for part in made if part.kind != files.DIGESTS))

    def findings(self, frame: "DataFrame") -> "DataFrame":
        """One row a loan. Runs once over the tape to find loan numbers that come twice, before the result is asked."""
        return self._run(frame, work.findings, self._ordered(frame), arrow(work.no_findings(self._order)).schema)

    def rejects(self, frame: "DataFrame") -> "DataFrame":
        """One row for each cell that could not be read, and for each loan number that came before."""
        return self._run(frame, work.rejects, self._ordered(frame), schema_of(REJECTS))

    def _demand(self, frame: "DataFrame") -> None:
        problems = work.lacking(self._order, self._mapping, frame.columns)
        if problems:
            raise MappingUnreadable(problems)

    def _ordered(self, frame: "DataFrame") -> Order:
        """The order with the loan numbers that come more than once."""
        self._demand(frame)
        # All numbers are a narrow column, and their digests fixed in width; only where some of these come twice is it
        # asked which of their rows can be read, and whether the numbers are equal.
        header = self._mapping.readings["loan_id"].header
        met = self._run(frame.select(header), work.digests, self._order, schema_of(DIGESTS)).groupBy("digest").count()
        asked = _frame(met.where("count > 1").select("digest"))["digest"].to_numpy().view(np.uint64)
        if not len(asked):
            return self._order
        order = replace(self._order, asked=tuple(asked.tolist()))
        return replace(self._order, first=first_of(_frame(self._run(frame, work.asked, order, schema_of(IDS)))))

    def _once(self, spark: "SparkSession", place: Place, made: list[Part]) -> list[Part]:
        """The parts, those with a loan whose number came before written again without it."""
        order, asked = self._order, _twice(spark, self._order, place, made)
        if not asked:
            return made
        order = replace(order, asked=asked)
        found = [part for part in made if part.kind == files.FINDINGS]

        def ask(at: int) -> Iterator[pa.RecordBatch]:
            for ids in tasks.ask_part(order, place, found[at]):
                yield from arrow(ids).to_batches()

        ids = _frame(_each(spark, len(found), ask, schema_of(_NAMED)))
        order = replace(self._order, first=first_of(ids))
        names = set(ids.filter(pl.col("loan_id").is_in(list(order.first)))["name"])
        again = [part for part in found if part.name in names]
        told = _each(spark, len(again), lambda at: tasks.write_again(order, place, again[at]), _PARTS)
        return [part for part in made if part not in again] + _parts_of(told)

    def _run(self, frame: "DataFrame", task: Work, order: Order, schema: pa.Schema) -> "DataFrame":
        from pyspark.sql.pandas.types import from_arrow_schema

        wanted = {reading.header for reading in self._mapping.readings.values()} | {NUMBER}
        columns = [name for name in frame.columns if name in wanted]
        return frame.select(columns).mapInArrow(lambda batches: task(order, batches), from_arrow_schema(schema))


_PARTS = schema_of(PARTS)


def _twice(spark: "SparkSession", order: Order, place: Place, made: Sequence[Part]) -> tuple[int, ...]:
    """The digests that come more than once, compared in as many pieces as keep a task's memory bounded."""
    compared = [part for part in made if part.kind == files.DIGESTS]
    pieces = -(-sum(part.rows for part in compared) // tasks.DIGESTS_AT_ONCE)

    def compare(piece: int) -> Iterator[pa.RecordBatch]:
        found = tasks.twice(order, place, compared, pieces, piece).view(np.int64)
        yield from arrow(pl.DataFrame({"digest": found}, schema=DIGESTS)).to_batches()

    met = _frame(_each(spark, pieces, compare, schema_of(DIGESTS)))["digest"].to_numpy().view(np.uint64)
    return tuple(met.tolist())


def _each(spark: "SparkSession", count: int, task: Callable[[int], Batches], schema: pa.Schema) -> "DataFrame":
    """What the tasks of that many numbers give, one Spark task each."""
    from pyspark.sql.pandas.types import from_arrow_schema

    def run(batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column(0).to_numpy():
                yield from task(int(number))

    return spark.range(0, count, 1, max(count, 1)).mapInArrow(run, from_arrow_schema(schema))


def _empty(order: Order, place: Place, made: Sequence[Part]) -> list[Part]:
    """A file without rows of what there is none of: a folder without a file has no columns."""
    kinds, frames = {part.kind for part in made}, {files.REJECTS: pl.DataFrame(schema=REJECTS)}
    if files.FINDINGS not in kinds:
        frames[files.FINDINGS] = work.no_findings(order)
    with PartWriter(place, "part-none.parquet") as writer:
        for kind, frame in frames.items():
            if kind not in kinds:
                writer.write(kind, frame)
    return writer.parts


def _parts_of(told: "DataFrame") -> list[Part]:
    return [Part(*row) for row in _frame(told).sort("name", "kind").iter_rows()]


def _frame(found: "DataFrame") -> pl.DataFrame:
    frame = pl.from_arrow(found.toArrow())
    assert isinstance(frame, pl.DataFrame)
    return frame
