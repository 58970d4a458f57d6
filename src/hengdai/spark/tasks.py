"""The tasks of a run whose workers write: audit a partition, compare digests, ask for loan numbers, leave doubles out.

Each is given a partition's batches and yields a few rows that tell the driver what it found; loans stay in the files.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pa_ds

from hengdai.audit.batch import audit_batch
from hengdai.audit.intake import REJECTS as CELLS
from hengdai.audit.intake import ROW, Taken
from hengdai.spark.parts import DIGESTS, FINDINGS, PARTS, REJECTS, Part, PartWriter, Place, read_part
from hengdai.spark.work import (
    ROWS_PER_BATCH,
    Batches,
    Digests,
    Order,
    arrow,
    digests_of,
    of_digests,
    once,
    taken_in,
    terms_of,
)  # fmt: skip

DIGESTS_AT_ONCE = 2**24
"""Digests that one task compares: 128 MiB of them, and as many sorted."""


def write_partition(order: Order, place: Place, batches: Batches) -> Batches:
    """Audit a partition and write its findings, its rejects, and the digests of its loan numbers in their order."""
    terms, seen = terms_of(order), list[Digests]()
    with PartWriter(place, _attempt()) as writer:
        for taken in taken_in(order, batches):
            if taken.rejects.height:
                writer.write(REJECTS, taken.rejects)
            if taken.loans.height:
                writer.write(FINDINGS, audit_batch(taken.loans, terms).findings)
                seen.append(digests_of(taken.loans["loan_id"], order.bits))
        if seen:
            writer.write(DIGESTS, pl.DataFrame({"digest": np.sort(np.concatenate(seen))}))
    yield from _told(writer.parts)


def twice(order: Order, place: Place, parts: Sequence[Part], pieces: int, piece: int) -> Digests:
    """The digests that come more than once, of those in one of so many equal pieces of all digests there can be."""
    system = place.opened()[0]
    files = pa_ds.dataset([place.of(part) for part in parts], filesystem=system, format="parquet")
    low, high = ((at << order.bits) // pieces for at in (piece, piece + 1))
    column = pc.field("digest")
    wanted = (column >= pa.scalar(low, pa.uint64())) & (column <= pa.scalar(high - 1, pa.uint64()))
    found = np.sort(files.to_table(filter=wanted)["digest"].to_numpy())
    return np.unique(found[1:][found[1:] == found[:-1]])


def ask_part(order: Order, place: Place, part: Part) -> Iterator[pl.DataFrame]:
    """Number and row of a part's loans that have one of the digests asked for, with the part's name."""
    for loans in read_part(place, part, ["loan_id", ROW], ROWS_PER_BATCH):
        yield of_digests(loans, order).with_columns(pl.lit(part.name).alias("name"))


def write_again(order: Order, place: Place, part: Part) -> Batches:
    """A part's findings without the loans whose number came before, and a reject for each of these."""
    with PartWriter(place, _attempt()) as writer:
        for found in read_part(place, part, None, ROWS_PER_BATCH):
            left = once(Taken(found, pl.DataFrame(schema=CELLS)), order)
            if left.loans.height:
                writer.write(FINDINGS, left.loans)
            if left.rejects.height:
                writer.write(REJECTS, left.rejects)
    yield from _told(writer.parts)


def _told(parts: Sequence[Part]) -> Batches:
    rows = [(part.kind, part.name, part.rows) for part in parts]
    return iter(arrow(pl.DataFrame(rows, schema=PARTS, orient="row")).to_batches())


def _attempt() -> str:
    """A file name that no other attempt at any task of this Spark has."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return f"part-{context.partitionId():05}-{context.stageId()}-{context.taskAttemptId()}.parquet"
