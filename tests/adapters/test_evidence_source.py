"""The book as the source of the evidence log: each row once, none before an earlier transaction has ended."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.postgres.door import Door
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.evidence_records import Found, LeafKey
from hengdai.adapters.postgres.evidence_source import BookLeaves, Drawing, ForeignServer, Standing
from hengdai.adapters.postgres.server import Server
from hengdai.base.identity import OrgId
from hengdai.evidence.record import RecordKind, commit, record_bytes

pytestmark = pytest.mark.asyncio

_COMMAND = "INSERT INTO command VALUES ('bank', $1, 'c-' || $1, 'pay', 'd', 'operator', 'key-1', now())"
_EVENT = (
    "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact) "
    "VALUES ('bank', $1, $2::int, $1 || '-' || $2::int, '2026-01-05', now(), 'paid', '{\"amount\": 5}')"
)
NO_KEYS = FileVault(Path("nowhere"))
DRAWING = Drawing(b"\x07" * 32, lambda: secrets.token_bytes(32), 2026)


@pytest_asyncio.fixture
async def leaves(dsn: str, tmp_path: Path) -> AsyncIterator[BookLeaves]:
    engine = connect(dsn, 4)
    yield BookLeaves(engine, FileVault(tmp_path))
    await engine.dispose()


@pytest_asyncio.fixture
async def writer(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def refs(leaves: BookLeaves) -> list[str]:
    return [f"{one.key.loan}{one.key.ref}" for one in await leaves.after(0, 10_000)]


async def test_a_command_and_its_events_become_leaves_with_where_they_came_from(
    leaves: BookLeaves, writer: asyncpg.Connection
) -> None:
    async with writer.transaction():
        await writer.execute(_COMMAND, "k1")
        await writer.execute(_EVENT, "L", 1)
    assert await leaves.draw(DRAWING) == 2
    assert await leaves.draw(DRAWING) == 0
    ((standing, found),) = await leaves.of_loan("bank", "L")
    assert found is not None
    assert standing.key.kind is RecordKind.EVENT
    assert opened(standing, {standing.key: found}).encode() in standing.leaf
    came = found.record.provenance
    assert (came.who, came.device, came.source, came.authorisation) == (
        "bank operator", "key key-1", "route pay", "command c-k1"
    )  # fmt: skip
    assert await refs(leaves) == ["k1", "L1"]


async def test_nothing_is_shown_while_an_earlier_transaction_can_still_commit(
    leaves: BookLeaves, writer: asyncpg.Connection, dsn: str
) -> None:
    slow = await asyncpg.connect(dsn)
    held = slow.transaction()
    await held.start()
    await slow.execute(_COMMAND, "early")
    await writer.execute(_COMMAND, "late")
    assert await leaves.draw(DRAWING) == 0
    await held.commit()
    assert await leaves.draw(DRAWING) == 2
    assert await refs(leaves) == ["early", "late"]
    await slow.close()


async def test_what_was_rolled_back_leaves_no_gap(leaves: BookLeaves, writer: asyncpg.Connection) -> None:
    for number in range(4):
        turn = writer.transaction()
        await turn.start()
        await writer.execute(_COMMAND, f"k{number}")
        await (turn.rollback() if number % 2 else turn.commit())
    assert await leaves.draw(DRAWING) == 2
    assert [one.position for one in await leaves.after(0, 10)] == [1, 2]


async def test_a_batch_ends_between_transactions_and_goes_on_behind_them(
    leaves: BookLeaves, writer: asyncpg.Connection
) -> None:
    for number in range(3):
        async with writer.transaction():
            await writer.execute(_COMMAND, f"k{number}")
            for seq in range(1, 8):
                await writer.execute(_EVENT, f"L{number}", seq)
    taken = []
    while made := await leaves.draw(DRAWING, 2):
        taken.append(made)
    assert taken == [8, 8, 8]
    assert len(set(await refs(leaves))) == 24


async def test_several_at_once_draw_each_row_once(leaves: BookLeaves, writer: asyncpg.Connection) -> None:
    async def write() -> None:
        for number in range(40):
            await writer.execute(_COMMAND, f"k{number:02}")

    async def draw() -> int:
        total = 0
        for _ in range(30):
            total += await leaves.draw(DRAWING, 3)
            await asyncio.sleep(0.002)
        return total

    _, *drawn = await asyncio.gather(write(), draw(), draw(), draw())
    while made := await leaves.draw(DRAWING):
        drawn.append(made)
    assert sum(drawn) == 40
    assert await refs(leaves) == [f"k{number:02}" for number in range(40)]


async def test_nobody_chooses_the_transaction_that_a_row_is_of(writer: asyncpg.Connection) -> None:
    await writer.execute("SELECT set_config('hengdai.org', 'bank', false), set_config('role', 'hengdai_app', false)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await writer.execute(
            "INSERT INTO command (org, key, command_id, route, payload_digest, role, key_id, recorded, recorded_in) "
            "VALUES ('bank', 'k', 'c', 'r', 'd', 'operator', 'local', now(), 1)"
        )
    await writer.execute("RESET role")


async def test_a_book_moved_to_a_server_with_lower_transactions_is_refused(
    leaves: BookLeaves, writer: asyncpg.Connection
) -> None:
    await writer.execute(_COMMAND, "k")
    await leaves.draw(DRAWING)
    await writer.execute("SET session_replication_role = replica")
    await writer.execute("UPDATE evidence_leaf SET recorded_in = 1000000000000")
    with pytest.raises(ForeignServer, match="physical backup"):
        await leaves.draw(DRAWING)


async def test_who_may_act_and_by_which_law_are_leaves_without_a_secret(
    leaves: BookLeaves, writer: asyncpg.Connection
) -> None:
    await writer.execute("INSERT INTO organisation VALUES ('bank', 'A bank', 'funder', now())")
    async with writer.transaction():
        await writer.execute(_COMMAND, "k1")
        await writer.execute("INSERT INTO api_key VALUES ('bank', 'abc', 'digest', 'viewer', 'for a test', now())")
    await writer.execute("INSERT INTO key_revocation VALUES ('bank', 'abc', now())")
    await writer.execute(
        "INSERT INTO partner_listing VALUES ('bank', 'p1', 'plat', 'facilitator', '{\"licence\": \"1\"}')"
    )
    await writer.execute("INSERT INTO pack VALUES ('d1', 'toy', '{\"rules.toml\": \"text\"}')")
    assert await leaves.draw(DRAWING) == 6
    standing = await leaves.after(0, 10)
    assert [(one.key.org, one.key.kind.value, one.key.ref) for one in standing] == [
        ("bank", "configuration", "organisation"), ("bank", "command", "k1"), ("bank", "key", "api_key abc"),
        ("bank", "key", "key_revocation abc"), ("bank", "configuration", "partner_listing p1"), ("*", "pack", "d1"),
    ]  # fmt: skip
    now = await leaves.within(0, 2**62)
    issued = now[standing[2].key].record
    assert (issued.body["label"], issued.provenance.authorisation) == ("for a test", "command c-k1")
    assert "secret_digest" not in issued.body
    assert all(json.loads(one.leaf)["commitment"] == opened(one, now) for one in standing)


def opened(one: Standing, now: dict[LeafKey, Found]) -> str:
    assert one.salt is not None
    return commit(one.salt, record_bytes(now[one.key].record))


async def test_that_the_price_was_shown_and_signed_are_kinds_of_their_own(
    leaves: BookLeaves, writer: asyncpg.Connection
) -> None:
    await writer.execute(_EVENT.replace("'paid'", "'disclosed'"), "L", 1)
    await writer.execute("SET session_replication_role = replica")  # a signature without its judgement
    await writer.execute(
        "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact, clearance) "
        "VALUES ('bank', 'L', 2, 'e2', '2026-01-05', now(), 'signed', '{}', 'j')"
    )
    assert await leaves.draw(DRAWING) == 2
    assert [one.key.kind for one in await leaves.after(0, 9)] == [RecordKind.DISCLOSURE, RecordKind.SIGNATURE]


@asynccontextmanager
async def book_at(server: Server, revision: str) -> AsyncIterator[str]:
    """A database at an earlier revision."""
    owner = await asyncpg.connect(server.dsn)
    name = f"older_{secrets.token_hex(4)}"
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = server.dsn.replace("/postgres?", f"/{name}?", 1)
    engine = connect(dsn, 1)

    def to_revision(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "hengdai.adapters.postgres:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with engine.begin() as connection:
        await connection.run_sync(to_revision)
    await engine.dispose()
    yield dsn
    await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await owner.close()


async def test_rows_older_than_their_table_s_leaves_enter_a_log_that_has_begun(server: Server) -> None:
    async with book_at(server, "0002") as dsn:
        engine, writer = connect(dsn, 2), await asyncpg.connect(dsn)
        await writer.execute("INSERT INTO organisation VALUES ('bank', 'A bank', 'funder', now())")
        await writer.execute("INSERT INTO api_key VALUES ('bank', 'abc', 'digest', 'viewer', 'old', now(), now())")
        taken = await writer.fetchval("SELECT pg_current_xact_id()::text::bigint")
        leaf = "VALUES ('bank', 'command', '', 'k', 1, 2026, $1::bigint, 's', 't', 'c', 'l')"
        await writer.execute(f"INSERT INTO evidence_leaf {leaf}", taken)
        await migrate(engine)
        assert await BookLeaves(engine, NO_KEYS).draw(DRAWING) == 3
        drawn = await BookLeaves(engine, NO_KEYS).after(1, 9)
        assert [one.key.ref for one in drawn] == ["organisation", "api_key abc", "key_revocation abc"]
        assert await Door(engine).keys(OrgId("bank"))
        await writer.close()
        await engine.dispose()


async def test_rows_older_than_the_log_are_leaves_too_and_name_nobody(server: Server) -> None:
    async with book_at(server, "0001") as dsn:
        engine, writer = connect(dsn, 2), await asyncpg.connect(dsn)
        await writer.execute(_COMMAND, "old")
        await writer.execute(_EVENT, "L", 1)
        await migrate(engine)
        await writer.execute(_COMMAND, "new")
        book = BookLeaves(engine, NO_KEYS)
        assert await book.draw(DRAWING) == 3
        assert [one.recorded_in > 0 for one in await book.after(0, 9)] == [False, False, True]
        ((_, found),) = await book.of_loan("bank", "L")
        assert found is not None
        assert (found.record.provenance.source, found.record.provenance.authorisation) == ("book", "")
        await writer.close()
        await engine.dispose()
