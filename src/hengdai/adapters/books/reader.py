"""Opening a book folder: the port that the replay reads through."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from hengdai.adapters.books import manifest as manifests
from hengdai.adapters.books.batches import batches, row_count
from hengdai.adapters.books.columns import ORGANISATIONS, PARTNERS, TABLES, Table
from hengdai.adapters.books.convert import ROW, convert
from hengdai.adapters.books.manifest import Manifest
from hengdai.adapters.books.staging import Staging
from hengdai.app.replay_book import RowProblem, Slice
from hengdai.app.work import Organisation
from hengdai.base.text import Text
from hengdai.partner.listing import Approval, Listing
from hengdai.product.terms import PayeeRole


@dataclass(slots=True)
class FolderBook:
    """A book folder, checked as a whole; its rows are checked as they are read."""

    folder: Path
    manifest: Manifest
    files: Mapping[str, Path]
    digest: str
    found: dict[RowProblem, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the book is called."""
        return self.manifest.name

    @property
    def pack(self) -> str:
        """The law pack that the book asks to be judged under."""
        return self.manifest.pack

    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount."""
        return self.manifest.currency

    @property
    def notes(self) -> tuple[Text, ...]:
        """What `book.toml` tells the reader of the results."""
        return self.manifest.notes

    def total(self) -> int:
        """Rows of the loans table."""
        return row_count(self.files["loans"])

    def organisations(self) -> tuple[Organisation, ...]:
        """The organisations; a row in error is reported and left out, and with it every loan that needs it."""
        frame = self._small(ORGANISATIONS)
        return tuple(Organisation(row["org"], row["name"], row["kind"]) for row in frame.iter_rows(named=True))

    def listings(self) -> tuple[Listing, ...]:
        """The partner lists; a row in error is reported and left out, so that its partner counts as not listed."""
        frame = self._small(PARTNERS) if "partners" in self.files else pl.DataFrame()
        return tuple(_listing(row) for row in frame.iter_rows(named=True))

    def _small(self, table: Table) -> pl.DataFrame:
        """A table that fits in memory, the rows in error left out."""
        good: list[pl.DataFrame] = []
        for batch in batches(self.files[table.name], table):
            typed, problems = convert(batch.raw, table, self.manifest.units())
            wrong = {problem.row for problem in problems}
            self.found |= dict.fromkeys((*batch.broken, *problems))
            good.append(typed.filter(~pl.col(ROW).is_in(list(wrong))))
        return pl.concat(good) if good else pl.DataFrame()

    def slices(self, size: int) -> Iterator[Slice]:
        """The readable loans about `size` at a time, cut in a temporary folder that goes when the last is read."""
        scratch = Path(tempfile.mkdtemp(prefix="hengdai-book-"))
        known = frozenset(each.id for each in self.organisations())
        staging = Staging(scratch, self.files, self.manifest.units(), self.currency, size, self.total(), known)
        try:
            yield from staging.slices()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            self.found |= dict.fromkeys(staging.problems)

    def problems(self) -> Iterator[RowProblem]:
        """Every field in error found so far."""
        yield from self.found


def open_book(folder: Path) -> FolderBook:
    """Open a book folder; raises :class:`hengdai.app.replay_book.UnreadableBook` when it is none."""
    if not folder.is_dir():
        raise manifests.unreadable(str(folder), "没有此目录 / no such folder", "账本目录", "a book folder")
    manifest = manifests.read(folder)
    files = manifests.table_files(folder)
    return FolderBook(folder, manifest, files, manifests.book_digest(folder, manifest))


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """One whole table of a book, typed, for those who look into a book; fields in error are null."""
    book = open_book(folder)
    frames = [
        convert(batch.raw, TABLES[name], book.manifest.units())[0] for batch in batches(book.files[name], TABLES[name])
    ]
    return pl.concat(frames) if frames else pl.DataFrame()


def _listing(row: Mapping[str, Any]) -> Listing:
    return Listing(
        row["funder"],
        row["partner"],
        PayeeRole(row["role"]),
        row["licence"] or "",
        Approval(row["approved_by"]),
        row["from"],
        row["to"],
        row["published_url"] or "",
    )
