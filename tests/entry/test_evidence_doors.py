"""Evidence over HTTP, and the sealer that a server keeps beside itself."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.home import EvidenceHome, Watched
from hengdai.adapters.evidence.rounds import Round, Rounds
from hengdai.base.text import Text
from hengdai.entry.evidence_watch import watch_book
from hengdai.entry.http.server import build
from hengdai.entry.keep_sealing import sealing_beside
from hengdai.entry.platform import Platform
from hengdai.entry.sealing import SealedElsewhere, seal_book
from hengdai.entry.wiring import Settings, platform
from hengdai.evidence.bundle import verify_bundle
from hengdai.evidence.monitor import Alarm, Concern
from tests.entry.front import TODAY, Front, list_partner, people, seal
from tests.evidence.test_commands import hengdai


@pytest_asyncio.fixture
async def house(dsn: str, tmp_path: Path) -> AsyncIterator[tuple[Platform, Front]]:
    """A platform with an evidence directory, and a front on it."""
    vault = Settings(data=tmp_path).vault()
    async with platform(dsn, clock=SetClock(TODAY), vault=vault, evidence=tmp_path / "evidence") as opened:
        transport = httpx.ASGITransport(build(opened), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            front = Front(client, await people(opened), SetClock(TODAY))
            await list_partner(front)
            yield opened, front


async def test_a_loan_has_no_bundle_before_it_is_sealed_and_one_afterwards(house: tuple[Platform, Front]) -> None:
    opened, front = house
    loan = await front.disbursed()
    early = await front.get(f"/loans/{loan}/evidence", "examiner")
    assert (early.status_code, early.json()["code"]) == (409, "not_sealed")
    assert opened.evidence is not None
    opened.evidence.directory.mkdir()
    (opened.evidence.directory / "anchors.toml").write_text('[[anchor]]\nkind = "sm3"\n')
    home = await seal(opened)
    answer = await front.get(f"/loans/{loan}/evidence", "viewer")
    assert answer.status_code == 200
    found = verify_bundle(answer.content)
    assert [broken.link.value for broken in found.broken] == ["quorum"]  # no witness vouches, and the file says so
    assert found.subject == f"bank-a/{loan}"
    assert [anchor["kind"] for anchor in json.loads(answer.content)["anchors"]] == ["sm3"]
    assert (await front.get(f"/loans/{loan}/evidence", "stranger")).status_code == 404
    state = (await front.get("/evidence", "viewer")).json()
    assert [log["size"] for log in state["logs"]] == [log["sealed"] for log in state["logs"]]
    assert (state["waiting"], state["logs"][0]["quorum"], state["alarms"]) == (0, None, None)
    await front.disbursed()
    later = (await front.get("/evidence", "viewer")).json()
    assert later["waiting"] > 0
    assert opened.evidence is not None
    await watch_book(opened.evidence.leaves, home, datetime.now(UTC))
    assert (await front.get("/evidence", "viewer")).json()["alarms"] == 0


async def test_a_server_without_an_evidence_directory_says_so(front: Front) -> None:
    loan = await front.disbursed()
    told = (await front.get(f"/loans/{loan}/evidence")).json()
    assert (told["code"], "no evidence directory" in told["en"]) == ("not_sealed", True)
    assert (await front.get("/evidence")).json()["logs"] == []


async def test_a_book_is_not_sealed_under_the_keys_of_another_directory(
    house: tuple[Platform, Front], tmp_path: Path
) -> None:
    opened, front = house
    await front.disbursed()
    await seal(opened)
    assert opened.evidence is not None
    other = EvidenceHome.begin(tmp_path / "other", "evidence.local/book")
    with pytest.raises(SealedElsewhere):
        await seal_book(opened.evidence.leaves, other, lambda: datetime.now(UTC))
    assert other.logs.years() == []


async def test_the_sealer_beside_a_server_seals_watches_and_ends_with_it(
    house: tuple[Platform, Front], dsn: str, tmp_path: Path
) -> None:
    opened, front = house
    loan = await front.disbursed()
    assert opened.evidence is not None
    directory, until = opened.evidence.directory, time.monotonic() + 90
    with sealing_beside(directory, dsn, tmp_path):
        while time.monotonic() < until:
            state = await opened.evidence.state()
            if state is not None and state.watched is not None:
                break
            time.sleep(0.2)
        assert state is not None and state.watched is not None and state.waiting == 0
        assert state.watched.alarms == ()
    assert (await front.get(f"/loans/{loan}/evidence")).status_code == 200
    assert "leaves taken in" in (directory / "sealer.log").read_text(encoding="utf-8")
    assert "Traceback" not in (directory / "sealer.log").read_text(encoding="utf-8")


async def tamper(dsn: str, statement: str) -> None:
    """What only the owner of the database can do, with every trigger silent."""
    owner = await asyncpg.connect(dsn)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(statement)
    await owner.close()


async def test_a_balance_changed_directly_is_named_by_the_monitor(house: tuple[Platform, Front], dsn: str) -> None:
    opened, front = house
    await front.disbursed()
    home = await seal(opened)
    await front.disbursed()  # not in the log yet, but in the balances
    assert opened.evidence is not None
    assert (await watch_book(opened.evidence.leaves, home, datetime.now(UTC))).alarms == ()
    await tamper(
        dsn,
        "UPDATE account_balance SET balance = balance + 1 WHERE ctid = (SELECT ctid FROM account_balance "
        "WHERE account = 'cash.clearing' LIMIT 1)",
    )
    told = await asyncio.to_thread(hengdai, "evidence", "monitor", "--log", home.directory, "--dsn", dsn)
    assert (told.returncode, told.stdout.count("\n")) == (3, 1)
    assert told.stdout.startswith("balance bank-a cash.clearing CNY: ")
    assert "the ledger has -1199999, the log adds up to -1200000" in told.stdout
    assert (await front.get("/evidence", "viewer")).json()["alarms"] == 1


async def test_a_posting_that_was_touched_is_named_alone_and_other_books_are_still_added_up(
    house: tuple[Platform, Front], dsn: str
) -> None:
    opened, front = house
    loan = await front.disbursed()
    home = await seal(opened)
    assert opened.evidence is not None
    await tamper(dsn, "UPDATE entry SET amounts = (SELECT array_agg(a * 2) FROM unnest(amounts) AS a)")
    await tamper(dsn, "INSERT INTO account_balance VALUES ('bank-b', 'cash.clearing', 'CNY', 'bank-b', 0, 5)")
    found = (await watch_book(opened.evidence.leaves, home, datetime.now(UTC))).alarms
    assert {(one.concern, one.where.split(" ")[0]) for one in found} == {
        (Concern.ENTRY, f"bank-a/{loan}"), (Concern.BALANCE, "bank-b")
    }  # fmt: skip


async def test_a_touched_row_is_named_though_its_leaf_was_made_to_say_that_it_is_about_somebody_erased(
    house: tuple[Platform, Front], dsn: str
) -> None:
    opened, front = house
    loan = await front.disbursed()
    home = await seal(opened)
    assert opened.evidence is not None
    await tamper(dsn, "UPDATE event SET day = day - 1 WHERE kind = 'disbursed'")
    opened.office.vault.erase("bank-a", "gone")
    await tamper(dsn, "UPDATE evidence_leaf SET keeper = 'bank-a', person = 'gone' WHERE kind = 'event'")
    found = (await watch_book(opened.evidence.leaves, home, datetime.now(UTC))).alarms
    assert any(one.concern is Concern.ENTRY and one.where.startswith(f"bank-a/{loan} event") for one in found)


async def test_a_book_that_is_being_written_gives_no_alarm(house: tuple[Platform, Front]) -> None:
    opened, front = house
    home = await seal(opened)
    assert opened.evidence is not None
    leaves = opened.evidence.leaves

    async def write() -> None:
        for _ in range(4):
            await front.disbursed()

    writing = asyncio.create_task(write())
    looks = 0
    while not writing.done() or not looks:
        await seal(opened)
        assert (await watch_book(leaves, home, datetime.now(UTC))).alarms == ()
        looks += 1
    await writing
    assert await leaves.balances(0) != await leaves.balances(2**62)


def test_a_round_that_says_nothing_new_has_no_line_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path / "rounds" / "2026.jsonl")
    first = Round(1, 10, sealed=False, why_not={"bank": "no answer"})
    for done in (first, Round(2, 10, sealed=False), Round(3, 10, sealed=True, signed={"bank": 3})):
        rounds.keep(done)
    assert [one.time for one in rounds.all()] == [1, 3]
    with (tmp_path / "rounds" / "2026.jsonl").open("a") as torn:
        torn.write('{"size": 11, "ti')
    assert [one.time for one in rounds.all()] == [1, 3]
    rounds.keep(Round(4, 12, sealed=True, signed={"bank": 4}))
    assert rounds.all()[-1].size == 12


def test_what_the_monitor_found_is_kept_and_read_again(tmp_path: Path) -> None:
    home = EvidenceHome.begin(tmp_path, "evidence.local/book")
    assert home.watched() is None
    watched = Watched(7, 3, (Alarm(Concern.ENTRY, "bank/L1 postings e.1", Text("改", "altered")),))
    home.keep_watched(watched)
    assert home.watched() == watched
    (tmp_path / "watched.json").write_text(json.dumps({"alarms": [{"concern": "no such"}]}))
    assert home.watched() is None
