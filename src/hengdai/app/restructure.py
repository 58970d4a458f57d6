"""Put the rest of the debt on a new plan."""

from datetime import date

from hengdai.app.change import LoanCall, change_loan
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.loan.commands import Restructure


async def restructure(office: Office, call: LoanCall, count: int, rate_e8: int, first_due: date) -> Outcome:
    """Agree on `count` instalments from `first_due` at `rate_e8` a year (10⁻⁸)."""
    return await change_loan(office, call, Restructure(count, rate_e8, first_due))
