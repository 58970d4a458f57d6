"""One-step mutants of a pack: every threshold, date, list and comparison of its rules, each moved by one step.

A mutant that no case notices is a hole in the cases. Changes that cannot alter any answer are not made: the first
day of a figure that every rule begins to read later, and the day before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from hengdai.law.cases import run_case
from hengdai.law.expression import Among, Arithmetic, Both, Compare, Either, Node, Not
from hengdai.law.pack import Pack
from hengdai.law.parameter import Parameter, Span, Value
from hengdai.law.rule import Rule

_DAY = timedelta(days=1)
_OPERATORS = {"<=": ("<", ">="), "<": ("<=", ">"), ">=": (">", "<="), ">": (">=", "<"), "=": ("<>",), "<>": ("=",)}


@dataclass(frozen=True)
class Mutant:
    """A changed pack, what was changed, and the rules whose cases should notice."""

    name: str
    pack: Pack
    watched: tuple[str, ...]

    def survives(self) -> bool:
        """Whether no case of the watched rules notices the change."""
        return not any(
            run_case(self.pack, rule, case).outcome is not case.expect
            for rule in self.pack.rules
            if rule.id in self.watched
            for case in rule.cases
        )


def mutants(pack: Pack) -> Iterator[Mutant]:
    """Every one-step mutant of a pack."""
    for rule in pack.rules:
        for name, changed in _rule_mutants(rule):
            yield Mutant(f"{rule.id} {name}", _with_rule(pack, rule, changed), (rule.id,))
    for figure in [*pack.parameters.values(), *pack.word_lists.values()]:
        readers = [rule for rule in pack.rules if figure.id.removeprefix(f"{pack.id}.") in rule.figures]
        if readers:
            for name, other in _figure_mutants(figure, readers):
                yield Mutant(f"{figure.id} {name}", _with_figure(pack, other, readers), tuple(r.id for r in readers))


def _beside(pack: Pack, rules: list[Rule]) -> tuple[Rule, ...]:
    questions = {rule.among.question for rule in rules if rule.among is not None}
    ids = {rule.id for rule in rules}
    return tuple(r for r in pack.rules if r.id in ids or (r.among is not None and r.among.question in questions))


def _with_rule(pack: Pack, rule: Rule, changed: Rule) -> Pack:
    rules = tuple(changed if each.id == rule.id else each for each in _beside(pack, [rule]))
    return replace(pack, rules=rules, _bound={}, _at_stage={})


def _with_figure(pack: Pack, figure: Parameter, readers: list[Rule]) -> Pack:
    parameters = {**pack.parameters, **({figure.id: figure} if figure.id in pack.parameters else {})}
    word_lists = {**pack.word_lists, **({figure.id: figure} if figure.id in pack.word_lists else {})}
    rules = _beside(pack, readers)
    return replace(pack, parameters=parameters, word_lists=word_lists, rules=rules, _bound={}, _at_stage={})


def _rule_mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for step in (-_DAY, _DAY):
        yield f"from {rule.start + step}", replace(rule, start=rule.start + step)
        if rule.end is not None:
            yield f"to {rule.end + step}", replace(rule, end=rule.end + step)
    for name, tree in _tree_mutants(rule.holds):
        yield f"holds {name}", replace(rule, holds=tree)
    if rule.when is not None:
        for name, tree in _tree_mutants(rule.when):
            yield f"when {name}", replace(rule, when=tree)
        yield "when dropped", replace(rule, when=None)


def _tree_mutants(tree: Node) -> Iterator[tuple[str, Node]]:
    match tree:
        case Compare(sign, left, right):
            for other in _OPERATORS[sign]:
                yield f"{sign} → {other}", Compare(other, left, right)  # type: ignore[arg-type]
            yield from ((name, Compare(sign, each, right)) for name, each in _tree_mutants(left))
            yield from ((name, Compare(sign, left, each)) for name, each in _tree_mutants(right))
        case Arithmetic("*", left, right):
            yield "* → +", Arithmetic("+", left, right)
        case Arithmetic("+", left, right):
            yield "+ → -", Arithmetic("-", left, right)
        case Among(item, options) if isinstance(options, tuple):
            for option in options:
                yield f"IN without {option.value}", Among(item, tuple(each for each in options if each != option))
        case Not(item):
            yield "NOT dropped", item
            yield from ((name, Not(each)) for name, each in _tree_mutants(item))
        case Both() | Either():
            yield from _joined_mutants(tree)


def _joined_mutants(tree: Both | Either) -> Iterator[tuple[str, Node]]:
    yield "AND ↔ OR", Either(tree.items) if isinstance(tree, Both) else Both(tree.items)
    for at, item in enumerate(tree.items):
        for name, each in _tree_mutants(item):
            yield name, type(tree)((*tree.items[:at], each, *tree.items[at + 1 :]))


def _figure_mutants(figure: Parameter, readers: list[Rule]) -> Iterator[tuple[str, Parameter]]:
    for at, span in enumerate(figure.spans):
        for value in _steps(span.value):
            yield f"{span.start} {span.value} → {value}", _changed(figure, at, replace(span, value=value))
        if at > 0:
            yield f"{span.start} a day sooner", _changed(figure, at, replace(span, start=span.start - _DAY))
        if at > 0 or any(rule.start == span.start for rule in readers):
            yield f"{span.start} a day later", _changed(figure, at, replace(span, start=span.start + _DAY))
    if figure.stale_after is not None:
        for step in (-1, 1):
            yield f"stale after {figure.stale_after + step}", replace(figure, stale_after=figure.stale_after + step)


def _changed(figure: Parameter, at: int, span: Span) -> Parameter:
    return replace(figure, spans=(*figure.spans[:at], span, *figure.spans[at + 1 :]))


def _steps(value: Value) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif isinstance(value, tuple):
        for item in value:
            yield tuple(each for each in value if each != item)
    elif not isinstance(value, str):
        yield from (value - _DAY, value + _DAY)
