"""The database that the program starts: one owner, whatever died before, and any PostgreSQL by DSN."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import asyncpg
import pytest

from hengdai.adapters.postgres.server import DatabaseUnavailable, Server, open_server

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
OWNER = textwrap.dedent("""
    import asyncio, sys, time, asyncpg
    from hengdai.adapters.postgres.server import open_server

    async def write(dsn):
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n bigint)")
        await connection.execute("INSERT INTO kept VALUES (1)")
        await connection.close()

    server = open_server(sys.argv[1])
    asyncio.run(write(server.dsn))
    print("up", flush=True)
    time.sleep(600)
""")


async def _value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def value(server: Server, query: str) -> object:
    return asyncio.run(_value(server.dsn, query))


def owner(directory: Path) -> "subprocess.Popen[str]":
    """Another process that owns the directory and has written a row."""
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_it_starts_stops_and_starts_again_with_what_was_written(data_dir: Path) -> None:
    with open_server(data_dir) as server:
        value(server, "CREATE TABLE kept AS SELECT 7 AS n")
    with open_server(data_dir) as server:
        assert value(server, "SELECT n FROM kept") == 7


def test_a_second_owner_of_the_directory_is_refused_in_both_languages_with_the_pid(data_dir: Path) -> None:
    first = owner(data_dir)
    try:
        with pytest.raises(DatabaseUnavailable) as refused:
            open_server(data_dir)
        assert f"pid {first.pid}" in refused.value.text.zh and "正由另一个" in refused.value.text.zh
        assert f"pid {first.pid}" in refused.value.text.en and "in use by another" in refused.value.text.en
    finally:
        first.kill()
        first.wait()
        open_server(data_dir).close()


def test_a_killed_owner_blocks_nobody_and_its_surviving_database_is_taken_over(data_dir: Path) -> None:
    first = owner(data_dir)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with open_server(data_dir) as server:
        assert value(server, "SELECT count(*) FROM kept") == 1


def postmaster(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text().split()[0])


def test_a_database_that_crashed_with_its_owner_recovers_what_was_committed(data_dir: Path) -> None:
    first = owner(data_dir)
    database = postmaster(data_dir)
    first.send_signal(signal.SIGKILL)
    os.kill(database, signal.SIGKILL)
    first.wait()
    while _alive(database):
        time.sleep(0.05)
    with open_server(data_dir) as server:
        assert value(server, "SELECT count(*) FROM kept") == 1


def test_the_note_of_a_dead_server_whose_pid_is_another_programs_now_does_not_fool_it(data_dir: Path) -> None:
    first = owner(data_dir)
    database = postmaster(data_dir)
    noted = data_dir / "postgres" / "postmaster.pid"
    text = noted.read_text()
    first.send_signal(signal.SIGKILL)
    os.kill(database, signal.SIGKILL)
    first.wait()
    while _alive(database):
        time.sleep(0.05)
    noted.write_text(text.replace(str(database), str(os.getpid()), 1))
    with open_server(data_dir) as server:
        assert value(server, "SELECT count(*) FROM kept") == 1


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_dsn_names_another_database_which_is_left_running(server: Server, data_dir: Path) -> None:
    with open_server(data_dir, dsn=server.dsn) as other:
        assert other.dsn == server.dsn
    assert value(server, "SELECT 1") == 1
    assert list(data_dir.iterdir()) == []


def test_processes_that_migrate_at_once_end_with_one_book(server: Server) -> None:
    value(server, "CREATE DATABASE raced")
    dsn = server.dsn.replace("/postgres?", "/raced?", 1)
    script = (
        "import asyncio, sys; from hengdai.adapters.postgres.engine import connect, migrate; "
        "asyncio.run(migrate(connect(sys.argv[1])))"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    racing = [subprocess.Popen([sys.executable, "-c", script, dsn], env=environment) for _ in range(3)]
    assert [process.wait(timeout=120) for process in racing] == [0, 0, 0]
    assert value(Server(dsn), "SELECT count(*) FROM alembic_version") == 1
    value(server, "DROP DATABASE raced WITH (FORCE)")


@pytest.mark.slow
def test_an_ordinary_user_may_start_it_too(data_dir: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("already an ordinary user; every other test here shows it")
    data_dir.chmod(0o777)
    for parent in data_dir.parents:
        if parent.stat().st_uid == os.getuid() and parent != parent.parent:
            parent.chmod(parent.stat().st_mode | 0o055)
    script = (
        "import sys; from hengdai.adapters.postgres.server import open_server; "
        "open_server(sys.argv[1]).close(); print('ok')"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(data_dir / "own")],
            user="nobody", capture_output=True, text=True, timeout=120,
            env={"PYTHONPATH": SOURCE, "PATH": os.environ["PATH"], "HOME": str(data_dir), "TMPDIR": str(data_dir)},
        )  # fmt: skip
    except PermissionError:
        pytest.skip("the interpreter itself is out of an ordinary user's reach here")
    assert done.stdout.strip() == "ok", done.stderr
