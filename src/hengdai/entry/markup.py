"""HTML from values, escaped by construction: text goes in as text, and only :class:`Html` passes as markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of markup that is already safe."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __add__(self, other: "Html") -> "Html":
        return Html(self.text + other.text)


Piece = Html | str | int | None
EMPTY = Html("")
_VOID = frozenset({"input", "br", "hr"})


def html(piece: Piece) -> Html:
    """A piece as markup: strings and numbers are escaped, None is nothing."""
    if isinstance(piece, Html):
        return piece
    return EMPTY if piece is None else Html(escape(str(piece)))


def join(pieces: Iterable[Piece], between: str = "") -> Html:
    """Pieces one after the other."""
    return Html(escape(between).join(html(piece).text for piece in pieces))


def tag(name: str, /, *children: Piece, **attributes: str | bool | None) -> Html:
    """An element. `class_` and `for_` lose their underscore, inner ones become hyphens; False and None are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: heading, whether figures stand in it, whether a phone leaves it out."""

    heading: str
    figures: bool = False
    wide_only: bool = False

    def classes(self, *, numeric: bool) -> str | None:
        """The CSS classes of a cell in this column."""
        names = ["right"] * self.figures + ["num"] * (self.figures and numeric) + ["hide-s"] * self.wide_only
        return " ".join(names) or None


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, one for each column, and what distinguishes the row (`paid`, `now`, `undone`).

    `below` is told across the whole row where a phone leaves a column out.
    """

    cells: Sequence[Piece]
    mark: str | None = None
    below: Piece = None


def table(columns: Sequence[Column], rows: Sequence[Row], *, label: str, foot: Row | None = None) -> Html:
    """A table that scrolls by itself when it is wider than the page."""
    head = tag(
        "thead", tag("tr", *(tag("th", c.heading, class_=c.classes(numeric=False), scope="col") for c in columns))
    )
    body = tag("tbody", *(_row(columns, row) for row in rows))
    last = tag("tfoot", _row(columns, foot)) if foot else EMPTY
    return tag("div", tag("table", head, body, last, aria_label=label), class_="scroll", tabindex="0")


def _row(columns: Sequence[Column], row: Row) -> Html:
    cells = zip(columns, row.cells, strict=True)
    marks = " ".join(mark for mark in (row.mark, "above" if row.below is not None else None) if mark) or None
    told = tag("tr", *(tag("td", cell, class_=c.classes(numeric=True)) for c, cell in cells), class_=marks)
    if row.below is None:
        return told
    return told + tag("tr", tag("td", row.below, colspan=str(len(columns))), class_="below")


def section(title: str, *content: Piece, note: Piece = None, more: Piece = None, id_: str | None = None) -> Html:
    """A titled part of a page; `note` stands beside the title, `more` at its far end."""
    heading = tag(
        "header",
        tag("h2", title),
        tag("span", note, class_="faint") if note is not None else EMPTY,
        tag("span", more, class_="more") if more is not None else EMPTY,
    )
    return tag("section", heading, *content, class_="sec", id_=id_)


def pairs(rows: Iterable[tuple[Piece, Piece]], *, wordy: bool = False) -> Html:
    """A list of names and values; the names keep to one line unless they are `wordy`."""
    items = (tag("dt", name) + tag("dd", value, class_="num") for name, value in rows)
    return tag("dl", *items, class_="pairs wordy" if wordy else "pairs")
