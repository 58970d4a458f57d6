"""The language of conditions: a small part of SQL, read into a tree.

    or      := and ("OR" and)*                 not := "NOT" not | compare
    and     := not ("AND" not)*
    compare := sum [ ("="|"<>"|"<"|"<="|">"|">=") sum | ["NOT"] "BETWEEN" sum "AND" sum
                   | ["NOT"] "IN" ( "(" literal ("," literal)* ")" | ":figure" ) ]
    sum     := product (("+"|"-") product)*    product := atom ("*" atom)*
    atom    := number | 'text' | TRUE | FALSE | fact | ":figure" | "(" or ")" | REGEXP_LIKE(fact, :words)

Left out on purpose, because each turns a missing fact or a rounding into a pass:
`IS NULL`, `COALESCE`, `LEAST`, `GREATEST`, `CASE`, division and decimal points.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact of the subject."""

    name: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A bound figure of law, written `:name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: whole number, text, TRUE or FALSE."""

    value: int | str | bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum, difference or product of whole numbers."""

    operator: Literal["+", "-", "*"]
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """An ordering or equality of two values."""

    operator: Comparison
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Among:
    """Membership of a fact in listed values or in a figure that lists codes."""

    item: "Node"
    options: "tuple[Constant, ...] | Figure"


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whether a text mentions any of the words of a word list."""

    item: "Node"
    words: Figure


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """Kleene conjunction of two or more."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """Kleene disjunction of two or more."""

    items: "tuple[Node, ...]"


Node = Fact | Figure | Constant | Arithmetic | Compare | Among | Mentions | Not | Both | Either

FORBIDDEN = {
    "IS": ("IS NULL 会把缺失的事实变成答案", "IS NULL turns a missing fact into an answer: leave it out"),
    "NULL": ("条件中不得写 NULL", "a condition may not write NULL: a missing fact already answers undetermined"),
    "CASE": ("CASE 会让未知落入 ELSE", "CASE lets the unknown fall into ELSE: write two rules, or AND and OR"),
    "COALESCE": ("COALESCE 会吞掉缺失的事实", "COALESCE swallows a missing fact and passes: name the fact itself"),
    "LEAST": ("LEAST 会吞掉缺失的事实", "LEAST swallows a missing fact: compare both with AND"),
    "GREATEST": ("GREATEST 会吞掉缺失的事实", "GREATEST swallows a missing fact: compare both with AND"),
    "CAST": ("CAST 会改变单位", "CAST changes what a fact is: declare the fact in the unit the rule needs"),
    "LIKE": ("请用词表与 REGEXP_LIKE", "use a word list and REGEXP_LIKE(fact, :words)"),
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<decimal>\d+\.\d*|\.\d+)|(?P<number>\d+)|'(?P<text>(?:[^']|'')*)'|:(?P<figure>[a-z][a-z0-9_]*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><=|>=|<>|!=|==|[-+*/%()=<>,]))"
)
_LONGEST = 1_000
_KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "TRUE", "FALSE", "REGEXP_LIKE"}


class CannotRead(ValueError):
    """The condition is not of the language; `zh` and `en` say what was found and what would be right."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(f"{zh} / {en}")


def parse(text: str) -> Node:
    """The tree of a condition. Raises :class:`CannotRead` with the cure."""
    if len(text) > _LONGEST:
        raise _too_long()
    reader = _Reader(text)
    try:
        tree = reader.either()
    except RecursionError as too_deep:
        raise _too_long() from too_deep
    if reader.kind != "end":
        raise CannotRead(
            f"条件在 {reader.value!r} 处没有结束", f"nothing may follow before {reader.value!r}: join with AND or OR"
        )
    return tree


def _too_long() -> CannotRead:
    return CannotRead("条件过长, 请拆成几条规则", "the condition is too long to be read: part it into rules")


def nodes(tree: Node) -> Iterator[Node]:
    """The tree and everything under it, top first."""
    yield tree
    match tree:
        case Arithmetic(_, left, right) | Compare(_, left, right):
            yield from nodes(left)
            yield from nodes(right)
        case Among(item, options):
            yield from nodes(item)
            if isinstance(options, Figure):
                yield options
        case Mentions(item, words):
            yield from nodes(item)
            yield words
        case Not(item):
            yield from nodes(item)
        case Both(items) | Either(items):
            for each in items:
                yield from nodes(each)
        case _:
            return


def facts_of(tree: Node) -> tuple[str, ...]:
    """The names of the facts read, in order of first appearance."""
    return tuple(dict.fromkeys(node.name for node in nodes(tree) if isinstance(node, Fact)))


def figures_of(tree: Node) -> tuple[str, ...]:
    """The names of the figures bound, in order of first appearance."""
    return tuple(dict.fromkeys(node.name for node in nodes(tree) if isinstance(node, Figure)))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise CannotRead(
                f"不认识 {text[at:].strip()[0]!r}", f"{text[at:].strip()[0]!r} is not part of the language"
            )
        at = found.end()
        kind = str(found.lastgroup)
        value = found.group(kind)
        yield _checked(kind, value)
    yield "end", ""


def _checked(kind: str, value: str) -> tuple[str, str]:
    if kind == "decimal":
        raise CannotRead(f"小数 {value} 不精确", f"the decimal {value} is not exact: put the figure in a parameter")
    if kind == "sign" and value in "/%":
        raise CannotRead(
            f"不得相除 ({value})", f"no division ({value}): by zero it would pass; write part * 100 <= whole * :limit"
        )
    if kind == "sign" and value in ("==", "!="):
        right = {"==": "=", "!=": "<>"}[value]
        raise CannotRead(f"请将 {value} 写作 {right}", f"write {right} instead of {value}")
    if kind != "word":
        return kind, value
    upper = value.upper()
    if upper in FORBIDDEN:
        raise CannotRead(*FORBIDDEN[upper])
    return ("keyword", upper) if upper in _KEYWORDS else ("fact", value)


class _Reader:
    """Recursive descent over the tokens; one method per line of the grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def value(self) -> str:
        return self._tokens[self._at][1]

    def _took(self, *values: str) -> str | None:
        if self.kind in ("sign", "keyword") and self.value in values:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _must(self, value: str) -> None:
        if self._took(value) is None:
            found = self.value or "结尾 / the end"
            raise CannotRead(f"应为 {value}, 却是 {found}", f"expected {value}, found {found}")

    def either(self) -> Node:
        items = [self.both()]
        while self._took("OR"):
            items.append(self.both())
        return items[0] if len(items) == 1 else Either(tuple(items))

    def both(self) -> Node:
        items = [self.negation()]
        while self._took("AND"):
            items.append(self.negation())
        return items[0] if len(items) == 1 else Both(tuple(items))

    def negation(self) -> Node:
        return Not(self.negation()) if self._took("NOT") else self.compare()

    def compare(self) -> Node:
        left = self.sum()
        sign = self._took("=", "<>", "<", "<=", ">", ">=")
        if sign is not None:
            return Compare(sign, left, self.sum())  # type: ignore[arg-type]
        negated = self._took("NOT") is not None
        tree = self._range_or_list(left)
        if tree is None:
            if negated:
                raise CannotRead("NOT 之后应为 IN 或 BETWEEN", "after NOT here only IN or BETWEEN may follow")
            return left
        return Not(tree) if negated else tree

    def _range_or_list(self, left: Node) -> Node | None:
        if self._took("BETWEEN"):
            low = self.sum()
            self._must("AND")
            return Both((Compare(">=", left, low), Compare("<=", left, self.sum())))
        if not self._took("IN"):
            return None
        if self.kind == "figure":
            self._at += 1
            return Among(left, Figure(self._tokens[self._at - 1][1]))
        self._must("(")
        options = [self._literal()]
        while self._took(","):
            options.append(self._literal())
        self._must(")")
        return Among(left, tuple(options))

    def _literal(self) -> Constant:
        atom = self.atom()
        if not isinstance(atom, Constant):
            raise CannotRead("IN 的列表只能写常量", "a list after IN holds literals only")
        return atom

    def sum(self) -> Node:
        left = self.product()
        while sign := self._took("+", "-"):
            left = Arithmetic(sign, left, self.product())  # type: ignore[arg-type]
        return left

    def product(self) -> Node:
        left = self.atom()
        while self._took("*"):
            left = Arithmetic("*", left, self.atom())
        return left

    def atom(self) -> Node:
        kind, value = self.kind, self.value
        if self._took("("):
            inner = self.either()
            self._must(")")
            return inner
        if self._took("TRUE", "FALSE"):
            return Constant(value == "TRUE")
        if self._took("REGEXP_LIKE"):
            return self._mentions()
        if kind in ("number", "text", "figure", "fact"):
            self._at += 1
            return self._named(kind, value)
        found = value or "结尾 / the end"
        raise CannotRead(
            f"此处应为事实、参数或常量, 却是 {found}", f"expected a fact, a figure or a literal, found {found}"
        )

    def _named(self, kind: str, value: str) -> Node:
        if kind == "number":
            return Constant(int(value))
        if kind == "text":
            return Constant(value.replace("''", "'"))
        if kind == "figure":
            return Figure(value)
        if self._took("("):
            raise CannotRead(
                f"不允许的函数 {value}", f"the function {value} is not allowed; only REGEXP_LIKE(fact, :words) is"
            )
        return Fact(value)

    def _mentions(self) -> Node:
        self._must("(")
        item = self.sum()
        self._must(",")
        words = self.atom()
        self._must(")")
        if not isinstance(words, Figure):
            raise CannotRead(
                "REGEXP_LIKE 的词应来自词表", "the words of REGEXP_LIKE come from a word list: write :words"
            )
        return Mentions(item, words)
