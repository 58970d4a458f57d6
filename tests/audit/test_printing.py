"""Pages printed by a real Chromium: waiting, ended while it waited, broken, or not there."""

import os
import re
import signal
from pathlib import Path
from shutil import which

import pytest

from hengdai.entry.report.pdf import BROWSERS, NO_BROWSER, Printer, print_pdf

needs_browser = pytest.mark.skipif(not any(map(which, BROWSERS)), reason="no Chromium")
PAGE = "<!doctype html><meta charset=utf-8><p>审计 audit</p>"
LATE = """<script>settled = new Promise(done => setTimeout(() => {
    document.body.innerHTML += '<p style="break-before: page">迟到 late</p>';
    done();
}, 300));</script>"""


def pages(pdf: Path) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf.read_bytes()))


def written(folder: Path, text: str = PAGE) -> Path:
    page = folder / "页 page.html"
    page.write_text(text, encoding="utf-8")
    return page


@needs_browser
def test_pages_are_printed_one_after_another(tmp_path: Path) -> None:
    with Printer() as printer:
        printed = [printer.print(written(tmp_path), tmp_path / f"{number}.pdf") for number in range(3)]
        assert [each.result() for each in printed] == [None] * 3
    assert [pages(tmp_path / f"{number}.pdf") for number in range(3)] == [1, 1, 1]


@needs_browser
def test_what_a_page_adds_before_it_settles_is_printed(tmp_path: Path) -> None:
    assert print_pdf(written(tmp_path, PAGE + LATE), tmp_path / "a.pdf") is None
    assert pages(tmp_path / "a.pdf") == 2


@needs_browser
def test_a_browser_that_ended_while_it_waited_is_started_again(tmp_path: Path) -> None:
    with Printer() as printer:
        assert printer.print(written(tmp_path), tmp_path / "first.pdf").result() is None
        assert printer._browser is not None
        os.killpg(printer._browser._pid, signal.SIGKILL)
        assert printer.print(written(tmp_path), tmp_path / "second.pdf").result() is None
    assert pages(tmp_path / "second.pdf") == 1


@needs_browser
def test_nothing_of_the_browser_is_left(tmp_path: Path) -> None:
    with Printer() as printer:
        assert printer.print(written(tmp_path), tmp_path / "a.pdf").result() is None
        assert printer._browser is not None
        leader, profile = printer._browser._pid, Path(printer._browser._profile)
        assert profile.is_dir()
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)
    assert not profile.exists()


@needs_browser
def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    why = print_pdf(tmp_path / "none.html", tmp_path / "a.pdf")
    assert why is not None
    assert "ERR_FILE_NOT_FOUND" in why.zh
    assert not (tmp_path / "a.pdf").exists()


def test_a_browser_that_ends_at_once_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    why = print_pdf(written(tmp_path), tmp_path / "a.pdf")
    assert why is not None
    assert "已退出" in why.zh
    assert "ended" in why.en


def test_a_browser_that_cannot_be_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    garbage = tmp_path / "chromium"
    garbage.write_bytes(b"\x7fELF that is none")
    garbage.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    why = print_pdf(written(tmp_path), tmp_path / "a.pdf")
    assert why is not None
    assert "Exec format error" in why.en


@needs_browser
def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    why = print_pdf(written(tmp_path), tmp_path / "none" / "a.pdf")
    assert why is not None
    assert "none/a.pdf" in why.en


def test_without_a_browser_there_is_no_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert print_pdf(written(tmp_path), tmp_path / "a.pdf") == NO_BROWSER
