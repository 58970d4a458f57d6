"""The project's own Python files, read once as text and tree, with the measures that the bars speak of."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

LINE = "base law maths ledger evidence product loan partner funding risk servicing outreach collateral scene audit"
CORE = tuple(LINE.split(" "))
"""Folders below `app`: pure functions, no clock, no chance, no world."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its name from the project's root with slashes, its text and its tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """All lines of the file."""
        return self.text.count("\n")

    @property
    def folder(self) -> str:
        """The folder of the package that the file lies in (`loan`), empty for a file outside the package."""
        parts = self.name.split("/")
        return parts[2] if parts[:2] == ["src", "hengdai"] and len(parts) > 3 else ""

    @property
    def core(self) -> bool:
        """Whether the file lies below the line."""
        return self.folder in CORE

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Top-level functions and methods by qualified name; a nested function belongs to its parent."""
        for node in self.tree.body:
            if isinstance(node, Function):
                yield node.name, node
            elif isinstance(node, ast.ClassDef):
                for each in node.body:
                    if isinstance(each, Function):
                        yield f"{node.name}.{each.name}", each


def source(name: str, text: str) -> Source:
    """A file from its name and text; raises `SyntaxError` as Python does."""
    return Source(name, text, ast.parse(text))


def sources(*folders: str) -> list[Source]:
    """Every Python file under these folders of the project, by name."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def length(function: Function) -> int:
    """Lines of a function from `def` to its end, its docstring left out."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def parameters(function: Function) -> int:
    """How many parameters a caller may give, `self` and `cls` left out."""
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def fan_out(each: Source) -> int:
    """How many modules of the project one module imports by name."""
    found: set[str] = set()
    for node in ast.walk(each.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hengdai"):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name.startswith("hengdai"))
    return len(found)
