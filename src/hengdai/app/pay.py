"""Money from the borrower."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.money import Money
from hengdai.loan.commands import Pay
from hengdai.product.terms import Intent


async def pay(office: Office, call: LoanCall, amount: Money, intent: Intent = Intent.INSTALMENT) -> Outcome:
    """Take a payment as an instalment, as a prepayment or to settle; an earlier `call.day` records it late."""
    return await change_loan(office, call, Pay(amount, intent))
