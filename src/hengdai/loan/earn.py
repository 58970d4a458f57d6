"""Interest earned by a day: the whole of every period that has ended, and the part by days of the running one."""

from collections.abc import Sequence
from datetime import date

from hengdai.base.rounding import Rounding
from hengdai.loan.loan import Due, Loan
from hengdai.maths.accrual import earned


def earned_of(due: Due, day: date, rounding: Rounding) -> int:
    """What of one instalment's interest is earned when `day` begins, in minor units."""
    if day >= due.due:
        return due.interest
    if day <= due.start:
        return due.earned_before
    return due.earned_before + earned(due.interest - due.earned_before, due.start, due.due, day, rounding)


def advance(dues: Sequence[Due], index: int, in_full: int, day: date) -> tuple[int, int]:
    """The first instalment from `index` on that is not yet due on `day`, and the interest of all before it."""
    count = len(dues)
    while index < count and dues[index].due <= day:
        in_full += dues[index].interest
        index += 1
    return index, in_full


def interest_earned(loan: Loan, day: date) -> int:
    """All interest earned from the first day to `day` (≥ the loan's latest event), in minor units.

    A written-off or closed loan earns nothing more.
    """
    if loan.plan is None or loan.charged_off_on is not None or loan.closed_on is not None:
        return loan.totals.interest_earned
    index, in_full = advance(loan.dues, loan.earning, loan.earned_in_full, day)
    if index == len(loan.dues):
        return in_full
    return in_full + earned_of(loan.dues[index], day, loan.plan.rounding)
