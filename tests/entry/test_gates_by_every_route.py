"""A loan that the law stops is signed by no route and paid out by no route, and neither is one that it stops later."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import pytest

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.postgres.tables import metadata
from hengdai.app.verdicts import verdicts
from hengdai.base.identity import LoanId
from hengdai.entry.cli.exits import Exit
from hengdai.entry.http.access import ACCESS
from hengdai.entry.http.server import build, described
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import platform
from tests.books import small
from tests.entry.attempts import (
    ADMIN,
    HTTP,
    PASSING,
    TABLES,
    VERBS,
    Attempt,
    Target,
    reaching_the_book,
    standing,
    verbs,
)
from tests.entry.front import Front, application, people

FIRST, NEXT, CAP_FALLEN = date(2014, 12, 29), date(2014, 12, 30), date(2015, 1, 2)
LISTED = {
    "partner": "platform", "role": "facilitator", "licence": "备-1", "approved_by": "head_office",
    "listed_from": "2010-01-01", "published_url": "https://bank-a.example/partners",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """An open installation on the first day, its HTTP door, its clock, and where its tables are."""

    opened: Platform
    front: Front
    clock: SetClock
    dsn: str

    async def offered(self, rate: str) -> str:
        """A loan applied for, and its disclosure table confirmed when it was offered; its id."""
        asked = application(rate=rate, start=FIRST.isoformat())
        made = (await self.front.post("/applications", asked)).json()
        if made["state"] == "offered":
            confirmation = {"disclosure_digest": made["disclosure_digest"]}
            await self.front.post(f"/loans/{made['loan']}/disclosure/confirmation", confirmation)
        return str(made["loan"])

    async def signed(self, rate: str) -> str:
        """The same, signed."""
        loan = await self.offered(rate)
        record = await standing(self.opened.office, LoanId(loan))
        digest = {"terms_digest": (await self.front.get(f"/loans/{loan}")).json()["terms_digest"]}
        assert (await self.front.post(f"/loans/{loan}/signature", digest)).status_code == 201, record
        return loan

    async def delist(self) -> None:
        """The partner leaves the list with the first day."""
        ending = {"role": "facilitator", "listed_until": FIRST.isoformat()}
        assert (await self.front.post("/partners/platform/ending", ending, "admin")).status_code == 201
        self.clock.put(NEXT)

    async def target(self, loan: str) -> Target:
        """That loan, to be attacked today."""
        record = await standing(self.opened.office, LoanId(loan))
        return Target(self.opened.office, self.front.client, self.front.keys, record, self.clock.today())


@asynccontextmanager
async def house(dsn: str) -> AsyncIterator[House]:
    """A house on the first day with a listed partner."""
    clock = SetClock(FIRST)
    with TemporaryDirectory() as keys:
        async with platform(dsn, clock=clock, vault=FileVault(Path(keys))) as opened:
            transport = httpx.ASGITransport(build(opened), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                front = Front(client, await people(opened), clock)
                assert (await front.post("/partners", LISTED, "admin")).status_code == 201
                yield House(opened, front, clock, dsn)


async def _refused(here: House) -> str:
    return await here.offered("48")


async def _delisted_before_signing(here: House) -> str:
    loan = await here.offered("20")
    await here.delist()
    return loan


async def _delisted_before_payout(here: House) -> str:
    loan = await here.signed("20")
    await here.delist()
    return loan


async def _cap_fell_before_signing(here: House) -> str:
    loan = await here.offered("38")
    here.clock.put(CAP_FALLEN)
    return loan


async def _cap_fell_before_payout(here: House) -> str:
    loan = await here.signed("38")
    here.clock.put(CAP_FALLEN)
    return loan


Scenario = Callable[[House], Awaitable[str]]
SCENARIOS: tuple[tuple[Scenario, set[str], str], ...] = (
    (_refused, set(), "toy.cost-cap"),
    (_delisted_before_signing, set(), "toy.partner-listed"),
    (_delisted_before_payout, {"signed"}, "toy.partner-listed"),
    (_cap_fell_before_signing, set(), "toy.cost-cap"),
    (_cap_fell_before_payout, {"signed"}, "toy.cost-cap"),
)
"""How a loan comes to be forbidden, what had lawfully happened before, and the rule that stops it."""
NAMES = [scenario.__name__.strip("_") for scenario, _, _ in SCENARIOS]


async def _passed(dsn: str, loan: str | None = None) -> set[str]:
    """Which of the two gates have been passed, by that loan or by any, as the tables say."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT kind FROM event WHERE kind IN ('signed', 'disbursed') AND ($1::text IS NULL OR loan_id = $1)", loan
        )
    finally:
        await connection.close()
    return {row["kind"] for row in rows}


def test_every_operation_that_can_write_has_its_line() -> None:
    paths = described().openapi()["paths"]
    methods = [(method, told["operationId"]) for path in paths.values() for method, told in path.items()]
    assert {name for method, name in methods if method != "get"} == set(HTTP)
    assert {name for _, name in methods} == set(ACCESS)
    assert verbs() <= set(VERBS)
    assert reaching_the_book() <= set(COMMANDS)


@pytest.mark.parametrize(("scenario", "before", "rule"), SCENARIOS, ids=NAMES)
async def test_no_operation_over_http_opens_the_gate(dsn: str, scenario: Scenario, before: set[str], rule: str) -> None:
    assert await _stopping(dsn, scenario, tuple(HTTP.values())) >= {rule}
    assert await _passed(dsn) == before


@pytest.mark.parametrize(("scenario", "before", "rule"), SCENARIOS, ids=NAMES)
async def test_no_verb_opens_the_gate(dsn: str, scenario: Scenario, before: set[str], rule: str) -> None:
    tried = tuple(each for each in VERBS.values() if not isinstance(each, str))
    assert await _stopping(dsn, scenario, tried) >= {rule}
    assert await _passed(dsn) == before


async def _stopping(dsn: str, scenario: Scenario, tried: tuple[Attempt, ...]) -> set[str]:
    """Try everything on such a loan; the rules that stopped it, every judgement having been judged again."""
    async with house(dsn) as here:
        loan = await scenario(here)
        before = await _passed(dsn, loan)
        target = await here.target(loan)
        for attempt in tried:
            await attempt(target)
            assert await _passed(dsn, loan) == before
        said = await verdicts(here.opened.office, ADMIN, LoanId(loan))
        assert all(each.stands for each in said)
        return {stop for each in said for stop in each.row.stopping}


@pytest.mark.parametrize("tried", [HTTP, VERBS], ids=["http", "verbs"])
async def test_the_same_attempts_open_the_gates_of_a_lawful_loan(dsn: str, tried: dict[str, Attempt | str]) -> None:
    async with house(dsn) as here:
        loan = await here.offered("20")
        here.clock.put(NEXT)
        target = await here.target(loan)
        for attempt in tried.values():
            if not isinstance(attempt, str):
                await attempt(target)
        assert await _passed(dsn, loan) == {"signed", "disbursed"}


async def test_an_application_of_an_earlier_day_is_weighed_by_today_as_well(dsn: str) -> None:
    async with house(dsn) as here:
        await here.delist()
        asked = application(rate="20", start=NEXT.isoformat())
        for day in (FIRST, NEXT):
            made = (await here.front.post("/applications", {**asked, "day": day.isoformat()})).json()
            assert made["state"] == "refused"
            assert made["judgement"]["stopping"] == ["toy.partner-listed"]


# -- SQL as the role that the program has --------------------------------------------------------------------------


def test_every_table_has_its_line() -> None:
    assert set(metadata.tables) <= set(TABLES)


@pytest.mark.parametrize(("scenario", "before", "rule"), SCENARIOS, ids=NAMES)
async def test_no_statement_opens_the_gate(dsn: str, scenario: Scenario, before: set[str], rule: str) -> None:
    async with house(dsn) as here:
        loan = await scenario(here)
        for attempt in (HTTP["sign"], HTTP["disburse"]):
            await attempt(await here.target(loan))
        connection = await asyncpg.connect(dsn)
        judged = await connection.fetch("SELECT judgement_id, stopping FROM judgement WHERE loan_id = $1", loan)
        assert rule in {stop for row in judged for stop in row["stopping"]}
        statements = [(text, (loan,)) for texts in TABLES.values() if not isinstance(texts, str) for text in texts]
        gates = {"signed", "disbursed"} - before
        names = [None, "nobody", *(row["judgement_id"] for row in judged)]
        forged = [(PASSING, (loan, day, gate, name)) for gate in gates for name in names for day in (FIRST, NEXT)]
        for org in ("bank-a", "platform"):
            for text, values in (*statements, *forged):
                await _refuses(connection, org, text, values)
        await connection.close()
        assert await _passed(dsn, loan) == before


async def _refuses(connection: asyncpg.Connection, org: str, statement: str, values: tuple[object, ...]) -> None:
    denied = (
        asyncpg.InsufficientPrivilegeError,
        asyncpg.IntegrityConstraintViolationError,
        asyncpg.PostgresSyntaxError,
    )
    with pytest.raises((*denied, asyncpg.RestrictViolationError, asyncpg.GeneratedAlwaysError)):  # noqa: PT012
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('hengdai.org', $1, true), set_config('role', 'hengdai_app', true)", org
            )
            await connection.execute(statement, *values)


async def test_a_forged_judgement_is_found_out_when_it_is_judged_again(dsn: str) -> None:
    async with house(dsn) as here:
        loan = await _delisted_before_signing(here)
        await HTTP["sign"](await here.target(loan))
        connection = await asyncpg.connect(dsn)
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('hengdai.org', 'bank-a', true), set_config('role', 'hengdai_judge', true)"
            )
            await connection.execute(
                "INSERT INTO judgement (org, loan_id, judgement_id, stage, day, pack_digest, judgement, stopping) "
                "SELECT org, loan_id, 'forged', stage, day, pack_digest, judgement, '{}' FROM judgement "
                "WHERE loan_id = $1 AND stage = 'signing' LIMIT 1",
                loan,
            )
        await connection.close()
        said = {each.row.id: each.stands for each in await verdicts(here.opened.office, ADMIN, LoanId(loan))}
        assert said.pop("forged") is False
        assert all(said.values())


# -- whole books, undisturbed and killed ---------------------------------------------------------------------------

LAWFUL = dict(small.LOAN) | {"applied": "2014-12-29", "disclosed": "2014-12-29", "signed": "2014-12-30",
                             "disbursed": "2014-12-31"}  # fmt: skip
WRONG = {
    "dear": ({"annual_rate": "48"}, set()),
    "cap-before-signing": ({"annual_rate": "38", "signed": "2015-01-01", "disbursed": "2015-01-02"}, set()),
    "cap-before-payout": ({"annual_rate": "38", "disbursed": "2015-01-01"}, {"signed"}),
    "delisted": ({"facilitator": "P-2", "applied": "2014-12-31", "signed": "2014-12-31"}, set()),
    "delisted-before-signing": ({"facilitator": "P-2"}, set()),
    "delisted-before-payout": ({"facilitator": "P-3"}, {"signed"}),
    "unlisted": ({"facilitator": "P-4"}, set()),
    "undisclosed": ({"disclosed": ""}, set()),
    "lawful": ({}, {"signed", "disbursed"}),
}
"""Loans of a book, what is wrong with each, and how far each lawfully comes."""


def _book(folder: Path, times: int) -> Path:
    loans = [LAWFUL | changes | {"loan": f"{name}.{n}"} for n in range(times) for name, (changes, _) in WRONG.items()]
    listed = small.tables()["partners"][0] | {"from": "2010-01-01"}
    until = {"P-1": "", "P-2": "2014-12-29", "P-3": "2014-12-30"}
    events = [small.EVENT | {"loan": each["loan"], "seq": "1", "day": "2015-01-31"} for each in loans]
    organisations = small.tables()["organisations"]
    organisations += [{"org": f"P-{n}", "name": f"平台 {n}", "kind": "facilitator"} for n in (2, 3, 4)]
    partners = [listed | {"partner": name, "to": to} for name, to in until.items()]
    rows = {"loans": loans, "events": events, "fees": [], "organisations": organisations, "partners": partners}
    return small.write(folder, rows)


def _command(*arguments: str) -> "subprocess.Popen[str]":
    code = "from hengdai.entry.cli.main import app; app()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _done(*arguments: str) -> str:
    child = _command(*arguments)
    out, err = child.communicate(timeout=120)
    assert child.returncode == Exit.DONE, err
    return out


async def _how_far(dsn: str) -> dict[str, list[set[str]]]:
    """The gates that each loan passed, by what is wrong with it."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT loan_id, array_agg(kind) AS kinds FROM event GROUP BY loan_id")
    await connection.close()
    found: dict[str, list[set[str]]] = {}
    for row in rows:
        name = row["loan_id"].split("-", 1)[1].split(".")[0]
        found.setdefault(name, []).append(set(row["kinds"]) & {"signed", "disbursed"})
    return found


def _as_allowed(times: int) -> dict[str, list[set[str]]]:
    return {name: [allowed] * times for name, (_, allowed) in WRONG.items()}


_PERSON = "register read record consent withdraw contact erase rotate"
COMMANDS: dict[str, tuple[str, ...] | str] = {
    "replay": "tried with whole books, undisturbed and killed",
    "run": "replays as `replay` does, then serves as `serve` does",
    "serve": "every operation of HTTP is tried",
    "migrate": (),
    "end-of-day": ("--org", "F-1"),
    "audit-books": (),
    "audit tape": "reads",
    "audit runoff": "reads",
    "explain": "reads",
    "evidence export": "reads",
    "evidence monitor": "reads",
    "evidence replay": "reads",
    "evidence seal": "writes leaves about rows that are there, never a row of a loan",
    "law impact": "reads",
    "law pages": "reads",
    "law propose": "takes an API key; the verb is tried",
    "law publish": "takes an API key; the verb is tried",
    "law published": "reads",
    "law switch": "takes an API key; the verb is tried",
    "law shadow begin": "takes an API key; the verb is tried",
    "law shadow end": "takes an API key; the verb is tried",
    "law shadow report": "reads",
    "keys create": ("--org", "F-1", "--role", "admin"),
    "keys list": ("--org", "F-1"),
    "overlap admit": "writes a quota, which no gate looks at",
    "overlap answer": "writes that somebody asked, which no gate looks at",
    "share release": "writes a receipt, which no gate looks at",
    **{f"person {name}": "writes nothing that a gate looks at" for name in _PERSON.split()},
    "keys revoke": "says who may come in, nothing of loans",
}
"""Every command that is told where a book is, and how it is tried; for one that cannot write a loan, why."""


async def test_no_command_opens_the_gate_of_a_loan_in_a_book(dsn: str, tmp_path: Path) -> None:
    book = _book(tmp_path / "book", 1)
    place = ("--dsn", dsn, "--data", str(tmp_path / "data"))
    _done("replay", str(book), *place, "--json")
    assert await _how_far(dsn) == _as_allowed(1)
    for name, given in COMMANDS.items():
        if not isinstance(given, str):
            _done(*name.split(), *given, *place)
    _done("replay", str(book), *place, "--json")
    assert await _how_far(dsn) == _as_allowed(1)


async def test_a_replay_killed_and_resumed_opens_no_gate(dsn: str, tmp_path: Path) -> None:
    times = 12
    book = _book(tmp_path / "book", times)
    arguments = ("replay", str(book), "--dsn", dsn, "--data", str(tmp_path / "data"), "--chunk", "9", "--workers", "1")
    for chunks in (2, 6):
        child = _command(*arguments)
        until = time.monotonic() + 120
        while await _chunks(dsn) < chunks and child.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        child.kill()
        child.communicate()
        for name, passed in (await _how_far(dsn)).items():
            assert all(each == WRONG[name][1] for each in passed)
    _done(*arguments, "--json")
    assert await _how_far(dsn) == _as_allowed(times)


async def _chunks(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    found = await connection.fetchval("SELECT count(*) FROM command WHERE key LIKE 'replay:%:%:%:%'")
    await connection.close()
    return int(found)
