"""Money that becomes known late has the effect it would have had on time; a reversed payment is as if never paid."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.identity import EventId
from hengdai.loan import commands
from hengdai.loan.entries import correction, entries, journal
from hengdai.loan.events import Disbursed, Event, Fact, Paid, PaymentReversed, Refunded
from hengdai.loan.fold import apply, as_of, fold, history
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import Refusal
from hengdai.loan.state import State
from hengdai.maths.schedule import Method
from hengdai.product.terms import FeeTiming, Intent, PrepaymentTerms, Terms
from tests.loan.story import LOAN, START, Story, balances, check_all, event, fee, granted, money, plan, refused, terms

BASE = terms(plan(3_000_00, 6), fees=(fee(FeeTiming.EACH_INSTALMENT, 3_33),), prepayment=PrepaymentTerms(1_000_000, 3))

moneys = st.one_of(
    st.builds(Paid, st.integers(1, 900_00), st.sampled_from(Intent)),
    st.builds(Paid, st.integers(400_00, 600_00), st.just(Intent.INSTALMENT)),
    st.builds(Refunded, st.integers(1, 2_000_00)),
)
lives = st.lists(
    st.tuples(st.integers(0, 260), moneys), min_size=1, max_size=8, unique_by=lambda each: each[0]
)  # fmt: skip


def _began(of: Terms) -> Story:
    return Story(of).running()


def _known(begun: Story, days: Sequence[tuple[int, Fact]]) -> list[Event]:
    """The events of a life, known in the order given."""
    first = len(begun.events) + 1
    return [event(first + n, START + timedelta(days=day), fact) for n, (day, fact) in enumerate(days)]


def _booked(begun: Story, known: Sequence[Event]) -> tuple[Loan, dict[str, int]]:
    """The loan and the balances of its books after learning these events one by one."""
    loan, events, books = begun.it, list(begun.events), list(begun.books)
    for each in known:
        before, loan = loan, apply(loan, each, LOAN)
        events.append(each)
        late = each.day < before.last_day or isinstance(each.fact, PaymentReversed)
        books += correction(books, journal(LOAN, events), START) if late else entries(before, each, loan, START)
        assert loan == fold(LOAN, events)
        check_all(loan, events, books)
    return loan, balances(books)


@given(life=lives, order=st.randoms(use_true_random=False))
def test_any_order_of_knowledge_gives_the_same_loan_and_the_same_books(life: list[tuple[int, Fact]], order) -> None:  # type: ignore[no-untyped-def]
    begun = _began(BASE)
    on_time = sorted(life, key=lambda each: each[0])
    late = list(life)
    order.shuffle(late)
    assert _booked(begun, _known(begun, late)) == _booked(begun, _known(begun, on_time))


@given(life=lives, which=st.integers(0, 7))
def test_a_payment_then_its_reversal_is_as_if_it_had_never_been_paid(life: list[tuple[int, Fact]], which: int) -> None:
    begun = _began(BASE)
    life = sorted([each for each in life if isinstance(each[1], Paid)], key=lambda each: each[0])
    if not life:
        return
    known = _known(begun, life)
    gone = known[which % len(known)]
    bounced = event(99, START + timedelta(days=300), PaymentReversed(gone.id, "bounced"))
    without = [each for each in known if each is not gone]
    assert _booked(begun, [*known, bounced]) == _booked(begun, without)


@given(life=lives, which=st.integers(0, 7))
def test_paying_again_after_a_reversal_is_the_same_as_having_paid(life: list[tuple[int, Fact]], which: int) -> None:
    begun = _began(BASE)
    life = sorted([each for each in life if isinstance(each[1], Paid)], key=lambda each: each[0])
    if not life:
        return
    known = _known(begun, life)
    gone = known[which % len(known)]
    bounced = event(99, START + timedelta(days=300), PaymentReversed(gone.id, "bounced"))
    again = event(100, gone.day, gone.fact)
    assert _booked(begun, [*known, bounced, again]) == _booked(begun, known)


def test_a_late_payment_recorded_after_the_fact_takes_its_penalty_back() -> None:
    late = Story().running()
    first, second = late.it.dues[0], late.it.dues[1]
    granted(late.pay(second.unpaid, second.due))
    assert late.it.totals.penalty_paid > 0
    granted(late.pay(first.unpaid, first.due))
    on_time = Story().running()
    granted(on_time.pay(first.unpaid, first.due))
    granted(on_time.pay(second.unpaid, second.due))
    assert late.it == on_time.it
    assert balances(late.books) == balances(on_time.books)
    assert late.it.totals.penalty_paid == 0


def test_a_correction_keeps_the_original_entry_its_reversal_and_the_right_one() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    granted(story.pay(second.unpaid, second.due))
    wrong = story.books[-1]
    granted(story.pay(first.unpaid, first.due))
    mirror = next(entry for entry in story.books if entry.reverses == wrong.id)
    assert mirror.amounts == tuple(-amount for amount in wrong.amounts)
    assert [entry.id for entry in story.books if entry.event == wrong.event] == [
        f"{wrong.event}.1", f"{wrong.event}.2", f"{wrong.event}.3",
    ]  # fmt: skip
    assert wrong in story.books


def test_nothing_is_corrected_when_the_books_are_right() -> None:
    story = Story().running().pay_dues(3)
    assert correction(story.books, journal(LOAN, story.events), story.today) == ()


def test_a_late_payment_that_completes_the_debt_closes_the_loan() -> None:
    story = Story(terms(plan(2_000_00, 2))).running()
    first, second = story.it.dues
    granted(story.pay(first.unpaid, first.due))
    on_the_day = second.due - timedelta(days=2)
    story.today = second.due + timedelta(days=40)
    facts = granted(story.pay(second.unpaid, on_the_day))
    assert [fact.kind.value for fact in facts] == ["paid", "settled"]
    assert story.it.closed_on == on_the_day


def test_a_late_payment_is_weighed_against_the_loan_as_it_stood_on_its_day() -> None:
    story = Story().running().pay_dues(3)
    early = START + timedelta(days=3)
    first = Story().running().it.dues[0]
    assert refused(story.pay(first.unpaid + 1, early)) is Refusal.MORE_THAN_DUE
    quoted = payoff(as_of(story.it, early), early).total
    assert refused(story.pay(quoted - 1, early, Intent.SETTLE)) is Refusal.PAYOFF_DIFFERS
    granted(story.pay(quoted, early, Intent.SETTLE))
    assert story.it.closed_on == early
    assert story.it.totals.surplus == sum(
        each.fact.amount for each in story.events if isinstance(each.fact, Paid) and each.day > early
    )


@pytest.mark.parametrize("draws_on", [10, 75, 110])
@pytest.mark.parametrize("method", list(Method))
def test_a_drawdown_after_what_proves_to_have_been_a_settlement_has_a_plan_of_its_own(
    method: Method, draws_on: int
) -> None:
    flat = {"rate_e8": 0, "flat_fee_e8": 600_000} if method is Method.FLAT_FEE else {}
    story = Story(terms(plan(count=4, method=method, **flat), fees=(fee(FeeTiming.AT_END, 5_00),)))
    story.running(amount=5_000_00)
    granted(story.do(commands.Disburse(money(7_000_00)), START + timedelta(days=draws_on)))
    early = START + timedelta(days=5)
    granted(story.pay(payoff(as_of(story.it, early), early).total, early, Intent.SETTLE))
    assert story.stands() is State.ACTIVE
    assert story.it.outstanding == 7_000_00
    assert all(due.due > START + timedelta(days=draws_on) for due in story.it.dues if due.unpaid)
    story.pay_dues(len([due for due in story.it.dues if due.unpaid]))
    assert story.stands() is State.CLOSED


def test_a_drawdown_after_every_agreed_date_is_due_the_next_day() -> None:
    story = Story(terms(plan(count=2))).running(amount=5_000_00)
    late = event(50, START + timedelta(days=400), Disbursed(7_000_00))
    paid = event(51, START + timedelta(days=5), Paid(5_000_00 * 2, Intent.SETTLE))
    loan = fold(LOAN, [*story.events, late, paid])
    assert [due.due for due in loan.dues if due.unpaid] == [late.day + timedelta(days=1)]
    assert loan.outstanding == 7_000_00


def test_a_bounced_last_payment_opens_the_loan_again() -> None:
    story = Story(terms(plan(1_000_00, 1))).running().pay_dues(1)
    assert story.stands() is State.CLOSED
    payment = next(each for each in story.events if isinstance(each.fact, Paid))
    granted(story.do(commands.ReversePayment(payment.id, "bounced"), story.today + timedelta(days=3)))
    assert story.stands() is State.ACTIVE
    assert story.it.outstanding == 1_000_00
    again = commands.ReversePayment(payment.id, "twice")
    assert refused(story.do(again, story.today)) is Refusal.NO_SUCH_PAYMENT
    nothing = commands.ReversePayment(EventId("e1"), "no payment")
    assert refused(story.do(nothing, story.today)) is Refusal.NO_SUCH_PAYMENT


def test_only_money_that_came_in_is_recorded_late() -> None:
    story = Story().running().pay_dues(2)
    before = START + timedelta(days=20)
    for command in (commands.ChargeOff(), commands.Restructure(6, 0, before), commands.Disburse(money(1))):
        assert refused(story.do(command, before)) is Refusal.OUT_OF_ORDER


def test_the_loan_as_it_was_believed_at_an_instant() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    granted(story.pay(second.unpaid, second.due))
    believed = story.it
    granted(story.pay(first.unpaid, first.due))
    seen = history(story.events, story.events[-2].known)
    assert fold(LOAN, seen) == believed
    assert fold(LOAN, history(story.events, story.events[-1].known)) == story.it


def test_history_is_in_the_order_of_the_days_it_counts_for() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    granted(story.pay(second.unpaid, second.due))
    granted(story.pay(first.unpaid, first.due))
    assert all((a.day, a.seq) < (b.day, b.seq) for a, b in pairwise(story.it.events))
    assert story.it.events != tuple(story.events)


def test_a_day_is_a_day_of_the_calendar() -> None:
    leap = date(2028, 2, 29)
    story = Story(terms(plan(1_200_00, 12, start=leap)))
    story.today = leap
    story.running(leap)
    assert [due.due.day for due in story.it.dues[:3]] == [29, 29, 29]
    assert story.it.dues[11].due == date(2029, 2, 28)
