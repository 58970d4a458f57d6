"""The law behind a rule's id: its title and clause, and facts as people read them, from the packs held here."""

from collections.abc import Mapping
from typing import Any

from hengdai.base.money import Currency, Money
from hengdai.base.rate import Rate
from hengdai.entry.console.shell import Visit
from hengdai.law.kinds import Unit
from hengdai.law.pack import Pack


def _pack(visit: Visit, pack_id: str) -> Pack | None:
    try:
        return visit.platform.office.packs.pack(pack_id)
    except LookupError:
        return None


def rule_title(visit: Visit, rule_id: str) -> tuple[str, str]:
    """Title and citation of a rule; the bare id when no pack here knows it (an old text, another jurisdiction)."""
    pack = _pack(visit, rule_id.split(".")[0])
    try:
        rule = pack.rule(rule_id) if pack else None
    except LookupError:
        rule = None
    return (rule_id, "") if rule is None else (visit.text(rule.title), str(rule.cite))


def facts_of(visit: Visit, pack_id: str, facts: Mapping[str, Any], unit: Currency) -> list[tuple[str, str]]:
    """Facts by the names and in the units of the pack's catalogue; one that it does not know is shown as it stands."""
    pack = _pack(visit, pack_id)
    shown = []
    for name, value in facts.items():
        entry = pack.facts.get(name) if pack else None
        if entry is None:
            shown.append((name, str(value)))
        else:
            shown.append((visit.text(entry.meaning), _value(visit, entry.unit, value, unit)))
    return shown


def _value(visit: Visit, kind: Unit, value: Any, unit: Currency) -> str:
    if isinstance(value, bool):
        return visit.say("是", "yes") if value else visit.say("否", "no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, int) and kind is Unit.MONEY:
        return str(Money(value, unit))
    if isinstance(value, int) and kind.is_rate:
        return Rate(value).percent_text(4)
    return str(value)
