"""An entry moves money between accounts and balances, or it cannot be built; a wrong one is answered, not edited.

Amounts are signed whole minor units: debit positive, credit negative. An entry
is one row with parallel accounts and amounts, so that half of it can never exist.
"""

from dataclasses import dataclass
from datetime import date

from hengdai.base.check import Defect
from hengdai.base.identity import EntryId, EventId, LoanId


class Unbalanced(Defect):
    """The postings of an entry do not sum to zero."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced movement.

    `day` is the day it counts for, `booked` the business day it was written (later for a
    correction). `accounts` are codes of the chart, `amounts` their signed minor units.
    """

    id: EntryId
    loan: LoanId | None
    event: EventId | None
    day: date
    booked: date
    currency: str
    accounts: tuple[str, ...]
    amounts: tuple[int, ...]
    reverses: EntryId | None = None

    def __post_init__(self) -> None:
        if len(self.accounts) != len(self.amounts) or len(self.accounts) < 2:
            raise Unbalanced("an entry has at least two postings, each with an amount", {"entry": self.id})
        if sum(self.amounts) != 0 or 0 in self.amounts:
            raise Unbalanced(
                "the postings of an entry sum to zero and none is zero",
                {"entry": self.id, "accounts": self.accounts, "amounts": self.amounts},
            )

    def reversed(self, *, id: EntryId, booked: date) -> "Entry":
        """The same movement the other way, naming what it answers."""
        return Entry(
            id=id,
            loan=self.loan,
            event=self.event,
            day=self.day,
            booked=booked,
            currency=self.currency,
            accounts=self.accounts,
            amounts=tuple(-amount for amount in self.amounts),
            reverses=self.id,
        )
