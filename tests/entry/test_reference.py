"""The reference pages are what the doors are; a stale copy fails."""

from pathlib import Path

from hengdai.entry.reference import api_page, cli_page

_PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"
_HOW = "python -m hengdai.entry.reference docs/reference"


def test_the_page_of_the_api_is_made_from_its_routes() -> None:
    assert (_PAGES / "api.md").read_text(encoding="utf-8") == api_page(), _HOW


def test_the_page_of_the_command_line_is_made_from_its_commands() -> None:
    assert (_PAGES / "cli.md").read_text(encoding="utf-8") == cli_page(), _HOW
