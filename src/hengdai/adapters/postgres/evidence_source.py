"""The book as the source of the evidence log: each row that was written becomes a leaf exactly once.

Rows know the transaction that wrote them. Only transactions below `pg_snapshot_xmin` are looked at: all of those have
ended, so nothing can still appear among them. Each is taken whole, and the highest one taken stands with the leaves, so
whoever dies in between, the next one goes on behind it. Positions have no gap and the leaves' bytes never change.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hengdai.adapters.postgres.bulk import copied
from hengdai.adapters.postgres.evidence_records import NOBODY, Found, LeafKey, cause_of_command, cause_of_step, made
from hengdai.adapters.postgres.evidence_tables import LEAF_TABLES, LeafTable
from hengdai.adapters.postgres.tables import command, evidence_leaf
from hengdai.adapters.postgres.transaction import DatabaseRole, writing
from hengdai.base.text import Text
from hengdai.evidence.record import Provenance, RecordKind, commit, leaf, leaf_bytes, record_bytes, thread_of

_FAR = 2**62
_WITHIN = " WHERE recorded_in >= :low AND recorded_in < :high"
_LOAN = " WHERE org = :org AND loan_id = :loan"
_CAUSES = (
    (cause_of_step, "SELECT org, job_id, number, name, fence, done, recorded_in FROM job_step"
     " WHERE recorded_in = ANY(:wanted) ORDER BY org DESC, job_id DESC, number DESC"),
    (cause_of_command, "SELECT org, command_id, route, role, key_id, recorded, recorded_in FROM command"
     " WHERE recorded_in = ANY(:wanted) ORDER BY org DESC, key DESC"),
)  # fmt: skip
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hengdai.evidence_leaf'))")
_STATE = text("""
SELECT COALESCE(max(position), 0) AS position, COALESCE(max(recorded_in), -1) AS taken, COALESCE(max(year), 0) AS year,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon FROM evidence_leaf
""")
_CUT = text("SELECT min(recorded_in) FROM (" + " UNION ALL ".join(
    f"(SELECT recorded_in FROM {each.table.name} WHERE recorded_in >= :low ORDER BY recorded_in OFFSET :limit LIMIT 1)"
    for each in LEAF_TABLES
) + ") cuts")  # fmt: skip
_LAST = text("""
SELECT DISTINCT ON (thread) thread, commitment FROM evidence_leaf WHERE thread = ANY(:threads)
ORDER BY thread, position DESC
""")
_COLUMNS = "org, kind, loan_id, ref, position, year, recorded_in, salt, keeper, person, leaf"
_AFTER = text(f"SELECT {_COLUMNS} FROM evidence_leaf WHERE position > :after ORDER BY position LIMIT :limit")
_AT = text(f"SELECT {_COLUMNS} FROM evidence_leaf WHERE position = :position")
_OF_LOAN = text(f"SELECT {_COLUMNS} FROM evidence_leaf WHERE org = :org AND loan_id = :loan ORDER BY position")
_LENDERS = text("SELECT DISTINCT org FROM evidence_leaf WHERE loan_id = :loan ORDER BY org")
_KINDS = text(
    "SELECT kind, count(*) AS leaves, max(position) AS upto FROM evidence_leaf WHERE position > :after GROUP BY kind"
)
_AT_MOST = 100_000
_WAITING = text("SELECT " + " + ".join(
    f"(SELECT count(*) FROM (SELECT 1 FROM {each.table.name} WHERE recorded_in > :taken LIMIT {_AT_MOST}) few)"
    for each in LEAF_TABLES
))  # fmt: skip
# One statement, so one snapshot: no entry is in it without its balance, nor a balance without its entry.
_BALANCES = text("""
SELECT org, account, currency, sum(amount) AS balance FROM (
    SELECT org, account, currency, balance AS amount FROM account_balance
    UNION ALL
    SELECT org, moved.account, currency, -moved.amount FROM entry, unnest(accounts, amounts) AS moved (account, amount)
    WHERE recorded_in > :taken
) parts GROUP BY org, account, currency
""")
_FIRSTS = text("SELECT year, min(position) AS first FROM evidence_leaf GROUP BY year")


class ForeignServer(Exception):
    """Leaves speak of transactions that this server has not reached: the book was moved here as a dump."""

    def __init__(self) -> None:
        self.text = Text(
            "存证记录所述的事务号在此服务器尚未出现: 账簿是以转储方式搬来的; 请用物理备份恢复, 否则新记录会被漏掉",
            "the leaves speak of transactions that this server has not reached: the book came here as a dump; "
            "restore it from a physical backup, else new records would be passed over",
        )
        super().__init__(str(self.text))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What making leaves takes: the thread key, who draws salts, and the year of the log that is open now."""

    thread_key: bytes
    salt: Callable[[], bytes]
    year: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A leaf as the book knows it: which row, where in the order, in which year's log, under which salt.

    The salt is None where it stood under the key of a person who was erased: nobody can open that leaf any more.
    """

    key: LeafKey
    position: int
    year: int
    recorded_in: int
    salt: bytes | None
    leaf: bytes


class Salts(Protocol):
    """The keys of persons, for the salts of what is about them. See :class:`hengdai.app.ports.Vault`."""

    def seal(self, org: str, person: str, place: str, plain: bytes) -> bytes | None:
        """`plain` under the person's key; None when there is no such key (any more)."""
        ...

    def open(self, org: str, person: str, place: str, sealed: bytes) -> bytes | None:
        """What was sealed; None when there is no such key (any more)."""
        ...


class BookLeaves:
    """The leaves of one book. Several may work on it at once: a lock lets one at a time draw leaves."""

    def __init__(self, engine: AsyncEngine, salts: Salts) -> None:
        self._engine = engine
        self._salts = salts

    async def draw(self, drawing: Drawing, limit: int = 4096) -> int:
        """Make leaves of the next whole transactions, about `limit` rows; how many, 0 when nothing is new."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            await connection.execute(_LOCK)
            state = (await connection.execute(_STATE)).mappings().one()
            if state["taken"] >= state["horizon"]:
                raise ForeignServer
            low = state["taken"] + 1
            rows = await _within(connection, low, min(state["horizon"], await _cut(connection, low, limit)))
            if not rows:
                return 0
            year = max(drawing.year, state["year"])
            drawn = await self._leaves(connection, rows, drawing)
            numbered = [{**row, "position": state["position"] + n, "year": year} for n, row in enumerate(drawn, 1)]
            driver: Any = (await connection.get_raw_connection()).driver_connection
            return await copied(driver, evidence_leaf, numbered)

    async def after(self, position: int, limit: int) -> list[Standing]:
        """At most `limit` leaves behind `position`, in order."""
        return await self._standing(_AFTER, after=position, limit=limit)

    async def at(self, position: int) -> Standing | None:
        """The leaf at that position."""
        return next(iter(await self._standing(_AT, position=position)), None)

    async def firsts(self) -> dict[int, int]:
        """The position of each year's first leaf."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            return {row.year: row.first for row in await connection.execute(_FIRSTS)}

    async def kinds(self, after: int = 0) -> dict[RecordKind, tuple[int, int]]:
        """How many leaves of each kind stand behind a position, and the last position among them."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            rows = await connection.execute(_KINDS, {"after": after})
            return {RecordKind(row.kind): (row.leaves, row.upto) for row in rows}

    async def waiting(self) -> int:
        """How many rows of the book have no leaf yet, counted to a hundred thousand of a table."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            taken = (await connection.execute(_STATE)).mappings().one()["taken"]
            count: int = (await connection.execute(_WAITING, {"taken": taken})).scalar_one()
            return count

    async def lenders(self, loan: str) -> list[str]:
        """In whose books a loan of that name has leaves."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            return [row.org for row in await connection.execute(_LENDERS, {"loan": loan})]

    async def of_loan(self, org: str, loan: str) -> list[tuple[Standing, Found | None]]:
        """Every leaf of a loan in order, with its record as the book makes it now; None where the row is gone."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            found_rows = (await connection.execute(_OF_LOAN, {"org": org, "loan": loan})).mappings()
            standing = [self._read(dict(row)) for row in found_rows]
            now = {
                one.key: one
                for each in LEAF_TABLES
                if each.of_loans
                for one in await _rows(connection, each, _LOAN, {"org": org, "loan": loan})
            }
        return [(one, now.get(one.key)) for one in standing]

    async def within(self, low: int, high: int) -> dict[LeafKey, Found]:
        """Every record of the transactions from `low` to before `high`, as the book makes them now."""
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            return {one.key: one for one in await _within(connection, low, high)}

    async def balances(self, taken: int) -> dict[tuple[str, str, str], int]:
        """The kept balances (minor units) by organisation, account and currency, as of transaction `taken`.

        What later transactions moved is taken off again: the log does not know of it yet.
        """
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            rows = await connection.execute(_BALANCES, {"taken": taken})
            return {(row.org, row.account, row.currency): int(row.balance) for row in rows}

    async def _standing(self, query: Any, **values: object) -> list[Standing]:
        async with writing(self._engine, DatabaseRole.SEALER, "") as connection:
            return [self._read(dict(row)) for row in (await connection.execute(query, values)).mappings()]

    async def _leaves(
        self, connection: AsyncConnection, rows: Sequence[Found], drawing: Drawing
    ) -> list[dict[str, Any]]:
        """Salt, commitment and leaf of each record; each leaf names the one before it on its thread."""
        threads = {subject: thread_of(drawing.thread_key, subject) for subject in {one.key.subject for one in rows}}
        known = await connection.execute(_LAST, {"threads": list(threads.values())})
        last: dict[str, str] = {row.thread: row.commitment for row in known}
        made_rows = []
        for one in rows:
            drawn, thread = drawing.salt(), threads[one.key.subject]
            commitment = commit(drawn, record_bytes(one.record))
            value = leaf(one.key.kind, commitment, last.get(thread), thread)
            last[thread] = commitment
            made_rows.append({
                "org": one.key.org, "kind": one.key.kind.value, "loan_id": one.key.loan, "ref": one.key.ref,
                "recorded_in": one.recorded_in, "salt": self._kept(one, drawn), "keeper": one.holder.keeper,
                "person": one.holder.person, "thread": thread, "commitment": commitment, "leaf": leaf_bytes(value),
            })  # fmt: skip
        return made_rows

    def _kept(self, one: Found, salt: bytes) -> bytes:
        """The salt as it is stored. That of somebody erased meanwhile is lost at once, as she asked."""
        if one.holder == NOBODY:
            return salt
        return self._salts.seal(one.holder.keeper, one.holder.person, f"salt {one.key}", salt) or b""

    def _read(self, row: Mapping[str, Any]) -> Standing:
        key = LeafKey(row["org"], RecordKind(row["kind"]), row["loan_id"], row["ref"])
        salt: bytes | None = bytes(row["salt"])
        if row["keeper"]:
            salt = self._salts.open(row["keeper"], row["person"], f"salt {key}", bytes(row["salt"]))
        return Standing(key, row["position"], row["year"], row["recorded_in"], salt, bytes(row["leaf"]))


async def _cut(connection: AsyncConnection, low: int, limit: int) -> int:
    """Before which transaction to stop, so that about `limit` rows are taken and at least one whole transaction."""
    first = (await connection.execute(_CUT, {"low": low, "limit": 0})).scalar_one()
    cut = (await connection.execute(_CUT, {"low": low, "limit": limit})).scalar_one()
    return _FAR if cut is None else max(cut, first + 1)


async def _within(connection: AsyncConnection, low: int, high: int) -> list[Found]:
    every = [one for each in LEAF_TABLES for one in await _rows(connection, each, _WITHIN, {"low": low, "high": high})]
    return sorted(every, key=_order)


def _order(one: Found) -> tuple[int, int, str, str, int, str]:
    number = one.record.body.get("seq", 0)
    return one.recorded_in, one.rank, one.key.org, one.key.loan, number if isinstance(number, int) else 0, one.key.ref


async def _rows(connection: AsyncConnection, each: LeafTable, where: str, values: Mapping[str, Any]) -> list[Found]:
    rows = (await connection.execute(text(each.select() + where), values)).mappings().all()
    causes: dict[int, Provenance] = {}
    # Rows older than the log (0) share no transaction, so nobody is named for them.
    wanted = sorted({row["recorded_in"] for row in rows} - {0})
    for make, query in _CAUSES if wanted and each.table is not command else ():
        for row in (await connection.execute(text(query), {"wanted": wanted})).mappings():
            causes[row["recorded_in"]] = make(dict(row))
    await asyncio.sleep(0)
    rank = LEAF_TABLES.index(each)
    return [made(each.make, dict(row), causes.get(row["recorded_in"]), rank, each.about_person) for row in rows]
