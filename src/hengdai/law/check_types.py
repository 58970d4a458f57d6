"""Static types of conditions: units that match, numbers that cannot overflow, no figure of law without a citation.

Whole numbers carry a unit and a range. The literal `0` fits every unit and `100` is a percentage; any other number
in a condition is a figure of law without its citation and is refused.
"""

from dataclasses import dataclass

from hengdai.law.expression import (
    Among,
    Arithmetic,
    Both,
    Compare,
    Constant,
    Either,
    Fact,
    Figure,
    Mentions,
    Node,
    Not,
)
from hengdai.law.kinds import Unit
from hengdai.law.pack import Pack
from hengdai.law.sql import sql

_LARGEST = 2**63 - 1  # the 64-bit integers of Polars, Arrow, DuckDB and Spark


class NotTyped(ValueError):
    """A condition compares what cannot be compared; says what was found and the cure."""

    def __init__(self, found: str, zh: str, en: str) -> None:
        self.found, self.zh, self.en = found, zh, en
        super().__init__(f"{found}: {zh} / {en}")


@dataclass(frozen=True, slots=True)
class _Type:
    """A unit (for products: several, sorted; counts drop out) and, for whole numbers, the range."""

    units: tuple[Unit, ...]
    low: int = 0
    high: int = 0
    zero: bool = False

    @property
    def whole(self) -> bool:
        return all(unit.is_whole for unit in self.units)

    def __str__(self) -> str:
        return " × ".join(self.units) or Unit.COUNT.value


def check_condition(pack: Pack, tree: Node) -> None:
    """Raise :class:`NotTyped` unless `tree` is a yes or no of matching units that cannot overflow."""
    found = _type(pack, tree)
    if found.units != (Unit.YES_NO,):
        raise NotTyped(sql(tree), f"结果应为是或否, 却是 {found}", f"a condition answers yes or no, this one {found}")


def _type(pack: Pack, tree: Node) -> _Type:
    match tree:
        case Fact(name):
            entry = pack.facts[name]
            return _whole_type(entry.unit, entry.low, entry.high)
        case Figure(name):
            return _figure(pack, name)
        case Constant(value):
            return _constant(value)
        case Arithmetic(sign, left, right):
            return _arithmetic(tree, sign, _type(pack, left), _type(pack, right))
        case Compare(sign, left, right):
            return _compare(pack, tree, sign, left, right)
        case Among(item, options):
            return _among(pack, tree, item, options)
        case Mentions(item, words):
            return _mentions(pack, tree, item, words)
        case _:
            return _yes_no(pack, tree)


def _yes_no(pack: Pack, tree: Not | Both | Either) -> _Type:
    for each in (tree.item,) if isinstance(tree, Not) else tree.items:
        check_condition(pack, each)
    return _Type((Unit.YES_NO,))


def _whole_type(unit: Unit, low: int, high: int) -> _Type:
    return _Type(() if unit is Unit.COUNT else (unit,), low, high)


def _figure(pack: Pack, name: str) -> _Type:
    figure = pack.parameter(name)
    numbers = [span.value for span in figure.spans if isinstance(span.value, int)]
    return _whole_type(figure.unit, min(numbers, default=0), max(numbers, default=0))


def _constant(value: int | str | bool) -> _Type:
    if isinstance(value, bool):
        return _Type((Unit.YES_NO,))
    if isinstance(value, str):
        return _Type((Unit.CODE,))
    if value == 0:
        return _Type((), zero=True)
    if value == 100:
        return _Type((Unit.PERCENT,), 100, 100)
    raise NotTyped(str(value), "法律数值须为有出处的参数", "a figure of law needs a citation: make it a [[parameter]]")


def _arithmetic(tree: Node, sign: str, left: _Type, right: _Type) -> _Type:
    if not (left.whole and right.whole):
        raise NotTyped(sql(tree), f"{left} 与 {right} 不能运算", f"{left} and {right} cannot be reckoned with")
    if sign == "*":
        corners = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
        units = tuple(sorted(left.units + right.units))
        return _fits(tree, _Type(units, min(corners), max(corners)))
    if left.units != right.units and not (left.zero or right.zero):
        raise NotTyped(sql(tree), f"单位不同: {left} 与 {right}", f"the units differ: {left} and {right}")
    if sign == "+":
        return _fits(tree, _Type(left.units or right.units, left.low + right.low, left.high + right.high))
    return _fits(tree, _Type(left.units or right.units, left.low - right.high, left.high - right.low))


def _fits(tree: Node, found: _Type) -> _Type:
    if max(-found.low, found.high) > _LARGEST:
        raise NotTyped(
            sql(tree), "可能溢出 64 位整数; 给事实加 maximum", "may overflow 64 bits: give the fact a maximum"
        )
    return found


def _compare(pack: Pack, tree: Node, sign: str, left: Node, right: Node) -> _Type:
    one, other = _type(pack, left), _type(pack, right)
    for fact, constant in ((left, right), (right, left)):
        if isinstance(fact, Fact) and isinstance(constant, Constant) and isinstance(constant.value, str):
            _code(pack, tree, fact, constant)
    if one.whole and other.whole:
        same = one.units == other.units or one.zero or other.zero
    else:
        same = one.units == other.units and one.units[0] is not Unit.TEXT
        ordered = one.units == (Unit.DATE,)
        if same and not ordered and sign not in ("=", "<>"):
            raise NotTyped(sql(tree), f"{one} 没有大小; 用 = 或 <>", f"{one} has no order: use = or <>")
    if not same:
        raise NotTyped(sql(tree), f"单位不同: {one} 与 {other}", f"the units differ: {one} and {other}")
    return _Type((Unit.YES_NO,))


def _code(pack: Pack, tree: Node, fact: Fact, constant: Constant) -> None:
    entry = pack.facts[fact.name]
    if entry.unit is Unit.CODE and constant.value not in entry.values:
        listed = ", ".join(entry.values)
        raise NotTyped(
            sql(tree),
            f"{constant.value!r} 不是 {fact.name} 的值: {listed}",
            f"{constant.value!r} is no value of {fact.name}: {listed}",
        )


def _among(pack: Pack, tree: Node, item: Node, options: tuple[Constant, ...] | Figure) -> _Type:
    if not isinstance(item, Fact) or pack.facts[item.name].unit is not Unit.CODE:
        raise NotTyped(sql(tree), "IN 只用于 code 事实", "IN is for facts of unit code")
    if isinstance(options, Figure):
        figure = pack.parameter(options.name)
        if figure.unit is not Unit.CODES:
            raise NotTyped(sql(tree), f":{options.name} 应为 codes", f":{options.name} must be a figure of unit codes")
        listed = [value for span in figure.spans if isinstance(span.value, tuple) for value in span.value]
        options = tuple(Constant(value) for value in listed)
    for option in options:
        _code(pack, tree, item, option)
    return _Type((Unit.YES_NO,))


def _mentions(pack: Pack, tree: Node, item: Node, words: Figure) -> _Type:
    if not isinstance(item, Fact) or pack.facts[item.name].unit is not Unit.TEXT:
        raise NotTyped(sql(tree), "REGEXP_LIKE 只用于 text 事实", "REGEXP_LIKE is for facts of unit text")
    if pack.parameter(words.name).unit is not Unit.WORDS:
        raise NotTyped(sql(tree), f":{words.name} 应为词表", f":{words.name} must be a word list")
    return _Type((Unit.YES_NO,))
