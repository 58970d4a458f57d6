"""Verdicts in words: a rule's message with its figures in the form people read, and why an answer is missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

from hengdai.base.money import Money, currency
from hengdai.base.text import Text
from hengdai.law.kinds import Unit
from hengdai.law.parameter import Span
from hengdai.law.rule import Rule


def filled(rule: Rule, facts: Mapping[str, Any], spans: Sequence[Span], code: str) -> Text:
    """The rule's message with its places filled; a fact that decided nothing and is absent shows as 未知 / unknown."""
    shown: dict[str, tuple[str, str]] = {name: ("未知", "unknown") for name in rule.facts}
    for name, value in facts.items():
        shown[name] = _both(figure(value, rule.units.get(name, Unit.TEXT), code))
    for span in spans:
        shown[span.parameter.split(".", 1)[1]] = _both(figure(span.value, span.unit, code))
    return Text(
        rule.message.zh.format(**{name: pair[0] for name, pair in shown.items()}),
        rule.message.en.format(**{name: pair[1] for name, pair in shown.items()}),
    )


def figure(value: Any, unit: Unit, code: str) -> str:
    """A value as people read it: 24.00%, CNY 200,000.00, 2025-10-01, 22:00. Rates keep every digit they have."""
    if unit.is_rate and isinstance(value, int):
        percent = Decimal(value).scaleb(-6)
        return f"{percent:.2f}%" if percent == percent.quantize(Decimal("0.01")) else f"{percent.normalize():f}%"
    if unit is Unit.MONEY and isinstance(value, int):
        return amount(value, code)
    if unit is Unit.MINUTES and isinstance(value, int):
        return f"{value // 60:02d}:{value % 60:02d}"
    if unit is Unit.PERCENT:
        return f"{value}%"
    if isinstance(value, bool):
        return "是 / yes" if value else "否 / no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(str(item) for item in value)
    return str(value)


def amount(minor: int, code: str) -> str:
    """Money as people read it; where the currency is not known, the amount in hundredths alone."""
    try:
        return str(Money(minor, currency(code)))
    except ValueError:
        return f"{Decimal(minor).scaleb(-2):,.2f}"


def because(rule: Rule, missing: Sequence[str], unbelievable: Sequence[str], note: Text | None) -> Text:
    """Why a rule could not be answered."""
    zh, en = [f"{rule.title.zh}: 无法判定"], [f"{rule.title.en}: undetermined"]
    if missing:
        zh.append("缺少事实: " + "、".join(_named(rule, name).zh for name in missing))
        en.append("missing: " + ", ".join(_named(rule, name).en for name in missing))
    if unbelievable:
        zh.append("事实的类型、单位或范围有误: " + "、".join(_named(rule, name).zh for name in unbelievable))
        en.append("wrong type, unit or range: " + ", ".join(_named(rule, name).en for name in unbelievable))
    if note is not None:
        zh.append(note.zh)
        en.append(note.en)
    return Text("; ".join(zh), "; ".join(en))


def _named(rule: Rule, name: str) -> Text:
    """A fact in words, with the name under which it is given."""
    meaning = rule.meanings.get(name, Text(name, name))
    return meaning if meaning.zh == name else Text(f"{meaning.zh} ({name})", f"{meaning.en} ({name})")


def _both(text: str) -> tuple[str, str]:
    zh, _, en = text.partition(" / ")
    return zh, en or zh


def places_of(text: str) -> tuple[str, ...]:
    """The names in braces of a message."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name is not None)
