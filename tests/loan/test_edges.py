"""Amounts, days, rates and terms at and beyond their edges: each has its answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.decide import decide
from hengdai.loan.decide_money import LIMIT
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.state import State
from hengdai.maths.schedule import Method
from hengdai.product.terms import Intent
from tests.loan.story import START, Story, granted, money, plan, refused, terms

CHEAP = {"all_in_cost_simple": 1_000_000, "all_in_cost_compound": 1_000_000, "term_months": 12}


@pytest.mark.parametrize(
    ("minor", "code", "refusal"),
    [
        (0, "CNY", Refusal.AMOUNT_NOT_POSITIVE),
        (-1, "CNY", Refusal.AMOUNT_NOT_POSITIVE),
        (LIMIT + 1, "CNY", Refusal.AMOUNT_ABSURD),
        (100, "USD", Refusal.WRONG_CURRENCY),
        (0, "JPY", Refusal.WRONG_CURRENCY),
    ],
)
def test_senseless_amounts_are_refused_wherever_money_moves(minor: int, code: str, refusal: Refusal) -> None:
    story, signed, lost = Story().running(), Story().signed(), Story().running()
    granted(lost.do(commands.ChargeOff(), START + timedelta(days=100)))
    amount = money(minor, code)
    moves: list[tuple[Story, Command]] = [
        (signed, commands.Disburse(amount)),
        (story, commands.Disburse(amount)),
        *((story, commands.Pay(amount, intent)) for intent in Intent),
        (story, commands.Refund(amount)),
        (lost, commands.Recover(amount)),
    ]
    for at, command in moves:
        before = at.loan, at.events, at.books
        assert refused(at.do(command, at.today)) is refusal
        assert before == (at.loan, at.events, at.books)


def test_an_amount_at_the_limit_is_weighed_and_not_waved_off() -> None:
    assert refused(Story().running().pay(LIMIT, START)) is Refusal.MORE_THAN_DUE


@pytest.mark.parametrize("intent", list(Intent))
def test_a_closed_loan_takes_no_payment(intent: Intent) -> None:
    story = Story(terms(plan(count=1))).running().pay_dues(1)
    assert refused(story.pay(1, story.today, intent)) is Refusal.WRONG_STATE
    assert refused(story.do(commands.Refund(money(1)), story.today)) is Refusal.WRONG_STATE


def test_money_cannot_count_for_a_day_before_the_payout() -> None:
    story = Story().running()
    answer = story.pay(1_00, START - timedelta(days=1))
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.BEFORE_DISBURSEMENT
    assert answer.figures["disbursed_on"] == str(START)
    early = commands.Refund(money(1_00))
    assert refused(story.do(early, START - timedelta(days=400))) is Refusal.BEFORE_DISBURSEMENT


def test_nothing_can_count_for_tomorrow() -> None:
    story = Story().running()
    tomorrow = START + timedelta(days=1)
    for command in (commands.Pay(money(1)), commands.ChargeOff(), commands.Refund(money(1))):
        answer = decide(story.it, command, day=tomorrow, today=START)
        assert isinstance(answer, No)
        assert answer.refusal is Refusal.DAY_IN_FUTURE


def test_a_loan_that_is_not_there_refuses_everything_but_an_offer() -> None:
    for command in (commands.Pay(money(1)), commands.Withdraw("no"), commands.Close(), commands.Sign("")):
        answer = decide(None, command, day=START, today=START)
        assert isinstance(answer, No)
        assert answer.refusal is Refusal.NO_SUCH_LOAN


def test_the_same_loan_cannot_be_offered_twice() -> None:
    story = Story().signed()
    again = commands.Offer(story.it.id, story.terms, "b")
    assert refused(story.do(again, START)) is Refusal.LOAN_EXISTS


@pytest.mark.parametrize("count", [1, 2, 3, 12, 59, 60, 61, 119, 240, 359, 360])
@pytest.mark.parametrize("method", list(Method))
def test_terms_from_one_to_360_months_run_to_nothing(method: Method, count: int) -> None:
    flat = {"rate_e8": 0, "flat_fee_e8": 100_000} if method is Method.FLAT_FEE else {}
    story = Story(terms(plan(36_000_00, count, method=method, **flat)), **CHEAP).running()
    while (left := len(story.it.dues) - story.it.open_from) > 3:
        # Two years at a time: a payment takes at most what is due and the next instalment.
        due = story.it.dues[story.it.open_from + min(23, left - 2)]
        owed = sum(each.unpaid for each in story.it.dues[story.it.open_from :] if each.due <= due.due)
        granted(story.pay(owed, due.due)) if owed else None
    story.today = story.it.dues[-1].due + timedelta(days=1)
    granted(story.pay(payoff(story.it, story.today).total, story.today, Intent.SETTLE))
    assert story.stands() is State.CLOSED


@given(principal=st.integers(1, 300), count=st.integers(1, 30), rate=st.sampled_from([0, 1, 24_000_000, 36_000_000]))
def test_tiny_loans_end_and_close(principal: int, count: int, rate: int) -> None:
    story = Story(terms(plan(principal, count, rate_e8=rate)), **CHEAP).running()
    story.pay_dues(sum(1 for due in story.it.dues if due.unpaid))
    assert story.stands() is State.CLOSED
    assert story.it.totals.repaid == principal


def test_a_loan_of_the_29_of_february_falls_due_on_the_last_day_of_february_and_on_the_29_of_other_months() -> None:
    leap = date(2028, 2, 29)
    story = Story(terms(plan(count=24, start=leap)), **CHEAP)
    story.today = leap
    story.running(leap)
    days = [due.due for due in story.it.dues]
    assert days[0] == date(2028, 3, 29)
    assert days[11] == date(2029, 2, 28)
    assert days[12] == date(2029, 3, 29)
    story.pay_dues(24)
    assert story.stands() is State.CLOSED


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2027, 2, 28), date(2027, 12, 31), date(2028, 1, 31)])
def test_money_on_odd_days_of_the_calendar(day: date) -> None:
    story = Story(terms(plan(count=36)), **CHEAP).running()
    asked = payoff(story.it, day).total
    granted(story.pay(asked, day, Intent.SETTLE))
    assert story.it.closed_on == day


def test_a_withdrawn_loan_takes_no_money_and_gives_none() -> None:
    story = Story().signed()
    granted(story.do(commands.Withdraw("found a cheaper one"), START))
    assert refused(story.do(commands.Disburse(money(1)), START)) is Refusal.WRONG_STATE
    assert refused(story.pay(1, START)) is Refusal.WRONG_STATE
    assert story.books == []


def test_nobody_steps_back_after_money_has_moved() -> None:
    assert refused(Story().running().do(commands.Withdraw("too late"), START)) is Refusal.WRONG_STATE
