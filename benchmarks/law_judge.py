"""The whole Chinese pack over loans: one by one, in columns, and against hand-written Python and zen-engine.

    python benchmarks/law_judge.py [LOANS]

All rivals answer the same conditions of the same rules with the same figures (those of one day) over the same facts,
and their answers are compared before they are timed. The hand-written form is Python without the care for missing
facts, dates and citations that a judgement takes, so it has a head start. Slow rivals run on a sample and are scaled;
every figure comes from one run on one machine, with the seed fixed.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import zen

from hengdai.adapters.packs import FolderShelf
from hengdai.law.expression import Among, Arithmetic, Both, Compare, Constant, Either, Fact, Figure, Mentions, Node, Not
from hengdai.law.fact import FactEntry
from hengdai.law.judge import Days, judge, judge_columns
from hengdai.law.kinds import Stage, Unit
from hengdai.law.pack import Pack
from hengdai.law.rule import Rule

DAY = date(2026, 9, 1)
STAGES = (Stage.POSTING, *[stage for stage in Stage if len(stage.includes) == 1 and stage is not Stage.APPLICATION])


def drawn(pack: Pack, entry: FactEntry, size: int, draw: random.Random) -> list[Any]:
    """Believable values of one fact, around the lines that the law draws."""
    if entry.unit is Unit.YES_NO:
        return draw.choices([True, False], k=size)
    if entry.unit is Unit.CODE:
        return draw.choices(entry.values, k=size)
    if entry.unit is Unit.TEXT:
        return draw.choices(["请按期还款", "年化利率 7.2% 起", "低门槛借款"], k=size)
    if entry.unit is Unit.DATE:
        return draw.choices([date(2025, 6, 1), date(2026, 3, 31), date(2026, 5, 1)], k=size)
    lines = [s.value for f in pack.parameters.values() if f.unit is entry.unit for s in f.spans]
    near = [line + step for line in lines if isinstance(line, int) for step in (-1, 0, 1)] or [0, 1, 2]
    return draw.choices([value for value in near if entry.believes(value)] or [entry.low], k=size)


def written(tree: Node, figures: dict[str, Any], style: str) -> str:  # noqa: C901 (one line for each kind of node)
    """A condition in the rival's language, figures bound: `python` over a dict `f`, or `zen`."""

    def inner(node: Node) -> str:
        return written(node, figures, style)

    match tree:
        case Fact(name):
            return f"f[{name!r}]" if style == "python" else name
        case Figure(name):
            return _literal(figures[name], style)
        case Constant(value):
            return _literal(value, style)
        case Compare("=", left, right):
            return f"({inner(left)} == {inner(right)})"
        case Compare("<>", left, right):
            return f"({inner(left)} != {inner(right)})"
        case Compare(sign, left, right) | Arithmetic(sign, left, right):
            return f"({inner(left)} {sign} {inner(right)})"
        case Among(item, options):
            listed = figures[options.name] if isinstance(options, Figure) else tuple(each.value for each in options)
            return f"({inner(item)} in {_literal(listed, style)})"
        case Mentions(item, words):
            return "(" + " or ".join(_mention(inner(item), word, style) for word in figures[words.name]) + ")"
        case Not(item):
            return f"(not ({inner(item)}))"
        case Both(items):
            return "(" + " and ".join(inner(item) for item in items) + ")"
        case Either(items):
            return "(" + " or ".join(inner(item) for item in items) + ")"


def _mention(text: str, word: str, style: str) -> str:
    return f"({word!r} in {text})" if style == "python" else f"contains({text}, {json.dumps(word, ensure_ascii=False)})"


def _literal(value: Any, style: str) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(item, style) for item in value) + "]"
    if isinstance(value, date):
        return str(value.toordinal())  # zen compares no dates, so the rivals get days as numbers
    return str(value).lower() if isinstance(value, bool) and style == "zen" else repr(value)


def conditions(pack: Pack, rules: list[Rule], style: str) -> list[str]:
    """For each rule whether it is kept: out of scope, or holding."""
    found = []
    for rule in rules:
        figures = dict(pack.bind(rule, DAY).values)
        must = written(rule.holds, figures, style)
        scope = written(rule.when, figures, style) if rule.when is not None else None
        found.append(must if scope is None else f"((not {scope}) or {must})")
    return found


def by_hand(pack: Pack, rules: list[Rule]) -> Callable[[dict[str, Any]], list[bool]]:
    """One Python function with all conditions in a row, as one would write them."""
    source = "def kept(f):\n    return [" + ",\n        ".join(conditions(pack, rules, "python")) + "]\n"
    names: dict[str, Any] = {}
    exec(compile(source, "by_hand", "exec"), names)  # noqa: S102 (our own pack, written out as Python)
    found: Callable[[dict[str, Any]], list[bool]] = names["kept"]
    return found


def by_zen(pack: Pack, rules: list[Rule]) -> Callable[[dict[str, Any]], list[bool]]:
    """One zen decision whose expression node holds all conditions."""
    expressions = [
        {"id": f"e{at}", "key": f"r{at}", "value": text} for at, text in enumerate(conditions(pack, rules, "zen"))
    ]
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {"id": "ex", "type": "expressionNode", "name": "ex", "position": {"x": 1, "y": 0},
             "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "in", "targetId": "ex"},
            {"id": "b", "type": "edge", "sourceId": "ex", "targetId": "out"},
        ],
    }  # fmt: skip
    decision = zen.ZenEngine().create_decision(json.dumps(graph))

    def kept(facts: dict[str, Any]) -> list[bool]:
        result = decision.evaluate(facts)["result"]
        return [result[f"r{at}"] for at in range(len(rules))]

    return kept


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def single(pack: Pack, rows: list[dict[str, Any]]) -> list[float]:
    """Sorted seconds of judging one subject against the whole pack, every stage; each the better of three."""

    def whole(facts: dict[str, Any]) -> None:
        for stage in STAGES:
            judge(pack, facts, stage=stage, days=Days.all(DAY))

    whole(rows[0])
    return sorted(min(seconds(lambda: whole(row)) for _ in range(3)) for row in rows)  # noqa: B023 (called at once)


def main(loans: int) -> None:
    """Print the table."""
    pack, draw = FolderShelf().pack("cn"), random.Random(20_260_101)
    begun = time.perf_counter()
    columns = {name: drawn(pack, entry, 20_000, draw) for name, entry in pack.facts.items()}
    different = pl.DataFrame(columns).with_columns(pl.lit(DAY).alias("day"))
    frame = different.sample(loans, with_replacement=True, seed=1)
    print(f"cn {pack.version}: {len(pack.rules)} rules, {loans:,} loans, drawn in {time.perf_counter() - begun:.1f} s")
    rows = frame.head(5_000).drop("day").to_dicts()
    texts = [{k: v.toordinal() if isinstance(v, date) else v for k, v in row.items()} for row in rows]
    rules = [r for stage in STAGES for r in pack.at(stage) if r.in_force(DAY) and r.switch is None and not r.among]
    hand, graph = by_hand(pack, rules), by_zen(pack, rules)
    agree(pack, rules, rows[:200], hand, graph, texts)

    took = single(pack, rows)
    middle, last = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"one subject, whole pack      p50 {middle * 1e3:.2f} ms   p99 {last * 1e3:.2f} ms")
    best = min(seconds(lambda: [judge_columns(pack, frame, stage=s, days="day") for s in STAGES]) for _ in range(3))
    per = best / loans
    python = seconds(lambda: [hand(row) for row in texts]) / len(texts)
    engine = seconds(lambda: [graph(row) for row in texts[:1_000]]) / 1_000
    print(f"columns, whole pack          {best:.2f} s   {per * 1e9:,.0f} ns a loan")
    print(f"hand-written Python          {python * loans:.1f} s scaled   {python / per:.1f} x the columns")
    print(f"zen-engine                   {engine * loans:.1f} s scaled   {engine / per:.1f} x the columns")
    print(f"one by one, with verdicts    {middle / python:.1f} x hand-written, {middle / engine:.2f} x zen-engine")


def agree(
    pack: Pack,
    rules: list[Rule],
    rows: list[dict[str, Any]],
    hand: Callable[[dict[str, Any]], list[bool]],
    graph: Callable[[dict[str, Any]], list[bool]],
    texts: list[dict[str, Any]],
) -> None:
    """Stop when the rivals do not answer as the engine does."""
    for row, text in zip(rows, texts, strict=False):
        ours = [
            rule.applies(row, figures) is False or bool(rule.condition(row, figures))
            for rule in rules
            for figures in (pack.bind(rule, DAY).values,)
        ]
        for name, theirs in (("hand-written", hand(text)), ("zen", graph(text))):
            if theirs != ours:
                wrong = [rule.id for rule, a, b in zip(rules, ours, theirs, strict=True) if a != b]
                raise SystemExit(f"{name} disagrees on {wrong}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
