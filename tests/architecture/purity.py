"""Rules that keep the business pure: no clock, chance, file, float or commit where none belongs."""

import ast
from collections.abc import Iterator

from tests.architecture.rule import Finding, Rule, calls, in_core, in_core_or_app, in_package
from tools.source import Source

COMMITTERS = {
    "src/hengdai/adapters/postgres/transaction.py": "the unit of work: every verb's one transaction",
    "src/hengdai/adapters/postgres/engine.py": "migrations, before any verb runs",
}
FLOATS = {
    "src/hengdai/maths/debt.py": "a float proposes the cost; whole numbers prove it, or every rate is looked for",
    "src/hengdai/maths/root.py": "a float proposes where the root lies; exact integers prove it",
    "src/hengdai/maths/shortfall.py": "a float proposes; what lies near a whole amount is left to the plain twin",
    "src/hengdai/maths/kernels/views.py": "a worth in floats comes with the bound of its error",
    "src/hengdai/maths/accrual_columns.py": "a float says whether a product fits 64 bits; else the twin",
    "src/hengdai/maths/columns.py": "hands lanes to the kernels, and to the plain twin every figure they cannot prove",
    "src/hengdai/maths/kernels/plans.py": "a float proposes; what it cannot prove is left to the plain twin",
    "src/hengdai/maths/kernels/dated.py": "as root.py, in lanes; a change of sign beyond the error proves it",
    "src/hengdai/maths/kernels/periodic.py": "as root.py, in lanes; a change of sign beyond the error proves it",
    "src/hengdai/maths/comparing.py": "prints a difference from a published figure for a person",
    "src/hengdai/maths/isolate.py": "as root.py: it proposes where all the roots lie",
    "src/hengdai/maths/published_rates.py": "prints a difference from a published figure for a person",
}
STANDALONE = {
    "src/hengdai/evidence/verify.py": "one file that a stranger copies out and runs; it reads a bundle",
}
CLOCK = {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp"}
CLOCK_OWNERS = {"date", "datetime", "dt"}
FILES = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
FILE_METHODS = {"read_text", "write_text", "read_bytes", "write_bytes", "scan_csv", "scan_parquet", "scan_ndjson"}
FILE_METHODS |= {"read_csv", "read_parquet", "read_json", "read_ndjson", "write_csv", "write_parquet", "write_json"}
DATABASE = {"engine", "connection", "conn", "session", "transaction", "cursor", "database", "db", "pool", "work"}
COMMITS = {"commit", "begin", "begin_nested", "transaction"}


def clock(each: Source) -> Iterator[Finding]:
    """Calls that ask the machine for the day or the instant."""
    for node, owner, name in calls(each):
        if name in CLOCK and owner in CLOCK_OWNERS:
            yield node.lineno, f"{owner}.{name}() asks the machine; take the day as an argument or from the Clock port"


def chance(each: Source) -> Iterator[Finding]:
    """Calls whose answer differs from run to run."""
    for node, owner, name in calls(each):
        if owner == "random" or name in {
            "uuid1",
            "uuid4",
            "uuid7",
            "token_hex",
            "token_bytes",
            "urandom",
            "default_rng",
        }:
            yield node.lineno, f"{owner}.{name}() is chance; take the id or the seed as an argument"
        elif not owner and name in {"hash", "id"}:
            yield node.lineno, f"{name}() differs from process to process; use base.canonical.digest"


def world(each: Source) -> Iterator[Finding]:
    """Files, the terminal, code made from text."""
    for node, owner, name in calls(each):
        if (not owner and name in FILES) or (owner and name in FILE_METHODS):
            yield node.lineno, f"{name}() touches the world; an adapter does that and hands the text or columns over"


def floats(each: Source) -> Iterator[Finding]:
    """Float literals, `float()` and annotations of float."""
    for node in ast.walk(each.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        named = isinstance(node, ast.Name) and node.id == "float"
        column = isinstance(node, ast.Attribute) and node.attr in {"Float32", "Float64", "float32", "float64"}
        if isinstance(node, ast.Constant | ast.Name | ast.Attribute) and (literal or named or column):
            yield node.lineno, "a float; money is whole minor units, a rate an integer of 1e-8, a share a Fraction"


def commits(each: Source) -> Iterator[Finding]:
    """Calls that open, commit or nest a transaction, and statements that do."""
    for node, owner, name in calls(each):
        if owner.lstrip("_") in DATABASE and name in COMMITS:
            yield node.lineno, f"{owner}.{name}() ends a transaction; only the unit of work does that"
    for part in ast.walk(each.tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            first = part.value.strip().rstrip(";")
            if first in {"COMMIT", "BEGIN", "ROLLBACK"}:
                yield part.lineno, f"the statement {first}; only the unit of work ends a transaction"


def waits(each: Source) -> Iterator[Finding]:
    """Asynchronous code below the line."""
    for node in ast.walk(each.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "asynchronous code below the line; only verbs, adapters and doors wait"


PURITY = [
    Rule("no clock in the business", in_core_or_app, clock, "born = date.today()", "born = clock.today()"),
    Rule("no chance in the business", in_core_or_app, chance, "key = uuid.uuid4()", "key = ids.next()"),
    Rule("no hash of the process", in_core, chance, "key = hash(terms)", "key = digest(terms)"),
    Rule(
        "no file below the line",
        lambda each: each.core and each.name not in STANDALONE,
        world,
        "text = open('law.toml').read()",
        "text = texts['law.toml']",
    ),
    Rule(
        "no float below the line",
        lambda each: each.core and each.name not in FLOATS,
        floats,
        "fee = amount * 0.05",
        "fee = ratio(amount * 5, 100)",
    ),
    Rule(
        "one place commits",
        lambda each: in_package(each) and each.name not in COMMITTERS,
        commits,
        "async def pay(work):\n    await work.session.commit()",
        "async def pay(work):\n    await work.record(fact)",
        "src/hengdai/app/pay.py",
    ),
    Rule(
        "plain and synchronous below the line",
        in_core,
        waits,
        "async def decide(loan):\n    return loan",
        "def decide(loan):\n    return loan",
    ),
]
