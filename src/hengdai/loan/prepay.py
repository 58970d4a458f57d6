"""Money beyond what is due: closing the loan (结清), or paying principal in advance (缩期, 减额, merchant refunds).

Both first bring everything to the day: instalments already due with their penalty, then the interest earned so far in
the running period. Interest paid ahead for days that are not over is not lost; it joins the money.
"""

from dataclasses import dataclass, replace
from datetime import date

from hengdai.base.check import check
from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding
from hengdai.loan.allocate import Spent, spend, spread
from hengdai.loan.earn import advance, earned_of
from hengdai.loan.late import met
from hengdai.loan.loan import Due, Loan
from hengdai.loan.payoff import Payoff, payoff, prepayment_rate
from hengdai.loan.plan import replanned, running
from hengdai.loan.state import State
from hengdai.maths.schedule import Keep


def settled(loan: Loan, day: date, amount: int, quote: Payoff) -> Loan:
    """The loan closed on `day` by `amount`, which covers the quote; what is beyond it is a surplus."""
    check(amount >= quote.gross, "a loan is closed by its pay-off", amount=amount, payoff=quote.gross)
    assert loan.plan is not None
    at = running(loan.dues, day, loan.earning)
    paid = min(at, loan.open_from)
    dues, fees = list(loan.dues[:paid]), loan.totals.fees
    for place, due in enumerate(loan.dues[paid:], paid):
        after = _closed(loan, due, day)
        if after.paid_fee != due.paid_fee:
            fees = spread(fees, due.fee_parts, due.paid_fee, after.paid_fee)
        if place <= at or after.principal or after.fee:
            dues.append(after)
    left = loan.totals.repaid + loan.outstanding - sum(after.paid_principal for after in dues)
    last = dues[-1]
    # All principal that was not yet due stands, paid, in the instalment that was running.
    dues[-1] = replace(last, principal=last.principal + left, paid_principal=last.paid_principal + left)
    interest = sum(after.interest for after in dues)
    totals = replace(
        loan.totals,
        repaid=loan.totals.repaid + loan.outstanding,
        interest_earned=interest,
        interest_paid=interest,
        fees=fees,
        penalty_paid=loan.totals.penalty_paid + quote.penalty,
        prepayment_fee_paid=loan.totals.prepayment_fee_paid + quote.prepayment_fee,
        surplus=loan.totals.surplus + amount - quote.gross,
    )
    return replace(
        loan, state=State.CLOSED, closed_on=day, totals=totals, dues=tuple(dues),
        open_from=len(dues), earning=len(dues), earned_in_full=interest,
    )  # fmt: skip


def _closed(loan: Loan, due: Due, day: date) -> Due:
    """One instalment of a loan closed on `day`: paid if due, else cut to what was earned, paid and carried."""
    assert loan.plan is not None
    if due.due <= day:
        due = met(due, day, loan.terms.late, loan.plan)
        principal, interest, fee = due.principal, due.interest, due.fee
    else:
        principal, fee = due.paid_principal, max(due.paid_fee, due.carried_fee)
        interest = earned_of(due, day, loan.plan.rounding)
    return replace(
        due, principal=principal, paid_principal=principal, interest=interest, paid_interest=interest,
        fee=fee, paid_fee=fee, penalty_paid=due.penalty_due,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What must be paid before principal can be prepaid: `needed` minor units, and the place of the instalment."""

    needed: int
    at: int


def before_prepaying(loan: Loan, day: date) -> Prepayment:
    """What is due with its penalty, and the interest of the running period to the day (a credit when paid ahead)."""
    quote = payoff(loan, day, free=True)
    at = max(running(loan.dues, day, loan.earning), loan.open_from)
    ahead = loan.dues[at : at + 1]
    assert loan.plan is not None
    to_day = sum(earned_of(due, day, loan.plan.rounding) - due.paid_interest for due in ahead)
    return Prepayment(quote.penalty + quote.fees + quote.interest_due + quote.principal_due + to_day, at)


def prepaid(loan: Loan, day: date, amount: int, keep: Keep, *, free: bool) -> Loan | None:
    """The loan after `amount` paid arrears and interest to the day and the rest reduced the principal.

    None when the amount does not reach beyond what is needed first. An amount that would close the loan must go to
    :func:`settled`.
    """
    first = before_prepaying(loan, day)
    if amount <= first.needed or first.at == len(loan.dues):
        return None
    spent = spend(loan, amount, day, until=first.at)
    loan = _after(loan, spent)
    head, fees = _to_the_day(loan, loan.dues[first.at], day)
    ahead = sum(due.paid_interest for due in loan.dues[first.at + 1 :])
    interest = head.paid_interest - loan.dues[first.at].paid_interest - ahead
    penalty = head.penalty_paid - loan.dues[first.at].penalty_paid
    money = spent.rest - interest - penalty - (head.paid_fee - loan.dues[first.at].paid_fee)
    principal = _principal_of(money, 0 if free else prepayment_rate(loan, day), loan.outstanding - 1)
    dues = replanned(loan, (*loan.dues[: first.at], head, *loan.dues[first.at + 1 :]), first.at, day, principal, keep)
    totals = replace(
        loan.totals,
        repaid=loan.totals.repaid + principal,
        interest_paid=loan.totals.interest_paid + interest,
        fees=fees,
        penalty_paid=loan.totals.penalty_paid + penalty,
        prepayment_fee_paid=loan.totals.prepayment_fee_paid + money - principal,
    )
    return replace(loan, dues=dues, totals=totals)


def _to_the_day(loan: Loan, head: Due, day: date) -> tuple[Due, tuple[int, ...]]:
    """The running instalment with exactly the interest earned to `day` paid, and the totals of the fees after it."""
    assert loan.plan is not None
    fee = max(head.paid_fee, head.carried_fee)
    fees = spread(loan.totals.fees, head.fee_parts, head.paid_fee, fee)
    earned = earned_of(head, day, loan.plan.rounding)
    return replace(head, paid_interest=earned, paid_fee=fee, penalty_paid=head.penalty_due), fees


def _principal_of(money: int, rate_e8: int, most: int) -> int:
    """The principal that `money` prepays when a fee of `rate_e8` is taken of it; the rest of the money is the fee."""
    return min(Rounding.HALF_UP.ratio(money * E8, E8 + rate_e8), most)


def _after(loan: Loan, spent: Spent) -> Loan:
    """The loan after money went over its instalments."""
    totals = replace(
        loan.totals,
        repaid=loan.totals.repaid + spent.repaid,
        interest_paid=loan.totals.interest_paid + spent.interest,
        fees=spent.fees,
        penalty_paid=loan.totals.penalty_paid + spent.penalty,
    )
    return replace(loan, dues=spent.dues, open_from=spent.open_from, totals=totals)


def paid_over_dues(loan: Loan, day: date, amount: int) -> Loan:
    """The loan after `amount` went over its instalments, oldest first; closed when nothing is left owed.

    Interest is recognised to the day. What no instalment took is a surplus, a liability to the borrower.
    """
    spent, before = spend(loan, amount, day), loan.totals
    earning, in_full, earned = _recognised(loan, day)
    closes = spent.open_from == len(spent.dues)
    if closes:
        earning = len(spent.dues)
        in_full = earned = sum(due.interest for due in spent.dues)
    totals = replace(
        before,
        repaid=before.repaid + spent.repaid,
        interest_earned=earned,
        interest_paid=before.interest_paid + spent.interest,
        fees=spent.fees,
        penalty_paid=before.penalty_paid + spent.penalty,
        surplus=before.surplus + spent.rest,
    )
    # One copy of the loan and one of its totals: this is the step that a book takes a million times.
    return replace(
        loan, dues=spent.dues, open_from=spent.open_from, totals=totals, last_day=day, earning=earning,
        earned_in_full=in_full, state=State.CLOSED if closes else loan.state, closed_on=day if closes else None,
    )  # fmt: skip


def earned_to(loan: Loan, day: date) -> Loan:
    """The loan with the interest earned to `day` recognised."""
    earning, in_full, earned = _recognised(loan, day)
    totals = replace(loan.totals, interest_earned=earned)
    return replace(loan, earning=earning, earned_in_full=in_full, totals=totals)


def _recognised(loan: Loan, day: date) -> tuple[int, int, int]:
    """The first instalment not due by `day`, the interest of those before it, and all interest earned to the day."""
    assert loan.plan is not None
    index, in_full = advance(loan.dues, loan.earning, loan.earned_in_full, day)
    part = earned_of(loan.dues[index], day, loan.plan.rounding) if index < len(loan.dues) else 0
    return index, in_full, in_full + part
