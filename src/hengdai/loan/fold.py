"""The fold: a loan is its events, in the order of the days they count for, and nothing else.

A payment that becomes known late is an event with an early day: it is put where it belongs and what follows is derived
again. A payment that was reversed is left out. So the fold never refuses: what the events before a fact could not know
(an instalment paid with money that a later discovery makes too much) has a defined meaning here, and money that nobody
owed is a surplus, a liability to the borrower.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hengdai.base.check import check
from hengdai.base.identity import LoanId
from hengdai.loan import events as facts
from hengdai.loan.events import Event, Offered, PaymentReversed, Refused
from hengdai.loan.loan import Loan, Totals
from hengdai.loan.payoff import payoff
from hengdai.loan.plan import drawn_again, dues_of, end_parts, fee_parts, started
from hengdai.loan.prepay import earned_to, paid_over_dues, prepaid, settled
from hengdai.loan.restructure import new_plan, restructured
from hengdai.loan.state import Kind, State
from hengdai.maths.schedule import Keep
from hengdai.product.terms import FeeTiming, Intent


def apply(loan: Loan | None, event: Event, id: LoanId) -> Loan:
    """The loan after one more event. The latest by (day, seq) is one step; any other derives the loan again."""
    if loan is None:
        return _begin(event, id)
    known = (*loan.events, event)
    last = loan.events[-1]
    if (event.day, event.seq) <= (last.day, last.seq) or isinstance(event.fact, PaymentReversed):
        return fold(id, known)
    return replace(step(loan, event), events=known)


def fold(id: LoanId, events: Iterable[Event]) -> Loan:
    """The loan that these events make, given in any order; the first by (day, seq) must be the offer or its refusal."""
    ordered = sorted(events, key=_order)
    check(bool(ordered), "a loan has at least the event that began it", loan=id)
    reversed_ids = {event.fact.payment for event in ordered if isinstance(event.fact, PaymentReversed)}
    loan = _begin(ordered[0], id)
    for event in ordered[1:]:
        if event.id not in reversed_ids:
            loan = step(loan, event)
    return replace(loan, events=tuple(ordered))


def history(events: Iterable[Event], known_until: datetime) -> tuple[Event, ...]:
    """The events that were known at an instant, by (day, seq): folding them gives the loan as it was then believed."""
    return tuple(sorted((event for event in events if event.known <= known_until), key=_order))


def as_of(loan: Loan, day: date) -> Loan:
    """The loan as it stood at the end of `day`, by all that is known now: later reversals count too."""
    gone = {event.fact.payment for event in loan.events if isinstance(event.fact, PaymentReversed)}
    return fold(loan.id, (event for event in loan.events if event.day <= day and event.id not in gone))


def _order(event: Event) -> tuple[date, int]:
    return event.day, event.seq


def _begin(event: Event, id: LoanId) -> Loan:
    fact = event.fact
    check(isinstance(fact, Offered | Refused), "a loan begins with its offer or refusal", loan=id, event=event.id)
    assert isinstance(fact, Offered | Refused)
    return Loan(
        id=id,
        terms=fact.terms,
        borrower=fact.borrower,
        state=State.OFFERED if isinstance(fact, Offered) else State.REFUSED,
        totals=Totals(fees=(0,) * len(fact.terms.fees)),
        last_day=event.day,
        events=(event,),
    )


def step(loan: Loan, event: Event) -> Loan:
    """The loan after an event that is later than all it has seen; `events` are left to the caller."""
    after = _STEPS[event.fact.kind](loan, event.day, event.fact)
    return after if after.last_day == event.day else replace(after, last_day=event.day)


Step = Callable[[Loan, date, Any], Loan]


def _moved(state: State) -> Step:
    return lambda loan, day, fact: replace(loan, state=state)


def _unchanged(loan: Loan, _day: date, _fact: object) -> Loan:
    """A reversal acts by leaving its payment out."""
    return loan


def _disclosed(loan: Loan, _day: date, fact: facts.Disclosed) -> Loan:
    return replace(loan, state=State.DISCLOSED, disclosure_digest=fact.disclosure_digest)


def _disbursed(loan: Loan, day: date, fact: facts.Disbursed) -> Loan:
    if loan.plan is None:
        plan = started(loan.terms, day, fact.amount)
        dues = dues_of(plan, fee_parts(loan.terms, last=False), end_parts(loan.terms))
        loan = replace(loan, plan=plan, dues=dues, started_on=day)
    else:
        loan = earned_to(loan, day) if loan.closed_on is None else loan
        plan, plan_from, dues, open_from = drawn_again(loan, day, fact.amount)
        loan = replace(loan, plan=plan, plan_from=plan_from, dues=dues, open_from=open_from)
    disbursed = loan.totals.disbursed + fact.amount
    totals = replace(loan.totals, disbursed=disbursed, fees=_payout_fees(loan, disbursed))
    return replace(loan, state=State.ACTIVE, closed_on=None, totals=totals)


def _payout_fees(loan: Loan, disbursed: int) -> tuple[int, ...]:
    """The fee totals after fees of the payout were taken, in proportion to what has been drawn of the agreed sum."""
    agreed, before = loan.terms.schedule.principal, loan.totals.disbursed
    at_payout = (FeeTiming.DEDUCTED, FeeTiming.UPFRONT)
    return tuple(
        total + (fee.amount * disbursed // agreed - fee.amount * before // agreed if fee.timing in at_payout else 0)
        for fee, total in zip(loan.terms.fees, loan.totals.fees, strict=True)
    )


def _paid(loan: Loan, day: date, fact: facts.Paid) -> Loan:
    if loan.state is not State.ACTIVE:
        return _surplus(loan, fact.amount)
    if fact.intent is Intent.INSTALMENT:
        return paid_over_dues(loan, day, fact.amount)
    # Money meant to settle that proves too little ends as much of the debt as it can, with the instalment kept.
    keep = Keep.COUNT if fact.intent is Intent.REDUCE else Keep.INSTALMENT
    return _in_advance(earned_to(loan, day), day, fact.amount, keep, free=False)


def _refunded(loan: Loan, day: date, fact: facts.Refunded) -> Loan:
    if loan.state is not State.ACTIVE:
        return _surplus(loan, fact.amount)
    return _in_advance(earned_to(loan, day), day, fact.amount, Keep.COUNT, free=True)


def _in_advance(loan: Loan, day: date, amount: int, keep: Keep, *, free: bool) -> Loan:
    quote = payoff(loan, day, free=free)
    if amount >= quote.total:
        return settled(loan, day, amount, quote)
    return prepaid(loan, day, amount, keep, free=free) or paid_over_dues(loan, day, amount)


def _surplus(loan: Loan, amount: int) -> Loan:
    """Money for a debt that, as is known now, did not exist any more."""
    return replace(loan, totals=replace(loan.totals, surplus=loan.totals.surplus + amount))


def _restructured(loan: Loan, day: date, fact: facts.Restructured) -> Loan:
    if loan.state is not State.ACTIVE or not loan.outstanding:
        return loan
    return restructured(loan, day, new_plan(loan, day, fact.count, fact.rate_e8, fact.first_due))


def _charged_off(loan: Loan, day: date, _fact: facts.ChargedOff) -> Loan:
    """The principal becomes a loss; interest that was recognised and not collected is taken back."""
    if loan.state is not State.ACTIVE:
        return loan
    quote = payoff(loan, day, free=True)
    totals = replace(
        loan.totals,
        written_off=loan.totals.written_off + loan.outstanding,
        interest_earned=loan.totals.interest_paid,
    )
    return replace(loan, state=State.CHARGED_OFF, charged_off_on=day, claim=quote.total, totals=totals)


def _recovered(loan: Loan, day: date, fact: facts.Recovered) -> Loan:
    if loan.state is not State.CHARGED_OFF:
        return _surplus(loan, fact.amount)
    taken = min(fact.amount, loan.claim - loan.totals.recovered)
    totals = replace(
        loan.totals,
        recovered=loan.totals.recovered + taken,
        surplus=loan.totals.surplus + fact.amount - taken,
    )
    loan = replace(loan, totals=totals)
    return _closed(loan, day) if loan.claim == totals.recovered else loan


def _settled(loan: Loan, day: date, _fact: facts.Settled) -> Loan:
    """Closes a written-off debt; for any other the fold has closed it already when nothing was owed any more."""
    return _closed(loan, day) if loan.state is State.CHARGED_OFF else loan


def _closed(loan: Loan, day: date) -> Loan:
    return replace(loan, state=State.CLOSED, closed_on=day)


_STEPS: dict[Kind, Step] = {
    Kind.DISCLOSED: _disclosed,
    Kind.SIGNED: _moved(State.SIGNED),
    Kind.WITHDRAWN: _moved(State.WITHDRAWN),
    Kind.DISBURSED: _disbursed,
    Kind.PAID: _paid,
    Kind.PAYMENT_REVERSED: _unchanged,
    Kind.REFUNDED: _refunded,
    Kind.RESTRUCTURED: _restructured,
    Kind.CHARGED_OFF: _charged_off,
    Kind.RECOVERED: _recovered,
    Kind.SETTLED: _settled,
}
