"""The pictures of the README, taken of a running demonstration: `python -m tools.pictures` draws them anew."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from hengdai.entry.report.pdf import BROWSERS
from tools.source import ROOT

FOLDER = ROOT / "docs/pictures"
_HENGDAI = (sys.executable, "-c", "from hengdai.entry.cli.main import app; app()")
_SIZE = {"width": 1280, "height": 800}
_SETTLE_MS = 1_500  # charts glide into place


def draw() -> None:
    """Replay the demonstration, look at the console and at an audit of the same book, and keep what is seen."""
    FOLDER.mkdir(exist_ok=True)
    with _house() as data, _served(data) as url, _page() as page:
        _take(page, url, "overview")
        _take(page, _audited(data), "audit")


@contextmanager
def _house() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="hengdai-pictures-"))
    made.chmod(0o755)  # the database has a user of its own where this one is root
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _served(data: Path) -> Iterator[str]:
    command = [*_HENGDAI, "run", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"http://[\d.:]+", line)
            if found:
                yield found.group()
                break
        process.terminate()


@contextmanager
def _page() -> Iterator[Page]:
    browser = next(path for name in BROWSERS if (path := shutil.which(name)))
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield opened.new_page(viewport=_SIZE)  # type: ignore[arg-type]
        opened.close()


def _audited(data: Path) -> str:
    """Where the report of an audit of the demonstration's book is."""
    book = next((data / "books").iterdir())
    command = [*_HENGDAI, "audit", "tape", str(book), "--out", str(data / "audit"), "--no-pdf"]
    subprocess.run(command, check=False, capture_output=True)  # it exits 1: there are findings
    return (data / "audit/report.html").as_uri()


def _take(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.wait_for_timeout(_SETTLE_MS)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    draw()
