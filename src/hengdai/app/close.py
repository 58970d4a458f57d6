"""Waive what is left of a written-off debt."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import Close


async def close(office: Office, call: LoanCall) -> Outcome:
    """Close a written-off loan."""
    return await change_loan(office, call, Close())
