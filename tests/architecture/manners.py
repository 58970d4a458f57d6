"""Rules that keep the code a pleasure to read and the tests honest."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.rule import Finding, Rule, called, calls, in_package, in_tests
from tools.source import Function, Source

BUCKETS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "manager", "managers", "shared"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
PLACE = re.compile(r"{(\w*)[^{}]*}")
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|HACK)\b")
PROMISES = ("raises", "check", "assert", "expect", "fail", "verify", "agree", "must", "demand", "conform", "prove")
TIMES = {"elapsed", "duration", "perf_counter", "monotonic", "seconds_taken"}


def anywhere(each: Source) -> bool:
    """All Python of the project."""
    return bool(each.name)


def buckets(each: Source) -> Iterator[Finding]:
    """File and folder names that say nothing."""
    for part in each.name.removesuffix(".py").split("/"):
        if part in BUCKETS:
            yield 1, f"`{part}` is a bucket, not a place; name the file for what it knows"


def said(each: Source) -> Iterator[Finding]:
    """Modules without a docstring."""
    if not ast.get_docstring(each.tree):
        yield 1, "a module says in its docstring what comes in and what goes out"


def bare_init(each: Source) -> Iterator[Finding]:
    """Code in a package's `__init__`, through which imports would run in circles."""
    if each.name.endswith("/__init__.py"):
        for node in each.tree.body[1:]:
            if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"):
                yield node.lineno, "a package's __init__ holds its docstring and nothing else"


def unfinished(each: Source) -> Iterator[Finding]:
    """Stubs and notes to oneself."""
    for number, line in enumerate(each.text.splitlines(), 1):
        if UNFINISHED.search(line) and "re.compile" not in line:
            yield number, "a note to oneself; do it, or write it down as a known limit in words"
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc):
            yield node.lineno, "a stub; leave the function out until it does something"


def languages(each: Source) -> Iterator[Finding]:
    """Messages whose Chinese is no Chinese, whose English is none, or whose places differ."""
    for node, _, name in calls(each):
        given = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name != "Text" or len(given) != 2 or given[0] == given[1]:
            continue
        zh, en = given
        if not CHINESE.search(zh) or len(CHINESE.findall(en)) > len(LATIN.findall(en)):
            yield node.lineno, f"Text says Chinese first, English beside it: {zh!r}, {en!r}"
        if set(PLACE.findall(zh)) != set(PLACE.findall(en)):
            yield node.lineno, f"the two languages name different places: {zh!r}, {en!r}"


def _tests(each: Source) -> Iterator[Function]:
    for node in ast.walk(each.tree):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def can_fail(each: Source) -> Iterator[Finding]:
    """Tests that promise nothing."""
    for test in _tests(each):
        parts = list(ast.walk(test))
        names = [called(node)[1] for node in parts if isinstance(node, ast.Call)]
        promised = any(word in name for name in names for word in PROMISES)
        if not promised and not any(isinstance(node, ast.Assert) for node in parts):
            yield test.lineno, f"{test.name} asserts nothing, so it cannot fail"


def sentences(each: Source) -> Iterator[Finding]:
    """Test names too short to say what must hold."""
    for test in _tests(each):
        if len(test.name.split("_")) < 4:
            yield test.lineno, f"{test.name} does not say in words what must hold"


def patches(each: Source) -> Iterator[Finding]:
    """Our own modules replaced under a test."""
    for node, owner, name in calls(each):
        if owner == "monkeypatch" and name == "setattr":
            yield node.lineno, "a patched module tests the patch; give the port another adapter"


def timed(each: Source) -> Iterator[Finding]:
    """Asserts on how long something took."""
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Assert):
            for part in ast.walk(node.test):
                name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
                if name in TIMES:
                    yield node.lineno, "a timed assert fails on a busy machine; figures belong in benchmarks/"


MANNERS = [
    Rule("no bucket of a file", anywhere, buckets, "", "", "src/hengdai/loan/" + "utils.py"),
    Rule("a module says what it is", anywhere, said, "count = 1", '"""What is counted."""\ncount = 1'),
    Rule(
        "a package's init is its docstring",
        in_package,
        bare_init,
        '"""A package."""\nfrom hengdai.loan.fold import fold',
        '"""A package."""',
        "src/hengdai/loan/__init__.py",
    ),
    Rule(
        "nothing is left as a stub",
        in_package,
        unfinished,
        "def f():\n    raise NotImplementedError",
        "def f():\n    return 1",
    ),
    Rule("no note to oneself", in_package, unfinished, "# TO" + "DO: later", "# the law is silent before 2017"),
    Rule(
        "a message speaks both languages",
        in_package,
        languages,
        "late = Text('late by {days}', '逾期 {days} 天')",
        "late = Text('逾期 {days} 天', 'late by {days} days')",
    ),
    Rule(
        "both languages name the same places",
        in_package,
        languages,
        "late = Text('逾期 {days} 天', 'late by {count} days')",
        "late = Text('逾期 {days} 天', '{days} days late')",
    ),
    Rule(
        "a test can fail",
        in_tests,
        can_fail,
        "def test_a_loan_is_paid_off():\n    pay()",
        "def test_a_loan_is_paid_off():\n    assert pay() == 0",
        "tests/loan/test_pay.py",
    ),
    Rule(
        "a test's name is a sentence",
        in_tests,
        sentences,
        "def test_fee_3():\n    assert fee() == 3",
        "def test_the_fee_is_capped():\n    assert fee() == 3",
        "tests/loan/test_fee.py",
    ),
    Rule(
        "no module of ours is patched",
        in_tests,
        patches,
        "def test_it_pays_the_fee(monkeypatch):\n    monkeypatch.setattr(fees, 'fee', 3)\n    assert pay() == 3",
        "def test_it_pays_the_fee(monkeypatch):\n    monkeypatch.setenv('HENGDAI_DSN', 'x')\n    assert pay() == 3",
        "tests/loan/test_fee.py",
    ),
    Rule(
        "no assert is timed",
        in_tests,
        timed,
        "def test_it_is_fast_enough():\n    assert elapsed < 1",
        "def test_it_is_right_again():\n    assert answer < 1",
        "tests/loan/test_fast.py",
    ),
]
