"""The report as a PDF, printed by a Chromium that is on the machine; without one there is no PDF, and that is said."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from hengdai.base.text import Text
from hengdai.entry.report.browser import Browser, BrowserFailed

BROWSERS = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
NO_BROWSER = Text(
    "没有找到 Chromium, 未生成 PDF; 用任一浏览器打开网页打印即可",
    "no Chromium was found, so there is no PDF; print the page from any browser",
)
FAILED = Text("Chromium 未能生成 PDF: {said}", "Chromium made no PDF: {said}")
_FIRST = "data:text/html;charset=utf-8,<p>审计 audit</p>"
"""A first page, for the fonts and whatever else is loaded when something is printed."""


class Printer:
    """Prints pages one after another, in a thread of its own; used as a context manager.

    The browser is started on entering, long before there is a page: it takes longer to start than to print.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._browser: Browser | None = None

    def __enter__(self) -> "Printer":
        self._thread.submit(self._start)
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None and self._browser is not None:
            self._browser.end()  # nobody waits for a first page that leads to nothing
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def print(self, page: Path, pdf: Path) -> "Future[Text | None]":
        """Print the page; the answer is why there is no PDF, or None when there is one."""
        return self._thread.submit(self._print, page, pdf)

    def _start(self) -> None:
        program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
        if program is not None:
            self._browser = Browser(program)
            self._browser.pdf_of(_FIRST)

    def _stop(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None

    def _print(self, page: Path, pdf: Path) -> Text | None:
        if self._browser is None:
            return self._by_another(page, pdf)
        try:
            return self._by(self._browser, page, pdf)
        except BrowserFailed:
            # It may have ended while it waited; another one has not waited at all.
            self._stop()
            return self._by_another(page, pdf)

    def _by_another(self, page: Path, pdf: Path) -> Text | None:
        try:
            self._start()
            return NO_BROWSER if self._browser is None else self._by(self._browser, page, pdf)
        except BrowserFailed as error:
            return FAILED.fill(said=str(error))

    @staticmethod
    def _by(browser: Browser, page: Path, pdf: Path) -> Text | None:
        printed = browser.pdf_of(page.resolve().as_uri())
        try:
            pdf.write_bytes(printed)
        except OSError as error:
            return FAILED.fill(said=str(error))
        return None


def print_pdf(page: Path, pdf: Path) -> Text | None:
    """Print one page; returns why there is no PDF, or None when there is one."""
    with Printer() as printer:
        return printer.print(page, pdf).result()


__all__ = ["Printer", "print_pdf"]
