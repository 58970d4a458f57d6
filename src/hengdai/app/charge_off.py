"""Write the rest of a debt off the lender's books."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import ChargeOff


async def charge_off(office: Office, call: LoanCall) -> Outcome:
    """Turn the principal into a loss; the borrower still owes it."""
    return await change_loan(office, call, ChargeOff())
