"""A served platform in a thread of its own, on a socket of this machine."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.entry.http.server import build
from hengdai.entry.platform import Platform
from hengdai.entry.server import Address, Ready, serve_app
from hengdai.entry.wiring import platform
from tests.entry.front import TODAY

Prepare = Callable[[Platform, SetClock], Awaitable[dict[str, str]]]
Dress = Callable[[FastAPI, Platform], None]


@dataclass
class Live:
    """Where it answers, and what the preparation gave (keys, names of loans)."""

    url: str = ""
    told: dict[str, str] = field(default_factory=dict)


def nothing(_app: FastAPI, _platform: Platform) -> None:
    """The API alone."""


@contextmanager
def served(dsn: str, prepare: Prepare, dress: Dress = nothing, evidence: Path | None = None) -> Iterator[Live]:
    """The API on the database of `dsn`, prepared by `prepare`; `dress` puts more onto the application."""
    live, ready = Live(), threading.Event()
    stops: list[Callable[[], None]] = []

    def told(answering: Ready) -> None:
        live.url = answering.url
        stops.append(answering.stop)
        ready.set()

    async def work() -> None:
        clock = SetClock(TODAY)
        with TemporaryDirectory() as keys:
            async with platform(dsn, clock=clock, vault=FileVault(Path(keys)), evidence=evidence) as opened:
                live.told = await prepare(opened, clock)
                app = build(opened)
                dress(app, opened)
                await serve_app(app, Address(port=0), told)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        while not ready.wait(0.1):
            assert thread.is_alive(), "the server did not come up"
        yield live
    finally:
        for stop in stops:
            stop()
        thread.join(30)
