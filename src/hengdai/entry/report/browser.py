"""A Chromium without a window that is spoken to through two pipes, by the DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/: JSON messages that end with a zero byte, read by the browser from
its file descriptor 3 and answered on 4. It ends by itself when the pipes are closed, whatever became of this process.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from typing import Any

from hengdai.base.text import Text

_SECONDS = 120.0
"""How long an answer may take."""
_OPTIONS = ("--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--remote-debugging-pipe")
_LOADED = """
new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))
    .then(() => window.settled)
"""
_ENDED = Text("已退出", "it ended")
_SLOW = Text("逾时未应答", "it did not answer in time")


class BrowserFailed(Exception):
    """The browser did not start, ended, refused or was silent; `text` says which."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(str(text))


class Browser:
    """One running browser with one page; closed by `close`."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="hengdai-print-")
        told, self._asks = os.pipe()
        self._answers, answered = os.pipe()
        try:
            self._pid = _started(program, [*_OPTIONS, f"--user-data-dir={self._profile}"], told, answered)
        except OSError as error:
            self._put_away()
            raise BrowserFailed(str(error)) from error
        finally:
            os.close(told)
            os.close(answered)
        self._count, self._read, self._page = 0, b"", ""

    def pdf_of(self, address: str) -> bytes:
        """Load the page at the address and print it. Raises :class:`BrowserFailed`.

        A page that works on after it is loaded names what it waits for `settled`, a promise.
        """
        if not self._page:
            page = self._ask("Target.createTarget", url="about:blank")["targetId"]
            self._page = self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        gone = self._ask("Page.navigate", url=address).get("errorText")
        if gone:
            raise BrowserFailed(gone)
        self._ask("Runtime.evaluate", expression=_LOADED, awaitPromise=True)
        printed = self._ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True, generateTaggedPDF=True)
        return base64.b64decode(printed["data"])

    def end(self) -> None:
        """End it, from whichever thread."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and remove what it kept."""
        self.end()
        os.waitpid(self._pid, 0)
        self._put_away()

    def _put_away(self) -> None:
        for end in (self._asks, self._answers):
            os.close(end)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and wait for its answer; what else the browser tells meanwhile is passed over."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._page:
            message["sessionId"] = self._page
        self._send(json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _SECONDS
        while True:
            answer: dict[str, Any] = json.loads(self._next(until))
            if answer.get("id") != self._count:
                continue
            if "error" in answer:
                raise BrowserFailed(str(answer["error"].get("message", method)))
            result: dict[str, Any] = answer.get("result", {})
            return result

    def _send(self, message: bytes) -> None:
        try:
            while message:
                message = message[os.write(self._asks, message) :]
        except BrokenPipeError as error:
            raise BrowserFailed(_ENDED) from error

    def _next(self, until: float) -> bytes:
        """The next message."""
        pieces = [self._read]
        while b"\0" not in pieces[-1]:
            if not select.select([self._answers], [], [], max(until - time.monotonic(), 0))[0]:
                raise BrowserFailed(_SLOW)
            pieces.append(os.read(self._answers, 1 << 20))
            if not pieces[-1]:
                raise BrowserFailed(_ENDED)
        message, _, self._read = b"".join(pieces).partition(b"\0")
        return message


def _started(program: str, options: list[str], told: int, answered: int) -> int:
    """The process, which reads from `told` as its 3 and writes to `answered` as its 4, and leads a group of its own."""
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (told, answered)]  # neither is 3 or 4
    try:
        return os.posix_spawn(
            program, [program, *options], os.environ, setpgroup=0,
            file_actions=[
                *[(os.POSIX_SPAWN_OPEN, end, os.devnull, os.O_RDWR, 0) for end in range(3)],
                *[(os.POSIX_SPAWN_DUP2, end, place) for end, place in zip(high, (3, 4), strict=True)],
            ],
        )  # fmt: skip
    finally:
        for end in high:
            os.close(end)


__all__ = ["Browser", "BrowserFailed"]
