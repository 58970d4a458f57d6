"""The late-payment rule (逾期罚息), whole.

Principal of an instalment that is unpaid after its due date earns penalty interest at the contract rate times the
agreed multiplier (银发〔2003〕251号 三: the contract rate plus 30 % to 50 %), by actual days over the agreed days of a
year. Nothing is charged while the grace days last; when they have passed, penalty runs from the due date.
Interest and fees that are late earn nothing: no 复利 is agreed in these terms.

Nothing happens at night. The penalty is computed and rounded when money or a quote meets the instalment, for the days
since it was last computed, on what was unpaid over those days.
"""

from dataclasses import replace
from datetime import date, timedelta

from hengdai.loan.loan import Due
from hengdai.maths.accrual import penalty
from hengdai.maths.periods import Unit
from hengdai.maths.schedule import Method, ScheduleTerms
from hengdai.product.terms import LateTerms


def overdue_days(due: Due, day: date) -> int:
    """Days past due on `day` if anything of the instalment is unpaid; the due date itself is on time."""
    return max(0, (day - due.due).days) if due.unpaid else 0


def contract_rate(plan: ScheduleTerms) -> int:
    """The rate a year (e8) that the multiplier multiplies; a flat fee counts as its periods of a year."""
    if plan.method is not Method.FLAT_FEE:
        return plan.rate_e8
    days = {Unit.MONTHS: 30, Unit.WEEKS: 7, Unit.DAYS: 1}[plan.frequency.unit] * plan.frequency.every
    return plan.flat_fee_e8 * 360 // days


def penalty_since(due: Due, day: date, late: LateTerms, plan: ScheduleTerms) -> int:
    """Penalty of one instalment for the days from `due.penalty_until` to `day`, in minor units."""
    unpaid = due.principal - due.paid_principal
    if not unpaid or day <= due.due or day <= due.due + timedelta(days=late.grace_days):
        return 0
    days = (day - due.penalty_until).days
    if days <= 0:
        return 0
    return penalty(unpaid, contract_rate(plan), late.multiplier_e8, days, late.basis, plan.rounding)


def met(due: Due, day: date, late: LateTerms, plan: ScheduleTerms) -> Due:
    """The instalment with its penalty charged up to `day`, as it stands when money meets it."""
    charged = penalty_since(due, day, late, plan)
    if not charged:
        return due
    return replace(due, penalty_due=due.penalty_due + charged, penalty_until=day)
