"""Ways by which somebody could try to lend what the law forbids, other than through a gate; each is shut."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Outcome
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.end_of_day import end_of_day
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.restructure import restructure
from hengdai.app.set_law import set_switches
from hengdai.app.sign import sign
from hengdai.base.identity import LoanId
from hengdai.base.money import CNY, USD, Money
from hengdai.law.kinds import Outcome as Answer
from hengdai.law.kinds import Stage
from hengdai.loan.codec import terms_digest
from hengdai.maths.terms import Method, ScheduleTerms
from hengdai.product.terms import Fee, FeeTiming, PayeeRole
from tests.app.desk import BANK, FIRST_DAY, GUAR, PLAT, SHELF, Desk, body, code, terms, yuan

ADMIN = Actor(BANK, Role.ADMIN, "key-of-li")


async def asked(desk: Desk, attested: dict[str, object] | None = None, **changed: Any) -> Outcome:
    application = Application(terms(**changed), "b", None, attested=attested or {})
    return await offer(desk.office, desk.bank, desk.key(), application)


async def test_new_terms_after_signing_are_never_dearer_than_those_that_were_judged(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 3, 10))
    for dearer in (12_000_001, 36_000_000, 48_000_000):
        refused = await restructure(desk.office, desk.call("L1"), 12, dearer, date(2026, 4, 10))
        assert code(refused) == "rate_raised"
    assert body(await restructure(desk.office, desk.call("L1"), 12, 6_000_000, date(2026, 4, 10)))["state"] == "active"
    back = await restructure(desk.office, desk.call("L1"), 12, 12_000_000, date(2026, 4, 10))
    assert body(back)["state"] == "active", "up to the rate of the contract, which was judged"


async def test_a_loan_of_flat_fees_is_restructured_within_the_cost_that_was_judged(desk: Desk) -> None:
    flat = ScheduleTerms(1_200_000, 0, Method.FLAT_FEE, 12, FIRST_DAY, flat_fee_e8=500_000)
    await desk.active(schedule=flat, fees=())
    desk.clock.put(date(2026, 3, 10))
    dear = await restructure(desk.office, desk.call("L1"), 12, 20_000_000, date(2026, 4, 10))
    assert code(dear) == "rate_raised"
    assert body(await restructure(desk.office, desk.call("L1"), 12, 10_000_000, date(2026, 4, 10)))["state"] == "active"


async def test_a_top_up_is_judged_on_its_own_day_and_a_delisted_partner_stops_it(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1"), answer["terms_digest"]))
    body(await disburse(desk.office, desk.call("L1"), yuan("5000.00")))
    await desk.admit(PLAT, PayeeRole.FACILITATOR, until=FIRST_DAY)
    desk.clock.put(FIRST_DAY + timedelta(days=1))
    for day in (None, FIRST_DAY):
        assert code(await disburse(desk.office, desk.call("L1", day), yuan("7000.00"))) == "law_forbids"


async def test_what_is_paid_out_is_known_and_not_what_was_attested_of_it(desk: Desk) -> None:
    application = Application(terms(), "b", LoanId("L1"), attested={"drawdown_amount": 1})
    answer = body(await offer(desk.office, desk.bank, desk.key(), application))
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1"), answer["terms_digest"]))
    body(await disburse(desk.office, desk.call("L1"), yuan("5000.00")))
    async with desk.store.begin(desk.bank) as work:
        *_, last = await work.judgements(BANK, LoanId("L1"))
    assert last.stage == "disbursement"
    assert last.said["facts"]["drawdown_amount"] == 500_000  # type: ignore[index]


async def test_money_of_another_place_is_judged_by_no_law(desk: Desk) -> None:
    for pack, currency in (("cn", "USD"), ("id", "CNY"), ("ph", "CNY")):
        assert code(await asked(desk, pack=pack, currency=currency)) == "LAW_SILENT"
    assert Money(1, USD).currency.code == "USD"


async def test_a_book_bound_to_one_place_is_judged_by_no_other_law(desk: Desk) -> None:
    dear = replace(terms().schedule, rate_e8=30_000_000)
    assert body(await asked(desk, schedule=dear, fees=()))["state"] == "offered", "the toy country lets it be so dear"
    body(await set_switches(desk.office, ADMIN, desk.key(), "cn", frozenset()))
    assert code(await asked(desk, schedule=dear, fees=())) == "LAW_SILENT"
    refused = body(await asked(desk, schedule=dear, fees=(), pack="cn"))
    assert refused["state"] == "refused"
    assert refused["judgement"]["stopping"]


async def test_a_funder_cannot_take_another_licence_for_one_loan(desk: Desk) -> None:
    body(await set_switches(desk.office, ADMIN, desk.key(), "cn", frozenset(), "bank"))
    as_pawn_shop = replace(terms().parties, lender_kind="pawn")
    assert code(await asked(desk, pack="cn", parties=as_pawn_shop)) == "UNREADABLE"
    assert body(await asked(desk, pack="cn"))["state"] == "refused"
    wrong = await set_switches(desk.office, ADMIN, desk.key(), "cn", frozenset(), "casino")
    assert code(wrong) == "UNREADABLE"
    body(await set_switches(desk.office, ADMIN, desk.key(), "cn", frozenset({"strict"})))
    assert code(await asked(desk, pack="cn", parties=as_pawn_shop)) == "UNREADABLE", "kept when not said again"


@pytest.mark.parametrize(
    ("code_", "payee", "role", "rule"),
    [
        ("service_fee", PLAT, PayeeRole.OTHER, "cn.lf-005"),
        ("guarantee_fee", PLAT, PayeeRole.GUARANTOR, "cn.lf-005"),
        ("consulting_fee", GUAR, PayeeRole.OTHER, "cn.lf-007"),
        ("platform_fee", BANK, PayeeRole.FUNDER, "cn.lf-005.classes"),
        ("interest", GUAR, PayeeRole.GUARANTOR, "cn.lf-005.classes"),
    ],
)
async def test_a_charge_under_another_name_or_in_another_role_is_what_it_is(
    desk: Desk, code_: str, payee: Any, role: PayeeRole, rule: str
) -> None:
    known: dict[str, object] = {"internet_loan": True}
    fee = Fee(code_, payee, role, FeeTiming.UPFRONT, 1)
    plain = body(await asked(desk, known, pack="cn", fees=()))["judgement"]["stopping"]
    charged = body(await asked(desk, known, pack="cn", fees=(fee,)))["judgement"]["stopping"]
    assert rule not in plain and rule in charged


async def test_a_clock_set_back_behind_a_closed_day_opens_no_gate(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    desk.clock.put(date(2026, 1, 9))
    await end_of_day(desk.office, desk.bank)
    desk.clock = type(desk.clock)(date(2026, 1, 8))
    back = replace(desk.office, clock=desk.clock)
    assert code(await offer(back, desk.bank, desk.key(), Application(terms(), "b"))) == "LAW_SILENT"
    assert code(await sign(back, desk.call("L1"), answer["terms_digest"])) == "LAW_SILENT"


async def test_of_two_payouts_at_once_one_finds_nothing_left(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1"), answer["terms_digest"]))
    both = await asyncio.gather(*(disburse(desk.office, desk.call("L1"), yuan("12000.00")) for _ in range(2)))
    assert sorted(each.refusal.code if each.refusal else "done" for each in both) == ["done", "more_than_agreed"]


async def test_the_same_key_again_pays_out_nothing_more(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    body(await sign(desk.office, desk.call("L1"), answer["terms_digest"]))
    call = desk.call("L1")
    first = await disburse(desk.office, call, yuan("6000.00"))
    again = await disburse(desk.office, call, yuan("6000.00"))
    assert first.body == again.body
    assert code(await disburse(desk.office, call, yuan("6000.01"))) == "KEY_REUSED"
    async with desk.store.begin(desk.bank) as work:
        record = await work.loan(LoanId("L1"))
    assert record is not None and record.loan.disbursed == 600_000


async def test_a_signature_of_other_terms_than_those_judged_is_none(desk: Desk) -> None:
    answer = await desk.offered()
    body(await confirm_disclosure(desk.office, desk.call("L1"), answer["disclosure_digest"]))
    cheaper = terms_digest(replace(terms(), schedule=replace(terms().schedule, rate_e8=1)))
    assert code(await sign(desk.office, desk.call("L1"), cheaper)) == "terms_differ"


@pytest.mark.parametrize("pack", SHELF.known())
def test_a_switch_only_ever_makes_a_rule_stricter(pack: str) -> None:
    rank = ["report", "warn", "refer", "block"]
    for rule in SHELF.pack(pack).rules:
        for switch in rule.raised:
            for answer in (Answer.BREACHED, Answer.UNDETERMINED):
                off, on = (rule.effect_under(answer, frozenset(each)) for each in ((), (switch,)))
                assert rank.index(on.value) >= rank.index(off.value), (rule.id, switch)


def test_with_every_fact_demanded_no_unknown_fact_passes_a_gate_of_a_loan() -> None:
    cn, demanded = SHELF.pack("cn"), frozenset({"every_fact"})
    weak = [
        rule.id
        for stage in (Stage.DISBURSEMENT,)
        for rule in cn.at(stage)
        if rule.effect.stops and not rule.effect_under(Answer.UNDETERMINED, demanded).stops
    ]
    assert weak == []
    assert CNY.code in cn.currencies and pay is not None
