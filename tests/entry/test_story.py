"""The command line tells the whole story, starts fast, and every command explains itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.main import leaves, load, story
from hengdai.entry.cli.story import EXITS, STORY, Command

_COMMANDS = [command for chapter in STORY for command in chapter.commands]
_SLOW = ("nicegui", "fastapi", "sqlalchemy", "numpy", "polars", "rich", "asyncpg", "numba")


def hengdai(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user does."""
    program = "from hengdai.entry.cli.main import app; app()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=cwd
    )


def test_help_tells_every_command_in_both_languages() -> None:
    told = hengdai("--help")
    assert told.returncode == Exit.DONE
    assert told.stdout == story()
    for command in _COMMANDS:
        assert command.name in told.stdout
        assert command.about.zh in told.stdout
        assert command.about.en in told.stdout


def test_no_two_commands_share_a_name() -> None:
    names = [command.name for command in _COMMANDS]
    assert sorted(set(names)) == sorted(names)


def test_help_imports_nothing_slow() -> None:
    program = f"""
import sys
from hengdai.entry.cli.main import app
sys.argv = ["hengdai", "--help"]
try:
    app()
except SystemExit:
    pass
print([name for name in {_SLOW!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: command.name)
def test_a_command_has_help_with_an_example(command: Command) -> None:
    for name, each in leaves(command.name, load(command)):
        assert each.help is not None, name
        assert "hengdai " in each.help.partition("例 Example: ")[2], name


def test_every_exit_code_is_documented() -> None:
    assert set(EXITS) == set(Exit)


def test_an_unknown_command_is_an_unreadable_command_line() -> None:
    assert hengdai("no-such-command").returncode == Exit.UNREADABLE


def test_data_goes_to_stdout_and_talk_to_stderr() -> None:
    done = hengdai("cost", "10000", "888.49x12")
    assert "12.6830%" in done.stdout
    assert "PBoC 2021/3" in done.stderr
    assert "PBoC" not in done.stdout


@pytest.mark.parametrize("wrong", ["abc", "1.234", "x12", "10x"])
def test_an_unreadable_amount_says_what_would_be_right(wrong: str) -> None:
    done = hengdai("cost", "10000", wrong)
    assert done.returncode == Exit.UNREADABLE
    assert wrong in done.stderr
    assert "Traceback" not in done.stderr


def test_the_schedule_preview_ends_at_nothing() -> None:
    done = hengdai("schedule", "12000", "--rate", "18", "--start", "2026-01-31", "--json")
    assert done.returncode == Exit.DONE
    assert '"closing": "0.00"' in done.stdout
    assert '"due": "2026-02-28"' in done.stdout


def test_conformance_ends_with_a_count_and_says_no_by_its_exit_code(tmp_path: Path) -> None:
    record = (
        '{"id": "a-loan", "record_type": "rate", "convention": "IRR_PERIODIC", "expected_rate": RATE,'
        ' "tolerance": 0.000001,'
        ' "cash_flows": [{"t": 0, "amount": 100, "kind": "advance"}, {"t": 1, "amount": 110, "kind": "payment"}]}'
    )
    file = tmp_path / "apr.jsonl"
    file.write_text(record.replace("RATE", "0.1"), encoding="utf-8")
    good = hengdai("conformance", "apr", str(file))
    assert (good.returncode, good.stdout.splitlines()[-1]) == (Exit.DONE, "1 passed, 0 failed, 0 skipped")
    file.write_text(record.replace("RATE", "0.2"), encoding="utf-8")
    bad = hengdai("conformance", "apr", str(file))
    assert (bad.returncode, bad.stdout.splitlines()[-1]) == (Exit.NO, "0 passed, 1 failed, 0 skipped")
