"""The borrower confirms the disclosure table (综合融资成本明示表) before signing."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import ConfirmDisclosure


async def confirm_disclosure(office: Office, call: LoanCall, digest: str) -> Outcome:
    """Record that the table of this digest was read; another digest is refused with the right one."""
    return await change_loan(office, call, ConfirmDisclosure(digest))
