"""The audit of a loan tape that lies in a lake, by `mapInArrow` on an existing Spark; no loan leaves its partition.

    from hengdai.spark.audit import TapeAudit

    audit = TapeAudit("map.toml", pack="cn")
    audit.findings(frame).write.parquet("findings")
    audit.rejects(frame).write.parquet("rejects")

`frame` holds the tape's columns as they are mapped, and `row_number`, which names a row and says which of two loans
with one number came first. Findings and rejects are row for row those of `hengdai audit` on the same tape. The workers
need this package installed; its law pack is compared by digest. Debits are not linked here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.files import mapping_data
from hengdai.app.audit_tape import without
from hengdai.audit.batch import Terms, audit_batch
from hengdai.audit.clean import tidy
from hengdai.audit.intake import NUMBER, REJECTS, ROW, SOURCE, Taken, missing_headers, take_in
from hengdai.audit.mapping import MappingUnreadable, TapeMapping, parse_mapping
from hengdai.base.check import check
from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.judge import Settings
from hengdai.law.pack import Pack

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROWS_PER_BATCH = 131_072
"""Rows audited at once, whatever Spark's own batches hold; as many as the command takes."""
_IDS = pl.Schema({"loan_id": pl.String, ROW: pl.Int64})
_Batches = Iterator[pa.RecordBatch]
_Work = Callable[["_Order", _Batches], _Batches]


@dataclass(frozen=True, slots=True)
class _Order:
    """What a worker has to know: plain data, sent with each task."""

    named: str
    mapping: Mapping[str, object]
    pack: str
    digest: str
    source: str
    as_if: date | None
    switches: frozenset[str]
    first: Mapping[str, int] = field(default_factory=dict)
    """Loan numbers that come more than once, and the row in which they come first."""


class TapeAudit:
    """An audit with its mapping (a file, or a packaged one), law and switches, to be run on tapes of one form.

    Raises what the command raises for a mapping or a pack that cannot be read; `source` is the tape's name.
    """

    def __init__(
        self, mapping: str, pack: str | None = None, *, source: str = "spark", as_if: date | None = None,
        switches: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        data = mapping_data(mapping)
        tape = data.get("tape")
        written = tape.get("pack", "cn") if isinstance(tape, Mapping) else "cn"
        law = FolderShelf().pack(pack or str(written))
        self._mapping = parse_mapping(data, mapping, law.facts)
        day = self._mapping.judged_on(law, as_if)
        self._order = _Order(mapping, data, law.id, law.digest, source, day, switches)

    def findings(self, frame: "DataFrame") -> "DataFrame":
        """One row a loan. Runs once over the tape to find loan numbers that come twice, before the result is asked."""
        return self._run(frame, _findings, self._ordered(frame), _findings_schema(self._order))

    def rejects(self, frame: "DataFrame") -> "DataFrame":
        """One row for each cell that could not be read, and for each loan number that came before."""
        return self._run(frame, _rejects, self._ordered(frame), _schema(REJECTS))

    def _ordered(self, frame: "DataFrame") -> _Order:
        """The order with the loan numbers that come more than once."""
        problems = missing_headers(self._mapping, frame.columns, self._order.source)
        if NUMBER not in frame.columns:
            problems.append(Problem(self._order.source, "nothing", Text(f"列 {NUMBER}", f"a column {NUMBER}")))
        if problems:
            raise MappingUnreadable(problems)
        # All ids are a narrow column; only where some come twice is it asked which of their rows can be read.
        twice = self._twice(frame.select(*{self._mapping.readings["loan_id"].header, NUMBER}), _ids, self._order)
        return replace(self._order, first=self._twice(frame, _read, replace(self._order, first=twice)) if twice else {})

    def _twice(self, frame: "DataFrame", work: _Work, order: _Order) -> dict[str, int]:
        """The loan numbers that come more than once among what `work` gives, and the first row of each."""
        from pyspark.sql import functions

        ids = self._run(frame, work, order, _schema(_IDS))
        met = ids.groupBy("loan_id").agg(functions.min(ROW).alias("first"), functions.count(ROW).alias("times"))
        return {row[0]: row[1] for row in met.where("times > 1").collect()}

    def _run(self, frame: "DataFrame", work: _Work, order: _Order, schema: pa.Schema) -> "DataFrame":
        from pyspark.sql.pandas.types import from_arrow_schema

        wanted = {reading.header for reading in self._mapping.readings.values()} | {NUMBER}
        columns = [name for name in frame.columns if name in wanted]
        return frame.select(columns).mapInArrow(lambda batches: work(order, batches), from_arrow_schema(schema))


def _ids(order: _Order, batches: _Batches) -> _Batches:
    """The loan numbers of all rows, whether the rest of them can be read or not."""
    header = _mapping(order).readings["loan_id"].header
    for raw in _gathered(batches):
        found = pl.DataFrame({"loan_id": tidy(raw[header]), ROW: raw[NUMBER].cast(pl.Int64)})
        yield from _arrow(found.drop_nulls()).to_batches()


def _read(order: _Order, batches: _Batches) -> _Batches:
    """The rows that can be read of the loan numbers that come twice."""
    for taken in _taken(replace(order, first={}), batches):
        yield from _arrow(
            taken.loans.select("loan_id", ROW).filter(pl.col("loan_id").is_in(list(order.first)))
        ).to_batches()


def _rejects(order: _Order, batches: _Batches) -> _Batches:
    for taken in _taken(order, batches):
        yield from _arrow(taken.rejects).to_batches()


def _findings(order: _Order, batches: _Batches) -> _Batches:
    terms = _terms(order)
    for taken in _taken(order, batches):
        if taken.loans.height:
            yield from _arrow(audit_batch(taken.loans, terms).findings).to_batches()


def _taken(order: _Order, batches: _Batches) -> Iterator[Taken]:
    """The batches of a partition taken in, loans whose number came before among the rejects."""
    mapping = _mapping(order)
    digits = currency(mapping.currency).digits
    schema = {"loan_id": pl.String, "first": pl.Int64}
    first = pl.DataFrame({"loan_id": list(order.first), "first": list(order.first.values())}, schema=schema)
    for raw in _gathered(batches):
        taken = take_in(raw.with_columns(pl.lit(order.source).alias(SOURCE)), mapping, digits)
        met = taken.loans.select("loan_id", ROW).join(first, on="loan_id", how="left", maintain_order="left")
        yield without(taken, (met[ROW] > met["first"]).fill_null(value=False))


def _gathered(batches: _Batches) -> Iterator[pl.DataFrame]:
    """Spark's batches in pieces of the size that the command takes: in small ones judging costs many times as much."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(each.num_rows for each in held) >= ROWS_PER_BATCH:
            yield _frame(held)
            held = []
    if held:
        yield _frame(held)


def _frame(batches: list[pa.RecordBatch]) -> pl.DataFrame:
    frame = pl.from_arrow(pa.Table.from_batches(batches))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """The frame with texts as Spark knows them."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [each.with_type(pa.string()) if pa.types.is_large_string(each.type) else each for each in table.schema]
    return table.cast(pa.schema(plain))


def _schema(columns: pl.Schema) -> pa.Schema:
    return _arrow(pl.DataFrame(schema=columns)).schema


@lru_cache(maxsize=8)
def _law(pack: str, digest: str) -> Pack:
    """The worker's own copy of the law, which has to be the driver's."""
    law = FolderShelf().pack(pack)
    check(law.digest == digest, "工作节点与驱动器的法规包相同 / workers judge by the driver's law", found=law.digest)
    return law


def _mapping(order: _Order) -> TapeMapping:
    return parse_mapping(order.mapping, order.named, _law(order.pack, order.digest).facts)


def _terms(order: _Order) -> Terms:
    mapping, law = _mapping(order), _law(order.pack, order.digest)
    return Terms(law, mapping.mapped, mapping.currency, order.as_if, Settings(order.switches))


def _findings_schema(order: _Order) -> pa.Schema:
    """The schema of the findings, whatever stands in the tape: that of the audit of no loan at all."""
    mapping = _mapping(order)
    headers = {reading.header for reading in mapping.readings.values()} - {NUMBER}
    raw = pl.DataFrame(schema=dict.fromkeys(sorted(headers), pl.String) | {NUMBER: pl.Int64, SOURCE: pl.String})
    loans = take_in(raw, mapping, currency(mapping.currency).digits).loans
    return _arrow(audit_batch(loans, _terms(order)).findings).schema
