"""What a transaction must offer to those who go through a whole book: auditor, rebuilder, re-judge."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from hengdai.base.identity import LoanId, OrgId
from hengdai.ledger.entry import Entry
from hengdai.loan.events import Event
from hengdai.loan.loan import Loan


@dataclass(frozen=True, slots=True)
class Placed:
    """A loan and the day its position is to be made for."""

    loan: Loan
    as_of: date


class Whole(Protocol):
    """The part of a transaction that reads one book from end to end. Streams are ordered by loan, in byte order."""

    def every_event(self, org: OrgId) -> AsyncIterator[tuple[LoanId, Event]]:
        """All events, those of one loan in the order known."""
        ...

    def every_entry(self, org: OrgId) -> AsyncIterator[Entry]:
        """All entries, those of one loan in the order booked; those of the whole book come first."""
        ...

    def every_position(self, org: OrgId) -> AsyncIterator[Mapping[str, Any]]:
        """All positions with the columns of their plans (null for a loan that is not open)."""
        ...

    async def clear_positions(self, org: OrgId) -> None:
        """Throw the positions and plans of the book away."""
        ...

    async def place_all(self, org: OrgId, placed: Sequence[Placed]) -> None:
        """Write positions and plans of loans that have none; the bucket is that of the last close."""
        ...
