"""The price of an offer: every flow, the all-in cost by the published method, the disclosure table, the facts."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from hengdai.maths.periods import Frequency, Unit
from hengdai.maths.schedule import Method
from hengdai.product.codec import terms_digest
from hengdai.product.cost import HIGHEST_E8, periods_per_year, quote
from hengdai.product.disclosure import disclosure, disclosure_digest
from hengdai.product.facts import PartnerStatus, law_facts, penalty_uplift, term_months
from hengdai.product.terms import FeeTiming, LateTerms, PayeeRole, PrepaymentTerms, Terms
from tests.loan.story import FACILITATOR, FUNDER, GUARANTOR, START, fee, plan, terms
from tests.loan.test_machine import some_terms

STATUS = PartnerStatus(facilitator_listed=True, guarantor_listed=False)


def test_without_fees_the_all_in_cost_is_the_rate_of_the_schedule() -> None:
    price = quote(terms(plan(10_000_000_00, 12, rate_e8=12_000_000)))
    assert price.simple_e8 is not None
    assert abs(price.simple_e8 - 12_000_000) <= 1
    assert price.compound_e8 is not None
    assert abs(price.compound_e8 - 12_682_503) <= 2


def test_the_published_example_of_a_fee_taken_first() -> None:
    # 中国人民银行公告〔2021〕第3号, annex: 100,000 with 1,000 taken first, 12 payments of 8,833.3: 12.80 % and 13.58 %.
    monthly = plan(100_000_00, 12, rate_e8=0, flat_fee_e8=500_000, method=Method.FLAT_FEE)
    price = quote(terms(monthly, fees=(fee(FeeTiming.UPFRONT, 1_000_00, PayeeRole.FUNDER),)))
    assert price.flows[0].amount == 99_000_00
    assert price.flows[1].amount == -8_833_33
    assert price.simple_e8 is not None
    assert price.compound_e8 is not None
    assert round(price.simple_e8 / 10_000) == 1280
    assert round(price.compound_e8 / 10_000) == 1358


def test_every_fee_stands_in_the_flows_where_it_is_taken() -> None:
    fees = (
        fee(FeeTiming.DEDUCTED, 100_00, PayeeRole.FUNDER), fee(FeeTiming.UPFRONT, 50_00),
        fee(FeeTiming.EACH_INSTALMENT, 10_00), fee(FeeTiming.AT_END, 5_00, PayeeRole.FUNDER),
    )  # fmt: skip
    price, bare = quote(terms(fees=fees)), quote(terms())
    assert price.flows[0].amount == 12_000_00 - 150_00
    assert [a.amount - b.amount for a, b in zip(bare.flows[1:], price.flows[1:], strict=True)] == [10_00] * 11 + [15_00]
    assert price.fees_by_payee == {FUNDER: 105_00, GUARANTOR: 170_00}
    assert price.cost == price.interest + 275_00 == -sum(flow.amount for flow in price.flows)


def test_a_fee_makes_a_loan_dearer_wherever_it_is_taken_and_the_earlier_the_dearer() -> None:
    simple = [quote(terms(fees=(fee(timing, 100_00),))).simple_e8 for timing in (FeeTiming.AT_END, FeeTiming.UPFRONT)]
    bare = quote(terms()).simple_e8
    assert None not in simple
    assert bare < simple[0] < simple[1]  # type: ignore[operator]


def test_a_bullet_is_priced_over_all_its_periods() -> None:
    price = quote(terms(plan(10_000_00, 12, rate_e8=12_000_000, method=Method.BULLET)))
    assert price.compound_e8 == 12_000_000
    assert price.simple_e8 is not None
    assert price.simple_e8 < 12_000_000


def test_free_money_costs_nothing() -> None:
    price = quote(terms(plan(rate_e8=0)))
    assert (price.simple_e8, price.compound_e8) == (0, 0)


def test_a_cost_beyond_all_measure_is_no_fact_so_that_it_can_never_pass() -> None:
    absurd = terms(plan(2_750, 1), fees=(fee(FeeTiming.DEDUCTED, 2_749),))
    price = quote(absurd)
    assert price.compound_e8 is None
    facts = law_facts(absurd, price, STATUS)
    assert "all_in_cost_compound" not in facts
    assert HIGHEST_E8 < 2**53


def test_the_law_learns_from_the_terms_what_the_terms_say() -> None:
    charged = (
        fee(FeeTiming.DEDUCTED, 5_00, PayeeRole.FUNDER),
        fee(FeeTiming.UPFRONT, 3_00, PayeeRole.FUNDER),
        fee(FeeTiming.EACH_INSTALMENT, 2_00, code="toy.guarantee_fee"),
        fee(FeeTiming.EACH_INSTALMENT, 1_00, code="toy.advice_fee"),
    )
    of = terms(fees=charged)
    facts = law_facts(of, quote(of), STATUS, attested={"upfront_deduction": 0, "penalty_uplift": 30})
    assert facts["upfront_deduction"] == 5_00, "a fee paid beside the payout is not kept back from it"
    assert facts["disguised_guarantee_fee"] == 12_00, "twelve times what the guarantor takes under another name"
    assert facts["guarantee_fee"] == 36_00
    assert facts["guarantee_fee_counted"] is True
    assert facts["repayment_method"] == "equal_instalment"
    assert facts["guarantor_count"] == 1


@pytest.mark.parametrize(
    ("multiplier_e8", "percent"),
    [(150_000_000, 50), (150_000_001, 51), (149_999_999, 50), (130_000_000, 30), (100_000_000, 0), (90_000_000, -10)],
)
def test_a_part_of_a_percent_above_the_contract_rate_counts_whole(multiplier_e8: int, percent: int) -> None:
    assert penalty_uplift(terms(late=LateTerms(multiplier_e8))) == percent


@pytest.mark.parametrize(
    ("frequency", "periods", "months"),
    [(Frequency(), 12, 12), (Frequency(3), 4, 36), (Frequency(1, Unit.WEEKS), 52, 3), (Frequency(10, Unit.DAYS), 36, 4),
     (Frequency(7, Unit.DAYS), None, 3)],
)  # fmt: skip
def test_periods_of_a_year_and_months_of_a_term(frequency: Frequency, periods: int | None, months: int) -> None:
    of = terms(plan(frequency=frequency))
    assert periods_per_year(of.schedule) == periods
    assert term_months(of) == months
    price = quote(of)
    assert (price.simple_e8 is None) == (periods is None)
    assert price.compound_e8 is not None


def test_facts_say_what_is_known_and_leave_out_what_is_not() -> None:
    of = terms(fees=(fee(FeeTiming.EACH_INSTALMENT, 10_00), fee(FeeTiming.UPFRONT, 7_00, PayeeRole.FACILITATOR)))
    facts = law_facts(of, quote(of), STATUS, attested={"age": 17, "principal": 1})
    assert facts["guarantee_fee"] == 120_00
    assert facts["platform_charge_to_borrower"] == 7_00
    assert facts["partner_listed"] is True
    assert facts["guarantor_listed"] is False
    assert facts["terms_digest"] == terms_digest(of)
    assert facts["principal"] == 12_000_00, "what others attest never replaces what the terms say"
    assert facts["age"] == 17
    assert "disclosure_confirmed" not in facts
    assert None not in facts.values()
    assert FACILITATOR


def _full() -> Terms:
    return terms(
        fees=(fee(FeeTiming.EACH_INSTALMENT, 10_00), fee(FeeTiming.DEDUCTED, 60_00, PayeeRole.FUNDER)),
        late=LateTerms(grace_days=3),
        prepayment=PrepaymentTerms(fee_e8=1_000_000, free_after=6),
    )


def test_the_table_shows_principal_every_item_the_cost_what_may_come_and_that_nothing_else_does() -> None:
    of = _full()
    price = quote(of)
    table = disclosure(of, price)
    assert (table.principal, table.received, table.instalments) == (12_000_00, 11_940_00, 12)
    assert [item.code for item in table.normal] == ["interest", "toy.guarantee_fee", "toy.guarantee_fee"]
    assert [item.payee for item in table.normal] == [FUNDER, GUARANTOR, FUNDER]
    assert sum(item.total or 0 for item in table.normal) == price.cost
    assert (table.all_in_simple_e8, table.all_in_compound_e8) == (price.simple_e8, price.compound_e8)
    assert [item.code for item in table.contingent] == ["penalty_interest", "prepayment_fee"]
    assert "1.5" in table.contingent[0].standard.zh
    assert "3" in table.contingent[0].standard.en
    assert "1.0000%" in table.contingent[1].standard.zh
    assert "其他" in table.nothing_else.zh
    for item in (*table.normal, *table.contingent):
        for text in (item.name, item.manner, item.standard):
            assert text.zh
            assert text.en


def test_each_item_comes_to_a_share_a_year_of_the_money_had() -> None:
    table = disclosure(*(of := _full(), quote(of)))
    interest = table.normal[0].yearly_e8
    assert interest is not None
    assert 17_500_000 < interest < 18_500_000
    assert all(item.yearly_e8 is None for item in table.contingent)


def test_the_digest_changes_with_anything_the_borrower_sees() -> None:
    of = _full()
    others = [
        replace(of, late=LateTerms(grace_days=4)), replace(of, prepayment=PrepaymentTerms()), replace(of, fees=()),
        replace(of, schedule=replace(of.schedule, rate_e8=18_000_001)),
        replace(of, schedule=replace(of.schedule, start=date(2026, 1, 16))),
    ]  # fmt: skip
    digests = {disclosure_digest(each) for each in (of, *others)}
    assert len(digests) == len(others) + 1
    assert disclosure_digest(_full()) == disclosure(of, quote(of)).digest()
    assert of.schedule.start == START


def test_a_flat_fee_is_shown_as_what_it_is() -> None:
    table = disclosure(*(of := terms(plan(method=Method.FLAT_FEE, rate_e8=0, flat_fee_e8=600_000)), quote(of)))
    assert table.normal[0].code == "instalment_fee"
    assert "0.6000%" in table.normal[0].standard.zh


@given(some_terms())
def test_what_the_table_says_is_what_the_borrower_pays(of: Terms) -> None:
    price = quote(of)
    table = disclosure(of, price)
    paid = -sum(flow.amount for flow in price.flows[1:])
    assert paid - table.received == sum(item.total or 0 for item in table.normal)
    assert table.document() == disclosure(of, price).document()
