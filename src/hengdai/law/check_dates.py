"""Static checks of dates: spans in order without overlap or undeclared gap, rules that their figures cover."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

from hengdai.base.reason import Problem
from hengdai.law.pack import Pack
from hengdai.law.parameter import Parameter
from hengdai.law.rows import Row
from hengdai.law.rule import Rule

_DAY = timedelta(days=1)


def date_problems(pack: Pack, rows: Mapping[str, Row]) -> Iterator[Problem]:
    """What is wrong with the dates of figures and rules."""
    figures = [*pack.parameters.values(), *pack.word_lists.values()]
    wrong = [problem for figure in figures for problem in _span_problems(figure, rows[figure.id])]
    yield from wrong
    for rule in pack.rules if not wrong else ():
        yield from _rule_problems(pack, rule, rows[rule.id])


def _span_problems(figure: Parameter, row: Row) -> Iterator[Problem]:
    gaps = row.flag("gaps", False)
    for span in figure.spans:
        if span.end is not None and span.end < span.start:
            yield row.problem("spans", f"{span.start}..{span.end}", "to 不得早于 from", "to may not stand before from")
    for one, following in pairwise(figure.spans):
        if following.start <= one.start:
            yield row.problem(
                "spans",
                f"{one.start}, {following.start}",
                "各段按 from 升序, 不得同日",
                "spans ascend by from, no two on one day",
            )
        elif one.end is not None and one.end >= following.start:
            yield row.problem(
                "spans", f"{one.end} ≥ {following.start}", "两段重叠; 提前 to", "two spans overlap: move to before from"
            )
        elif one.end is not None and one.end + _DAY < following.start and not gaps:
            yield row.problem(
                "spans",
                f"{one.end + _DAY}..{following.start - _DAY}",
                "空档须写 gaps = true",
                "a gap is declared with gaps = true",
            )


def _rule_problems(pack: Pack, rule: Rule, row: Row) -> Iterator[Problem]:
    if rule.end is not None and rule.end < rule.start:
        yield row.problem("to", f"{rule.start}..{rule.end}", "to 不得早于 from", "to may not stand before from")
    if rule.end is not None and rule.end < pack.covers_from:
        yield row.problem(
            "to",
            f"{rule.end}",
            f"早于本包起始 {pack.covers_from}, 永不适用",
            f"before the pack's first day {pack.covers_from}: it can never apply",
        )
    needed_from = max(rule.start, pack.covers_from)
    for name in rule.figures:
        figure = pack.parameter(name)
        first, last = figure.spans[0].start, figure.spans[-1].end
        if first > needed_from:
            yield row.problem(
                "from",
                f":{name} {first}",
                f"参数晚于规则所需的 {needed_from}",
                f"the figure begins after {needed_from}, when the rule needs it",
            )
        if last is not None and (rule.end is None or last < rule.end):
            yield row.problem("to", f":{name} {last}", "参数在规则之前失效", "the figure ends before the rule does")
