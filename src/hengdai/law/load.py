"""Texts with names become a pack, or a list of problems with file, line and cure. Pure: it reads no files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hengdai.base.canonical import digest
from hengdai.base.money import Currency, currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.check_pack import check_pack
from hengdai.law.cite import Document
from hengdai.law.errors import PackRefused
from hengdai.law.fact import FactEntry
from hengdai.law.kinds import Force, Unit
from hengdai.law.pack import ANY_CURRENCY, Pack
from hengdai.law.read_rows import Reading, calendar_of, duty_of, fee_class_of, parameter_of, word_list_of
from hengdai.law.read_rules import rule_of
from hengdai.law.rows import BadRow, Row, rows

T = TypeVar("T")
_TABLES = ("pack", "document", "fact", "parameter", "word_list", "fee_class", "calendar", "duty", "rule")


@dataclass(slots=True)
class _Loading:
    """Rows by table, and the problems met so far."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def each(self, table: str, read: Callable[[Row], T]) -> list[tuple[Row, T]]:
        """Read every row of a table; a bad row is noted and left out, the others go on."""
        done: list[tuple[Row, T]] = []
        for row in self.rows.get(table, []):
            try:
                value = read(row)
                row.nothing_else()
            except BadRow as bad:
                self.problems.append(bad.problem)
            else:
                done.append((row, value))
        return done

    def by_id(self, table: str, read: Callable[[Row], T]) -> dict[str, T]:
        """Like :meth:`each`, keyed by id; two rows of one id are a problem."""
        found: dict[str, T] = {}
        for row, value in self.each(table, read):
            if row.label in found:
                self.problems.append(row.problem("id", "id", "编号重复", "the id stands twice; rename one"))
            found[row.label] = value
        return found

    def stop_if_broken(self) -> None:
        """Raise when anything was wrong."""
        if self.problems:
            raise PackRefused(self.problems)


def load_pack(texts: Mapping[str, str]) -> Pack:
    """The pack that these texts (file name → TOML) make.

    Raises :class:`PackRefused` with every problem that could be told: file, line, what was found, what would be right.
    """
    loading = _Loading()
    _split(loading, texts)
    head = _head(loading)
    loading.stop_if_broken()
    documents = loading.by_id("document", _document)
    facts = loading.by_id("fact", _fact)
    reading = Reading(str(head["id"]), head["currency"], documents, facts)
    parameters = loading.by_id("parameter", lambda row: parameter_of(row, reading))
    word_lists = loading.by_id("word_list", lambda row: word_list_of(row, reading))
    loading.stop_if_broken()
    reading.figures.update({**parameters, **word_lists})
    rules = loading.each("rule", lambda row: rule_of(row, reading, head["switches"]))
    pack = Pack(
        **head,
        digest=digest(dict(texts)),
        documents=documents,
        facts=facts,
        parameters=parameters,
        rules=tuple(rule for _, rule in rules),
        fee_classes=loading.by_id("fee_class", lambda row: fee_class_of(row, reading)),
        word_lists=word_lists,
        calendars=loading.by_id("calendar", lambda row: calendar_of(row, reading)),
        duties=tuple(duty for _, duty in loading.each("duty", lambda row: duty_of(row, reading))),
    )
    loading.stop_if_broken()
    places = {
        row.label: row for table in ("parameter", "word_list", "rule", "fact") for row in loading.rows.get(table, [])
    }
    loading.problems.extend(check_pack(pack, places))
    loading.stop_if_broken()
    return pack


def _split(loading: _Loading, texts: Mapping[str, str]) -> None:
    for file, text in sorted(texts.items()):
        try:
            found = rows(file, text)
        except BadRow as bad:
            loading.problems.append(bad.problem)
            continue
        for name, tables in found.items():
            if name not in _TABLES:
                listed = ", ".join(_TABLES)
                cure = Text(f"没有这种表; 可用: {listed}", f"no such table; known: {listed}")
                loading.problems.append(Problem(tables[0].where(), f"[{name}]", cure))
            loading.rows.setdefault(name, []).extend(tables)


def _head(loading: _Loading) -> dict[str, Any]:
    """The fields of `[pack]`."""
    heads = loading.each("pack", _pack_fields)
    if len(loading.rows.get("pack", [])) != 1:
        where = ", ".join(row.where() for row in loading.rows.get("pack", [])) or "pack.toml:1"
        cure = Text("恰好一个 [pack] 表", "exactly one [pack] table")
        loading.problems.append(Problem(where, f"{len(heads)} × [pack]", cure))
    return heads[0][1] if heads else {}


def _pack_fields(row: Row) -> dict[str, Any]:
    codes = row.texts("currencies")
    return {
        "id": row.text("id"),
        "version": row.text("version"),
        "title": row.both("title"),
        "languages": row.texts("languages"),
        "currencies": codes,
        "currency": _currency(row, codes),
        "covers_from": row.day("covers_from"),
        "checked_on": row.day("checked_on"),
        "locale": row.text("locale", ""),
        "time_zones": row.texts("time_zones", ()),
        "disclosed_rate": row.text("disclosed_rate", ""),
        "switches": _switches(row, row.table("switches")),
    }


def _currency(row: Row, codes: Iterable[str]) -> Currency:
    named = [code for code in codes if code != ANY_CURRENCY]
    try:
        return currency(named[0]) if named else Currency("XXX", 2)
    except ValueError as error:
        row.refuse("currencies", f"currencies = {named}", *str(error).split(" / ", 1))


def _switches(row: Row, table: Mapping[str, Any]) -> dict[str, Text]:
    for name, text in table.items():
        if not isinstance(text, dict) or set(text) != {"zh", "en"}:
            row.refuse(
                "switches", f"{name} = {text!r}", "开关需有 zh 与 en 说明", "a switch needs its meaning in zh and en"
            )
    return {name: Text(text["zh"], text["en"]) for name, text in table.items()}


def _document(row: Row) -> Document:
    return Document(
        row.text("id"), row.both("title"), row.text("number", ""), row.code("force", Force), row.text("issuer", "")
    )


def _fact(row: Row) -> FactEntry:
    unit = row.code("unit", Unit)
    if unit in (Unit.CODES, Unit.WORDS):
        row.refuse(
            "unit", f"unit = {unit.value!r}", "事实不能是列表; 用 code 或 text", "a fact is no list: use code or text"
        )
    values = row.texts("values", ())
    row.flag("published", False)
    if (unit is Unit.CODE) != bool(values):
        row.refuse(
            "values",
            f"values = {list(values)}",
            "code 须有 values, 其他单位不可有",
            "values belong to unit code, and to it alone",
        )
    low = row.number("minimum") if row.has("minimum") else None
    high = row.number("maximum") if row.has("maximum") else None
    entry = FactEntry(row.text("id"), unit, row.both("meaning"), row.texts("attested_by"), values, low, high)
    if not row.label.isidentifier() or row.label != row.label.lower():
        row.refuse("id", f"id = {row.label!r}", "事实名用小写字母、数字、下划线", "a fact is named in lower_case_words")
    if unit.is_whole and entry.low > entry.high:
        row.refuse(
            "minimum", f"{entry.low} > {entry.high}", "minimum 不得大于 maximum", "minimum may not exceed maximum"
        )
    return entry
