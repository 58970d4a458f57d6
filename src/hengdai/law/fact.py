"""The catalogue of facts: what a rule may name, in which unit, what it means and who can attest it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from hengdai.base.money import Currency
from hengdai.base.text import Text
from hengdai.law.kinds import Unit
from hengdai.law.parameter import Value

FactValue = int | str | bool | date
SMALLEST_RATE = 1_000
"""Rates nearer to nothing than 0.001 % are taken for a wrong unit: 24 or 2400 instead of 24_000_000."""
_RANGES: Mapping[Unit, tuple[int, int]] = {
    Unit.MONEY: (-(10**16), 10**16),
    Unit.COUNT: (0, 10**12),
    Unit.PERCENT: (0, 10**5),
    Unit.MONTHS: (0, 1_200),
    Unit.DAYS: (-40_000, 40_000),
    Unit.MINUTES: (0, 1_439),
}
_RATE_RANGE = (-(10**9), 10**16)


@dataclass(frozen=True, slots=True)
class FactEntry:
    """One fact of the catalogue.

    `values` closes a code's list; `minimum` and `maximum` are inclusive and default by unit. A value
    outside is not believed: it counts as missing, so the rules that need it are undetermined.
    """

    id: str
    unit: Unit
    meaning: Text
    attested_by: tuple[str, ...]
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    low: int = field(init=False)
    """The smallest value believed."""
    high: int = field(init=False)
    """The largest value believed."""
    nearest: int = field(init=False)
    """How near to zero a value may be without being zero."""

    def __post_init__(self) -> None:
        low, high = _RATE_RANGE if self.unit.is_rate else _RANGES.get(self.unit, (0, 0))
        object.__setattr__(self, "low", low if self.minimum is None else self.minimum)
        object.__setattr__(self, "high", high if self.maximum is None else self.maximum)
        object.__setattr__(self, "nearest", SMALLEST_RATE if self.unit.is_rate else 0)

    def believes(self, value: object) -> bool:
        """Whether `value` is of the right type, unit and range; `None` never is."""
        unit = self.unit
        if unit is Unit.YES_NO:
            return isinstance(value, bool)
        if unit is Unit.CODE:
            return isinstance(value, str) and value in self.values
        if unit is Unit.TEXT:
            return isinstance(value, str)
        if unit is Unit.DATE:
            return isinstance(value, date) and not isinstance(value, datetime)
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            return False
        return value == 0 or abs(value) >= self.nearest

    def wanted(self) -> Text:
        """In words, what would be believed."""
        if self.unit is Unit.CODE:
            listed = ", ".join(self.values)
            return Text(f"下列之一: {listed}", f"one of {listed}")
        if self.unit.is_rate:
            return Text(
                f"整数 e8 费率 {self.low}..{self.high}, 24% 写作 24000000",
                f"a whole e8 rate in {self.low}..{self.high}; 24 % is 24000000",
            )
        if self.unit is Unit.MONEY:
            return Text(f"整数最小货币单位 {self.low}..{self.high}", f"whole minor units in {self.low}..{self.high}")
        if self.unit.is_whole:
            return Text(f"整数 {self.low}..{self.high}", f"a whole number in {self.low}..{self.high}")
        return _WANTED[self.unit]


_WANTED: Mapping[Unit, Text] = {
    Unit.YES_NO: Text("true 或 false", "true or false"),
    Unit.TEXT: Text("文字", "text"),
    Unit.DATE: Text("日期", "a date"),
}


def written(value: object, unit: Unit, currency: Currency) -> Value:
    """A value as a lawyer writes it, in the machine's form; the machine's form itself is also understood.

    `"24%"` becomes 24_000_000, `"200,000.00"` minor units, `"2025-10-01"` a date, `"22:00"` minutes after
    midnight. Raises `ValueError` with what would be right.
    """
    if unit.is_rate and isinstance(value, str):
        return (
            _exact(value.removesuffix("%").strip(), 6, value, "24% / 14.6%")
            if value.endswith("%")
            else _bad(value, "24%")
        )
    if unit is Unit.MONEY and isinstance(value, str):
        return _exact(value.replace(",", ""), currency.digits, value, "200,000.00")
    if unit is Unit.MINUTES and isinstance(value, str):
        hours, _, minutes = value.partition(":")
        if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
            _bad(value, "22:00")
        return int(hours) * 60 + int(minutes)
    if unit is Unit.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if unit in (Unit.CODES, Unit.WORDS) and isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return tuple(value)
    return _as_it_is(value, unit)


def _as_it_is(value: object, unit: Unit) -> Value:
    if unit is Unit.YES_NO and isinstance(value, bool):
        return value
    if unit in (Unit.TEXT, Unit.CODE) and isinstance(value, str):
        return value
    if unit is Unit.DATE and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if unit.is_whole and isinstance(value, int) and not isinstance(value, bool):
        return value
    return _bad(value, _EXAMPLES.get(unit, "24%" if unit.is_rate else "12"))


_EXAMPLES: Mapping[Unit, str] = {
    Unit.YES_NO: "true",
    Unit.TEXT: '"text"',
    Unit.CODE: '"code"',
    Unit.DATE: "2025-10-01",
    Unit.MONEY: '"200,000.00"',
    Unit.CODES: '["a", "b"]',
    Unit.WORDS: '["a", "b"]',
}


def _exact(text: str, digits: int, original: str, example: str) -> int:
    try:
        scaled = Decimal(text).scaleb(digits)
    except InvalidOperation:
        return int(str(_bad(original, example)))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{original!r} 小数位过多 / has more than {digits} decimals")
    return int(scaled)


def _bad(value: object, example: str) -> Value:
    raise ValueError(f"{value!r} 写法有误, 例: {example} / is not written as in {example}")
