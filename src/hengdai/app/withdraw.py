"""Step back before money has moved."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import Withdraw


async def withdraw(office: Office, call: LoanCall, why: str) -> Outcome:
    """End the loan before its payout; `why` is kept."""
    return await change_loan(office, call, Withdraw(why))
