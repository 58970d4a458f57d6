"""What a worker does with the batches of a partition: take in, leave out loans whose number came before, audit.

Arrow batches of the tape's own columns come in, with `row_number`; Arrow batches go out. The mapping travels as plain
data, the law by its id: each worker reads its own copy, and its digest must be the driver's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from hengdai.adapters.packs import FolderShelf
from hengdai.app.audit_tape import without
from hengdai.audit.batch import Terms, audit_batch
from hengdai.audit.clean import tidy
from hengdai.audit.intake import NUMBER, ROW, SOURCE, Taken, missing_headers, take_in
from hengdai.audit.mapping import TapeMapping, parse_mapping
from hengdai.base.check import check
from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.judge import Settings
from hengdai.law.pack import Pack

ROWS_PER_BATCH = 131_072
"""Rows audited at once, whatever Spark's own batches hold; as many as the command takes."""
FIRST = "first"
IDS = pl.Schema({"loan_id": pl.String, ROW: pl.Int64})
DIGESTS = pl.Schema({"digest": pl.Int64})
_PROBE = ("衡贷", "A1", "20260115000000000042", "x" * 100)
Batches = Iterator[pa.RecordBatch]
Work = Callable[["Order", Batches], Batches]
Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker has to know: plain data, sent with each task."""

    named: str
    mapping: Mapping[str, object]
    pack: str
    digest: str
    source: str
    as_if: date | None
    switches: frozenset[str]
    bits: int = 64
    """How long the digests are by which loan numbers are compared before their texts."""
    probe: tuple[int, ...] = ()
    """The driver's digests of some texts: a worker that makes others of them would miss a number that comes twice."""
    first: Mapping[str, int] = field(default_factory=dict)
    """Loan numbers that come more than once, and the row in which they come first."""
    asked: tuple[int, ...] = ()
    """Digests that come more than once, whose loan numbers are asked."""


def digests_of(ids: pl.Series, bits: int = 64) -> Digests:
    """A digest of each text, below 2^bits. Texts of one digest need not be equal."""
    return ids.hash(seed=0).to_numpy() >> np.uint64(64 - bits)


def probe() -> tuple[int, ...]:
    """Digests of texts of several lengths, by which two machines tell whether theirs are alike."""
    return tuple(digests_of(pl.Series(_PROBE)).tolist())


def digests(order: Order, batches: Batches) -> Batches:
    """The digests of the loan numbers of all rows, whether the rest of them can be read or not."""
    header = mapping_of(order).readings["loan_id"].header
    for raw in _gathered(batches):
        found = digests_of(tidy(raw[header]).drop_nulls(), order.bits).view(np.int64)
        yield from arrow(pl.DataFrame({"digest": found}, schema=DIGESTS)).to_batches()


def asked(order: Order, batches: Batches) -> Batches:
    """Loan number and row of the loans that can be read and have one of the digests asked for."""
    for loans in (taken.loans for taken in taken_in(replace(order, first={}), batches)):
        yield from arrow(of_digests(loans, order)).to_batches()


def of_digests(loans: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Those of the loans that have one of the digests asked for: number and row."""
    found = np.isin(digests_of(loans["loan_id"], order.bits), np.array(order.asked, np.uint64))
    return loans.filter(pl.Series(found)).select(IDS.names())


def first_of(ids: pl.DataFrame) -> dict[str, int]:
    """The loan numbers that come more than once, and the first row of each."""
    met = ids.group_by("loan_id").agg(pl.col(ROW).min().alias(FIRST), pl.len().alias("times"))
    return dict(met.filter(pl.col("times") > 1).select("loan_id", FIRST).iter_rows())


def once(taken: Taken, order: Order) -> Taken:
    """The batch without the loans whose number came before; those become rejects."""
    if not order.first:
        return taken
    schema = {"loan_id": pl.String, FIRST: pl.Int64}
    first = pl.DataFrame({"loan_id": list(order.first), FIRST: list(order.first.values())}, schema=schema)
    met = taken.loans.select("loan_id", ROW).join(first, on="loan_id", how="left", maintain_order="left")
    return without(taken, (met[ROW] > met[FIRST]).fill_null(value=False))


def rejects(order: Order, batches: Batches) -> Batches:
    """One row a cell that could not be read, and one for each loan number that came before."""
    for taken in taken_in(order, batches):
        yield from arrow(taken.rejects).to_batches()


def findings(order: Order, batches: Batches) -> Batches:
    """One row a loan."""
    terms = terms_of(order)
    for taken in taken_in(order, batches):
        if taken.loans.height:
            yield from arrow(audit_batch(taken.loans, terms).findings).to_batches()


def taken_in(order: Order, batches: Batches) -> Iterator[Taken]:
    """The batches of a partition taken in, loans whose number came before among the rejects."""
    mapping = mapping_of(order)
    digits = currency(mapping.currency).digits
    for raw in _gathered(batches):
        yield once(take_in(raw.with_columns(pl.lit(order.source).alias(SOURCE)), mapping, digits), order)


def _gathered(batches: Batches) -> Iterator[pl.DataFrame]:
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


def arrow(frame: pl.DataFrame) -> pa.Table:
    """The frame with texts and lists as Spark knows them."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return table.cast(pa.schema([each.with_type(_plain(each.type)) for each in table.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_plain(kind.value_type)) if pa.types.is_large_list(kind) else kind


def schema_of(columns: pl.Schema) -> pa.Schema:
    """The schema as Spark knows it."""
    return arrow(pl.DataFrame(schema=columns)).schema


@lru_cache(maxsize=8)
def _law(pack: str, digest: str, seen: tuple[int, ...]) -> Pack:
    """The worker's own copy of the law, which has to be the driver's, as its digests of texts have to be."""
    law = FolderShelf().pack(pack)
    check(law.digest == digest, "工作节点与驱动器的法规包相同 / workers judge by the driver's law", found=law.digest)
    check(
        seen == probe(),
        "工作节点与驱动器的文本摘要相同 / workers and driver make the same digests of texts",
        found=seen,
    )
    return law


def lacking(order: Order, mapping: TapeMapping, headers: Sequence[str]) -> list[Problem]:
    """What a tape with these headers lacks."""
    problems = missing_headers(mapping, headers, order.source)
    if NUMBER not in headers:
        problems.append(Problem(order.source, "nothing", Text(f"列 {NUMBER}", f"a column {NUMBER}")))
    return problems


def mapping_of(order: Order) -> TapeMapping:
    """The mapping, parsed."""
    return parse_mapping(order.mapping, order.named, _law(order.pack, order.digest, order.probe).facts)


def terms_of(order: Order) -> Terms:
    """What the audit of a batch stands on."""
    mapping, law = mapping_of(order), _law(order.pack, order.digest, order.probe)
    return Terms(law, mapping.mapped, mapping.currency, order.as_if, Settings(order.switches))


def no_findings(order: Order) -> pl.DataFrame:
    """The findings of no loan at all: their columns, whatever stands in the tape."""
    mapping = mapping_of(order)
    headers = {reading.header for reading in mapping.readings.values()} - {NUMBER}
    raw = pl.DataFrame(schema=dict.fromkeys(sorted(headers), pl.String) | {NUMBER: pl.Int64, SOURCE: pl.String})
    loans = take_in(raw, mapping, currency(mapping.currency).digits).loans
    return audit_batch(loans, terms_of(order)).findings
