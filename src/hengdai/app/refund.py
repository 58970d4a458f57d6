"""Merchant money: goods went back."""

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.money import Money
from hengdai.loan.commands import Refund


async def refund(office: Office, call: LoanCall, amount: Money) -> Outcome:
    """Let the merchant's money reduce the debt, or close it; what is beyond is owed to the borrower."""
    return await change_loan(office, call, Refund(amount))
