"""What a tidy rule is: a search over one file, the files it holds for, and a snippet that it must catch."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.source import Source

Finding = tuple[int, str]
"""A line and what is wrong there."""


@dataclass(frozen=True)
class Rule:
    """`find` yields what is wrong in a file that `holds_for` accepts; `bad` is caught, `good` is let through."""

    name: str
    holds_for: Callable[[Source], bool]
    find: Callable[[Source], Iterator[Finding]]
    bad: str
    good: str
    where: str = "src/hengdai/loan/example.py"

    def complaints(self, each: Source) -> list[str]:
        """What this rule says of a file, one line for each place."""
        if not self.holds_for(each):
            return []
        return [f"{each.name}:{line}: {text}" for line, text in self.find(each)]


def in_core(each: Source) -> bool:
    """Below the line: base to audit."""
    return each.core


def in_core_or_app(each: Source) -> bool:
    """The rules of the business and the verbs that call them."""
    return each.core or each.folder == "app"


def in_package(each: Source) -> bool:
    """All that ships."""
    return each.name.startswith("src/")


def in_tests(each: Source) -> bool:
    """The tests."""
    return each.name.startswith("tests/")


def calls(each: Source) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call with the name of what is called on (`date` of `date.today()`) and the name called."""
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Call):
            yield node, *called(node)


def called(node: ast.Call) -> tuple[str, str]:
    """The owner's last name, empty for a plain call, and the name that is called."""
    if isinstance(node.func, ast.Name):
        return "", node.func.id
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Attribute):
            return owner.attr, node.func.attr
        return (owner.id if isinstance(owner, ast.Name) else "?"), node.func.attr
    return "?", "?"
