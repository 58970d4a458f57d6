"""What the documents show is what the commands print; README's first screen above all."""

from pathlib import Path

import pytest

from tests.docs.runner import blocks, differences
from tools.source import ROOT

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
    if "```console" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_prints_what_it_says(name: str, data_dir: Path) -> None:
    said = differences((ROOT / name).read_text(encoding="utf-8"), data_dir)
    assert said == [], "\n\n".join(said)


@pytest.mark.parametrize("name", READMES)
def test_the_first_screen_has_a_command_that_is_run(name: str) -> None:
    first_screen = "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:60])
    assert any(block.not_run is None for block in blocks(first_screen))


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_read_in_one_sitting(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 120
