"""Reading rules and their cases from their rows."""

from collections.abc import Mapping
from typing import Any

from hengdai.base.text import Text
from hengdai.law.expression import CannotRead, Node, facts_of, figures_of, parse
from hengdai.law.fact import written
from hengdai.law.kinds import DayOf, Effect, Force, Outcome, Stage
from hengdai.law.read_rows import Reading, cite_of, named
from hengdai.law.rows import Row
from hengdai.law.rule import Case, Ranking, Rule


def rule_of(row: Row, reading: Reading, switches: Mapping[str, Text]) -> Rule:
    """A rule with its cases; every fact and figure it names must be known."""
    id = named(row, reading)
    cite = cite_of(row, reading)
    force = row.code("force", Force, cite.document.force)
    when = _tree(row, "when", reading) if row.has("when") else None
    holds = _tree(row, "holds", reading)
    effect = row.code("effect", Effect)
    unknown = row.code("unknown", Effect, effect)
    names = facts_of(holds) + (facts_of(when) if when is not None else ())
    return Rule(
        id=id,
        title=row.both("title"),
        message=row.both("message"),
        force=force,
        stage=row.code("stage", Stage),
        day_of=row.code("applies_by", DayOf),
        start=row.day("from"),
        end=row.maybe_day("to"),
        when=when,
        holds=holds,
        effect=effect,
        unknown=unknown,
        cite=cite,
        theme=row.text("theme"),
        switch=_switch(row, force, switches),
        raised=_raised(row, switches, (effect, unknown)),
        among=_ranking(row),
        uncertain=row.maybe_both("uncertain"),
        open=row.maybe_both("open"),
        cases=_cases(row, reading, switches),
        units={name: reading.facts[name].unit for name in names},
        meanings={name: reading.facts[name].meaning for name in names},
    )


def _tree(row: Row, key: str, reading: Reading) -> Node:
    text = row.text(key)
    try:
        tree = parse(text)
    except CannotRead as cannot:
        row.refuse(key, f"{key} = {text!r}", cannot.zh, cannot.en)
    for name in facts_of(tree):
        if name not in reading.facts:
            row.refuse(
                key,
                f"事实 / fact {name}",
                "事实目录中没有; 先在 [[fact]] 中登记",
                "not in the catalogue: declare it under [[fact]] first",
            )
    for name in figures_of(tree):
        if f"{reading.pack}.{name}" not in reading.figures:
            row.refuse(
                key, f":{name}", f"没有参数 {reading.pack}.{name}", f"there is no parameter {reading.pack}.{name}"
            )
    return tree


def _switch(row: Row, force: Force, switches: Mapping[str, Text]) -> str | None:
    switch = row.text("switch") if row.has("switch") else force.value.lower() if force.needs_switch else None
    if switch is not None and switch not in switches:
        _unknown_switch(row, "switch", switch, switches)
    return switch


def _raised(row: Row, switches: Mapping[str, Text], without: tuple[Effect, ...]) -> dict[str, Effect]:
    """What each switch raises the effect to; a switch only ever makes a rule stricter."""
    raised: dict[str, Effect] = {}
    for switch, effect in row.table("raised").items():
        if switch not in switches:
            _unknown_switch(row, "raised", switch, switches)
        try:
            raised[switch] = Effect(effect)
        except ValueError:
            listed = ", ".join(Effect)
            row.refuse("raised", f"{switch} = {effect!r}", f"应为 {listed} 之一", f"one of {listed}")
        if any(raised[switch].is_weaker_than(each) for each in without):
            row.refuse(
                "raised",
                f"{switch} = {effect!r}",
                "开关只可从严, 不得放宽",
                "a switch raises an effect, never lowers it",
            )
    return raised


def _unknown_switch(row: Row, key: str, switch: str, switches: Mapping[str, Text]) -> None:
    known = ", ".join(sorted(switches))
    row.refuse(
        key, f"开关 / switch {switch}", f"[pack.switches] 中只有 {known}", f"[pack.switches] declares only {known}"
    )


def _ranking(row: Row) -> Ranking | None:
    if not row.has("question"):
        for key in ("rank", "rank_reason"):
            if row.has(key):
                row.refuse(key, key, "rank 只与 question 同用", "a rank needs the question that it ranks in")
        return None
    rank = row.number("rank", 0)
    reason = row.maybe_both("rank_reason")
    if rank > 0 and reason is None:
        row.refuse("rank", f"rank = {rank}", "例外须写 rank_reason", "an exception says why it goes first: rank_reason")
    return Ranking(row.text("question"), rank, reason)


def _cases(row: Row, reading: Reading, switches: Mapping[str, Text]) -> tuple[Case, ...]:
    base = _facts(row, "given", row.table("given"), reading)
    return tuple(_case(item, base, reading, switches) for item in row.items("cases"))


def _case(item: Row, base: Mapping[str, Any], reading: Reading, switches: Mapping[str, Text]) -> Case:
    given = {**base, **_facts(item, "but", item.table("but"), reading)}
    for name in item.texts("without", ()):
        if name not in given:
            item.refuse("without", f"without {name}", "given 中没有这一事实", "the facts given hold no such fact")
        del given[name]
    on = item.texts("switches", ())
    for switch in on:
        if switch not in switches:
            _unknown_switch(item, "switches", switch, switches)
    case = Case(item.day("on"), given, item.code("expect", Outcome), item.both("why"), on, item.maybe_day("confirmed"))
    item.nothing_else()
    return case


def _facts(row: Row, key: str, table: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in table.items():
        entry = reading.facts.get(name)
        if entry is None:
            row.refuse(key, f"事实 / fact {name}", "事实目录中没有", "not in the catalogue of facts")
        try:
            found[name] = written(raw, entry.unit, reading.currency)
        except ValueError as error:
            row.refuse(key, f"{name} = {raw!r}", *str(error).split(" / ", 1))
    return found
