"""Pages lead to places that exist; decisions have their form and name their check."""

import re

import pytest

from tools.decisions import with_index
from tools.source import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.is_file()
)
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
PARTS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
PLACE = re.compile(r"`((?:src|tests|docs|tools|benchmarks|loan|law|maths|ledger|base|app)/[\w./-]*)(?:::(\w+))?`")


def lost(text: str, folder: str) -> list[str]:
    """Links and places in backticks that lead nowhere; a place is a path from the root or within the package."""
    found = []
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (ROOT / folder / target).exists():
            found.append(target)
    for path, name in PLACE.findall(text):
        place = next((base / path for base in (ROOT, ROOT / "src/hengdai") if (base / path).exists()), None)
        if place is None or (name and name not in place.read_text(encoding="utf-8")):
            found.append(f"{path}::{name}" if name else path)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_only_to_places_that_exist(name: str) -> None:
    folder = name.rpartition("/")[0]
    assert lost((ROOT / name).read_text(encoding="utf-8"), folder) == []


def test_a_place_that_does_not_exist_is_noticed() -> None:
    assert lost("[a](nowhere.md)", "") == ["nowhere.md"]
    assert lost("see `src/hengdai/nowhere.py`", "") == ["src/hengdai/nowhere.py"]
    assert lost("see `tests/docs/test_pages.py::test_nothing_of_the" + "_kind`", "")
    assert lost("see `tests/docs/test_pages.py::test_a_place_that_does_not_exist_is_noticed` [b](LICENSE)", "") == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_parts_and_names_its_check(path: object) -> None:
    text = (ROOT / "docs/decisions" / str(path)).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == PARTS
    assert re.match(rf"# {str(path).rpartition('/')[2][:4]} \w", text)
    assert len(text.splitlines()) <= 90, "a decision is one page"
    assert "`" in text.rpartition("## Enforced by")[2], "a decision names the check that holds it"


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert sorted(set(numbers)) == numbers


def test_the_architecture_lists_every_decision() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert text == with_index(text), "run `make docs`, which writes the index"
