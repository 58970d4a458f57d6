"""The page that draws a loan's life is the table of moves, and names files that are there."""

import re

from hengdai.loan.state import TRANSITIONS, State
from tools.loan_life import PAGE, page
from tools.source import ROOT


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.loan_life"


def test_every_move_and_every_state_is_drawn() -> None:
    drawn = PAGE.read_text(encoding="utf-8")
    for (before, kind), after in TRANSITIONS.items():
        assert f"    {before} --> {after}: {kind}\n" in drawn
    for state in State:
        assert f"| `{state}` |" in drawn


def test_the_files_it_names_are_there() -> None:
    for name in re.findall(r"`((?:src/hengdai/)?loan/\w+\.py)`", PAGE.read_text(encoding="utf-8")):
        assert (ROOT / "src/hengdai" / name.removeprefix("src/hengdai/")).exists(), name
