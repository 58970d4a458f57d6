"""The report as a PDF, printed by a Chromium that is on the machine; without one there is no PDF, and that is said."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from hengdai.base.text import Text

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NO_BROWSER = Text(
    "没有找到 Chromium, 未生成 PDF; 用任一浏览器打开网页打印即可",
    "no Chromium was found, so there is no PDF; print the page from any browser",
)
FAILED = Text("Chromium 未能生成 PDF: {said}", "Chromium made no PDF: {said}")
_SECONDS = 120


def print_pdf(page: Path, pdf: Path) -> Text | None:
    """Print the page; returns why there is no PDF, or None when there is one."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return NO_BROWSER
    with tempfile.TemporaryDirectory(prefix="hengdai-print-") as profile:
        command = [browser, "--headless", "--disable-gpu", "--no-sandbox", "--no-pdf-header-footer",
                   "--virtual-time-budget=20000", f"--user-data-dir={profile}", f"--print-to-pdf={pdf}",
                   page.resolve().as_uri()]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return FAILED.fill(said=type(error).__name__)
    if not pdf.is_file():
        return FAILED.fill(said=done.stderr.decode("utf-8", "replace").strip()[-200:])
    return None
