"""The mapping of a foreign tape: which header means which column, in which unit. A small TOML file, read strictly.

    [tape]
    pack = "cn"
    currency = "CNY"

    [constants]
    lender_kind = "bank"

    [columns.principal]
    header = "贷款金额"
    unit = "major"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hengdai.audit.clean import Reading, Unit
from hengdai.audit.tape import BY_NAME, COLUMNS, Type
from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text

_MONEY_UNITS = (Unit.MAJOR, Unit.MINOR)
_RATE_UNITS = (Unit.PERCENT, Unit.FRACTION, Unit.PERCENT_MONTH, Unit.PERCENT_DAY)


class MappingUnreadable(ValueError):
    """The mapping does not say what it must; `problems` lists every place at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TapeMapping:
    """How a tape is read: `readings` by column name, `constants` for columns that the tape does not hold."""

    pack: str
    currency: str
    readings: Mapping[str, Reading]
    constants: Mapping[str, object] = field(default_factory=dict)
    encoding: str | None = None


def parse_mapping(data: Mapping[str, object], where: str) -> TapeMapping:
    """The mapping from parsed TOML; raises :class:`MappingUnreadable` with every problem found."""
    problems: list[Problem] = []
    tape = _table(data, "tape", where, problems)
    code = str(tape.get("currency", "CNY"))
    try:
        currency(code)
    except ValueError:
        problems.append(Problem(f"{where} [tape] currency", repr(code), Text("ISO 4217 币种", "an ISO 4217 code")))
    readings = {
        name: reading
        for name, spec in _table(data, "columns", where, problems).items()
        if (reading := _reading(name, spec, where, problems)) is not None
    }
    constants = _constants(_table(data, "constants", where, problems), where, problems)
    for column in COLUMNS:
        if column.required and column.name not in readings and column.name not in constants:
            problems.append(
                Problem(f"{where} [columns.{column.name}]", "nothing", Text(f"必填列: {column.meaning.zh}", f"a required column: {column.meaning.en}"))
            )  # fmt: skip
    if problems:
        raise MappingUnreadable(problems)
    encoding = tape.get("encoding")
    return TapeMapping(str(tape.get("pack", "cn")), code, readings, constants, None if encoding is None else str(encoding))


def _table(data: Mapping[str, object], name: str, where: str, problems: list[Problem]) -> Mapping[str, object]:
    found = data.get(name, {})
    if isinstance(found, Mapping):
        return found
    problems.append(Problem(f"{where} [{name}]", repr(found), Text("一个表", "a table")))
    return {}


def _constants(found: Mapping[str, object], where: str, problems: list[Problem]) -> Mapping[str, object]:
    for name, value in found.items():
        column = BY_NAME.get(name)
        if column is None:
            problems.append(Problem(f"{where} [constants] {name}", repr(value), _known_columns()))
        elif column.type is Type.CHOICE and value not in column.choices:
            allowed = ", ".join(column.choices)
            problems.append(Problem(f"{where} [constants] {name}", repr(value), Text(f"其一: {allowed}", f"one of {allowed}")))
    return dict(found)


def _reading(name: str, spec: object, where: str, problems: list[Problem]) -> Reading | None:
    place = f"{where} [columns.{name}]"
    column = BY_NAME.get(name)
    if column is None:
        problems.append(Problem(place, repr(name), _known_columns()))
        return None
    if not isinstance(spec, Mapping) or not isinstance(spec.get("header"), str):
        problems.append(Problem(place, repr(spec), Text('header = "表头"', 'header = "the header on the tape"')))
        return None
    unit = spec.get("unit")
    allowed = _MONEY_UNITS if column.type is Type.MONEY else _RATE_UNITS if column.type is Type.RATE else ()
    if allowed and unit not in allowed:
        names = ", ".join(allowed)
        problems.append(Problem(f"{place} unit", repr(unit), Text(f"必须写明单位: {names}", f"the unit must be stated: {names}")))
        return None
    words = spec.get("words")
    return Reading(
        column,
        spec["header"],
        Unit(str(unit)) if allowed else None,
        None if spec.get("format") is None else str(spec["format"]),
        {str(key): str(value) for key, value in words.items()} if isinstance(words, Mapping) else None,
    )


def _known_columns() -> Text:
    names = ", ".join(BY_NAME)
    return Text(f"已知列: {names}", f"one of the columns {names}")
