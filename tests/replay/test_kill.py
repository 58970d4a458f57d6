"""A replay killed at a random moment and run again leaves what an undisturbed one leaves, whichever process dies."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests.replay.conftest import CHUNK, contents

_COMMAND = "from hengdai.entry.cli.main import app; app()"
_PATIENCE = 120.0


def _start(dsn: str, book: Path, workers: int) -> "subprocess.Popen[str]":
    arguments = ["replay", str(book), "--dsn", dsn, "--chunk", str(CHUNK), "--workers", str(workers), "--json"]
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def _chunks(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    found = await connection.fetchval("SELECT count(*) FROM command WHERE key LIKE 'replay:%:%:%:%'")
    await connection.close()
    return int(found)


async def _killed_after(dsn: str, book: Path, workers: int, chunks: int, wait: float) -> None:
    """Start a replay, let it write so many chunks and go on a little, and kill it without warning."""
    child = _start(dsn, book, workers)
    until = time.monotonic() + _PATIENCE
    while await _chunks(dsn) < chunks and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    child.communicate()


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))])
async def test_killed_and_resumed_equals_undisturbed(
    dsn: str, book: Path, uninterrupted: dict[str, str], seed: int
) -> None:
    dice = random.Random(seed)
    workers = 1 + seed % 2
    for _ in range(1 if seed < 2 else 3):
        await _killed_after(dsn, book, workers, await _chunks(dsn) + dice.randrange(1, 12), dice.random() * 0.3)
    last = _start(dsn, book, workers)
    out, err = last.communicate(timeout=_PATIENCE)
    assert last.returncode == 0, err
    assert json.loads(out)["balanced"]
    assert await contents(dsn) == uninterrupted
