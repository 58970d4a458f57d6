"""A payment bounced, or was booked in error."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.identity import EventId
from hengdai.loan.commands import ReversePayment


async def reverse_payment(office: Office, call: LoanCall, payment: EventId, why: str) -> Outcome:
    """Leave that payment out and derive again what followed; the books are corrected by new entries."""
    return await change_loan(office, call, ReversePayment(payment, why))
