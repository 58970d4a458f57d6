"""`hengdai law impact` and `hengdai law pages` on a book: what a candidate would turn, and what each rule stopped."""

import json
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest

from hengdai.entry.cli.exits import Exit
from tests.books import small
from tests.replay.conftest import replayed

RATES = {"cheap": "12", "middling": "34", "dear": "48"}


def _hengdai(*arguments: str) -> "subprocess.CompletedProcess[str]":
    code = "from hengdai.entry.cli.main import app; app()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)


def _book(folder: Path) -> Path:
    loans = [small.LOAN | {"loan": name, "annual_rate": rate} for name, rate in RATES.items()]
    return small.write(folder, small.tables() | {"loans": loans, "events": []})


def _candidate(folder: Path, cap: str) -> Path:
    """The toy pack with another cap since 2015."""
    shutil.copytree(Path(str(files("hengdai.packs") / "toy")), folder)
    law = folder / "law.toml"
    text = law.read_text("utf-8")
    assert text.count('from = 2015-01-01, value = "36%"') == 1
    law.write_text(text.replace('from = 2015-01-01, value = "36%"', f'from = 2015-01-01, value = "{cap}"'), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("cap", "since", "code", "loans", "stopped", "released"),
    [
        ("30%", "2026-01-01", Exit.NO, {"middling"}, 1, 0),
        ("60%", "2026-01-01", Exit.NO, {"dear"}, 0, 1),
        ("36%", "2026-01-01", Exit.DONE, set(), 0, 0),
        ("30%", "2026-02-01", Exit.DONE, set(), 0, 0),
    ],
    ids=["stricter", "laxer", "the same", "after the last judgement"],
)
async def test_a_candidate_tells_which_loans_would_turn_and_writes_nothing(
    dsn: str, tmp_path: Path, cap: str, since: str, code: Exit, loans: set[str], stopped: int, released: int
) -> None:
    await replayed(dsn, _book(tmp_path / "book"))
    before = await _judged(dsn)
    given = ("law", "impact", str(_candidate(tmp_path / "toy", cap)), "--pack", "toy", "--since", since)
    done = _hengdai(*given, "--dsn", dsn, "--json")
    assert done.returncode == code, done.stderr
    told = json.loads(done.stdout)
    assert {row["loan"].split("-", 1)[1] for row in told["turned"]} == loans
    assert all(row["stage"] == "application" for row in told["turned"]), "said once, at the first gate where it turns"
    for row in told["by_rule"]:
        assert row["rule"] == "toy.cost-cap"
        assert row["clause"] == "《玩具国放贷法》(2000/1)第4条"
        assert row["partner"] == "P-1"
        assert (row["newly_stopped"], row["released"]) == (stopped, released)
        assert row["newly_stopped_amount"] + row["released_amount"] == 120_000
    assert len(told["by_rule"]) == stopped + released
    if since == "2026-01-01":
        assert told["judgements"] == len(before)
        assert told["stopped_live"] == sum(stops for _, stops in before)
    assert await _judged(dsn) == before
    assert _hengdai(*given, "--dsn", dsn).returncode == code


async def test_another_jurisdiction_is_no_candidate(dsn: str) -> None:
    done = _hengdai("law", "impact", "id", "--pack", "toy", "--since", "2026-01-01", "--dsn", dsn)
    assert done.returncode == Exit.UNREADABLE
    assert "toy" in done.stderr


async def test_the_pages_say_how_many_loans_each_rule_stopped(dsn: str, tmp_path: Path) -> None:
    await replayed(dsn, _book(tmp_path / "book"))
    done = _hengdai("law", "pages", "toy", "--out", str(tmp_path / "out"), "--on", "2026-11-23", "--dsn", dsn)
    assert done.returncode == Exit.DONE, done.stderr
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    counts = dict(re.findall(r'href="toy\.([^"]+)\.html">.*?<td>(\d+)</tr>', index))
    assert counts["cost-cap"] == "1"
    assert counts["partner-listed"] == "0"
    links = {link for page in (tmp_path / "out").iterdir() for link in re.findall(r'href="([^"]+)"', page.read_text())}
    assert all((tmp_path / "out" / link).is_file() for link in links)


async def _judged(dsn: str) -> list[tuple[str, bool]]:
    """Every judgement, and whether it stops."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT judgement_id, NOT cleared AS stops FROM judgement ORDER BY judgement_id")
    await connection.close()
    return [(row["judgement_id"], row["stops"]) for row in rows]
