"""Reading a pack: the rules in force on a day, one rule explained with its history and cases, the facts, a check.

Everything here returns plain data and texts; a door prints them as table, page or JSON.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.cases import run_case
from hengdai.law.fact import FactEntry, written
from hengdai.law.judge import NOTHING_SWITCHED_ON, Days, Settings, Verdict, judge
from hengdai.law.kinds import Effect, Force, Outcome, Stage
from hengdai.law.pack import Pack
from hengdai.law.rule import Rule
from hengdai.law.sql import sql
from hengdai.law.words import figure


@dataclass(frozen=True, slots=True)
class Figure:
    """A span of a figure as people read it; `now` marks the one of the day asked for."""

    id: str
    title: Text
    start: date
    end: date | None
    value: str
    clause: str
    source: str
    confidence: str
    checked_on: date
    uncertain: Text | None
    now: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in a list: enough to choose which to open."""

    id: str
    title: Text
    force: Force
    stage: Stage
    effect: Effect
    start: date
    end: date | None
    clause: str
    theme: str
    switch: str | None
    figures: tuple[tuple[str, str], ...]
    uncertain: bool


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """A case of a rule with the answer the engine gives and its message."""

    on: date
    given: Mapping[str, str]
    expect: Outcome
    answer: Outcome
    why: Text
    message: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to know about one rule on a day."""

    line: Line
    when: str | None
    holds: str
    bound: str
    decided_by: str
    unknown: Effect
    raised: Mapping[str, Effect]
    ranked: Text | None
    uncertain: Text | None
    open: Text | None
    source: str
    confidence: str
    checked_on: date
    facts: tuple[FactEntry, ...]
    figures: tuple[Figure, ...]
    beside: tuple[str, ...]
    cases: tuple[WorkedCase, ...]


def show(pack: Pack, on: date, *, theme: str = "", force: str = "", lender_kind: str = "") -> tuple[Line, ...]:
    """The rules in force on a day, in the pack's order; narrowed by theme, force or kind of lender when given.

    A rule is left out for a kind of lender only when its scope is certainly false for that kind.
    """
    lines = []
    for rule in pack.rules:
        if not rule.in_force(on) or (theme and rule.theme != theme) or (force and rule.force.value != force):
            continue
        if lender_kind and rule.applies({"lender_kind": lender_kind}, pack.bind(rule, on).values) is False:
            continue
        lines.append(_line(pack, rule, on))
    return tuple(lines)


def explain(pack: Pack, rule_id: str, on: date) -> Explanation:
    """One rule with its clause, its condition (as written and with the day's figures), history and cases.

    Raises `LookupError` for a rule that the pack does not have.
    """

    rule = pack.rule(rule_id)
    cases = []
    for case in rule.cases:
        verdict = run_case(pack, rule, case)
        given = {name: figure(value, pack.facts[name].unit, pack.currency.code) for name, value in case.given.items()}
        cases.append(WorkedCase(case.on, given, case.expect, verdict.outcome, case.why, verdict.message))
    question = rule.among.question if rule.among else None
    return Explanation(
        line=_line(pack, rule, on),
        when=sql(rule.when) if rule.when is not None else None,
        holds=sql(rule.holds),
        bound=sql(rule.holds, pack.bind(rule, on).values),
        decided_by=rule.day_of.value,
        unknown=rule.unknown,
        raised=rule.raised,
        ranked=rule.among.reason if rule.among else None,
        uncertain=rule.uncertain,
        open=rule.open,
        source=rule.cite.source,
        confidence=rule.cite.confidence.value,
        checked_on=rule.cite.checked_on,
        facts=tuple(pack.facts[name] for name in rule.facts),
        figures=tuple(each for name in rule.figures for each in history(pack, name, on)),
        beside=tuple(r.id for r in pack.rules if r.among and r.among.question == question and r.id != rule.id),
        cases=tuple(cases),
    )


def history(pack: Pack, name: str, on: date) -> tuple[Figure, ...]:
    """All spans of a figure or word list, oldest first."""
    parameter = pack.parameter(name)
    current = None
    for span in parameter.spans:
        if span.start <= on and (span.end is None or on <= span.end):
            current = None if parameter.is_stale(on) else span
    return tuple(
        Figure(
            parameter.id,
            parameter.title,
            span.start,
            span.end,
            figure(span.value, span.unit, pack.currency.code),
            str(span.cite),
            span.cite.source,
            span.cite.confidence.value,
            span.cite.checked_on,
            span.uncertain,
            span is current,
        )
        for span in parameter.spans
    )


def facts(pack: Pack) -> tuple[FactEntry, ...]:
    """The catalogue of facts, by name."""
    return tuple(pack.facts[name] for name in sorted(pack.facts))


def themes(pack: Pack) -> tuple[str, ...]:
    """The themes of the rules, in the pack's order."""
    return tuple(dict.fromkeys(rule.theme for rule in pack.rules))


def check_lines(
    pack: Pack, lines: Iterable[str], *, stage: Stage, on: date, settings: Settings = NOTHING_SWITCHED_ON
) -> Iterator[dict[str, Any]]:
    """Judge JSON Lines of facts; one record per verdict that applies, or one `problem` record for a bad line.

    Facts may be written as people write them ("24%", "200,000.00", "2026-08-01") or as machine values. A line may
    name its own `day`.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        read = _facts_of(pack, line, number, on)
        if isinstance(read, Problem):
            yield {"line": number, "problem": str(read)}
            continue
        day, given = read
        judgement = judge(pack, given, stage=stage, days=Days.all(day), settings=settings)
        for verdict in judgement.verdicts:
            if verdict.outcome is not Outcome.NOT_APPLICABLE:
                yield {"line": number, "pack": pack.digest, **told(verdict)}


def told(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON data with its title and message in both languages."""
    title, message = verdict.title, verdict.message
    return {
        **verdict.record(),
        "stops": verdict.stops,
        "title": {"zh": title.zh, "en": title.en},
        "message": {"zh": message.zh, "en": message.en},
    }


def _facts_of(pack: Pack, line: str, number: int, on: date) -> tuple[date, dict[str, Any]] | Problem:
    """The day and the facts of one line, or what is wrong with it: every fact believable, none named twice."""
    raw = _object_of(line, number)
    if isinstance(raw, Problem):
        return raw
    given: dict[str, Any] = {}
    day = _day_of(pack, raw.pop("day", None), number, on)
    if isinstance(day, Problem):
        return day
    for name, value in raw.items():
        if name not in pack.facts:
            return Problem(
                f"{number} {name}", repr(value), Text("事实目录中的名称", "a name of the catalogue of facts")
            )
        if value is not None:
            try:
                given[name] = written(value, pack.facts[name].unit, pack.currency)
            except ValueError:
                return Problem(f"{number} {name}", repr(value), pack.facts[name].wanted())
    return day, given


def _object_of(line: str, number: int) -> dict[str, Any] | Problem:
    wanted = Text("每行一个 JSON 对象, 每项一次", "one JSON object on a line, each name once")
    try:
        raw = json.loads(line, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        return Problem(f"{number}", str(error), wanted)
    return raw if isinstance(raw, dict) else Problem(f"{number}", type(raw).__name__, wanted)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; of two values under one name neither is believed."""
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} named twice")
    return dict(pairs)


def _day_of(pack: Pack, given: object, number: int, on: date) -> date | Problem:
    """The line's own day or the command's, once the law speaks on it."""
    try:
        day = on if given is None else date.fromisoformat(str(given))
    except ValueError:
        return Problem(f"{number} day", repr(given), Text("日期, 如 2026-08-01", "a date, as 2026-08-01"))
    if day < pack.covers_from:
        return Problem(f"{number} day", str(day), Text(f"{pack.covers_from} 或以后", f"{pack.covers_from} or later"))
    return day


def _line(pack: Pack, rule: Rule, on: date) -> Line:
    figures = tuple(
        (span.parameter, figure(span.value, span.unit, pack.currency.code)) for span in pack.bind(rule, on).spans
    )
    uncertain = rule.id in pack.uncertain
    return Line(
        rule.id,
        rule.title,
        rule.force,
        rule.stage,
        rule.effect,
        rule.start,
        rule.end,
        str(rule.cite),
        rule.theme,
        rule.switch,
        figures,
        uncertain,
    )
