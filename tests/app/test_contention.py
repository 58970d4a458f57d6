"""Many at once: equal requests make one effect, different ones on one loan follow one another, none is lost."""

import asyncio
import json
from datetime import date

from hengdai.app.audit_books import audit_books
from hengdai.app.change import LoanCall
from hengdai.app.command import Status
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.sign import sign
from hengdai.base.identity import LoanId
from tests.app.desk import Desk, body, terms, yuan

L1 = LoanId("L1")


async def test_fifty_parallel_equal_payments_are_one_payment_and_fifty_equal_answers(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 2, 5))
    call = LoanCall(desk.bank, "the-payment", L1)
    outcomes = await asyncio.gather(*(pay(desk.office, call, yuan("300.00")) for _ in range(50)))
    assert {outcome.status for outcome in outcomes} == {Status.DONE, Status.REPLAYED}
    assert len({outcome.body for outcome in outcomes}) == 1
    audit = await audit_books(desk.office, desk.bank)
    assert audit.agrees and audit.events == 5


async def test_twenty_parallel_payments_on_one_loan_all_count_once_each(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 2, 5))
    calls = [LoanCall(desk.bank, f"payment-{n}", L1) for n in range(20)]
    outcomes = await asyncio.gather(*(pay(desk.office, call, yuan("10.00")) for call in calls))
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    seqs = sorted(json.loads(outcome.body)["events"][0]["seq"] for outcome in outcomes)
    assert seqs == list(range(5, 25))
    assert (await audit_books(desk.office, desk.bank)).agrees


async def test_two_payouts_at_once_never_exceed_what_was_agreed(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1"), answer["terms_digest"]))
    outcomes = await asyncio.gather(*(disburse(desk.office, desk.call("L1"), yuan("7000.00")) for _ in range(4)))
    assert sorted(outcome.status for outcome in outcomes) == [Status.DONE] + [Status.REFUSED] * 3
    assert (await desk.balances())["loan.principal"] == 700_000


async def test_two_applications_under_one_name_are_one_loan(desk: Desk) -> None:
    applications = [Application(terms(), f"borrower-{n}", L1) for n in range(5)]
    outcomes = await asyncio.gather(
        *(offer(desk.office, desk.bank, f"offer-{n}", each) for n, each in enumerate(applications))
    )
    assert sorted(outcome.status for outcome in outcomes) == [Status.DONE] + [Status.REFUSED] * 4
    assert {outcome.refusal.code for outcome in outcomes if outcome.refusal} == {"loan_exists"}
