"""Deciding on money that came in: payments, merchant refunds, recoveries, on time or recorded late.

Money recorded late is weighed against the loan as it stood on its day; whether the loan then closes is read from the
whole life with the money put where it belongs.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from hengdai.base.identity import EventId
from hengdai.base.money import Money
from hengdai.loan import events as facts
from hengdai.loan.commands import Command, Pay, Recover, Refund
from hengdai.loan.events import Event, Fact
from hengdai.loan.fold import apply, as_of
from hengdai.loan.late import penalty_since
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.plan import NOT_SHORTENED
from hengdai.loan.prepay import before_prepaying
from hengdai.loan.refusal import No, Refusal, no
from hengdai.loan.state import Kind, State
from hengdai.product.terms import Intent

LIMIT = 10**13
"""A hundred billion yuan in fen: more in one movement is a slip of units."""


def wrong_amount(loan: Loan, amount: Money) -> No | None:
    """Why this cannot be an amount of this loan, or None."""
    if amount.currency.code != loan.terms.currency:
        return no(Refusal.WRONG_CURRENCY, found=amount.currency.code, expected=loan.terms.currency)
    if amount.minor <= 0:
        return no(Refusal.AMOUNT_NOT_POSITIVE, amount=amount.minor)
    if amount.minor > LIMIT:
        return no(Refusal.AMOUNT_ABSURD, amount=amount.minor, limit=LIMIT)
    return None


def too_early(loan: Loan, command: Command, day: date) -> No | None:
    """Why the day is before there was a debt that this money could be for, or None."""
    if loan.started_on is None or day < loan.started_on:
        return no(Refusal.BEFORE_DISBURSEMENT, day=day, disbursed_on=loan.started_on)
    if isinstance(command, Recover) and loan.charged_off_on is not None and day < loan.charged_off_on:
        return no(Refusal.OUT_OF_ORDER, day=day, last_day=loan.charged_off_on)
    return None


def payable_now(loan: Loan, day: date) -> tuple[int, bool]:
    """What an instalment payment may come to on `day` (all that is due, and the next instalment), in minor units.

    Also whether paying it leaves nothing owed.
    """
    assert loan.plan is not None
    total, place, count = 0, loan.open_from, len(loan.dues)
    while place < count and loan.dues[place].due <= day:
        due = loan.dues[place]
        total += due.unpaid + penalty_since(due, day, loan.terms.late, loan.plan)
        place += 1
    # The next instalment may have been paid ahead already; then there is no other "next".
    if place < count and (place == 0 or loan.dues[place - 1].due <= day):
        total += loan.dues[place].unpaid
        place += 1
    return total, not any(due.unpaid for due in loan.dues[place:])


def _then(loan: Loan, day: date) -> Loan:
    """The loan that money of this day met."""
    return loan if day >= loan.last_day else as_of(loan, day)


def _closes_late(loan: Loan, day: date, fact: Fact) -> bool:
    """Whether the loan is closed once this late fact is put where it belongs."""
    known = max(event.known for event in loan.events)
    event = Event(EventId("undecided"), loan.next_seq, day, known, fact)
    return apply(loan, event, loan.id).state is State.CLOSED


def _done(loan: Loan, day: date, fact: Fact, closes: bool) -> tuple[Fact, ...]:
    if day < loan.last_day:
        closes = _closes_late(loan, day, fact)
    return (fact, facts.Settled()) if closes else (fact,)


def _pay(loan: Loan, command: Pay, day: date) -> tuple[Fact, ...] | No:
    wrong = wrong_amount(loan, command.amount)
    if wrong is not None:
        return wrong
    then, amount = _then(loan, day), command.amount.minor
    if then.state is not State.ACTIVE:
        return no(Refusal.WRONG_STATE, state=then.state.value, command="Pay")
    closes = (_instalment if command.intent is Intent.INSTALMENT else _early)(then, command, day)
    if isinstance(closes, No):
        return closes
    return _done(loan, day, facts.Paid(amount, command.intent), closes)


def _instalment(then: Loan, command: Pay, day: date) -> bool | No:
    """Whether an instalment payment closes the loan, or why it cannot be made."""
    amount = command.amount.minor
    payable, all_of_it = payable_now(then, day)
    if amount > payable:
        quote = payoff(then, day).total
        return no(Refusal.MORE_THAN_DUE, amount=amount, payable=payable, payoff=quote)
    return all_of_it and amount == payable


def _early(then: Loan, command: Pay, day: date) -> bool | No:
    """Whether a payment in advance closes the loan, or why it cannot be made."""
    amount, quote = command.amount.minor, payoff(then, day).total
    if command.intent is Intent.SETTLE:
        return True if amount == quote else no(Refusal.PAYOFF_DIFFERS, amount=amount, payoff=quote)
    if amount > quote:
        return no(Refusal.MORE_THAN_DUE, amount=amount, payable=quote, payoff=quote)
    needed = before_prepaying(then, day).needed
    if amount <= needed and amount < quote:
        return no(Refusal.NOT_ENOUGH_TO_PREPAY, amount=amount, needed=needed)
    if command.intent is Intent.SHORTEN and then.plan is not None and then.plan.method in NOT_SHORTENED:
        return no(Refusal.CANNOT_SHORTEN, method=then.plan.method.value)
    return amount == quote


def _refund(loan: Loan, command: Refund, day: date) -> tuple[Fact, ...] | No:
    wrong = wrong_amount(loan, command.amount)
    if wrong is not None:
        return wrong
    then, amount = _then(loan, day), command.amount.minor
    if then.state is not State.ACTIVE:
        return no(Refusal.WRONG_STATE, state=then.state.value, command="Refund")
    return _done(loan, day, facts.Refunded(amount), amount >= payoff(then, day, free=True).total)


def _recover(loan: Loan, command: Recover, day: date) -> tuple[Fact, ...] | No:
    wrong = wrong_amount(loan, command.amount)
    if wrong is not None:
        return wrong
    amount, left = command.amount.minor, loan.claim - loan.totals.recovered
    if amount > left:
        return no(Refusal.MORE_THAN_DUE, amount=amount, payable=left, payoff=left)
    return _done(loan, day, facts.Recovered(amount), amount == left)


MONEY: dict[Kind, Callable[[Loan, Any, date], tuple[Fact, ...] | No]] = {
    Kind.PAID: _pay,
    Kind.REFUNDED: _refund,
    Kind.RECOVERED: _recover,
}
