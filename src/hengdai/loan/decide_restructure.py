"""Deciding on a restructuring: it stands behind no gate, so it may not be dearer than what the gates let through."""

from datetime import date

from hengdai.base.rate import Rate
from hengdai.loan.commands import Restructure
from hengdai.loan.events import Fact, Restructured
from hengdai.loan.loan import Loan
from hengdai.loan.plan import rows_of
from hengdai.loan.refusal import No, Refusal, no
from hengdai.loan.restructure import agreed_rate, new_plan
from hengdai.maths.schedule import Nonsense


def decide_restructure(loan: Loan, command: Restructure, day: date) -> tuple[Fact, ...] | No:
    """The rest of the debt on a new plan, or why not."""
    if not loan.outstanding:
        return no(Refusal.PLAN_NOT_POSSIBLE, found="0")
    rate, agreed = Rate(command.rate_e8), agreed_rate(loan)
    if rate.e8 > agreed.e8:
        return no(Refusal.RATE_RAISED, rate=rate, agreed=agreed)
    try:
        rows_of(new_plan(loan, day, command.count, command.rate_e8, command.first_due))
    except Nonsense as nonsense:
        return no(Refusal.PLAN_NOT_POSSIBLE, found=nonsense)
    return (Restructured(command.count, command.rate_e8, command.first_due),)
