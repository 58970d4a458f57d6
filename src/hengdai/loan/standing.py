"""Arrears on a day (逾期天数, M0–M6+): a function of the loan and the day, so nothing has to happen at night.

Days past due count from the due date of the oldest instalment that is not paid in full; the due date itself is on time.
Grace days defer the penalty and not the count. A bucket is thirty days: M1 is 1 to 30 days, M6 151 to 180, M6+ beyond.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hengdai.loan.late import penalty_since
from hengdai.loan.loan import Due, Loan
from hengdai.loan.state import State


class Bucket(StrEnum):
    """Arrears bucket by days past due."""

    M0 = "M0"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M6_PLUS = "M6+"


_BUCKETS = tuple(Bucket)


def bucket_of(days_past_due: int) -> Bucket:
    """The bucket of a number of days past due (≥ 0)."""
    return _BUCKETS[min(-(-days_past_due // 30), 7)]


@dataclass(frozen=True, slots=True)
class Standing:
    """Arrears of one loan on one day; amounts in minor units, all zero when the loan is on time."""

    day: date
    dpd: int
    bucket: Bucket
    principal: int
    interest: int
    fees: int
    penalty: int
    first_unpaid_due: date | None

    @property
    def overdue(self) -> int:
        """Everything overdue together."""
        return self.principal + self.interest + self.fees + self.penalty


def first_unpaid(loan: Loan) -> Due | None:
    """The oldest instalment that is not paid in full, or None."""
    for due in loan.dues[loan.open_from :]:
        if due.unpaid:
            return due
    return None


def standing(loan: Loan, day: date) -> Standing:
    """How late the loan is when `day` ends (`day` not before its latest event). Only a running loan is late."""
    oldest = first_unpaid(loan) if loan.state in (State.ACTIVE, State.CHARGED_OFF) else None
    if oldest is None or loan.plan is None:
        return Standing(day, 0, Bucket.M0, 0, 0, 0, 0, None)
    principal = interest = fees = penalty = 0
    charged_to = min(day, loan.charged_off_on or day)  # the claim on a written-off debt does not grow
    for due in loan.dues[loan.open_from :]:
        if due.due >= day:
            break
        principal += due.unpaid_principal
        interest += due.unpaid_interest
        fees += due.unpaid_fee
        penalty += due.unpaid_penalty + penalty_since(due, charged_to, loan.terms.late, loan.plan)
    dpd = max(0, (day - oldest.due).days)
    return Standing(day, dpd, bucket_of(dpd), principal, interest, fees, penalty, oldest.due)
