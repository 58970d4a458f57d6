"""A condition back as SQL with its figures bound: the same text for Polars, DuckDB or Spark SQL.

Booleans are written bare or negated, dates as `DATE '…'`, word lists as one regular expression of escaped words.
"""

import re
from collections.abc import Mapping
from datetime import date

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
    figures_of,
)
from hengdai.law.parameter import Value


def sql(tree: Node, figures: Mapping[str, Value] | None = None) -> str:
    """The condition as SQL. With `figures` every `:name` becomes its value; without, it stays `:name`.

    A comparison with a figure that is not among `figures` (the law is silent or stale) is unknown.
    """
    if figures is not None and isinstance(tree, Compare | Among | Mentions) and not _has_all(tree, figures):
        return "CAST(NULL AS BOOLEAN)"
    match tree:
        case Constant(value):
            return literal(value)
        case Fact(name):
            return name
        case Figure(name):
            return f":{name}" if figures is None else literal(figures[name])
        case Arithmetic(sign, left, right) | Compare(sign, left, right):
            return f"({sql(left, figures)} {sign} {sql(right, figures)})"
        case Among(item, options):
            return f"({sql(item, figures)} IN {_options(options, figures)})"
        case Mentions(item, words):
            return f"REGEXP_LIKE({sql(item, figures)}, {_pattern(words, figures)})"
        case _:
            return _logic(tree, figures)


def _logic(tree: Not | Both | Either, figures: Mapping[str, Value] | None) -> str:
    if isinstance(tree, Not):
        return f"(NOT {sql(tree.item, figures)})"
    word = " AND " if isinstance(tree, Both) else " OR "
    return "(" + word.join(sql(item, figures) for item in tree.items) + ")"


def literal(value: Value) -> str:
    """A value as an SQL literal."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(item) for item in value) + ")"
    return "'" + value.replace("'", "''") + "'"


def _has_all(tree: Node, figures: Mapping[str, Value]) -> bool:
    return all(name in figures for name in figures_of(tree))


def _options(options: tuple[Constant, ...] | Figure, figures: Mapping[str, Value] | None) -> str:
    if isinstance(options, Figure):
        return sql(options, figures)
    return "(" + ", ".join(literal(option.value) for option in options) + ")"


def _pattern(words: Figure, figures: Mapping[str, Value] | None) -> str:
    if figures is None:
        return f":{words.name}"
    listed = figures[words.name]
    return literal("|".join(re.escape(word) for word in listed)) if isinstance(listed, tuple) else literal(str(listed))
