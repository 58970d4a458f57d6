"""A book replayed into a real database: balanced, countable, repeatable, and deaf to what the law forbade."""

import csv
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hengdai.app.actor import Actor, Role
from hengdai.app.audit_books import audit_books
from hengdai.app.change import LoanCall
from hengdai.app.disburse import disburse
from hengdai.app.replay import ReplayRefused
from hengdai.app.replay_book import UnreadableBook
from hengdai.app.sign import sign
from hengdai.base.identity import LoanId, OrgId
from hengdai.base.money import CNY, Money
from hengdai.entry.wiring import platform
from tests.books import small
from tests.replay.conftest import LOANS, contents, replayed


def _lasting(summary: dict[str, Any]) -> dict[str, Any]:
    """The summary without what depends on the hour."""
    return {
        name: value for name, value in summary.items() if name not in ("seconds", "loan_days_per_second", "done_before")
    }


async def test_a_book_ends_balanced_and_every_application_is_accounted_for(dsn: str, book: Path) -> None:
    summary = await replayed(dsn, book)
    assert summary["balanced"]
    assert summary["second_bookkeeper"]["agrees"]
    assert summary["applications"] == summary["book"]["rows"] == LOANS
    assert sum(summary["states"].values()) + summary["unjudged"] + summary["rejects"]["loans"] == LOANS
    assert summary["states"]["refused"] == summary["steps"]["refused"] > 0
    assert sum(found["loans"] for found in summary["arrears"].values()) == summary["states"]["active"]
    money = summary["money"]
    assert money["disbursed"] == money["outstanding"] + money["principal"] + money["written_off"]
    lines = {line["account"]: line["debit"] - line["credit"] for line in summary["trial_balance"]["lines"]}
    assert lines["loan.principal"] == money["outstanding"]
    assert lines["loss.credit"] == money["written_off"]


async def test_the_summary_counts_what_the_database_holds(dsn: str, book: Path) -> None:
    summary = await replayed(dsn, book)
    connection = await asyncpg.connect(dsn)
    counts = {
        table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in ("event", "entry", "judgement")
    }
    await connection.close()
    assert counts == {"event": summary["events"], "entry": summary["entries"], "judgement": summary["judgements"]}


async def test_a_second_replay_has_no_effect_and_the_same_summary(dsn: str, book: Path) -> None:
    first = await replayed(dsn, book)
    held = await contents(dsn)
    second = await replayed(dsn, book)
    assert second["done_before"] == LOANS
    assert _lasting(second) == _lasting(first)
    assert await contents(dsn) == held


async def test_a_book_begun_with_one_slice_size_is_not_gone_on_with_in_another(dsn: str, book: Path) -> None:
    await replayed(dsn, book)
    with pytest.raises(ReplayRefused, match="was used for another request"):
        await replayed(dsn, book, chunk=50)


async def test_the_auditor_of_whole_books_agrees_with_what_was_written_in_bulk(dsn: str, book: Path) -> None:
    await replayed(dsn, book)
    async with platform(dsn) as house:
        for org in ("F-BANK-1", "F-ML-1"):
            audit = await audit_books(house.office, Actor(OrgId(org), Role.ADMIN))
            assert audit.discrepancies == ()
            assert audit.loans > 0


async def test_a_refused_application_is_signed_by_no_route(dsn: str, tmp_path: Path) -> None:
    rows = small.tables()
    rows["loans"][0]["annual_rate"] = "80"
    summary = await replayed(dsn, small.write(tmp_path / "book", rows))
    assert summary["refused_by"] == {"toy.cost-cap": 1}
    loan = LoanId(f"{summary['book']['digest'][:8]}-A-1")
    async with platform(dsn) as house:
        actor = Actor(OrgId("F-1"), Role.ADMIN)
        for number, attempt in enumerate((
            sign(house.office, LoanCall(actor, "s", loan), "0" * 64),
            disburse(house.office, LoanCall(actor, "d", loan), Money(120_000, CNY)),
        )):  # fmt: skip
            outcome = await attempt
            assert outcome.refusal is not None, number
            assert outcome.refusal.code == "wrong_state"
    connection = await asyncpg.connect(dsn)
    row = "org, loan_id, seq, event_id, day, known, kind, fact, clearance"
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute(
            f"INSERT INTO event ({row}) SELECT org, loan_id, 2, 'forged', day, known, 'signed', fact, clearance "
            "FROM event WHERE loan_id = $1",
            loan,
        )
    await connection.close()


async def test_malformed_rows_are_listed_and_the_others_go_on(dsn: str, tmp_path: Path) -> None:
    rows = small.tables()
    rows["loans"].append(small.LOAN | {"loan": "A-3", "principal": "12,00"})
    rows["loans"].append(small.LOAN | {"loan": "A-4", "first_due": "2026-01-02"})
    summary = await replayed(dsn, small.write(tmp_path / "book", rows))
    assert summary["balanced"]
    assert summary["states"]["closed"] == 2
    assert (summary["rejects"]["loans"], summary["rejects"]["fields"]) == (2, 2)
    with Path(summary["rejects"]["file"]).open(encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file))
    assert listed == [
        ["table", "row", "column", "loan", "found", "expected_zh", "expected_en"],
        [
            "loans",
            "3",
            "principal",
            "A-3",
            "'12,00'",
            "大于 0 的金额, 例如 1234.50",
            "an amount above 0, such as 1234.50",
        ],
        ["loans", "4", "first_due", "A-4", "2026-01-02", "晚于起息日 2026-01-06", "a day after the start 2026-01-06"],
    ]


async def test_a_book_with_an_unreadable_table_writes_nothing(dsn: str, tmp_path: Path) -> None:
    folder = small.write(tmp_path / "book", small.tables())
    events = (folder / "events.csv").read_text("utf-8")
    (folder / "events.csv").write_text(events.replace("intent", "meant"), "utf-8")
    with pytest.raises(UnreadableBook, match="missing intent"):
        await replayed(dsn, folder)
    connection = await asyncpg.connect(dsn)
    for table in ("organisation", "partner_listing", "command", "loan"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
    await connection.close()


async def test_two_books_with_the_same_loan_names_do_not_meet(dsn: str, tmp_path: Path) -> None:
    rows = small.tables()
    await replayed(dsn, small.write(tmp_path / "one", rows))
    rows["loans"][1]["principal"] = "600"
    summary = await replayed(dsn, small.write(tmp_path / "two", rows))
    assert summary["states"]["closed"] == 2
    assert summary["balanced"]
