"""The plain twin of a condition: a function of facts and figures that reads like the law, in Kleene's three values.

A missing fact is `None` and makes every comparison `None`; `None OR TRUE` is
`True`, `None AND FALSE` is `False`, as in SQL.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from hengdai.law.expression import (
    Among,
    Arithmetic,
    Both,
    Compare,
    Constant,
    Either,
    Fact,
    Figure,
    Mentions,
    Node,
    Not,
)

Values = Mapping[str, Any]
Evaluate = Callable[[Values, Values], Any]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def plain(tree: Node) -> Evaluate:
    """`evaluate(facts, figures)` for a checked tree; an absent or `None` fact or figure is unknown."""
    match tree:
        case Constant(value):
            return lambda facts, figures: value
        case Fact(name):
            return lambda facts, figures: facts.get(name)
        case Figure(name):
            return lambda facts, figures: figures.get(name)
        case Arithmetic(sign, left, right) | Compare(sign, left, right):
            return _binary(_OPERATORS[sign], plain(left), plain(right))
        case Among(item, options):
            return _among(plain(item), options)
        case Mentions(item, words):
            return _mentions(plain(item), words.name)
        case Not(item):
            return _negation(plain(item))
        case Both(items):
            return _kleene(tuple(plain(item) for item in items), decisive=False)
        case Either(items):
            return _kleene(tuple(plain(item) for item in items), decisive=True)


def _binary(function: Callable[[Any, Any], Any], left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(facts: Values, figures: Values) -> Any:
        one, other = left(facts, figures), right(facts, figures)
        return None if one is None or other is None else function(one, other)

    return evaluate


def _among(item: Evaluate, options: tuple[Constant, ...] | Figure) -> Evaluate:
    if isinstance(options, Figure):
        name = options.name
        return _binary(lambda value, listed: value in listed, item, lambda facts, figures: figures.get(name))
    listed = frozenset(option.value for option in options)

    def evaluate(facts: Values, figures: Values) -> Any:
        value = item(facts, figures)
        return None if value is None else value in listed

    return evaluate


def _mentions(item: Evaluate, words: str) -> Evaluate:
    def evaluate(facts: Values, figures: Values) -> Any:
        text, listed = item(facts, figures), figures.get(words)
        return None if text is None or listed is None else any(word in text for word in listed)

    return evaluate


def _negation(item: Evaluate) -> Evaluate:
    def evaluate(facts: Values, figures: Values) -> Any:
        value = item(facts, figures)
        return None if value is None else not value

    return evaluate


def _kleene(items: tuple[Evaluate, ...], *, decisive: bool) -> Evaluate:
    def evaluate(facts: Values, figures: Values) -> Any:
        unknown = False
        for item in items:
            value = item(facts, figures)
            if value is decisive:
                return decisive
            unknown = unknown or value is None
        return None if unknown else not decisive

    return evaluate
