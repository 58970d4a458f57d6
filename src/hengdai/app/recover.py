"""Money that came in on a written-off debt."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.money import Money
from hengdai.loan.commands import Recover


async def recover(office: Office, call: LoanCall, amount: Money) -> Outcome:
    """Take `amount` as recovered."""
    return await change_loan(office, call, Recover(amount))
