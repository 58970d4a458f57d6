"""What changed between two texts of a pack: rules and figures added, dropped, changed, with old and new beside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from hengdai.base.calendar import BusinessCalendar
from hengdai.base.canonical import digest
from hengdai.base.text import Text
from hengdai.law.expression import Node
from hengdai.law.judge import Judgement, Verdict
from hengdai.law.kinds import Outcome
from hengdai.law.pack import Pack
from hengdai.law.parameter import Parameter, Span
from hengdai.law.rule import Rule
from hengdai.law.sql import sql
from hengdai.law.words import figure


class Kind(StrEnum):
    """How a part of the law changed."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `id` of the rule or figure, `field` that changed (empty: the whole), old and new in words."""

    kind: Kind
    id: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule whose answer on one subject differs between the live text and a candidate."""

    rule_id: str
    live: Outcome | None
    candidate: Outcome | None
    stops_now: bool
    would_stop: bool
    message: Text


def diff(old: Pack, new: Pack) -> tuple[Change, ...]:
    """The changes from `old` to `new` in the order: figures, rules, facts, duties, fee classes, pack."""
    figures = _changes(_figures(old), _figures(new))
    rules = _changes(_rules(old), _rules(new))
    rest = _changes(_rest(old), _rest(new))
    return tuple([*figures, *rules, *rest])


def turned(live: Judgement, candidate: Judgement) -> tuple[Turn, ...]:
    """The rules that answer one subject otherwise under a candidate: what a shadow run records, binding nobody."""
    before = {verdict.rule_id: verdict for verdict in live.verdicts}
    after = {verdict.rule_id: verdict for verdict in candidate.verdicts}
    turns = []
    for id in dict.fromkeys([*before, *after]):
        one, other = before.get(id), after.get(id)
        if _answer(one) != _answer(other):
            speaking = other or one
            turns.append(
                Turn(
                    id,
                    one.outcome if one else None,
                    other.outcome if other else None,
                    one.stops if one else False,
                    other.stops if other else False,
                    speaking.message if speaking else Text("", ""),
                )
            )
    return tuple(turns)


def _answer(verdict: Verdict | None) -> tuple[Outcome, bool] | None:
    quiet = verdict is None or verdict.outcome is Outcome.NOT_APPLICABLE
    return None if quiet or verdict is None else (verdict.outcome, verdict.stops)


def _changes(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    for id in dict.fromkeys([*old, *new]):
        if id not in old:
            yield Change(Kind.ADDED, id, "", "", "; ".join(f"{k}: {v}" for k, v in new[id].items() if v))
        elif id not in new:
            yield Change(Kind.DROPPED, id, "", "; ".join(f"{k}: {v}" for k, v in old[id].items() if v), "")
        else:
            for field in dict.fromkeys([*old[id], *new[id]]):
                one, other = old[id].get(field, ""), new[id].get(field, "")
                if one != other:
                    yield Change(Kind.CHANGED, id, field, one, other)


def _figures(pack: Pack) -> dict[str, dict[str, str]]:
    def told(parameter: Parameter) -> dict[str, str]:
        spans = {f"from {span.start}": _span(span, pack.currency.code) for span in parameter.spans}
        fresh = str(parameter.confirmed_on or "")
        return {"title": str(parameter.title), "unit": parameter.unit.value, "confirmed_on": fresh, **spans}

    return {each.id: told(each) for each in [*pack.parameters.values(), *pack.word_lists.values()]}


def _span(span: Span, currency: str) -> str:
    until = f" to {span.end}" if span.end else ""
    return f"{figure(span.value, span.unit, currency)}{until} ({span.cite}; {span.cite.confidence.value})"


_TOLD_APART = ("id", "cases", "units", "meanings", "applies", "condition", "facts", "figures")


def _rules(pack: Pack) -> dict[str, dict[str, str]]:
    def told(rule: Rule) -> dict[str, str]:
        named = {each.name: _plain(getattr(rule, each.name)) for each in fields(rule) if each.name not in _TOLD_APART}
        return {**named, "cases": f"{len(rule.cases)} ({_cases_digest(rule)})"}

    return {rule.id: told(rule) for rule in pack.rules}


def _cases_digest(rule: Rule) -> str:
    """What tells one set of cases from another of the same number."""
    return digest([_plain(case) for case in rule.cases])[:12]


def _rest(pack: Pack) -> dict[str, dict[str, str]]:
    facts = {
        f"fact {entry.id}": {"unit": entry.unit.value, "values": ", ".join(entry.values), "meaning": str(entry.meaning)}
        for entry in pack.facts.values()
    }
    duties = {
        duty.id: {"title": str(duty.title), "from": str(duty.start), "clause": str(duty.cite)} for duty in pack.duties
    }
    fees = {
        fee.id: {
            "in_cost": str(fee.in_cost),
            "may_charge": ", ".join(fee.may_charge),
            "contingent": str(fee.contingent),
        }
        for fee in pack.fee_classes.values()
    }
    calendars = {each.id: {"days": _calendar(each.calendar)} for each in pack.calendars.values()}
    documents = {f"document {each.id}": {"title": _plain(each)} for each in pack.documents.values()}
    head = {
        "covers_from": str(pack.covers_from),
        "checked_on": str(pack.checked_on),
        "currencies": ", ".join(pack.currencies),
        "switches": ", ".join(pack.switches),
        "disclosed_rate": pack.disclosed_rate,
        "time_zones": ", ".join(pack.time_zones),
    }
    return {**facts, **duties, **fees, **calendars, **documents, f"pack {pack.id}": head}


def _calendar(calendar: BusinessCalendar) -> str:
    free, worked = (", ".join(map(str, sorted(days))) for days in (calendar.holidays, calendar.workdays))
    return f"{calendar.first} – {calendar.last}; {free}; {worked}"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Node):
        return sql(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return str(value)
