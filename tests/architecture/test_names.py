"""The glossary: every word in both languages, with a meaning and a place that exists."""

import re
from pathlib import Path

from tools.source import ROOT

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PACKAGE = ROOT / "src/hengdai"
STATED = (
    "facilitator, funder, lead funder, share, guarantor, guarantee fee, compensation, recourse, partner list, "
    "admission, all-in cost, disclosure table, co-lending, equal instalment, equal principal, interest first, "
    "draw and repay at will, drawdown, entrusted payment, days past due, bucket, five-category class, evidence, "
    "checkpoint, witness, scene, merchant, run-off"
)
"""The words that the trade and this project begin with; none may leave the glossary."""


def rows(text: str) -> list[list[str]]:
    """The rows of all tables of a document, heads and rules left out."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [row for row in cells if row[0] != "English" and set(row[0]) != {"-"}]


def complaints(table: list[list[str]], package: Path) -> list[str]:
    """What is wrong with rows of the glossary."""
    said = []
    for row in table:
        if len(row) != 4 or not all(row):
            said.append(f"{row}: a row has English, 中文, meaning and place")
            continue
        english, chinese, _, place = row
        if CHINESE.search(english) or not CHINESE.search(chinese):
            said.append(f"{english}: English in the first column, 中文 in the second")
        if place != "—" and not (package / place.strip("`")).exists():
            said.append(f"{english}: {place} does not exist")
    named = [row[0] for row in table]
    return said + [f"{name}: twice" for name in sorted(set(named)) if named.count(name) > 1]


def glossary() -> list[list[str]]:
    return rows((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))


def test_every_word_has_both_languages_a_meaning_and_a_place() -> None:
    assert complaints(glossary(), PACKAGE) == []


def test_no_word_of_the_trade_is_missing() -> None:
    words = {word.strip() for row in glossary() for word in row[0].split(",")}
    assert [word for word in STATED.split(", ") if word not in words] == []


def test_a_row_that_misleads_is_noticed() -> None:
    assert complaints([["funder", "lender", "lends", "—"]], PACKAGE)
    assert complaints([["funder", "资金方", "lends", "`loan/nowhere.py`"]], PACKAGE)
    assert complaints([["funder", "资金方", "lends"]], PACKAGE)
    assert complaints([["funder", "资金方", "lends", "—"]] * 2, PACKAGE)
    assert complaints([["funder", "资金方", "lends", "`base/money.py`"]], PACKAGE) == []
