"""Where a loan stands on a day, as plain columns: what the reading side and the end of day work on.

A position is a view: a pure function of the folded loan and a day. The end of day moves
it forward in sets, and must leave exactly what this function would give.
"""

from dataclasses import dataclass
from datetime import date

from hengdai.base.rounding import Rounding
from hengdai.loan.loan import Due, Loan
from hengdai.loan.state import State
from hengdai.maths.accrual import earned


@dataclass(frozen=True, slots=True)
class Plan:
    """The dues of an open loan as parallel columns, one item for each due, ascending by due date."""

    starts: tuple[date, ...]
    dues: tuple[date, ...]
    interest: tuple[int, ...]
    earned_before: tuple[int, ...]
    left_principal: tuple[int, ...]
    left_interest: tuple[int, ...]
    left_fee: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """One loan's figures on `as_of`, in minor units.

    `overdue_*` is unpaid of dues before `as_of`. `period` is the index of the due whose period runs (the first due
    not before `as_of`), `period_interest` what it earns between `period_start` and `period_due`. `unbooked` is interest
    earned before `period_start` less what the loan's entries have recognised (negative when they are ahead).
    """

    state: State
    events: int
    as_of: date
    disbursed: int
    outstanding: int
    repaid: int
    interest_paid: int
    written_off: int
    recovered: int
    first_unpaid_due: date | None
    overdue_principal: int
    overdue_interest: int
    overdue_fee: int
    period: int
    period_start: date | None
    period_due: date | None
    period_interest: int
    unbooked: int
    rounding: Rounding
    plan: Plan | None

    def unposted(self, day: date) -> int:
        """Interest earned by `day` (in the period that runs) that the loan's own entries have not recognised."""
        start, due = self.period_start, self.period_due
        if start is None or due is None or day <= start:
            return self.unbooked
        if day >= due:
            return self.unbooked + self.period_interest
        return self.unbooked + earned(self.period_interest, start, due, day, self.rounding)


def position(loan: Loan, as_of: date) -> Position:
    """The figures of `loan` on `as_of`. A loan that is not active has no plan and nothing overdue."""
    dues = loan.dues if loan.state is State.ACTIVE else ()
    period = sum(1 for due in dues if due.due < as_of)
    passed, running = dues[:period], dues[period] if period < len(dues) else None
    first = next((due.due for due in dues if _unpaid(due)), None)
    totals = loan.totals
    return Position(
        state=loan.state,
        events=len(loan.events),
        as_of=as_of,
        disbursed=totals.disbursed,
        outstanding=totals.outstanding,
        repaid=totals.repaid,
        interest_paid=totals.interest_paid,
        written_off=totals.written_off,
        recovered=totals.recovered,
        first_unpaid_due=first,
        overdue_principal=sum(due.unpaid_principal for due in passed),
        overdue_interest=sum(due.unpaid_interest for due in passed),
        overdue_fee=sum(due.unpaid_fee for due in passed),
        period=period,
        period_start=running.start if running else None,
        period_due=running.due if running else None,
        period_interest=running.interest - running.earned_before if running else 0,
        unbooked=_unbooked(loan, period) if dues else 0,
        rounding=loan.plan.rounding if loan.plan else loan.terms.schedule.rounding,
        plan=_plan(dues) if dues else None,
    )


def _unpaid(due: Due) -> int:
    return due.unpaid_principal + due.unpaid_interest + due.unpaid_fee


def _unbooked(loan: Loan, period: int) -> int:
    before = sum(due.interest for due in loan.dues[:period])
    begun = loan.dues[period].earned_before if period < len(loan.dues) else 0
    return before + begun - loan.totals.interest_earned


def _plan(dues: tuple[Due, ...]) -> Plan:
    return Plan(
        starts=tuple(due.start for due in dues),
        dues=tuple(due.due for due in dues),
        interest=tuple(due.interest for due in dues),
        earned_before=tuple(due.earned_before for due in dues),
        left_principal=tuple(due.unpaid_principal for due in dues),
        left_interest=tuple(due.unpaid_interest for due in dues),
        left_fee=tuple(due.unpaid_fee for due in dues),
    )
