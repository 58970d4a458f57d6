"""The lock, the dependencies and the targets are what the pages say they are."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tools.source import ROOT, sources

LOCK, SPARK = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-spark.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED_WITH = {"starlette", "pydantic-core"}
"""Parts of a declared package that it asks its users to import: FastAPI's requests, Pydantic's schemas."""
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def named(requirements: list[str]) -> set[str]:
    """The packages that requirements name."""
    return {found.group().lower().replace("_", "-") for each in requirements if (found := NAME.match(each))}


def lock_complaints(lock: str) -> list[str]:
    """Addresses in a lock, and packages without a digest."""
    blocks = re.split(r"\n(?=\S)", lock.strip())
    said = [f"an address: {line.strip()}" for line in lock.splitlines() if "://" in line or "index-url" in line]
    return said + [f"no digest: {block}" for block in blocks if "--hash=sha256:" not in block]


def test_the_lock_names_no_host_and_digests_everything() -> None:
    assert lock_complaints(LOCK) == []
    assert lock_complaints(SPARK) == []


def test_a_lock_with_an_address_or_without_digest_is_noticed() -> None:
    assert lock_complaints("--index-url https://example.org/simple\na==1 \\\n    --hash=sha256:00")
    assert lock_complaints("a==1 \\\n    --hash=sha256:00\nb==2")
    assert lock_complaints("a==1 \\\n    --hash=sha256:00") == []


def test_the_lock_holds_every_declared_package() -> None:
    declared = named(PROJECT["project"]["dependencies"]) | named(PROJECT["dependency-groups"]["dev"])
    assert declared - named(LOCK.splitlines()) == set()


def test_the_extra_for_spark_is_the_group_that_is_locked() -> None:
    extra, group = PROJECT["project"]["optional-dependencies"]["spark"], PROJECT["dependency-groups"]["spark"]
    assert extra == group
    assert named(group) <= named(SPARK.splitlines())


def test_the_two_locks_agree_where_both_name_a_package() -> None:
    pins = [set(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.M)) for text in (LOCK, SPARK)]
    shared = {name for name, _ in pins[0]} & {name for name, _ in pins[1]}
    assert {pin for pin in pins[1] if pin[0] in shared} <= pins[0]


def test_every_dependency_has_its_reason_and_no_reason_is_left_over() -> None:
    page = next((ROOT / "docs/decisions").glob("0010-*.md")).read_text(encoding="utf-8")
    given = {name for name in re.findall(r"^\| ([a-z0-9-]+) \|", page, re.M) if name != "package"}
    extras = [each for group in PROJECT["project"].get("optional-dependencies", {}).values() for each in group]
    declared = named(PROJECT["project"]["dependencies"]) | named(PROJECT["dependency-groups"]["dev"]) | named(extras)
    assert given == declared


def test_every_target_of_make_says_what_it_does_in_both_languages() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):(?!=)(.*)$", makefile, re.M)
    assert [name for name, rest in targets if not re.search(r"## .*[\u4e00-\u9fff].* · \w", rest)] == []
    assert {"run", "test", "check", "test-slow", "bench", "docs", "clean"} <= {name for name, _ in targets}


def imported(*folders: str) -> set[str]:
    """The packages that the code of these folders imports, the standard library and our own left out."""
    modules: set[str] = set()
    for each in sources(*folders):
        for node in ast.walk(each.tree):
            if isinstance(node, ast.Import):
                modules.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    ours = sys.stdlib_module_names | {"hengdai", "tests", "tools", "benchmarks"}
    homes = packages_distributions()
    return {homes.get(name, [name])[0].lower().replace("_", "-") for name in modules - ours}


def test_every_package_that_is_imported_is_declared() -> None:
    declared = named(PROJECT["project"]["dependencies"])
    extras = named([each for group in PROJECT["project"].get("optional-dependencies", {}).values() for each in group])
    assert imported("src") - declared - extras - SHIPPED_WITH == set()
    dev = named(PROJECT["dependency-groups"]["dev"])
    assert imported("tests", "tools", "benchmarks") - declared - extras - dev - SHIPPED_WITH == set()
