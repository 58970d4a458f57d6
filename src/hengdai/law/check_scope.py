"""Static checks of scope: a rule that can never apply, and two of one rank that may both apply.

Scopes are tried over every combination of the codes and yes-or-no facts they name; comparisons of anything else
stay unknown. So "may" is on the safe side: two scopes pass as apart only when codes or yes-or-no facts part them.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

from hengdai.base.reason import Problem
from hengdai.law.expression import Node, facts_of
from hengdai.law.kinds import Unit
from hengdai.law.pack import Pack
from hengdai.law.rows import Row
from hengdai.law.rule import Rule

_MOST = 20_000


def scope_problems(pack: Pack, rows: Mapping[str, Row]) -> Iterator[Problem]:
    """Rules that never apply, questions whose ranks conflict, exceptions without a base."""
    for rule in pack.rules:
        if rule.when is not None and not _may_all_apply(pack, [rule]):
            yield rows[rule.id].problem("when", "when", "没有事实能使其适用", "no facts can make it apply")
    questions: dict[str, list[Rule]] = {}
    for rule in pack.rules:
        if rule.among is not None:
            questions.setdefault(rule.among.question, []).append(rule)
    for question, rules in questions.items():
        yield from _conflicts(pack, rows, rules)
        if all(rule.among is not None and rule.among.rank > 0 for rule in rules):
            yield rows[rules[0].id].problem(
                "question", question, "没有 rank = 0 的一般规则", "no base rule of rank 0 answers this question"
            )


def _conflicts(pack: Pack, rows: Mapping[str, Row], rules: list[Rule]) -> Iterator[Problem]:
    for one, other in combinations(rules, 2):
        if one.among is None or other.among is None:
            continue
        if one.stage is not other.stage:
            yield rows[other.id].problem(
                "stage",
                f"{other.stage.value}",
                f"与 {one.id} 同问, 应同一阶段",
                f"the same stage as {one.id}, which answers the same question",
            )
        if one.among.rank == other.among.rank and _overlap(one, other) and _may_all_apply(pack, [one, other]):
            yield rows[other.id].problem(
                "rank",
                f"rank = {other.among.rank}",
                f"与 {one.id} 同级且可能同时适用; 分级或划清 when",
                f"same rank as {one.id} and both may apply: rank them apart or part their scopes",
            )


def _overlap(one: Rule, other: Rule) -> bool:
    return (one.end is None or other.start <= one.end) and (other.end is None or one.start <= other.end)


def _may_all_apply(pack: Pack, rules: list[Rule]) -> bool:
    """Whether some combination of codes and yes-or-no facts leaves no scope false."""
    names = _closed(pack, [rule.when for rule in rules if rule.when is not None])
    domains = [pack.facts[name].values or (True, False) for name in names]
    size = 1
    for domain in domains:
        size *= len(domain)
    if size > _MOST:
        return True
    figures = {name: _any_value(pack, name) for rule in rules for name in rule.figures}
    for values in product(*domains):
        facts: dict[str, Any] = dict(zip(names, values, strict=True))
        if all(rule.applies(facts, figures) is not False for rule in rules):
            return True
    return False


def _closed(pack: Pack, scopes: list[Node]) -> list[str]:
    named = dict.fromkeys(name for scope in scopes for name in facts_of(scope))
    return [name for name in named if pack.facts[name].unit in (Unit.CODE, Unit.YES_NO)]


def _any_value(pack: Pack, name: str) -> Any:
    """The codes a figure lists at any time (none given for other figures: their comparisons stay unknown)."""
    figure = pack.parameter(name)
    if figure.unit is not Unit.CODES:
        return None
    return tuple(value for span in figure.spans if isinstance(span.value, tuple) for value in span.value)
