"""A query to a real PostgreSQL as a tape: what it reads, what it cannot do, and what it never says."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import polars as pl
import pytest

from hengdai.adapters.tapes.query import QueryTape
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Order, audit_tape
from tests.audit.tapes import PACK, Kept, audited, mapping_for

LOANS = """
CREATE TABLE loan_tape (
    借据号 text, 本金 numeric(18,2), 年利率 numeric(8,4), 期数 int, 放款日 date, 申请时间 timestamptz
);
INSERT INTO loan_tape
SELECT 'A' || n, 10000, 12.5, 12, '2026-01-15', '2026-01-14T20:30:00+00' FROM generate_series(1, 7) n;
"""
SQL = "SELECT * FROM loan_tape ORDER BY length(借据号), 借据号;"


@pytest.fixture
def loans(dsn: str) -> str:
    async def fill() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(LOANS)
        await connection.close()

    asyncio.run(fill())
    return dsn


def query(folder: Path, sql: str, name: str = "loans.sql") -> Path:
    (folder / name).write_text(sql, "utf-8")
    return folder / name


def test_a_query_gives_what_a_file_of_the_same_rows_gives(loans: str, tmp_path: Path) -> None:
    headers = ["借据号", "本金", "年利率", "期数", "放款日", "申请时间"]
    kept = Kept()
    tape = QueryTape(query(tmp_path, SQL), loans, size=3)
    tally = audit_tape([tape], Order(mapping_for(headers), PACK), kept, lambda rows: None)
    assert (tally.rows, tally.loans, tally.rejected) == (7, 7, 0)
    found = pl.concat(kept.found)
    assert found["row"].to_list() == list(range(1, 8))
    rows = [{"借据号": f"A{n}", "年利率": "12.5", "申请时间": "2026-01-15 04:30:00"} for n in range(1, 8)]
    assert found.drop("source").equals(audited(tmp_path, *rows).findings.drop("source"))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "multiple commands"),
        ("SELECT 1 AS a, 2 AS a", "headers that come twice"),
        ("DELETE FROM loan_tape RETURNING *", "read-only transaction"),
        ("INSERT INTO loan_tape DEFAULT VALUES RETURNING *", "read-only transaction"),
        ("SELECT setval('nothing', 1)", "does not exist"),
        ("SELECT 1 / (n - 3) FROM generate_series(1, 9) n", "division by zero"),
    ],
)
def test_what_a_query_may_not_do_ends_it_in_the_databases_words(
    sql: str, said: str, loans: str, tmp_path: Path
) -> None:
    with pytest.raises(TapeUnreadable, match=said):
        list(QueryTape(query(tmp_path, sql), loans).batches())


def command(folder: Path, *arguments: str, dsn: str | None = None) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-c", "from hengdai.entry.cli.main import app; app()", "audit", *arguments)
    told = {name: value for name, value in os.environ.items() if name != "HENGDAI_TAPE_DSN"}
    told |= {"HENGDAI_TAPE_DSN": dsn} if dsn is not None else {}
    return subprocess.run(program, cwd=folder, env=told, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_command_drafts_a_mapping_and_audits_a_query_and_never_tells_the_dsn(loans: str, tmp_path: Path) -> None:
    query(tmp_path, SQL)
    drafted = command(tmp_path, "--guess", "loans.sql", dsn=loans)
    assert drafted.returncode == 0, drafted.stderr
    text = drafted.stdout.replace("# product_kind", "product_kind").replace("# lender_kind", "lender_kind")
    (tmp_path / "map.toml").write_text(text.replace("# method", "method").replace("# internet", "internet"), "utf-8")
    done = command(tmp_path, "loans.sql", "--map", "map.toml", "--no-pdf", dsn=loans)
    assert done.returncode == 0, done.stderr + done.stdout
    left = "".join(path.read_text("utf-8") for path in (tmp_path / "audit").glob("*.[hjc]*"))
    assert "loans.sql" in left
    assert loans not in left + done.stdout + done.stderr


@pytest.mark.parametrize(
    ("dsn", "said"),
    [(None, "HENGDAI_TAPE_DSN"), ("postgresql://u:hush@127.0.0.1:1/nowhere", "no answer"),
     ("hush://u:hush@x", "no answer")],
)  # fmt: skip
def test_a_database_that_is_not_there_ends_with_two_and_keeps_the_secret(
    dsn: str | None, said: str, tmp_path: Path
) -> None:
    query(tmp_path, SQL)
    (tmp_path / "map.toml").write_text('[columns]\nloan_id = { header = "x" }\n', "utf-8")
    done = command(tmp_path, "--guess", "loans.sql", dsn=dsn)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert "hush" not in done.stderr + done.stdout
