"""The commands as processes: one owner of a data directory, a clean end on a signal, and nothing stuck after a kill."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import polars as pl
import pytest

from hengdai.entry.cli.exits import Exit

_PROGRAM = [sys.executable, "-c", "from hengdai.entry.cli.main import app; app()"]
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "HENGDAI_DSN"}


def _hengdai(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*_PROGRAM, *arguments], capture_output=True, text=True, check=False, env=_ENVIRONMENT, timeout=300
    )


@contextmanager
def _serving(data: Path, *command: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`hengdai serve`, or another command that serves, on a free port, once it has said where."""
    arguments = [*_PROGRAM, *(command or ("serve",)), "--data", str(data), "--port", "0"]
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=_ENVIRONMENT
    )
    assert process.stderr is not None
    told = ""
    while "http://" not in told:
        told = process.stderr.readline()
        assert told, "the server ended before it said where"
    address = re.search(r"http://[\d.:]+", told)
    assert address is not None
    try:
        yield process, address.group()
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)
        process.stderr.close()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(data_dir: Path, ending: signal.Signals) -> None:
    with _serving(data_dir) as (process, url):
        assert httpx.get(f"{url}/v1/health").json()["status"] == "ok"
        process.send_signal(ending)
        assert process.wait(60) in (Exit.DONE, Exit.STOPPED, -ending)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert not list((data_dir / "postgres").glob("postmaster.pid"))


def test_a_second_process_on_a_data_directory_is_refused_and_told_why(data_dir: Path) -> None:
    with _serving(data_dir) as (process, _):
        for command in (["serve", "--port", "0"], ["migrate"], ["keys", "list", "--org", "x"]):
            second = _hengdai(*command, "--data", str(data_dir))
            assert second.returncode == Exit.UNAVAILABLE, second.stderr
            assert str(process.pid) in second.stderr
            assert "Traceback" not in second.stderr


def test_a_killed_server_leaves_nothing_stuck(data_dir: Path) -> None:
    made = _hengdai("keys", "create", "--org", "bank-a", "--name", "甲银行", "--data", str(data_dir))
    assert made.returncode == Exit.DONE, made.stderr
    with _serving(data_dir) as (process, _):
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    with _serving(data_dir) as (_, url):
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        assert httpx.get(f"{url}/v1/me", headers=headers).json()["organisation"] == "bank-a"


def test_a_key_is_made_listed_and_revoked(data_dir: Path) -> None:
    unknown = _hengdai("keys", "create", "--org", "bank-a", "--data", str(data_dir))
    assert (unknown.returncode, unknown.stdout) == (Exit.REFUSED, "")
    made = _hengdai("keys", "create", "--org", "bank-a", "--name", "甲银行", "--data", str(data_dir))
    key = made.stdout.strip()
    listed = _hengdai("keys", "list", "--org", "bank-a", "--json", "--data", str(data_dir))
    assert key.split(".")[-2] in listed.stdout
    assert key.split(".")[-1] not in listed.stdout + listed.stderr + made.stderr
    revoked = _hengdai("keys", "revoke", "--org", "bank-a", key.split(".")[-2], "--data", str(data_dir))
    assert revoked.returncode == Exit.DONE
    assert _hengdai("keys", "revoke", "--org", "bank-a", "0" * 12, "--data", str(data_dir)).returncode == Exit.REFUSED


def test_an_empty_book_is_closed_audited_and_has_no_loan_to_explain(data_dir: Path) -> None:
    _hengdai("keys", "create", "--org", "bank-a", "--name", "甲银行", "--data", str(data_dir))
    closed = _hengdai("end-of-day", "--json", "--data", str(data_dir))
    assert (closed.returncode, '"status": "done"' in closed.stdout) == (Exit.DONE, True), closed.stderr
    audited = _hengdai("audit-books", "--json", "--data", str(data_dir))
    assert (audited.returncode, '"agrees": true' in audited.stdout) == (Exit.DONE, True), audited.stderr
    missing = _hengdai("explain", "no-such-loan", "payoff", "--data", str(data_dir))
    assert (missing.returncode, missing.stdout) == (Exit.REFUSED, "")


def test_one_command_replays_a_book_and_shows_it_on_the_day_it_has_got_to(data_dir: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    assert _hengdai("synth", "--loans", "40", "--seed", "1", "--out", str(book)).returncode == Exit.DONE
    with _serving(data_dir, "run", "--book", str(book)) as (_, url):
        page = httpx.get(url).text
    days = set(re.findall(r"营业日.{0,40}?(\d{4}-\d{2}-\d{2})", page))
    events = pl.read_parquet(book / "events.parquet", columns=["day"])
    assert days == {str(events["day"].max())}


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_taken_port_is_said_before_anything_is_begun(data_dir: Path, command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        told = _hengdai(command, "--port", port, "--data", str(data_dir))
    assert told.returncode == Exit.UNAVAILABLE
    assert port in told.stderr
    assert list(data_dir.iterdir()) == []
