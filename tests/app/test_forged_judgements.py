"""Whoever does write a judgement is found out: each is made again, its facts held against the loan and the list."""

import json
from datetime import date
from typing import Any

import asyncpg
import pytest

from hengdai.app.audit_books import audit_books
from hengdai.app.audit_law import audit_law
from hengdai.app.set_law import set_switches
from hengdai.app.work import JudgementRow
from hengdai.base.identity import LoanId
from hengdai.product.terms import PayeeRole
from tests.app.desk import BANK, FIRST_DAY, PLAT, Desk, body

NEXT = date(2026, 1, 6)


async def delisted(desk: Desk) -> JudgementRow:
    """A loan that was offered lawfully; its facilitator then left the list. The judgement of its application."""
    await desk.offered()
    await desk.admit(PLAT, PayeeRole.FACILITATOR, until=FIRST_DAY)
    desk.clock.put(NEXT)
    async with desk.store.begin(desk.bank) as work:
        (row,) = await work.judgements(BANK, LoanId("L1"))
    return row


async def forge(dsn: str, name: str, like: JudgementRow, stage: str, **said: Any) -> None:
    """Write a judgement that lets through, as whoever holds the program's own login can."""
    forged = json.loads(json.dumps(dict(like.said))) | said
    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('hengdai.org', 'bank', true), set_config('role', 'hengdai_judge', true)"
        )
        await connection.execute(
            "INSERT INTO judgement (org, loan_id, judgement_id, stage, day, pack_digest, judgement, stopping) "
            "VALUES ('bank', 'L1', $1, $2, $3, $4, $5, '{}')",
            name, stage, NEXT, like.pack_digest, json.dumps(forged),
        )  # fmt: skip
    await connection.close()


async def found(desk: Desk) -> list[str]:
    return [each.text.en for each in (await audit_law(desk.office, desk.bank)).discrepancies]


async def test_true_judgements_of_every_kind_are_found_true(desk: Desk) -> None:
    await desk.active("L0")
    await delisted(desk)
    assert (await desk.offered("L2"))["judgement"]["stopping"] == ["toy.partner-listed"]
    body(await set_switches(desk.office, desk.bank, desk.key(), "toy", frozenset({"strict"})))
    await desk.offered("L3")
    audit = await audit_books(desk.office, desk.bank)
    assert audit.agrees, audit.discrepancies
    assert audit.judgements == 6


async def test_a_judgement_that_is_said_to_let_through_what_its_own_facts_stop_is_found(desk: Desk, dsn: str) -> None:
    row = await delisted(desk)
    facts = dict(row.said["facts"]) | {"partner_listed": False}  # type: ignore[call-overload]
    await forge(dsn, "f", row, "application", facts=facts)
    assert await found(desk) == ["judgement f is not what its text says: toy.partner-listed"]
    assert not (await audit_books(desk.office, desk.bank)).agrees


async def test_a_judgement_that_says_the_partner_was_listed_is_held_against_the_list(desk: Desk, dsn: str) -> None:
    await forge(dsn, "f", await delisted(desk), "application")
    assert await found(desk) == ["partner_listed of judgement f is not what the list said then"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("all_in_cost_simple", 1), ("principal", 1), ("terms_digest", "0" * 64), ("lender_kind", "microloan")],
)
async def test_a_judgement_of_other_facts_than_the_loans_is_found(desk: Desk, dsn: str, name: str, value: Any) -> None:
    await desk.offered()
    async with desk.store.begin(desk.bank) as work:
        (row,) = await work.judgements(BANK, LoanId("L1"))
    await forge(dsn, "zz", row, "application", facts=dict(row.said["facts"]) | {name: value})  # type: ignore[call-overload]
    assert f"{name} of judgement zz is not that of the loan" in await found(desk)


async def test_a_judgement_of_another_stage_or_without_sense_is_found(desk: Desk, dsn: str) -> None:
    row = await delisted(desk)
    await forge(dsn, "a", row, "signing")  # the verdicts of the signing are missing in it
    await forge(dsn, "b", row, "application", verdicts=[])
    await forge(dsn, "c", row, "application", switches=["anything"])
    said = await found(desk)
    assert any(text.startswith("judgement a is not what its text says: toy.disclosure") for text in said)
    assert any(text.startswith("judgement b is not what its text says") for text in said)
    assert "judgement c cannot be read" in said


async def test_a_judgement_by_a_text_that_nobody_has_is_found(desk: Desk, dsn: str) -> None:
    row = await delisted(desk)
    other = JudgementRow(row.id, row.stage, row.day, "0" * 64, row.said, row.stopping)
    await forge(dsn, "f", other, "application")
    assert any(text.startswith("the text of judgement f cannot be had") for text in await found(desk))
