"""A loan as its events left it. Nothing here is stored: the fold makes it from the events whenever it is asked for.

All amounts are whole minor units of the loan's currency; days are dates. The money that has moved stands in
:class:`Totals`, which only ever follow from events; the books are the differences between two of them.
"""

from dataclasses import dataclass, field
from datetime import date

from hengdai.base.identity import LoanId
from hengdai.loan.events import Event
from hengdai.loan.state import State
from hengdai.maths.schedule import ScheduleTerms
from hengdai.product.terms import Terms


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment: what falls due on `due` for the time since `start`, and how much of it has been paid.

    `earned_before` is the part of `interest` that was earned before `start` (a drawdown or a prepayment inside the
    period moved `start`); the rest is earned evenly from `start` to `due`. `fee_parts` says whose the `fee` is, in the
    order of `terms.fees`; `carried_fee` of it had fallen due before a restructuring. `penalty_due` is what 罚息 came to
    when money last met it, on `penalty_until`. A principal prepaid stands in the instalment in whose period it came.
    """

    number: int
    start: date
    due: date
    principal: int
    interest: int
    fee: int
    penalty_until: date
    paid_principal: int = 0
    paid_interest: int = 0
    paid_fee: int = 0
    penalty_due: int = 0
    penalty_paid: int = 0
    earned_before: int = 0
    fee_parts: tuple[int, ...] = ()
    carried_fee: int = 0

    @property
    def unpaid_principal(self) -> int:
        """Principal of this instalment not yet repaid."""
        return self.principal - self.paid_principal

    @property
    def unpaid_interest(self) -> int:
        """Interest of this instalment not yet paid."""
        return self.interest - self.paid_interest

    @property
    def unpaid_fee(self) -> int:
        """Fees of this instalment not yet paid."""
        return self.fee - self.paid_fee

    @property
    def unpaid_penalty(self) -> int:
        """Penalty charged on this instalment so far and not yet paid."""
        return self.penalty_due - self.penalty_paid

    @property
    def unpaid(self) -> int:
        """Everything of this instalment not yet paid, penalty as charged so far."""
        return (
            self.principal + self.interest + self.fee + self.penalty_due
            - self.paid_principal - self.paid_interest - self.paid_fee - self.penalty_paid
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """All the money that has moved since the first day, each sum for itself.

    `fees` runs parallel to `terms.fees`. `interest_earned` is what has been recognised as income. `surplus` is money
    that nobody owed: a liability to the borrower.
    """

    disbursed: int = 0
    repaid: int = 0
    written_off: int = 0
    interest_earned: int = 0
    interest_paid: int = 0
    fees: tuple[int, ...] = ()
    penalty_paid: int = 0
    prepayment_fee_paid: int = 0
    recovered: int = 0
    surplus: int = 0

    @property
    def outstanding(self) -> int:
        """Principal on the lender's books: disbursed, not repaid, not written off."""
        return self.disbursed - self.repaid - self.written_off


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan after its latest event, which counts for `last_day`.

    `dues[:open_from]` are paid in full. `dues[:earning]` had fallen due by `last_day`; their interest sums to
    `earned_in_full`. `plan` is what the dues since `plan_from` were computed from: the agreed schedule started on the
    day of the first payout, or the plan of the last restructuring. `claim` is what the borrower still owed when the
    debt was written off. `events` are all events by (day, seq); two loans with the same money are equal however their
    history became known.
    """

    id: LoanId
    terms: Terms
    borrower: str
    state: State
    totals: Totals
    last_day: date = field(compare=False)
    dues: tuple[Due, ...] = ()
    open_from: int = 0
    earning: int = 0
    earned_in_full: int = 0
    plan: ScheduleTerms | None = None
    plan_from: int = 0
    disclosure_digest: str | None = None
    started_on: date | None = None
    restructured_on: date | None = None
    charged_off_on: date | None = None
    closed_on: date | None = None
    claim: int = 0
    events: tuple[Event, ...] = field(default=(), compare=False, repr=False)

    @property
    def outstanding(self) -> int:
        """Principal on the lender's books, in minor units."""
        return self.totals.outstanding

    @property
    def disbursed(self) -> int:
        """Principal paid out so far, deducted fees included, in minor units."""
        return self.totals.disbursed

    @property
    def rate_e8(self) -> int:
        """The contract rate a year as it is now (a restructuring changes it)."""
        return self.terms.schedule.rate_e8 if self.plan is None else self.plan.rate_e8

    @property
    def next_seq(self) -> int:
        """The sequence number that the next event of this loan takes."""
        return max(event.seq for event in self.events) + 1
