"""Decide: a loan, a command, its day and the law's word in; facts or a refusal out. Nothing is changed here.

Checks run in the order of :class:`hengdai.loan.refusal.Refusal`. What moves money is decided in
:mod:`hengdai.loan.decide_money`, a new plan in :mod:`hengdai.loan.decide_restructure`.
"""

from datetime import date

from hengdai.base.identity import EventId
from hengdai.law.kinds import Stage
from hengdai.loan import commands
from hengdai.loan import events as facts
from hengdai.loan.clearance import Clearance, stopped, unfit
from hengdai.loan.codec import terms_digest
from hengdai.loan.commands import Command, Offer
from hengdai.loan.decide_money import MONEY, too_early, wrong_amount
from hengdai.loan.decide_restructure import decide_restructure
from hengdai.loan.events import Fact
from hengdai.loan.loan import Loan
from hengdai.loan.plan import rows_of, running, started
from hengdai.loan.refusal import No, Refusal, no
from hengdai.loan.state import TRANSITIONS, Kind, State
from hengdai.maths.schedule import Nonsense
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.sense import problems

Facts = tuple[Fact, ...]
LATE_RECORDED = frozenset({Kind.PAID, Kind.REFUNDED, Kind.RECOVERED})
"""Money that came in counts for the day it came, however late it becomes known. Nothing else is back-dated."""


def decide(
    loan: Loan | None, command: Command, *, day: date, today: date, clearance: Clearance | None = None
) -> Facts | No:
    """What this command makes of the loan on `day`, known on the business date `today`.

    `clearance` is demanded where money or a promise goes out: offer, sign, disburse. An offer that the law stops is
    a decided application: its fact is :class:`hengdai.loan.events.Refused`.
    """
    if isinstance(command, Offer):
        if loan is not None:
            return no(Refusal.LOAN_EXISTS, state=loan.state.value)
        return _offer(command, day, today, clearance)
    if loan is None:
        return no(Refusal.NO_SUCH_LOAN)
    kind = command.kind
    if (loan.state, kind) not in TRANSITIONS or (kind is Kind.SETTLED and loan.state is not State.CHARGED_OFF):
        return no(Refusal.WRONG_STATE, state=loan.state.value, command=_name(command))
    if day > today:
        return no(Refusal.DAY_IN_FUTURE, day=day, today=today)
    if kind in LATE_RECORDED:
        return too_early(loan, command, day) or MONEY[kind](loan, command, day)
    if day < loan.last_day:
        return no(Refusal.OUT_OF_ORDER, day=day, last_day=loan.last_day)
    return _in_order(loan, command, day, clearance)


def _name(command: Command) -> str:
    return type(command).__name__


def _offer(command: Offer, day: date, today: date, clearance: Clearance | None) -> Facts | No:
    if day > today:
        return no(Refusal.DAY_IN_FUTURE, day=day, today=today)
    misfit = unfit(clearance, command.terms, Stage.APPLICATION, day)
    if misfit is not None or clearance is None:
        return misfit or no(Refusal.NO_SUCH_LOAN)
    found = problems(command.terms)
    if found:
        return no(Refusal.PLAN_NOT_POSSIBLE, found="; ".join(str(each) for each in found))
    if clearance.stopping:
        return (facts.Refused(command.terms, command.borrower, clearance.stopping),)
    return (facts.Offered(command.terms, command.borrower),)


def _in_order(loan: Loan, command: Command, day: date, clearance: Clearance | None) -> Facts | No:
    match command:
        case commands.ConfirmDisclosure(digest):
            expected = disclosure_digest(loan.terms)
            wrong = digest != expected
            return no(Refusal.DISCLOSURE_DIFFERS, expected=expected) if wrong else (facts.Disclosed(digest),)
        case commands.Sign():
            return _sign(loan, command, day, clearance)
        case commands.Withdraw(why):
            return (facts.Withdrawn(why),)
        case commands.Disburse():
            return _disburse(loan, command, day, clearance)
        case commands.ReversePayment(payment, why):
            return _reverse(loan, payment, why)
        case commands.Restructure():
            return decide_restructure(loan, command, day)
        case commands.ChargeOff():
            return (facts.ChargedOff(),)
        case _:
            return (facts.Settled(),)


def _gate(loan: Loan, clearance: Clearance | None, stage: Stage, day: date) -> No | None:
    """Why the law does not let this through, or None."""
    misfit = unfit(clearance, loan.terms, stage, day)
    return misfit if misfit is not None or clearance is None else stopped(clearance)


def _sign(loan: Loan, command: commands.Sign, day: date, clearance: Clearance | None) -> Facts | No:
    shut = _gate(loan, clearance, Stage.SIGNING, day)
    if shut is not None:
        return shut
    expected = terms_digest(loan.terms)
    if command.terms_digest != expected:
        return no(Refusal.TERMS_DIFFER, expected=expected)
    return (facts.Signed(expected),)


def _disburse(loan: Loan, command: commands.Disburse, day: date, clearance: Clearance | None) -> Facts | No:
    shut = _gate(loan, clearance, Stage.DISBURSEMENT, day) or wrong_amount(loan, command.amount)
    if shut is not None:
        return shut
    available = loan.terms.schedule.principal - loan.disbursed
    if command.amount.minor > available:
        return no(Refusal.MORE_THAN_AGREED, amount=command.amount.minor, available=available)
    if loan.plan is not None and running(loan.dues, day, loan.earning) == len(loan.dues):
        return no(Refusal.NOTHING_LEFT_TO_PLAN, last_due=loan.dues[-1].due)
    if loan.plan is None:
        try:
            rows_of(started(loan.terms, day, command.amount.minor))
        except Nonsense as nonsense:
            return no(Refusal.PLAN_NOT_POSSIBLE, found=nonsense)
    return (facts.Disbursed(command.amount.minor),)


def _reverse(loan: Loan, payment: EventId, why: str) -> Facts | No:
    gone = {event.fact.payment for event in loan.events if isinstance(event.fact, facts.PaymentReversed)}
    for event in loan.events:
        if event.id == payment and isinstance(event.fact, facts.Paid) and payment not in gone:
            return (facts.PaymentReversed(payment, why),)
    return no(Refusal.NO_SUCH_PAYMENT, payment=payment)
