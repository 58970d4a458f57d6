"""Sealing that goes on by itself: round after round, with the monitor in between; in a process of its own.

A server starts it beside itself (`sealing_beside`), so that no request waits for a hash. It ends with the server, even
with one that was killed: then its standard input ends.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.adapters.postgres.evidence_source import BookLeaves
from hengdai.entry.evidence_watch import watch_book
from hengdai.entry.sealing import SealReport, seal_book

_PUBLISH = timedelta(seconds=2)
# The server's requests come first, the loading of the sealer's own modules included.
_COMMAND = "import os; os.nice(10); from hengdai.entry.cli.main import app; app()"
_PATIENCE = 10  # seconds that a sealer is given to end by itself


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How long to rest between two rounds, and how often the book is compared with the log when it has grown."""

    rest: timedelta = timedelta(seconds=20)
    watch: timedelta = timedelta(minutes=10)
    batch: int = 4096


async def keep_sealing(
    leaves: BookLeaves,
    home: EvidenceHome,
    now: Callable[[], datetime],
    rhythm: Rhythm,
    told: Callable[[SealReport], None],
    stopped: asyncio.Event,
) -> None:
    """Seal and watch until `stopped`. Raises what `seal_book` raises: a log that is not of this book is for people."""
    grown, looked = True, None
    while not stopped.is_set():
        report = await seal_book(leaves, home, now, rhythm.batch, _PUBLISH)
        told(report)
        grown = grown or report.taken > 0
        if grown and (looked is None or now() - looked >= rhythm.watch):
            await watch_book(leaves, home, now())
            grown, looked = False, now()
        try:
            await asyncio.wait_for(stopped.wait(), rhythm.rest.total_seconds())
        except TimeoutError:
            continue


@contextmanager
def sealing_beside(directory: Path, dsn: str, keys: Path) -> Iterator[None]:
    """A sealer of the book at `dsn` into `directory` for as long as the block lasts; it writes `sealer.log` there.

    `keys` is the folder of persons' keys: salts about a person are sealed with hers.
    """
    directory.mkdir(parents=True, exist_ok=True)
    arguments = ["evidence", "seal", "--log", str(directory), "--every", str(int(Rhythm().rest.total_seconds()))]
    with (directory / "sealer.log").open("ab") as told:
        child = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, *arguments, "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=told,
            env={
                **os.environ,
                "HENGDAI_DSN": dsn,
                "HENGDAI_KEYS": str(keys),
            },  # not arguments: other users can read those
            start_new_session=True,  # Ctrl-C is the server's to hear; it ends the sealer in its own time
        )
    try:
        yield
    finally:
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
