"""Facts flow one way: the contracts of pyproject.toml hold, cover every folder, and can fail."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.layers import broken
from tools.source import CORE, ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {each["name"]: each for each in SETTINGS["tool"]["importlinter"]["contracts"]}
PACKAGES = sorted(path.parent.name for path in (ROOT / "src/hengdai").glob("*/__init__.py"))


def test_every_import_points_downwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert broken() == ""


def test_every_folder_below_app_is_kept_from_the_world() -> None:
    kept = {
        name.removeprefix("hengdai.") for name in CONTRACTS["Below app nothing touches the world"]["source_modules"]
    }
    assert kept == {name for name in PACKAGES if name in CORE}


def test_the_drawn_layers_are_the_checked_ones() -> None:
    checked = [name for row in CONTRACTS["Facts flow one way"]["layers"] for name in re.findall(r"\w+", row)]
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [name for name in PACKAGES if name not in checked and name != "packs"] == []
    assert [name for name in PACKAGES if f"`{name}`" not in architecture] == []


def skeleton(root: Path, name: str, text: str) -> subprocess.CompletedProcess[str]:
    """The verdict of the real contracts on an empty project of the same shape with one file more."""
    package = root / "hengdai"
    for folder in ("", *PACKAGES):
        (package / folder).mkdir(parents=True, exist_ok=True)
        (package / folder / "__init__.py").write_text('"""A place."""\n', encoding="utf-8")
    (package / name).write_text(text, encoding="utf-8")
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    code = "import sys; from importlinter import cli; sys.exit(cli.lint_imports(no_cache=True, no_logo=True))"
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)


def test_a_clean_skeleton_passes(tmp_path: Path) -> None:
    verdict = skeleton(tmp_path, "loan/fold.py", "import hengdai.maths\n")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("maths/cost.py", "import hengdai.law\n"),
        ("loan/fold.py", "import hengdai.partner\n"),
        ("base/money.py", "import hengdai.ledger\n"),
        ("ledger/book.py", "import time\n"),
        ("loan/decide.py", "from sqlalchemy import select\n"),
        ("app/pay.py", "import asyncpg\n"),
        ("app/offer.py", "import hengdai.adapters\n"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_noticed(tmp_path: Path, name: str, text: str) -> None:
    verdict = skeleton(tmp_path, name, text)
    assert verdict.returncode != 0
    assert "BROKEN" in verdict.stdout
