"""The mapping of a foreign tape: which header means which column, in which unit. A small TOML file, read strictly.

[tape]
pack = "cn"
currency = "CNY"

[constants]
lender_kind = "bank"

[columns.principal]
header = "贷款金额"
unit = "major"

[facts.partner_listed]
header = "是否在名单"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from hengdai.audit.clean import MONEY_UNITS, RATE_UNITS, SHARE_UNITS, Reading, Unit
from hengdai.audit.tape import BY_NAME, COLUMNS, Column, Type
from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law import kinds
from hengdai.law.fact import FactEntry
from hengdai.law.pack import Pack

_UNITS: Mapping[Type, tuple[Unit, ...]] = {Type.MONEY: MONEY_UNITS, Type.RATE: RATE_UNITS, Type.SHARE: SHARE_UNITS}
_TYPES: Mapping[kinds.Unit, Type] = {
    kinds.Unit.YES_NO: Type.FLAG, kinds.Unit.TEXT: Type.TEXT, kinds.Unit.CODE: Type.CHOICE, kinds.Unit.DATE: Type.DATE,
    kinds.Unit.MONEY: Type.MONEY, kinds.Unit.RATE_YEAR: Type.RATE, kinds.Unit.RATE_ONCE: Type.SHARE,
}  # fmt: skip
FACT = "fact."
"""Prefix of the columns that carry facts of the pack's catalogue."""


class MappingUnreadable(ValueError):
    """The mapping does not say what it must; `problems` lists every place at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TapeMapping:
    """How a tape is read: `readings` by column name, `constants` for columns that the tape does not hold.

    Facts of the pack stand among both under ``fact.<id>``. `as_if` is the day on which every loan is judged instead of
    its own; `note` is told to whoever reads the report.
    """

    pack: str
    currency: str
    readings: Mapping[str, Reading]
    constants: Mapping[str, object] = field(default_factory=dict)
    encoding: str | None = None
    as_if: date | str | None = None
    note: Text | None = None

    @property
    def mapped(self) -> frozenset[str]:
        """Names of the columns and facts that the tape or a constant gives."""
        return frozenset(self.readings) | frozenset(self.constants)

    def judged_on(self, pack: Pack, asked: date | None = None) -> date | None:
        """The day on which every loan is judged instead of its own: the one asked for, else the mapping's."""
        told = pack.checked_on if self.as_if == "latest" else self.as_if
        return asked or (told if isinstance(told, date) else None)


def parse_mapping(data: Mapping[str, object], where: str, facts: Mapping[str, FactEntry]) -> TapeMapping:
    """The mapping from parsed TOML; `facts` is the pack's catalogue. Raises :class:`MappingUnreadable`."""
    problems: list[Problem] = []
    tape = _table(data, "tape", where, problems)
    code = str(tape.get("currency", "CNY"))
    try:
        currency(code)
    except ValueError:
        problems.append(Problem(f"{where} [tape] currency", repr(code), Text("ISO 4217 币种", "an ISO 4217 code")))
    readings: dict[str, Reading] = {}
    for group, known in (("columns", BY_NAME), ("facts", {name: column_of(entry) for name, entry in facts.items()})):
        for name, spec in _table(data, group, where, problems).items():
            reading = _reading(known, name, spec, f"{where} [{group}.{name}]", problems)
            if reading is not None:
                readings[reading.column.name] = reading
    constants = _constants(_table(data, "constants", where, problems), facts, where, problems)
    named = {*_table(data, "columns", where, []), *constants}
    for column in COLUMNS:
        if column.required and column.name not in named:
            expected = Text(f"必填列: {column.meaning.zh}", f"a required column: {column.meaning.en}")
            problems.append(Problem(f"{where} [columns.{column.name}]", "nothing", expected))
    as_if = tape.get("as_if")
    if as_if is not None and as_if != "latest" and not isinstance(as_if, date):
        problems.append(Problem(f"{where} [tape] as_if", repr(as_if), Text('日期或 "latest"', 'a day or "latest"')))
    if problems:
        raise MappingUnreadable(problems)
    encoding = tape.get("encoding")
    return TapeMapping(
        str(tape.get("pack", "cn")), code, readings, constants,
        None if encoding is None else str(encoding),
        as_if if isinstance(as_if, date | str) else None,
        _note(tape.get("note")),
    )  # fmt: skip


def column_of(entry: FactEntry) -> Column:
    """The tape column that carries a fact of the catalogue."""
    return Column(FACT + entry.id, _TYPES.get(entry.unit, Type.COUNT), entry.meaning, (), choices=entry.values)


def _note(found: object) -> Text | None:
    if not isinstance(found, Mapping):
        return None
    return Text(str(found.get("zh", "")), str(found.get("en", "")))


def _table(data: Mapping[str, object], name: str, where: str, problems: list[Problem]) -> Mapping[str, object]:
    found = data.get(name, {})
    if isinstance(found, Mapping):
        return found
    problems.append(Problem(f"{where} [{name}]", repr(found), Text("一个表", "a table")))
    return {}


def _constants(
    found: Mapping[str, object], facts: Mapping[str, FactEntry], where: str, problems: list[Problem]
) -> Mapping[str, object]:
    """Constants by column name; a name that is no column may be a fact of the catalogue."""
    known: dict[str, object] = {}
    for name, value in found.items():
        place = f"{where} [constants] {name}"
        if name not in BY_NAME and name not in facts:
            problems.append(Problem(place, repr(value), _known(BY_NAME)))
            continue
        column = BY_NAME.get(name) or column_of(facts[name])
        if column.type is Type.CHOICE and value not in column.choices:
            problems.append(Problem(place, repr(value), _one_of(column.choices)))
        elif not _fits(column.type, value):
            problems.append(Problem(place, repr(value), Text(f"类型 {column.type}", f"a value of type {column.type}")))
        known[column.name] = value
    return known


def _fits(type: Type, value: object) -> bool:
    """Whether a constant is of the machine's type: money in minor units, rates e8, days as dates."""
    if type in (Type.MONEY, Type.RATE, Type.SHARE, Type.COUNT):
        return isinstance(value, int) and not isinstance(value, bool)
    if type is Type.FLAG:
        return isinstance(value, bool)
    return isinstance(value, date) if type in (Type.DATE, Type.INSTANT) else isinstance(value, str)


def _reading(
    known: Mapping[str, Column], name: str, spec: object, place: str, problems: list[Problem]
) -> Reading | None:
    column = known.get(name)
    if column is None:
        problems.append(Problem(place, repr(name), _known(known)))
        return None
    if not isinstance(spec, Mapping) or not isinstance(spec.get("header"), str):
        problems.append(Problem(place, repr(spec), Text('header = "表头"', 'header = "the header on the tape"')))
        return None
    unit, allowed = spec.get("unit"), _UNITS.get(column.type, ())
    if allowed and unit not in allowed:
        names = ", ".join(allowed)
        problems.append(
            Problem(f"{place} unit", repr(unit), Text(f"必须写明单位: {names}", f"the unit must be stated: {names}"))
        )
        return None
    words = spec.get("words")
    told = {str(key): str(value) for key, value in words.items()} if isinstance(words, Mapping) else None
    strange = sorted(set((told or {}).values()) - set(column.choices)) if column.type is Type.CHOICE else []
    if strange:
        problems.append(Problem(f"{place} words", ", ".join(strange), _one_of(column.choices)))
    form = spec.get("format")
    return Reading(
        column, spec["header"], Unit(str(unit)) if allowed else None, None if form is None else str(form), told,
        spec.get("round") == "half_up",
    )  # fmt: skip


def _known(columns: Mapping[str, Column]) -> Text:
    names = ", ".join(columns)
    return Text(f"已知列: {names}", f"one of {names}")


def _one_of(choices: tuple[str, ...]) -> Text:
    allowed = ", ".join(choices)
    return Text(f"其一: {allowed}", f"one of {allowed}")
