"""The server process: API and console on one address, stopped cleanly by SIGINT or SIGTERM."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import date

import uvicorn
from fastapi import FastAPI

from hengdai.adapters.clock import SetClock
from hengdai.app.actor import Actor
from hengdai.entry.console.mount import mount
from hengdai.entry.http.server import build
from hengdai.entry.platform import Platform


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 8000


@dataclass(frozen=True, slots=True)
class Ready:
    """The server answers at `url`; `stop`, from any thread, ends it as a signal would."""

    url: str
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A book shown to whoever sits at this machine: as whom, and on which day, so that a book that ended is not read
    as if nobody had paid since."""

    actor: Actor
    day: date | None

    def shown(self, platform: Platform) -> Platform:
        """The platform as the console reads it."""
        if self.day is None:
            return platform
        return replace(platform, office=replace(platform.office, clock=SetClock(self.day)))


class _Server(uvicorn.Server):
    """Tells once when it listens."""

    def __init__(self, config: uvicorn.Config, told: Callable[[Ready], None]) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell where."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = "127.0.0.1" if host == "0.0.0.0" else host
            self._told(Ready(f"http://{shown}:{port}", self._stop))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and let whoever serves close in peace: no signal is raised again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True


async def serve_console(
    platform: Platform, address: Address, told: Callable[[Ready], None], demo: Demonstration | None = None
) -> None:
    """Serve API and console until a signal stops it; `demo` opens the console to this machine without a key."""
    app = build(platform)
    if demo is None:
        mount(app, platform)
    else:
        mount(app, demo.shown(platform), demo.actor)
    await serve_app(app, address, told)


async def serve_app(app: FastAPI, address: Address, told: Callable[[Ready], None]) -> None:
    """Serve an application until a signal stops it, or the task is cancelled."""
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    await _Server(config, told).serve()


def run_to_the_end(work: Coroutine[None, None, None]) -> None:
    """Run the server's coroutine on uvloop, the faster event loop, where there is one."""
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(work)
