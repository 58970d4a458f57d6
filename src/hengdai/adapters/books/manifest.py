"""`book.toml`: the name of a book, the law it is judged by, how it writes amounts and rates, and its digests."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from hengdai.adapters.books.columns import TABLES
from hengdai.adapters.books.convert import Units
from hengdai.app.replay_book import UnreadableBook
from hengdai.base.canonical import digest
from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text

FORMAT = "hengdai-book/1"
FILE = "book.toml"
_CHOICES = {"money": ("minor", "major"), "rates": ("e8", "percent", "fraction")}
_TEXTS = ("name", "pack", "currency")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `book.toml` says. `digests` maps file names to SHA-256 in hex; files it does not name are not checked."""

    name: str
    pack: str
    currency: str
    money: Literal["minor", "major"]
    rates: Literal["e8", "percent", "fraction"]
    notes: tuple[Text, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    def units(self) -> Units:
        """How this book writes amounts and rates."""
        return Units(currency(self.currency).digits, self.money, self.rates)


def unreadable(where: str, found: str, zh: str, en: str) -> UnreadableBook:
    """The exception for a book that cannot be read as a whole."""
    return UnreadableBook(Problem(where, found, Text(zh, en)))


def read(folder: Path) -> Manifest:
    """The manifest of a book; anything missing or unknown in it raises :class:`UnreadableBook`."""
    path = folder / FILE
    if not path.is_file():
        raise unreadable(
            str(folder), "没有 book.toml / no book.toml", "账本目录须含 book.toml", "a book folder with book.toml"
        )
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise unreadable(FILE, str(error), "UTF-8 的 TOML", "TOML in UTF-8") from error
    _check(data)
    notes = tuple(Text(str(note.get("zh", "")), str(note.get("en", ""))) for note in data.get("notes", ()))
    return Manifest(
        data["name"],
        data["pack"],
        data["currency"],
        cast(Literal["minor", "major"], data["money"]),
        cast(Literal["e8", "percent", "fraction"], data["rates"]),
        notes,
        dict(data.get("digests", {})),
    )


def _check(data: Mapping[str, object]) -> None:
    known = {"format", "notes", "digests", *_TEXTS, *_CHOICES}
    for name in data:
        if name not in known:
            raise unreadable(
                FILE, repr(name), f"已知项: {', '.join(sorted(known))}", f"one of {', '.join(sorted(known))}"
            )
    if data.get("format") != FORMAT:
        raise unreadable(f"{FILE} format", repr(data.get("format")), repr(FORMAT), repr(FORMAT))
    for name in _TEXTS:
        if not isinstance(data.get(name), str) or not data[name]:
            raise unreadable(f"{FILE} {name}", repr(data.get(name)), "非空文字", "a text that is not empty")
    for name, choices in _CHOICES.items():
        if data.get(name) not in choices:
            raise unreadable(f"{FILE} {name}", repr(data.get(name)), " 或 ".join(choices), " or ".join(choices))
    try:
        currency(str(data["currency"]))
    except ValueError as error:
        raise unreadable(
            f"{FILE} currency", repr(data["currency"]), "ISO 4217 代码", "an ISO 4217 code we know"
        ) from error


def write(folder: Path, manifest: Manifest) -> None:
    """Write `book.toml`; the same manifest gives the same bytes."""
    lines = [f'format = "{FORMAT}"']
    lines += [f"{name} = {_text(getattr(manifest, name))}" for name in (*_TEXTS, *_CHOICES)]
    for note in manifest.notes:
        lines += ["", "[[notes]]", f"zh = {_text(note.zh)}", f"en = {_text(note.en)}"]
    if manifest.digests:
        lines += ["", "[digests]"]
        lines += [f"{_text(name)} = {_text(value)}" for name, value in sorted(manifest.digests.items())]
    (folder / FILE).write_text("\n".join(lines) + "\n", "utf-8")


def _text(value: str) -> str:
    """A TOML basic string; its escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def book_digest(folder: Path, manifest: Manifest) -> str:
    """The digest that names the book: over its manifest and every table file; a stated digest that differs raises."""
    found = {path.name: file_digest(path) for path in table_files(folder).values()}
    for name, stated in manifest.digests.items():
        if found.get(name) != stated:
            raise unreadable(
                name,
                f"sha256 {found.get(name)}",
                f"sha256 {stated} (book.toml); 若有意修改, 请删去 [digests]",
                f"sha256 {stated} as book.toml states; if the edit is meant, take [digests] out",
            )
    return digest({"manifest": file_digest(folder / FILE), "tables": dict(sorted(found.items()))})


def table_paths(folder: Path) -> list[Path]:
    """Every place where a table file of a book may stand."""
    return [folder / f"{name}.{suffix}" for name in TABLES for suffix in ("parquet", "csv")]


def table_files(folder: Path) -> dict[str, Path]:
    """The table files that are there, by table name; a table in both formats raises."""
    files: dict[str, Path] = {}
    for name in TABLES:
        both = [path for suffix in ("parquet", "csv") if (path := folder / f"{name}.{suffix}").is_file()]
        if len(both) == 2:
            raise unreadable(f"{name}.*", "parquet + csv", "每张表只有一个文件", "one file for each table")
        if both:
            files[name] = both[0]
        elif TABLES[name].needed:
            raise unreadable(
                str(folder),
                f"没有 {name} / no {name}",
                f"{name}.parquet 或 {name}.csv",
                f"{name}.parquet or {name}.csv",
            )
    return files
