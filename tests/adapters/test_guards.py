"""What no SQL statement can do, whoever writes it: attacks on the tables in the roles that the program uses."""

from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from hengdai.adapters.postgres.tables import APPEND_ONLY, metadata

pytestmark = pytest.mark.asyncio

TABLES = sorted(metadata.tables)
PUBLIC = ("organisation", "pack", "partner_listing", "law_publication", "law_setting")
OWNED = [name for name in TABLES if name not in PUBLIC]
LOAN_TABLES = ("loan", "judgement", "event", "entry", "position", "plan", "arrears_move")

_LOAN = (
    "INSERT INTO loan VALUES "
    "($1, $2, 'plat', 'guar', 'shop', 'bank', 'p', 'CNY', 'b', 100, 'td', 'pd', 'c', 1, 1, '2026-01-01')"
)
_FILL = {
    "judgement": "INSERT INTO judgement (org, loan_id, judgement_id, stage, day, pack_digest, judgement, stopping) "
    "VALUES ($1, $2, 'j1', 'application', '2026-01-01', 'pd', '{}', '{}')",
    "event": "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact, clearance) "
    "VALUES ($1, $2, 1, 'e1', '2026-01-01', now(), 'offered', '{}', 'j1')",
    "entry": "INSERT INTO entry VALUES "
    "($1, $2, 'n1', 'e1', '2026-01-01', '2026-01-01', 'CNY', '{a,b}', '{5,-5}', NULL)",
    "shadow_judgement": "INSERT INTO shadow_judgement VALUES "
    "($1, $2, 'j1', 'application', '2026-01-01', 'sd', true, '{}', '{}')",
    "position": "INSERT INTO position VALUES "
    "($1, $2, 'plat', 'guar', 'shop', 'bank', 'p', 'CNY', 'offered', 1, '2026-01-01', "
    "0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, 'half_up')",
    "plan": "INSERT INTO plan VALUES ($1, $2, 'plat', 'guar', 'shop', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "arrears_move": "INSERT INTO arrears_move VALUES ($1, $2, '2026-01-01', 0, 1)",
}
_FILL_OWN = {
    "command": "INSERT INTO command VALUES ($1, 'k', 'c', 'r', 'd', 'operator', 'local', now())",
    "law_proposal": "INSERT INTO law_proposal VALUES ($1, 'p', 'toy', 'd2', 'd1', 'k1', '2026-01-01', now())",
    "law_publication": "INSERT INTO law_publication VALUES "
    "($1, 'toy', 1, 'p', 'd2', 'd1', 'k1', 'k2', '2026-01-01', now(), '{}')",
    "law_setting": "INSERT INTO law_setting VALUES ($1, 'toy', 1, '{}', NULL, NULL, 'k1', '2026-01-01', now())",
    "answer": "INSERT INTO answer VALUES ($1, 'k', 'x')",
    "account_balance": "INSERT INTO account_balance VALUES ($1, 'a', 'CNY', $1, 0, 5)",
    "day_close": "INSERT INTO day_close VALUES ($1, '2026-01-01', '', '{}')",
    "job": "INSERT INTO job VALUES ($1, 'j', 'k', '2026-01-01', 1, NULL, NULL, 0, NULL)",
    "job_step": "INSERT INTO job_step VALUES ($1, 'j', 0, 's', 0, now(), '{}')",
    "api_key": "INSERT INTO api_key VALUES ($1, 'k', 'x', 'viewer', 'l', now())",
    "key_revocation": "INSERT INTO key_revocation VALUES ($1, 'k', now())",
    "person": "INSERT INTO person VALUES ($1, 'p', 1, now(), '{name}', '[]', 'x')",
    "person_access": "INSERT INTO person_access VALUES ($1, 'a', 'p', 'collection', '{name}', now())",
    "erasure": "INSERT INTO erasure VALUES ($1, 'q', '2026-01-01', 'asked', now())",
    "consent": "INSERT INTO consent VALUES "
    "($1, 'c', $1, '', 'p', 'collection', 'agency', '{name}', 'v1', true, now(), NULL)",
    "consent_withdrawal": "INSERT INTO consent_withdrawal VALUES ($1, 'c', $1, '', 'p', now())",
    "release": "INSERT INTO release VALUES "
    "($1, 'r', $1, '', 'p', 'c', 'agency', 'k', 'collection', '{name}', now(), 'w', 'f', 'd')",
    "overlap_asker": "INSERT INTO overlap_asker VALUES ($1, 'a', 'other', 5, now())",
    "overlap_query": "INSERT INTO overlap_query VALUES ($1, 'q', 'other', '2026-01-01', 1, 1, 'd', now())",
    "contact": "INSERT INTO contact VALUES "
    "($1, 't', $1, 'L1', 'p', 'call', 'collection', 'debtor', 'a', now(), '2026-01-01', '', '[]', 'd', '{}', '{}')",
}


BY_THE_JUDGE = ("judgement", "law_publication", "law_setting")
"""What the law said, and by which law a book is judged: written in the judge's role alone."""


def writer(statement: str) -> str:
    """The role in which the program runs that statement."""
    return "hengdai_judge" if statement.split()[2] in BY_THE_JUDGE else "hengdai_app"


_LEAF = (
    "INSERT INTO evidence_leaf "
    "SELECT $1, 'event', $2, '1', count(*) + 1, 2026, 9, 's', 't', 'c', 'l', '', '' FROM evidence_leaf"
)


@asynccontextmanager
async def acting(connection: asyncpg.Connection, org: str, role: str = "hengdai_app") -> Any:
    """A transaction as that organisation; rolled back, so that attacks do not meet each other."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT set_config('hengdai.org', $1, true), set_config('role', $2, true)", org, role)
    try:
        yield connection
    finally:
        await transaction.rollback()


async def fill(connection: asyncpg.Connection, org: str, loan: str) -> None:
    """One row of that organisation in every table."""
    await connection.execute("INSERT INTO organisation VALUES ($1, 'n', 'funder', now())", org)
    await connection.execute(_LOAN, org, loan)
    for statement in _FILL.values():
        await connection.execute(statement, org, loan)
    for statement in _FILL_OWN.values():
        await connection.execute(statement, org)
    await connection.execute(_LEAF, org, loan)


@pytest_asyncio.fixture
async def book(dsn: str) -> Any:
    """Two funders with one row in every table; `plat`, `guar` and `shop` are parties of both funders' loans."""
    connection = await asyncpg.connect(dsn)
    await fill(connection, "bank", "L1")
    await fill(connection, "other", "L2")
    await connection.execute("INSERT INTO pack VALUES ('pd', 'toy', '{}')")
    await connection.execute("INSERT INTO partner_listing VALUES ('bank', 'p1', 'plat', 'facilitator', '{}')")
    yield connection
    await connection.close()


async def seen(connection: asyncpg.Connection, table: str) -> set[str]:
    return {row["org"] for row in await connection.fetch(f"SELECT org FROM {table}")}


@pytest.mark.parametrize("table", OWNED)
async def test_an_organisation_sees_its_own_rows_and_no_other_funders(book: asyncpg.Connection, table: str) -> None:
    async with acting(book, "bank"):
        assert await seen(book, table) == {"bank"}


@pytest.mark.parametrize("table", OWNED)
async def test_a_stranger_and_nobody_see_nothing(book: asyncpg.Connection, table: str) -> None:
    for stranger in ("stranger", ""):
        async with acting(book, stranger):
            assert await seen(book, table) == set()


@pytest.mark.parametrize("party", ["plat", "guar", "shop"])
@pytest.mark.parametrize("table", LOAN_TABLES)
async def test_the_parties_of_a_loan_read_it(book: asyncpg.Connection, table: str, party: str) -> None:
    async with acting(book, party):
        assert await seen(book, table) == {"bank", "other"}


@pytest.mark.parametrize("table", [name for name in TABLES if name != "api_key"])
async def test_the_examiner_reads_everything_and_writes_nothing(book: asyncpg.Connection, table: str) -> None:
    async with acting(book, "examiner", "hengdai_examiner"):
        assert await book.fetchval(f"SELECT count(*) FROM {table}") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await book.execute(f"INSERT INTO {table} DEFAULT VALUES")


async def test_the_examiner_does_not_see_keys(book: asyncpg.Connection) -> None:
    async with acting(book, "examiner", "hengdai_examiner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await book.fetch("SELECT * FROM api_key")


def attacks() -> list[str]:
    return [*_FILL.values(), *_FILL_OWN.values()]


@pytest.mark.parametrize("statement", attacks(), ids=lambda statement: statement.split()[2])
async def test_nobody_writes_into_the_books_of_another(book: asyncpg.Connection, statement: str) -> None:
    values = ("other", "L2") if "$2" in statement else ("other",)
    for intruder in ("bank", "guar", "stranger", ""):
        async with acting(book, intruder, writer(statement)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await book.execute(statement, *values)


@pytest.mark.parametrize("table", BY_THE_JUDGE)
async def test_no_statement_in_the_programs_own_role_forges_a_judgement_or_changes_the_law(
    book: asyncpg.Connection, table: str
) -> None:
    statement = {**_FILL, **_FILL_OWN}[table]
    values = ("bank", "L1") if "$2" in statement else ("bank",)
    other = statement.replace("'j1'", "'j2'").replace("'toy', 1", "'toy', 2").replace("'p'", "'p2'")
    async with acting(book, "bank"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"permission denied for table {table}"):
            await book.execute(other, *values)
    assert await book.fetchval(f"SELECT count(*) FROM {table} WHERE org = 'bank'") == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        (("'k2'", "'k1'"), asyncpg.CheckViolationError),  # the maker checks its own text
        (("'p9'", "'q'"), asyncpg.ForeignKeyViolationError),  # nothing was proposed
        (("'d2'", "'d3'"), asyncpg.ForeignKeyViolationError),  # another text was
        (("'k1'", "'k3'"), asyncpg.ForeignKeyViolationError),  # another maker was
        (("'toy', 2", "'cn', 2"), asyncpg.ForeignKeyViolationError),  # for another jurisdiction
        (("'p9'", "'p'"), asyncpg.UniqueViolationError),  # published before
    ],
)
async def test_no_statement_publishes_a_text_that_two_persons_do_not_stand_for(
    book: asyncpg.Connection, changed: tuple[str, str], error: type[Exception]
) -> None:
    statement = _FILL_OWN["law_publication"].replace("'toy', 1", "'toy', 2").replace("'p'", "'p9'")
    async with acting(book, "bank", "hengdai_judge"):
        await book.execute(_FILL_OWN["law_proposal"].replace("'p'", "'p9'"), "bank")
        with pytest.raises(error):
            async with book.transaction():
                await book.execute(statement.replace(*changed), "bank")
        assert await book.execute(statement, "bank") == "INSERT 0 1"


async def test_a_facilitator_writes_only_on_loans_it_facilitates(book: asyncpg.Connection) -> None:
    paid = (
        "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact) "
        "VALUES ($1, $2, 2, 'e2', '2026-01-02', now(), 'paid', '{}')"
    )
    async with acting(book, "plat"):
        assert await book.execute(paid, "bank", "L1") == "INSERT 0 1"
        assert (
            await book.execute("INSERT INTO account_balance VALUES ('bank', 'a', 'CNY', 'plat', 0, 1)") == "INSERT 0 1"
        )
    async with acting(book, "plat"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await book.execute(paid, "bank", "L9")


async def test_a_facilitator_does_not_see_the_funders_own_balances(book: asyncpg.Connection) -> None:
    async with acting(book, "plat"):
        assert await seen(book, "account_balance") == set()
        assert await book.execute("UPDATE account_balance SET balance = 0") == "UPDATE 0"


@pytest.mark.parametrize("table", [table.name for table in APPEND_ONLY])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_facts_are_never_changed_or_removed_even_by_the_owner(
    book: asyncpg.Connection, table: str, verb: str
) -> None:
    column = next(iter(metadata.tables[table].columns)).name
    statement = verb.format(table, column, column)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await book.execute(statement)
    async with acting(book, "bank"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await book.execute(statement)


@pytest.mark.parametrize("kind", ["offered", "signed", "disbursed"])
@pytest.mark.parametrize(
    "clearance",
    [
        "NULL",  # no judgement at all
        "'nowhere'",  # one that does not exist
        "'stopped'",  # one that stops
        "'yesterday'",  # one of another day
        "'elsewhere'",  # one of another stage
    ],
)
async def test_no_statement_passes_a_gate_without_a_judgement_of_that_day_and_stage_that_lets_it_through(
    book: asyncpg.Connection, kind: str, clearance: str
) -> None:
    stage = {"offered": "application", "signed": "signing", "disbursed": "disbursement"}[kind]
    judged = (
        "INSERT INTO judgement (org, loan_id, judgement_id, stage, day, pack_digest, judgement, stopping) "
        "VALUES ('bank', 'L1', $1, $2, $3::text::date, 'pd', '{}', $4)"
    )
    async with acting(book, "bank", "hengdai_judge"):
        await book.execute(judged, "stopped", stage, "2026-01-02", ["rule"])
        await book.execute(judged, "yesterday", stage, "2026-01-01", [])
        await book.execute(judged, "elsewhere", "posting", "2026-01-02", [])
        await book.execute(judged, "right", stage, "2026-01-02", [])
        moved = (
            "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact, clearance) "
            "VALUES ('bank', 'L1', 2, 'e2', '2026-01-02', now(), '{}', '{{}}', {})"
        )
        with pytest.raises((asyncpg.ForeignKeyViolationError, asyncpg.CheckViolationError)):
            async with book.transaction():
                await book.execute(moved.format(kind, clearance))
        assert await book.execute(moved.format(kind, "'right'")) == "INSERT 0 1"


@pytest.mark.parametrize(
    ("accounts", "amounts"),
    [
        ("{a,b}", "{5,-4}"),
        ("{a}", "{0}"),
        ("{a,b,c}", "{5,-5,0}"),
        ("{a,b}", "{5,-5,0}"),
        ("{a,b,c}", "{5,-5,NULL}"),
        ("{a,NULL}", "{5,-5}"),
        ("{}", "{}"),
        ("{a,b,c}", "{9223372036854775807,9223372036854775807,2}"),  # would be zero if it wrapped around
    ],
)
async def test_an_entry_that_does_not_balance_cannot_be_stored(
    book: asyncpg.Connection, accounts: str, amounts: str
) -> None:
    async with acting(book, "bank"):
        with pytest.raises(asyncpg.CheckViolationError, match="entry_balanced"):
            await book.execute(
                "INSERT INTO entry VALUES ('bank', 'L1', 'n2', 'e1', '2026-01-01', '2026-01-01', 'CNY', "
                f"'{accounts}', '{amounts}', NULL)"
            )


async def test_an_unknown_kind_of_event_cannot_slip_past_the_gate(book: asyncpg.Connection) -> None:
    async with acting(book, "bank"):
        with pytest.raises(asyncpg.CheckViolationError, match="event_kind"):
            await book.execute(
                "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact) "
                "VALUES ('bank', 'L1', 2, 'e2', '2026-01-02', now(), 'Disbursed', '{}')"
            )
