"""The pay-off quoted for any day closes the loan to exactly nothing: every day of its life, however it is repaid."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hengdai.ledger.chart import INTEREST_RECEIVABLE, LOAN_PRINCIPAL, PAYABLE_BORROWER
from hengdai.loan import commands
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.state import State
from hengdai.maths.periods import BrokenFirst, PeriodInterest
from hengdai.maths.schedule import Method
from hengdai.product.terms import Component, FeeTiming, Intent, LateTerms, PayeeRole, PrepaymentTerms, Terms
from tests.loan.story import START, Story, balances, fee, granted, money, plan, refused, terms

FEES = (
    fee(FeeTiming.EACH_INSTALMENT, 12_34),
    fee(FeeTiming.DEDUCTED, 50_01, PayeeRole.FUNDER, "toy.origination_fee"),
    fee(FeeTiming.AT_END, 9_99, PayeeRole.MERCHANT),
)


def _terms(method: Method, **more: object) -> Terms:
    flat = method is Method.FLAT_FEE
    rate, charge = (0, 600_000) if flat else (18_000_000, 0)
    schedule = plan(7_777_77, 6, rate, method=method, flat_fee_e8=charge, **more)
    return terms(schedule, fees=FEES, prepayment=PrepaymentTerms(fee_e8=1_000_000, free_after=4))


def _never_pays(story: Story, day: date) -> None:
    """Nothing comes in."""


def _on_time(story: Story, day: date) -> None:
    while story.it.open_from < len(story.it.dues) - 1 and story.it.dues[story.it.open_from].due <= day:
        story.pay_dues(1)


def _in_part_and_late(story: Story, day: date) -> None:
    for late in (38, 71, 104):
        if START + timedelta(days=late) == day:
            granted(story.pay(100_00, START + timedelta(days=late)))


def _ahead(story: Story, day: date) -> None:
    """Each instalment five days early, so that interest is paid before it is earned."""
    while story.it.open_from < len(story.it.dues) - 1:
        due = story.it.dues[story.it.open_from]
        early = due.due - timedelta(days=5)
        if early > day:
            return
        granted(story.pay(due.unpaid, early))


@pytest.mark.parametrize("behaviour", [_never_pays, _on_time, _in_part_and_late, _ahead])
@pytest.mark.parametrize("method", list(Method))
def test_paying_the_quote_of_any_day_closes_to_zero(method: Method, behaviour: Callable[[Story, date], None]) -> None:
    base = Story(_terms(method)).running()
    for days in range(215):
        day = START + timedelta(days=days)
        before = base.events
        behaviour(base, day)
        if len(base.events) > len(before) and base.it.state is State.CLOSED:
            return
        story = base.fork()
        asked = payoff(story.it, day).total
        assert asked > 0
        assert refused(story.pay(asked + 1, day, Intent.SETTLE)) is Refusal.PAYOFF_DIFFERS
        if asked > 1:
            assert refused(story.pay(asked - 1, day, Intent.SETTLE)) is Refusal.PAYOFF_DIFFERS
        granted(story.pay(asked, day, Intent.SETTLE))
        assert story.stands() is State.CLOSED
        assert story.it.outstanding == 0
        left = balances(story.books)
        assert not {LOAN_PRINCIPAL, INTEREST_RECEIVABLE, PAYABLE_BORROWER} & set(left), (days, left)
        assert payoff(story.it, day).total == 0


@pytest.mark.parametrize("period_interest", list(PeriodInterest))
@pytest.mark.parametrize("broken", list(BrokenFirst))
def test_paying_the_quote_closes_a_loan_with_a_broken_first_period(
    period_interest: PeriodInterest, broken: BrokenFirst
) -> None:
    of = _terms(Method.EQUAL_INSTALMENT, due_day=3, period_interest=period_interest, broken_first=broken)
    base = Story(of).running()
    for days in range(0, 190, 7):
        story, day = base.fork(), START + timedelta(days=days)
        granted(story.pay(payoff(story.it, day).total, day, Intent.SETTLE))
        assert story.stands() is State.CLOSED


def test_a_refusal_to_settle_names_the_amount_that_would_settle() -> None:
    story = Story().running()
    answer = story.pay(1_00, START + timedelta(days=10), Intent.SETTLE)
    assert isinstance(answer, No)
    assert answer.figures["payoff"] == str(payoff(story.it, START + timedelta(days=10)).total)


def test_the_quote_of_the_first_day_is_the_principal() -> None:
    assert payoff(Story().running().it, START).total == 12_000_00


def test_interest_of_a_quote_grows_by_the_day_and_reaches_the_interest_of_the_period_on_its_due_date() -> None:
    loan = Story().running().it
    quotes = [payoff(loan, START + timedelta(days=days)).total for days in range(32)]
    assert quotes == sorted(quotes)
    assert quotes[31] == 12_000_00 + loan.dues[0].interest


def test_fees_of_instalments_not_yet_due_are_not_charged() -> None:
    story = Story(terms(fees=(fee(FeeTiming.EACH_INSTALMENT, 20_00),))).running().pay_dues(2)
    day = story.it.dues[2].start + timedelta(days=3)
    assert payoff(story.it, day).fees == 0
    granted(story.pay(payoff(story.it, day).total, day, Intent.SETTLE))
    assert story.it.totals.fees == (40_00,)


def test_the_fee_for_paying_early_is_a_share_of_the_principal_not_yet_due_until_it_becomes_free() -> None:
    of = terms(prepayment=PrepaymentTerms(fee_e8=2_000_000, free_after=2))
    story = Story(of).running().pay_dues(1)
    day = START + timedelta(days=45)
    quote = payoff(story.it, day)
    assert quote.prepayment_fee == round(quote.principal_early * 0.02)
    story.pay_dues(1)
    assert payoff(story.it, story.it.last_day).prepayment_fee == 0


def test_a_fee_without_a_free_date_never_becomes_free() -> None:
    story = Story(terms(prepayment=PrepaymentTerms(fee_e8=2_000_000))).running().pay_dues(10)
    assert payoff(story.it, story.it.last_day).prepayment_fee > 0


def test_interest_paid_ahead_for_days_that_are_not_over_comes_back_as_a_credit() -> None:
    story = Story().running()
    first, day = story.it.dues[0], START + timedelta(days=10)
    granted(story.pay(first.unpaid, day))
    quote = payoff(story.it, day)
    assert quote.interest_running < 0
    assert quote.total + first.principal + first.interest == payoff(Story().running().it, day).total


def test_a_credit_larger_than_the_debt_is_a_liability_to_the_borrower() -> None:
    order = (Component.INTEREST, Component.FEE, Component.PENALTY, Component.PRINCIPAL)
    schedule = plan(1_000_00, 1, rate_e8=24_000_000, method=Method.BULLET)
    story = Story(terms(schedule, allocation=order)).running()
    owed = story.it.dues[0].unpaid
    day = START + timedelta(days=2)
    granted(story.pay(owed - 1, day))
    quote = payoff(story.it, day)
    assert quote.gross < 0
    assert quote.total == 1
    granted(story.pay(1, day, Intent.SETTLE))
    assert story.stands() is State.CLOSED
    assert story.it.totals.surplus == 1 - quote.gross
    assert balances(story.books)[PAYABLE_BORROWER] == -story.it.totals.surplus


def test_the_lines_add_up_and_each_has_a_reason() -> None:
    story = Story(_terms(Method.EQUAL_INSTALMENT)).running()
    quote = payoff(story.it, START + timedelta(days=50))
    assert sum(amount for amount, _ in quote.lines) == quote.total
    assert {line.cite for _, line in quote.lines} == {
        "terms.schedule", "terms.fees", "terms.late", "terms.prepayment",
    }  # fmt: skip


def test_a_written_off_debt_is_closed_by_what_is_left_of_the_claim() -> None:
    story = Story().running()
    day = START + timedelta(days=200)
    owed = payoff(story.it, day, free=True).total
    granted(story.do(commands.ChargeOff(), day))
    assert payoff(story.it, day).total == story.it.claim == owed


def test_grace_days_are_free_and_penalty_then_runs_from_the_due_date() -> None:
    story = Story(terms(late=LateTerms(grace_days=3))).running()
    due = story.it.dues[0].due
    assert [payoff(story.it, due + timedelta(days=days)).penalty for days in (0, 1, 3)] == [0, 0, 0]
    four = payoff(story.it, due + timedelta(days=4)).penalty
    assert four == payoff(Story().running().it, due + timedelta(days=4)).penalty > 0
    assert money(four).minor == four
