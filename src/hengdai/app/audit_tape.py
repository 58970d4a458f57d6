"""Audit a foreign loan tape: read batch by batch, recompute, judge, and tell every loan once.

Memory holds a few batches, the sums, and eight bytes a loan by which a number that comes twice is known. Nothing is
written to the book: the tape is somebody else's.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from hengdai.app.in_order import in_order
from hengdai.audit.batch import Audited, Terms, audit_batch
from hengdai.audit.intake import NUMBER, ROW, SOURCE, Taken, missing_headers, take_in, torn_rows
from hengdai.audit.links import extra_of, link, sums_of
from hengdai.audit.mapping import MappingUnreadable, TapeMapping
from hengdai.audit.register import Register
from hengdai.audit.tally import Tally
from hengdai.base.money import currency
from hengdai.base.text import Text
from hengdai.law.judge import Settings
from hengdai.law.pack import Pack

TWICE = Text("借据号在带上唯一", "a loan number that is on the tape once")


class Tape(Protocol):
    """One tape: batches of text or typed columns, each with `row_number`, the 1-based row of the data."""

    @property
    def name(self) -> str:
        """The name under which its rows are told."""

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows, a bounded number at a time."""

    def torn(self) -> Sequence[tuple[int, str]]:
        """Rows that could not be split into fields: number and what was found. Each is told once, when it is known."""


class Debits(Protocol):
    """All debits of the borrowers, wherever they lie."""

    def of(self, loans: pl.DataFrame) -> pl.DataFrame:
        """The debits of these loans: `loan_id`, `at` (local time), `payee`, `amount` (minor units), `text`.

        Those that can have no telling sign (:mod:`hengdai.audit.links`) may be left out.
        """

    def doubtful(self, loans: pl.DataFrame) -> pl.Series:
        """Which of these loans, whose debits were asked for, have one that may tell something and could not be read."""

    def unread(self) -> pl.DataFrame:
        """Debits asked for that could not be read, as rejects: a row a cell, each told once, when it is known."""

    def shown(self, loans: pl.DataFrame) -> pl.DataFrame | None:
        """What those borrowers were shown, one row a loan with `loan_id`; None when nobody kept it."""


class Sink(Protocol):
    """Where findings, rejects and links go."""

    def findings(self, frame: pl.DataFrame) -> None:
        """One row a loan."""

    def rejects(self, frame: pl.DataFrame) -> None:
        """One row for each cell that could not be read."""

    def links(self, frame: pl.DataFrame) -> None:
        """One row for each debit that belongs to a loan."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Where to look for disguised charges: the debits, and the register of entities and their relations."""

    debits: Debits
    register: Register


@dataclass(frozen=True, slots=True)
class Order:
    """What to audit and how: the mapping, the law, its switches, and where to look for disguised charges."""

    mapping: TapeMapping
    pack: Pack
    as_if: date | None = None
    settings: Settings = field(default_factory=Settings)
    looking: Looking | None = None
    watch: Callable[[Audited], None] | None = None
    """Told of every batch after it was counted, by whoever makes something else of it."""


def audit_tape(tapes: Sequence[Tape], order: Order, sink: Sink, progress: Callable[[int], None]) -> Tally:
    """Audit the tapes as one. Raises :class:`MappingUnreadable` when a tape lacks a mapped header.

    `progress` is told how many rows went through. Every row ends in the findings or in the rejects; debits that could
    not be read are rejects too, and counted apart.
    """
    terms = Terms(order.pack, order.mapping.mapped, order.mapping.currency, order.as_if, order.settings)
    tally = Tally()
    # Batches are read and told in their order, by this thread alone; the audit of one goes on beside the next.
    for batch, links, audited in in_order(lambda batch: _audited(batch, terms, order), _read(tapes, order, terms)):
        tally.rows += batch.rows
        tally.reject(batch.taken.rejects, batch.taken.rejected_rows)
        sink.rejects(batch.taken.rejects)
        if batch.unread is not None:
            tally.leave_out(batch.unread)
            sink.rejects(batch.unread)
        if links is not None:
            sink.links(links)
        if audited is not None:
            tally.add(audited)
            sink.findings(audited.findings)
            if order.watch is not None:
                order.watch(audited)
        progress(tally.rows)
    return tally


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some rows of a tape, taken in: `rows` in the file, the debits of their loans and what those were shown."""

    rows: int
    taken: Taken
    debits: pl.DataFrame | None = None
    doubtful: pl.Series | None = None
    shown: pl.DataFrame | None = None
    unread: pl.DataFrame | None = None
    """Debits that came to light with this batch and could not be read."""


def _read(tapes: Sequence[Tape], order: Order, terms: Terms) -> Iterator[_Batch]:
    """The batches of all tapes; a loan whose number was met before, and a row that could not be split, are rejects."""
    seen, digits, ready = Seen(), currency(order.mapping.currency).digits, False
    for tape in tapes:
        for raw in tape.batches():
            problems = missing_headers(order.mapping, raw.columns, tape.name)
            if problems:
                raise MappingUnreadable(problems)
            named = raw.with_columns(pl.lit(tape.name).alias(SOURCE))
            taken = take_in(named, order.mapping, digits)
            taken = without(taken, pl.Series(seen.twice(taken.loans["loan_id"])))
            if order.looking is None or not taken.loans.height:
                yield _Batch(raw.height, taken)
            else:
                debits = order.looking.debits
                with ThreadPoolExecutor(1) as beside:
                    if not ready:
                        # Kernels take a while to load, and the first debits a while to read.
                        beside.submit(audit_batch, taken.loans.head(1), terms)
                        ready = True
                    found = debits.of(taken.loans)
                doubtful, shown = debits.doubtful(taken.loans), debits.shown(taken.loans)
                yield _Batch(raw.height, taken, found, doubtful, shown, debits.unread())
            yield from _torn(tape)
        yield from _torn(tape)


def _torn(tape: Tape) -> Iterator[_Batch]:
    """Rows that the reader could not split are rejects too: counts in are counts out."""
    torn = tape.torn()
    if torn:
        yield _Batch(len(torn), Taken(pl.DataFrame(), torn_rows(tape.name, torn)))


def _audited(batch: _Batch, terms: Terms, order: Order) -> tuple[_Batch, pl.DataFrame | None, Audited | None]:
    loans, looking = batch.taken.loans, order.looking
    if not loans.height:
        return batch, None, None
    if looking is None or batch.debits is None or batch.doubtful is None:
        return batch, None, audit_batch(loans, terms)
    found = link(loans, batch.debits, looking.register)
    sums = sums_of(loans, found, batch.doubtful, batch.shown)
    return batch, found.links, audit_batch(loans, terms, sums, extra_of(loans, found))


class Seen:
    """Loan numbers met so far, as sorted runs of 64-bit digests that are merged as they grow."""

    def __init__(self) -> None:
        self._runs: list[npt.NDArray[np.uint64]] = []

    def twice(self, ids: pl.Series) -> npt.NDArray[np.bool_]:
        """Which of `ids` were met before, in an earlier batch or earlier in this one; afterwards all are known."""
        digests = ids.hash(seed=0).to_numpy()
        order = np.argsort(digests, kind="stable")
        ordered = digests[order]
        met = np.append(False, ordered[1:] == ordered[:-1])[: len(digests)]
        for run in self._runs:
            # Asked in their order, neighbours are found near one another.
            at = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            met |= run[at] == ordered
        self._add(ordered)
        found = np.empty(len(digests), np.bool_)
        found[order] = met
        return found

    def _add(self, run: npt.NDArray[np.uint64]) -> None:
        if not len(run):
            return
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate((self._runs.pop(), run)))
        self._runs.append(run)


def without(taken: Taken, twice: pl.Series) -> Taken:
    """The batch without the loans whose number came before; those become rejects."""
    if not twice.any():
        return taken
    doubles = taken.loans.filter(twice).select(
        SOURCE, ROW, pl.lit("loan_id").alias("column"), pl.col("loan_id").alias("found"),
        pl.lit(TWICE.zh).alias("expected_zh"), pl.lit(TWICE.en).alias("expected_en"),
    )  # fmt: skip
    return Taken(taken.loans.filter(~twice), pl.concat([taken.rejects, doubles]).sort(SOURCE, ROW))


__all__ = ["NUMBER", "Debits", "Looking", "Order", "Sink", "Tape", "audit_tape", "without"]
