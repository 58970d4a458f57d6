"""Reading one table of a pack's TOML: typed fields, each failure with file, line, what was found and the cure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from hengdai.base.reason import Problem
from hengdai.base.text import Text

E = TypeVar("E", bound=StrEnum)

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z_][\w.]*)\s*\]?\]")
_KEY = re.compile(r"^\s*([A-Za-z_]\w*)(?:\.\w+)?\s*=")
_ITEM = re.compile(r"^\s*\{")


class BadRow(ValueError):
    """A row cannot be read; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class _Lines:
    """Where tables, keys and the items of arrays begin in a TOML text."""

    def __init__(self, text: str) -> None:
        self.tables: dict[str, list[tuple[int, dict[str, int], dict[str, list[int]]]]] = {}
        keys: dict[str, int] = {}
        items: dict[str, list[int]] = {}
        last = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                keys, items, last = {}, {}, ""
                self.tables.setdefault(header.group(1), []).append((number, keys, items))
            elif key := _KEY.match(line):
                last = key.group(1)
                keys.setdefault(last, number)
            elif _ITEM.match(line) and last:
                items.setdefault(last, []).append(number)


class Row:
    """One table, or one item of an array in it. Every getter raises :class:`BadRow` with the cure."""

    def __init__(self, file: str, name: str, data: Mapping[str, Any], lines: tuple[int, dict[str, int], Any]) -> None:
        self.file, self.name, self.data = file, name, data
        self._line, self._keys, self._items = lines
        self._read: set[str] = set()
        self.label = str(data.get("id", name))

    def where(self, key: str = "") -> str:
        """File and line of a key, or of the table when the key is absent."""
        return f"{self.file}:{self._keys.get(key, self._line)}"

    def problem(self, key: str, found: str, zh: str, en: str) -> Problem:
        """A problem at `key`."""
        return Problem(self.where(key), f"{self.label}: {found}", Text(zh, en))

    def refuse(self, key: str, found: str, zh: str, en: str) -> NoReturn:
        """Give the row up with a problem at `key`."""
        raise BadRow(self.problem(key, found, zh, en))

    def get(self, key: str) -> Any:
        """The raw value or `None`."""
        self._read.add(key)
        return self.data.get(key)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.data

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty text."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (not value and default is None):
            self.refuse(key, f"{key} = {value!r}", "需要非空文字", "a non-empty text is needed")
        return value

    def both(self, key: str) -> Text:
        """A text in Chinese and English: `key.zh = …`, `key.en = …`."""
        value = self.get(key)
        if (
            not isinstance(value, dict)
            or set(value) != {"zh", "en"}
            or not all(isinstance(v, str) and v for v in value.values())
        ):
            self.refuse(
                key, f"{key} = {value!r}", f"写明 {key}.zh 与 {key}.en", f"both {key}.zh and {key}.en are needed"
            )
        return Text(value["zh"], value["en"])

    def maybe_both(self, key: str) -> Text | None:
        """Like :meth:`both`, or `None` when absent."""
        return self.both(key) if self.has(key) else None

    def code(self, key: str, among: type[E], default: E | None = None) -> E:
        """A member of an enumeration by its value."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        try:
            return among(value)
        except ValueError:
            listed = ", ".join(member.value for member in among)
            self.refuse(key, f"{key} = {value!r}", f"应为 {listed} 之一", f"one of {listed}")

    def day(self, key: str) -> date:
        """A date."""
        value = self.maybe_day(key)
        if value is None:
            self.refuse(key, f"{key} = None", "需要日期, 如 2025-10-01", "a date is needed, as 2025-10-01")
        return value

    def maybe_day(self, key: str) -> date | None:
        """A date, or `None` when absent."""
        value = self.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.refuse(key, f"{key} = {value!r}", "日期不加引号, 如 2025-10-01", "a bare date, as 2025-10-01")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(key, f"{key} = {value!r}", "需要整数", "a whole number is needed")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            self.refuse(key, f"{key} = {value!r}", "需要 true 或 false", "true or false is needed")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.refuse(key, f"{key} = {value!r}", "需要文字列表", "a list of texts is needed")
        return tuple(value)

    def table(self, key: str) -> Mapping[str, Any]:
        """An inline table; empty when absent."""
        value = self.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(key, f"{key} = {value!r}", "需要表", "a table is needed")
        return value

    def items(self, key: str) -> "Iterator[Row]":
        """The inline tables of an array, each as a row of its own with its own line."""
        value = self.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            self.refuse(key, f"{key} = {value!r}", "需要至少一行 {…}", "at least one row {…} is needed")
        lines = self._items.get(key, [])
        for at, item in enumerate(value):
            line = lines[at] if at < len(lines) else self._keys.get(key, self._line)
            row = Row(self.file, f"{self.label}.{key}[{at}]", item, (line, {}, {}))
            row.label = f"{self.label}.{key}[{at}]"
            yield row

    def nothing_else(self) -> None:
        """Refuse keys that nobody read: a misspelt key must not be a silent one."""
        strange = sorted(set(self.data) - self._read)
        if strange:
            known = ", ".join(sorted(self._read))
            self.refuse(strange[0], f"{strange[0]}", f"没有这个键; 可用: {known}", f"no such key; known: {known}")


def rows(file: str, text: str) -> dict[str, list[Row]]:
    """The tables of one TOML text by name; `[defaults]` of the file is laid under every row.

    Raises :class:`BadRow` when the text is not TOML.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"line (\d+)", str(error))
        where = f"{file}:{told.group(1) if told else 1}"
        raise BadRow(Problem(where, str(error), Text("应为合法的 TOML", "valid TOML"))) from error
    lines = _Lines(text)
    defaults = data.pop("defaults", {})
    found: dict[str, list[Row]] = {}
    for name, value in data.items():
        tables = value if isinstance(value, list) else [value]
        places = lines.tables.get(name, [])
        for at, table in enumerate(tables):
            place = places[at] if at < len(places) else (1, {}, {})
            if not isinstance(table, dict):
                line = re.search(rf"^{name}\s*=", text, re.MULTILINE)
                number = text[: line.start()].count("\n") + 1 if line else 1
                raise BadRow(
                    Problem(
                        f"{file}:{number}",
                        name,
                        Text("键应在表内, 如 [[rule]]", "a key stands in a table, as [[rule]]"),
                    )
                )
            found.setdefault(name, []).append(_with_defaults(Row(file, name, table, place), defaults))
    return found


def _with_defaults(row: Row, defaults: Mapping[str, Any]) -> Row:
    row.data = {**{key: defaults[key] for key in defaults if key in _DEFAULTED.get(row.name, ())}, **row.data}
    return row


_CITED = ("cite", "source", "confidence", "checked_on")
_DEFAULTED: Mapping[str, tuple[str, ...]] = {
    "rule": (*_CITED, "stage", "applies_by", "effect", "unknown", "force", "theme", "from"),
    "parameter": _CITED,
    "word_list": _CITED,
    "fee_class": _CITED,
    "calendar": _CITED,
    "duty": (*_CITED, "force", "from"),
    "fact": ("attested_by",),
}
