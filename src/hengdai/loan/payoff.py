"""The pay-off of a day (结清金额): what closes the loan to exactly nothing, line by line with its reasons.

Overdue instalments with their penalty, interest to the day, the rest of the principal, and the agreed fee for paying
early. Fees of instalments not yet due are not charged, and interest paid ahead for days that are not over comes back
as a credit.
"""

from dataclasses import dataclass
from datetime import date

from hengdai.base.check import check
from hengdai.base.rate import E8
from hengdai.base.reason import Reason
from hengdai.base.text import Text
from hengdai.loan.earn import earned_of
from hengdai.loan.late import penalty_since
from hengdai.loan.loan import Loan
from hengdai.loan.state import State


@dataclass(frozen=True, slots=True)
class Payoff:
    """What a loan costs to close on `day`, minor units. `interest_running` may be negative: a credit for days not over.

    `gross` is the sum of the lines; `total` is what is asked, at least one minor unit because it is paid; the
    difference is a liability to the borrower.
    """

    day: date
    penalty: int = 0
    fees: int = 0
    interest_due: int = 0
    interest_running: int = 0
    principal_due: int = 0
    principal_early: int = 0
    prepayment_fee: int = 0
    open: bool = False

    @property
    def gross(self) -> int:
        """The sum of the lines, below zero when interest paid ahead exceeds all that is owed."""
        return (
            self.penalty + self.fees + self.interest_due + self.interest_running
            + self.principal_due + self.principal_early + self.prepayment_fee
        )  # fmt: skip

    @property
    def total(self) -> int:
        """What closes the loan on that day; nothing only when the loan is not open."""
        return max(self.gross, 1) if self.open else 0

    @property
    def lines(self) -> tuple[tuple[int, Reason], ...]:
        """Each line that is not zero with its reason, in the order people read it."""
        return tuple((amount, _REASONS[name]) for name in _REASONS if (amount := getattr(self, name)))


_REASONS = {
    "principal_due": Reason(Text("已到期未还本金", "principal of instalments already due"), "terms.schedule"),
    "interest_due": Reason(Text("已到期未付利息", "interest of instalments already due"), "terms.schedule"),
    "fees": Reason(Text("已到期未付费用", "fees of instalments already due"), "terms.fees"),
    "penalty": Reason(Text("逾期罚息，计至当日", "penalty on overdue principal to the day"), "terms.late"),
    "interest_running": Reason(
        Text("当期利息按实际天数计至当日（负数为预付利息退回）", "interest of the running period by days to the day "
             "(below zero: a credit for interest paid ahead)"), "terms.schedule"),
    "principal_early": Reason(Text("未到期本金", "principal not yet due"), "terms.schedule"),
    "prepayment_fee": Reason(Text("提前还款违约金", "fee for paying early"), "terms.prepayment"),
}  # fmt: skip


def payoff(loan: Loan, day: date, *, free: bool = False) -> Payoff:
    """What closes the loan on `day`, which must not be before its latest event; `free` waives the prepayment fee.

    A written-off loan is closed by what is left of the claim; a loan on which nothing is owed costs nothing.
    """
    if loan.state is State.CHARGED_OFF:
        return Payoff(day, principal_due=loan.claim - loan.totals.recovered, open=True)
    if loan.state is not State.ACTIVE or loan.plan is None:
        return Payoff(day)
    check(day >= loan.last_day, "a pay-off is quoted for the loan as it stood on that day", day=day)
    penalty = fees = interest_due = running = principal_due = early = 0
    for due in loan.dues[min(loan.open_from, loan.earning) :]:
        penalty += due.penalty_due - due.penalty_paid
        if due.due <= day:
            penalty += penalty_since(due, day, loan.terms.late, loan.plan)
            fees += due.fee - due.paid_fee
            interest_due += due.interest - due.paid_interest
            principal_due += due.principal - due.paid_principal
        else:
            fees += max(0, due.carried_fee - due.paid_fee)
            running += earned_of(due, day, loan.plan.rounding) - due.paid_interest
            early += due.principal - due.paid_principal
    fee = 0 if free else prepayment_fee(loan, day, early)
    return Payoff(day, penalty, fees, interest_due, running, principal_due, early, fee, open=True)


def prepayment_rate(loan: Loan, day: date) -> int:
    """The agreed share (e8) taken of principal paid early on `day`; nothing once enough instalments fell due."""
    agreed = loan.terms.prepayment
    fallen = sum(1 for due in loan.dues if due.due <= day) if agreed.free_after else 0
    return 0 if agreed.free_after and fallen >= agreed.free_after else agreed.fee_e8


def prepayment_fee(loan: Loan, day: date, principal: int) -> int:
    """The fee for paying `principal` before it is due, in minor units."""
    rate = prepayment_rate(loan, day)
    return loan.terms.schedule.rounding.ratio(principal * rate, E8) if rate and principal > 0 else 0
