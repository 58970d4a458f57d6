"""Pay out, judged again by the law of the day."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.money import Money
from hengdai.loan.commands import Disburse


async def disburse(office: Office, call: LoanCall, amount: Money) -> Outcome:
    """Draw `amount` down; the first drawdown starts the plan."""
    return await change_loan(office, call, Disburse(amount))
