"""The main line of a loan's life through the verbs, on a real database: from application to the last repayment."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.actor import Actor, Role
from hengdai.app.charge_off import charge_off
from hengdai.app.close import close
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.recover import recover
from hengdai.app.sign import sign
from hengdai.app.withdraw import withdraw
from hengdai.base.identity import LoanId
from hengdai.base.money import CNY, Money
from hengdai.loan.payoff import payoff
from hengdai.product.terms import Intent, PayeeRole
from tests.app.desk import BANK, GUAR, PLAT, Desk, body, code, terms, yuan


async def test_a_loan_paid_on_time_ends_closed_with_nothing_left_on_the_books(desk: Desk) -> None:
    await desk.active()
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("L1"))
    assert record is not None
    for due in record.loan.dues:
        desk.clock.put(due.due)
        paid = body(await pay(desk.office, desk.call("L1"), Money(due.unpaid, CNY)))
    assert paid["state"] == "closed"
    assert [event["kind"] for event in paid["events"]] == ["paid", "settled"]
    interest = sum(due.interest for due in record.loan.dues)
    assert await desk.balances() == {
        "cash.clearing": interest + 12_000,
        "income.interest": -interest,
        "payable.partner": -12_000,
    }


async def test_an_application_that_the_law_refuses_is_recorded_with_the_clauses(desk: Desk) -> None:
    usury = terms().schedule
    answer = await desk.offered(schedule=type(usury)(1_200_000, 48_000_000, usury.method, 12, usury.start))
    assert answer["state"] == "refused"
    assert answer["judgement"]["stopping"] == ["toy.cost-cap"]
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("L1"))
        judgements = await work.judgements(BANK, LoanId("L1"))
    assert record is not None and record.loan.state.value == "refused"
    assert [row.stopping for row in judgements] == [("toy.cost-cap",)]


async def test_nothing_is_signed_without_disclosure_nor_paid_out_without_signature(desk: Desk) -> None:
    answer = await desk.offered()
    assert code(await sign(desk.office, desk.call("L1"), answer["terms_digest"])) == "wrong_state"
    assert code(await disburse(desk.office, desk.call("L1"), yuan("1.00"))) == "wrong_state"
    assert code(await confirm_disclosure(desk.office, desk.call("L1"), "0" * 64)) == "disclosure_differs"
    assert body(await withdraw(desk.office, desk.call("L1"), "changed my mind"))["state"] == "withdrawn"


async def test_a_partner_whose_listing_ran_out_stops_the_signature_and_the_attempt_stays_on_record(
    store: PostgresStore,
) -> None:
    desk = Desk(store)
    await desk.admit(PLAT, PayeeRole.FACILITATOR, until=date(2026, 1, 10))
    await desk.admit(GUAR, PayeeRole.GUARANTOR)
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    desk.clock.put(date(2026, 1, 11))
    refused = await sign(desk.office, desk.call("L1"), answer["terms_digest"])
    assert code(refused) == "law_forbids"
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("L1"))
        judgements = await work.judgements(BANK, LoanId("L1"))
    assert record is not None and record.loan.state.value == "disclosed"
    assert [(row.stage, row.stopping) for row in judgements] == [
        ("application", ()),
        ("signing", ("toy.partner-listed",)),
    ]


async def test_settling_needs_the_exact_payoff_and_leaves_zero(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 3, 17))
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("L1"))
    assert record is not None
    total = payoff(record.loan, date(2026, 3, 17)).total
    wrong = await pay(desk.office, desk.call("L1"), Money(total - 1, CNY), Intent.SETTLE)
    assert code(wrong) == "payoff_differs"
    done = body(await pay(desk.office, desk.call("L1"), Money(total, CNY), Intent.SETTLE))
    assert (done["state"], done["outstanding"]) == ("closed", 0)
    balances = await desk.balances()
    assert "loan.principal" not in balances and "loan.interest_receivable" not in balances


async def test_a_bad_debt_is_charged_off_recovered_in_part_and_closed(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 9, 1))
    assert body(await charge_off(desk.office, desk.call("L1")))["state"] == "charged_off"
    assert body(await recover(desk.office, desk.call("L1"), yuan("500.00")))["state"] == "charged_off"
    assert body(await close(desk.office, desk.call("L1")))["state"] == "closed"
    assert await desk.balances() == {
        "cash.clearing": -1_150_000,
        "loss.credit": 1_200_000,
        "income.recovery": -50_000,
    }


async def test_a_stranger_finds_no_loan_and_a_guarantor_may_only_read(desk: Desk) -> None:
    await desk.active()
    assert code(await pay(desk.office, desk.call("L1", actor=desk.other), yuan("1.00"))) == "NOT_FOUND"
    guarantor = Actor(GUAR, Role.ADMIN)
    assert code(await pay(desk.office, desk.call("L1", actor=guarantor), yuan("1.00"))) == "NOT_YOURS"
    async with desk.store.begin(guarantor) as work:
        assert await work.loan(LoanId("L1")) is not None


async def test_a_day_before_the_law_begins_has_its_refusal(desk: Desk) -> None:
    early = Application(terms(), "borrower-1", LoanId("L1"), date(1999, 12, 31))
    assert code(await offer(desk.office, desk.bank, "k", early)) == "LAW_SILENT"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pack": "atlantis"}, "atlantis"),
        ({"pack_digest": "0" * 64}, "pack_digest"),
        ({"currency": "XYZ"}, "currency"),
        ({"schedule": replace(terms().schedule, principal=0)}, "principal"),
        ({"schedule": replace(terms().schedule, count=0)}, "count"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_with_what_is_wrong(
    desk: Desk, changed: dict[str, Any], said: str
) -> None:
    outcome = await offer(desk.office, desk.bank, "k", Application(terms(**changed), "borrower-1"))
    assert code(outcome) == "UNREADABLE"
    assert outcome.refusal is not None and said in outcome.refusal.figures["problem"]


async def test_nobody_applies_in_the_name_of_two_others(desk: Desk) -> None:
    outcome = await offer(desk.office, desk.other, "k", Application(terms(), "borrower-1"))
    assert code(outcome) == "NOT_YOURS"


async def test_the_facilitator_leads_its_own_loan_in_the_funders_books(desk: Desk) -> None:
    application = Application(terms(), "borrower-1", LoanId("L1"))
    answer = body(await offer(desk.office, desk.plat, "p1", application))
    body(await confirm_disclosure(desk.office, desk.call("L1", actor=desk.plat), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1", actor=desk.plat), answer["terms_digest"]))
    done = body(await disburse(desk.office, desk.call("L1", actor=desk.plat), yuan("12000.00")))
    assert (done["funder"], done["state"]) == ("bank", "active")
    assert await desk.balances() == {"loan.principal": 1_200_000, "cash.clearing": -1_200_000}
