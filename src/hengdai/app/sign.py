"""Sign the contract, judged again by the law of the day."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import Sign


async def sign(office: Office, call: LoanCall, terms_digest: str) -> Outcome:
    """Sign the terms of this digest; refused when the law stops it, when nothing was disclosed, or for other terms."""
    return await change_loan(office, call, Sign(terms_digest))
