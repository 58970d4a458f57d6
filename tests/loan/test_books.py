"""The books of a loan: one balanced entry for each movement of money, interest recognised as it is earned."""

from datetime import date, timedelta

import pytest

from hengdai.base.check import Defect
from hengdai.ledger.audit import audit
from hengdai.ledger.book import folded, trial_balance
from hengdai.ledger.chart import CHART
from hengdai.loan import commands
from hengdai.loan.entries import correction, entries, journal
from hengdai.loan.events import Paid
from hengdai.loan.fold import apply
from hengdai.product.terms import FeeTiming, Intent, PayeeRole
from tests.loan.story import LOAN, START, Story, balances, event, fee, granted, plan, terms

FEES = (fee(FeeTiming.EACH_INSTALMENT, 20_00), fee(FeeTiming.DEDUCTED, 300_00, PayeeRole.FUNDER))


def test_the_payout_lends_the_whole_and_pays_out_less_what_was_kept_back() -> None:
    entry = Story(terms(fees=FEES)).running().books[-1]
    assert dict(zip(entry.accounts, entry.amounts, strict=True)) == {
        "loan.principal": 12_000_00, "cash.clearing": -11_700_00, "income.fee": -300_00,
    }  # fmt: skip


def test_an_instalment_recognises_interest_and_then_is_paid() -> None:
    story = Story(terms(plan(rate_e8=12_000_000), fees=FEES)).running().pay_dues(1)
    due, entry = story.it.dues[0], story.books[-1]
    assert list(zip(entry.accounts, entry.amounts, strict=True)) == [
        ("loan.interest_receivable", due.interest),
        ("income.interest", -due.interest),
        ("cash.clearing", due.principal + due.interest + 20_00),
        ("loan.principal", -due.principal),
        ("loan.interest_receivable", -due.interest),
        ("payable.partner", -20_00),
    ]


def test_interest_recognised_over_a_life_is_the_interest_charged() -> None:
    story = Story().running().pay_dues(5)
    granted(story.pay(2_000_00, story.today + timedelta(days=11), Intent.REDUCE))
    story.pay_dues(7)
    assert -balances(story.books)["income.interest"] == sum(due.interest for due in story.it.dues)


def test_interest_paid_before_it_is_earned_is_no_income_yet() -> None:
    story = Story().running()
    granted(story.pay(story.it.dues[0].unpaid, START + timedelta(days=1)))
    books = balances(story.books)
    assert -books["income.interest"] < story.it.dues[0].interest // 20
    assert books["loan.interest_receivable"] < 0


def test_an_entry_names_its_event_its_revision_its_day_and_the_day_it_was_booked() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    granted(story.pay(second.unpaid, second.due))
    granted(story.pay(first.unpaid, first.due))
    late = next(entry for entry in story.books if entry.event == story.events[-1].id)
    assert (late.id, late.day, late.booked) == (f"{late.event}.1", first.due, second.due)
    assert late.loan == LOAN


def test_a_move_that_moves_no_money_has_no_entry() -> None:
    assert Story().signed().books == []


def test_only_the_latest_event_has_an_entry_of_its_own() -> None:
    story = Story().running().pay_dues(2)
    before, late = story.it, event(50, START + timedelta(days=5), Paid(1_00, Intent.INSTALMENT))
    with pytest.raises(Defect, match="correction"):
        entries(before, late, apply(before, late, LOAN), story.today)


def test_a_second_correction_answers_the_first() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    granted(story.pay(second.unpaid, second.due))
    payment = story.events[-1]
    granted(story.pay(first.unpaid, first.due))
    granted(story.do(commands.ReversePayment(story.events[-1].id, "not ours"), second.due + timedelta(days=3)))
    ids = [entry.id for entry in story.books if entry.event == payment.id]
    assert ids == [f"{payment.id}.{n}" for n in range(1, 6)]
    assert audit(story.books, folded(story.books).balances).agrees


def test_correcting_from_nothing_books_the_journal_and_to_nothing_reverses_it() -> None:
    story = Story().running().pay_dues(2)
    day = date(2026, 6, 1)
    written = correction([], journal(LOAN, story.events), day)
    assert balances(written) == balances(story.books)
    assert {entry.booked for entry in written} == {day}
    undone = correction(written, [], day)
    assert balances([*written, *undone]) == {}
    assert correction([*written, *undone], [], day) == ()


def test_the_second_bookkeeper_agrees_with_a_whole_life() -> None:
    story = Story(terms(fees=FEES)).running().pay_dues(3)
    granted(story.do(commands.ChargeOff(), story.today + timedelta(days=200)))
    book = folded(story.books)
    assert trial_balance(book.balances, "CNY").balanced
    assert audit(story.books, book.balances).agrees
    assert {account for _, account in book.balances} <= set(CHART)
