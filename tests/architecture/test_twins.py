"""Each column kernel has a plain twin that reads like the contract, and a property that says they agree.

A module with kernels names them: `TWINS = {"instalments": "plain.instalment_rows"}`, kernel → twin; a name without
a module is one of the same file, `plain.instalment_rows` lies in `plain.py` beside it. Inner loops lie in a folder
`kernels`; a module that calls them names its kernels, and so answers for them.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping

from tools.source import Function, Source, source, sources

COLUMN_TYPES = ("NDArray", "ndarray", "pa.Table", "pa.Array", "pa.ChunkedArray", "pa.RecordBatch")
COMPILERS = ("njit", "jit", "vectorize", "guvectorize")
FOLDERS = ("maths", "base", "ledger", "product")
INNER = "/kernels/"


def kernels(each: Source) -> list[str]:
    """Public functions of a file that take columns or are compiled."""
    found, words = [], (*COLUMN_TYPES, *aliases(each))
    for name, node in each.functions():
        takes = any(word in ast.unparse(arg.annotation or ast.Constant("")) for arg in _all(node) for word in words)
        compiled = any(word in ast.unparse(mark) for mark in node.decorator_list for word in COMPILERS)
        if "." not in name and not name.startswith("_") and (takes or compiled):
            found.append(name)
    return found


def aliases(each: Source) -> list[str]:
    """Names that a file gives to types of columns: `Ints = NDArray[np.int64]`."""
    plain = [node for node in each.tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    return [
        ast.unparse(node.targets[0]) for node in plain if any(word in ast.unparse(node.value) for word in COLUMN_TYPES)
    ]


def _all(node: Function) -> Iterator[ast.arg]:
    yield from (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)


def twins(each: Source) -> dict[str, str]:
    """The file's `TWINS`, empty when it has none."""
    for node in each.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id == "TWINS" and isinstance(value, ast.Dict):
            named: dict[str, str] = ast.literal_eval(value)
            return named
    return {}


def complaints(each: Source, beside: Mapping[str, Source], tests: Iterable[Source]) -> list[str]:
    """Kernels without a twin, names that do not exist, pairs that no property compares."""
    named, said, tests = twins(each), [], list(tests)
    said += [f"{each.name}::{kernel} has no twin in TWINS" for kernel in kernels(each) if kernel not in named]
    for kernel, twin in named.items():
        module, _, plain = twin.rpartition(".")
        home = beside.get(module, each) if module else each
        if kernel not in dict(each.functions()):
            said.append(f"{each.name}: TWINS names {kernel}, which is not there")
        if (module and module not in beside) or plain not in dict(home.functions()):
            said.append(f"{each.name}: the twin {twin} of {kernel} is not there")
        if not any("@given" in test.text and kernel in test.text and plain in test.text for test in tests):
            said.append(f"{each.name}: no property (@given) compares {kernel} with {twin}")
    return said


def test_every_kernel_has_a_twin_and_a_property_that_they_agree() -> None:
    ours = [each for each in sources("src") if each.folder in FOLDERS and INNER not in each.name]
    tests = sources("tests")
    said = []
    for each in ours:
        folder = each.name.rpartition("/")[0]
        beside = {other.name.rpartition("/")[2][:-3]: other for other in ours if other.name.startswith(folder + "/")}
        said += complaints(each, beside, tests)
    assert said == []


def unanswered(inner: Iterable[Source], callers: Iterable[Source]) -> list[str]:
    """Files of inner loops that no module with `TWINS` imports, itself or through another of them."""
    loops = {each.name.removeprefix("src/").removesuffix(".py").replace("/", "."): each for each in inner}
    reached = {name for name in loops if any(name in each.text and twins(each) for each in callers)}
    while more := {name for name in loops if any(name in loops[by].text for by in reached)} - reached:
        reached |= more
    return sorted(set(loops) - reached)


def test_every_inner_loop_is_answered_for_by_a_kernel_with_a_twin() -> None:
    ours = [each for each in sources("src") if each.folder in FOLDERS]
    inner = [each for each in ours if INNER in each.name and not each.name.endswith("__init__.py")]
    assert unanswered(inner, [each for each in ours if INNER not in each.name]) == []


def test_an_inner_loop_that_nobody_answers_for_is_noticed() -> None:
    loop = source("src/hengdai/maths/kernels/loops.py", "def run() -> int:\n    return 1\n")
    caller = "from hengdai.maths.kernels.loops import run\n"
    assert unanswered([loop], [source("src/hengdai/maths/columns.py", caller)]) == ["hengdai.maths.kernels.loops"]
    assert unanswered([loop], [source("src/hengdai/maths/columns.py", caller + "TWINS = {'a': 'b'}\n")]) == []


KERNEL = "import numpy as np\ndef instalments(principal: np.ndarray) -> np.ndarray:\n    return principal\n"
PLAIN = source("src/hengdai/maths/plain.py", "def instalment_row(principal: int) -> int:\n    return principal\n")
PROPERTY = source(
    "tests/maths/test_twins.py", "@given(rows())\ndef test_x(r):\n    assert instalments(r) == instalment_row(r)"
)


def test_a_kernel_without_twin_is_noticed() -> None:
    lonely = source("src/hengdai/maths/columns.py", KERNEL)
    assert complaints(lonely, {}, []) == ["src/hengdai/maths/columns.py::instalments has no twin in TWINS"]


def test_a_twin_that_no_property_compares_is_noticed() -> None:
    paired = source("src/hengdai/maths/columns.py", KERNEL + 'TWINS = {"instalments": "plain.instalment_row"}\n')
    assert len(complaints(paired, {"plain": PLAIN}, [])) == 1
    assert complaints(paired, {"plain": PLAIN}, [PROPERTY]) == []


def test_a_twin_that_does_not_exist_is_noticed() -> None:
    paired = source("src/hengdai/maths/columns.py", KERNEL + 'TWINS = {"instalments": "plain.other"}\n')
    assert any("is not there" in said for said in complaints(paired, {"plain": PLAIN}, [PROPERTY]))
