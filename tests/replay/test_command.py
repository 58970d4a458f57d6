"""`hengdai replay` and `hengdai synth` as they are called: data on stdout, talk on stderr, exit codes as documented."""

import json
import subprocess
import sys
from pathlib import Path

import asyncpg

from hengdai.entry.cli.exits import Exit
from tests.books import small

_COMMAND = "from hengdai.entry.cli.main import app; app()"


def hengdai(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """One command, run to its end."""
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_json_is_all_that_stands_on_stdout_and_a_balanced_book_ends_with_nought(dsn: str, tmp_path: Path) -> None:
    book = small.write(tmp_path / "book", small.tables())
    done = hengdai("replay", str(book), "--dsn", dsn, "--data", str(tmp_path / "data"), "--json")
    assert done.returncode == Exit.DONE, done.stderr
    summary = json.loads(done.stdout)
    assert summary["balanced"] is True
    assert summary["applications"] == 2
    assert summary["states"]["closed"] == 2


def test_people_read_the_summary_in_two_languages(dsn: str, tmp_path: Path) -> None:
    book = small.write(tmp_path / "book", small.tables())
    done = hengdai("replay", str(book), "--dsn", dsn, "--data", str(tmp_path / "data"))
    assert done.returncode == Exit.DONE, done.stderr
    for words in (
        "申请 / applications",
        "试算平衡 Trial balance",
        "第二记账人 Second bookkeeper: 认可 agrees",
        "loan-days",
    ):
        assert words in done.stdout


async def test_books_that_differ_end_with_one(dsn: str, tmp_path: Path) -> None:
    book = small.write(tmp_path / "book", small.tables())
    arguments = ("replay", str(book), "--dsn", dsn, "--data", str(tmp_path / "data"))
    assert hengdai(*arguments).returncode == Exit.DONE
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE account_balance SET balance = balance + 1 WHERE account = 'income.interest'")
    await connection.close()
    done = hengdai(*arguments)
    assert done.returncode == Exit.NO
    assert "不认可 DISAGREES" in done.stdout
    assert "income.interest" in done.stdout


def test_a_book_that_cannot_be_read_ends_with_two_and_says_why(tmp_path: Path) -> None:
    done = hengdai("replay", str(tmp_path / "nothing"), "--data", str(tmp_path / "data"))
    assert done.returncode == Exit.UNREADABLE
    assert done.stdout == ""
    assert "no such folder" in done.stderr
    assert not (tmp_path / "data").exists()  # nothing was opened for it


def test_a_law_that_is_not_here_is_said_with_those_that_are(dsn: str, tmp_path: Path) -> None:
    book = small.write(tmp_path / "book", small.tables())
    done = hengdai("replay", str(book), "--pack", "atlantis", "--dsn", dsn, "--data", str(tmp_path / "data"))
    assert done.returncode == Exit.UNREADABLE
    assert "atlantis" in done.stderr
    assert "toy" in done.stderr


def test_synth_writes_where_it_is_told_and_says_where(tmp_path: Path) -> None:
    book = tmp_path / "book"
    done = hengdai("synth", "--loans", "50", "--seed", "3", "--out", str(book), "--format", "csv")
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout.strip() == str(book)
    assert len((book / "loans.csv").read_text("utf-8").splitlines()) == 51
