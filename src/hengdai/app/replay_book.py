"""The port of a book to be replayed: slices of typed columns, and the rows that could not be read.

Columns are those of `docs/reference/book-format.md`: amounts are Int64 minor units,
rates Int64 e8, days Date, everything else text, whole numbers or booleans.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from hengdai.app.work import Organisation
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.partner.listing import Listing


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A field that could not be read: `row` counts data rows from 1 (the header is none), `loan` is left out whole."""

    table: str
    row: int
    column: str
    loan: str
    found: str
    expected: Text

    def problem(self) -> Problem:
        """The same for people."""
        return Problem(f"{self.table} 第 {self.row} 行 / row {self.row}, {self.column}", self.found, self.expected)


class UnreadableBook(ValueError):
    """The book as a whole cannot be read: no such folder, no loans, a column missing, a digest that differs."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Slice:
    """Some loans of a book with everything that belongs to them.

    `events` are ordered by (loan, seq), `fees` as written; `number` counts slices from 0; `last_day` is the
    latest day that any row of the whole book names.
    """

    number: int
    loans: pl.DataFrame
    events: pl.DataFrame
    fees: pl.DataFrame
    claims: pl.DataFrame
    last_day: date


class Book(Protocol):
    """A book opened for reading. The same book cut at the same size gives the same slices, in the same order."""

    @property
    def name(self) -> str:
        """What the book is called."""
        ...

    @property
    def pack(self) -> str:
        """The law pack that it is judged under unless the caller says otherwise."""
        ...

    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 over the book's files, in hex; it names the book in command keys."""
        ...

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader of the results must know: where the figures come from, what was reconstructed."""
        ...

    def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation that the loans name."""
        ...

    def listings(self) -> tuple[Listing, ...]:
        """The partner lists, past rows included."""
        ...

    def total(self) -> int:
        """How many rows the loans table has, unreadable ones included."""
        ...

    def slices(self, size: int) -> Iterator[Slice]:
        """The readable loans, about `size` at a time; memory is bounded by a few slices."""
        ...

    def problems(self) -> Iterator[RowProblem]:
        """Every unreadable field, once the slices have been asked for; each one's loan is in no slice."""
        ...
