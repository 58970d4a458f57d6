"""The static checks that stand between a text and a judgement: a pack with a mistake does not load."""

from collections.abc import Iterator, Mapping

from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.check_dates import date_problems
from hengdai.law.check_scope import scope_problems
from hengdai.law.check_types import NotTyped, check_condition
from hengdai.law.kinds import Outcome
from hengdai.law.pack import Pack
from hengdai.law.rows import Row
from hengdai.law.rule import Rule
from hengdai.law.words import places_of


def check_pack(pack: Pack, rows: Mapping[str, Row]) -> list[Problem]:
    """Every problem of a pack whose rows could be read: ids, dates, conditions; then scopes and use."""
    problems = [*_same_id(pack, rows), *date_problems(pack, rows)]
    for rule in pack.rules:
        problems.extend(_rule_problems(pack, rule, rows[rule.id]))
    return problems or [*scope_problems(pack, rows), *_unread(pack, rows)]


def _rule_problems(pack: Pack, rule: Rule, row: Row) -> Iterator[Problem]:
    for key, tree in (("when", rule.when), ("holds", rule.holds)):
        if tree is None:
            continue
        try:
            check_condition(pack, tree)
        except NotTyped as wrong:
            yield row.problem(key, wrong.found, wrong.zh, wrong.en)
    known = set(rule.facts) | set(rule.figures)
    for place in dict.fromkeys(places_of(rule.message.zh) + places_of(rule.message.en)):
        if place not in known:
            listed = ", ".join(sorted(known))
            yield row.problem("message", f"{{{place}}}", f"只能引用 {listed}", f"a message may show only {listed}")
    yield from _case_problems(rule, row)


_WANTED = (
    (Outcome.HOLDS, "合规", "holds"),
    (Outcome.BREACHED, "违反", "breaches"),
    (Outcome.UNDETERMINED, "缺少事实", "lacks the deciding fact"),
)


def _case_problems(rule: Rule, row: Row) -> Iterator[Problem]:
    expected = {case.expect for case in rule.cases}
    for outcome, zh, en in _WANTED:
        if outcome not in expected and not (outcome is Outcome.BREACHED and rule.open is not None):
            yield row.problem("cases", f"没有 / no {outcome.value}", f"至少一例{zh}", f"at least one case that {en}")
    day_before = any(case.on < rule.start and case.expect is Outcome.NOT_APPLICABLE for case in rule.cases)
    if not day_before:
        yield row.problem(
            "cases",
            f"没有早于 {rule.start} 的例 / no case before {rule.start}",
            "补一例: 施行前一日",
            "add the day before it begins",
        )


def _same_id(pack: Pack, rows: Mapping[str, Row]) -> Iterator[Problem]:
    seen: set[str] = set()
    for id in [rule.id for rule in pack.rules] + list(pack.parameters) + list(pack.word_lists):
        if id in seen:
            yield rows[id].problem("id", "id", "编号重复", "the id stands twice; rename one")
        seen.add(id)


def _unread(pack: Pack, rows: Mapping[str, Row]) -> Iterator[Problem]:
    read = {f"{pack.id}.{name}" for rule in pack.rules for name in rule.figures}
    for id in [*pack.parameters, *pack.word_lists]:
        if id not in read and not rows[id].flag("published", False):
            cure = Text(
                "没有规则读取它; 删除, 或写 published = true", "no rule reads it: drop it, or write published = true"
            )
            yield Problem(rows[id].where("id"), id, cure)
    named = {name for rule in pack.rules for name in rule.facts}
    for id, row in rows.items():
        if id in pack.facts and id not in named and not row.flag("published", False):
            cure = Text(
                "没有规则读取它; 删除, 或写 published = true", "no rule reads it: drop it, or write published = true"
            )
            yield Problem(row.where("id"), f"事实 / fact {id}", cure)
