"""Both reports in a browser, on a desk and on a phone: nothing runs off the page, and every clause can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.audit.tapes import write
from tests.audit.test_command import run as audit
from tests.audit.test_runoff_command import MAP, PLAIN, TAPE

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
PAGES = ("report.html", "report.en.html", "runoff.html", "runoff.en.html")
LEAST_PX = 10
_MEASURED = """least => {
  const shown = [...document.querySelectorAll('main *')].filter(e => e.getClientRects().length);
  const size = e => {
    const svg = e.closest('svg'), own = parseFloat(getComputedStyle(e).fontSize);
    return svg ? own * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : own;
  };
  return {
    wide: shown.filter(e => !e.closest('svg') && e.getBoundingClientRect().right > innerWidth + 1)
               .map(e => e.tagName + ' ' + e.textContent.slice(0, 40)),
    small: shown.filter(e => !e.children.length && e.textContent.trim() && e.tagName != 'title' && size(e) < least)
                .map(e => size(e) + ' ' + e.textContent.slice(0, 40)),
    cites: shown.filter(e => e.tagName == 'SMALL' && /art\\. |第.+条/.test(e.textContent)).length,
  };
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    write(made / "tape.csv", [PLAIN | row for row in TAPE])
    (made / "own.toml").write_text(MAP, "utf-8")
    common = ("tape.csv", "--map", "own.toml", "--as-if", "2026-06-01", "--out", "out", "--no-pdf")
    assert audit(made, *common).returncode == 1
    assert audit(made, "runoff", *common, "--since", "2026-06-01", "--by", "2027-11-30").returncode == 0
    return made / "out"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def _opened(browser: Any, page: Path, width: int) -> Page:
    opened: Page = browser.new_page(viewport={"width": width, "height": 844})
    opened.goto(page.as_uri())
    return opened


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_off_a_page_or_is_too_small_to_read(folder: Path, browser: Any, name: str) -> None:
    for width in (1280, 390):
        page = _opened(browser, folder / name, width)
        found = page.evaluate(_MEASURED, LEAST_PX)
        assert (found["wide"], found["small"]) == ([], []), (name, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_as_many_clauses_as_a_desk(folder: Path, browser: Any, name: str) -> None:
    desk, phone = (
        _opened(browser, folder / name, width).evaluate(_MEASURED, LEAST_PX)["cites"] for width in (1280, 390)
    )
    assert desk == phone > 2


@pytest.mark.parametrize("name", PAGES[2:])
def test_the_first_sheet_of_a_plan_is_one_sheet(folder: Path, browser: Any, name: str) -> None:
    # A4 is 794 dots wide; less the margins it is 184 by 269 mm, at 96 dots an inch.
    page = _opened(browser, folder / name, 794)
    page.emulate_media(media="print")
    page.add_style_tag(content="main { width: 184mm; }")
    assert page.locator(".board").bounding_box()["height"] < 269 / 25.4 * 96  # type: ignore[index]
