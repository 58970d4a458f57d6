"""What a transaction must offer to close a business day in sets, whatever the number and age of the loans."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from hengdai.base.identity import EntryId, OrgId
from hengdai.ledger.entry import Entry

Rows = Sequence[Mapping[str, Any]]


class Nightly(Protocol):
    """The part of a transaction that closes a day of one funder's book. Each method does nothing the second time."""

    async def roll(self, org: OrgId, day: date) -> int:
        """Move every open loan whose period ended before `day` into its next one; how many were moved."""
        ...

    async def move_arrears(self, org: OrgId, day: date) -> Rows:
        """Write a row for each loan that is in another bucket than at the last close; counts by from and to."""
        ...

    async def unposted_interest(self, org: OrgId, day: date) -> Mapping[str, int]:
        """Interest earned by `day` that the loans' own entries have not recognised, by currency (minor units)."""
        ...

    async def closing_figures(self, org: OrgId, day: date) -> Mapping[str, Rows]:
        """What the day is closed with: standing by bucket, payouts and stops of the day, and every balance."""
        ...

    async def close_day(self, org: OrgId, day: date, currency: str, figures: Mapping[str, object]) -> None:
        """Write the closing figures of one currency; an empty currency closes the day itself."""
        ...

    async def last_closed(self, org: OrgId) -> date | None:
        """The latest closed business day of the book."""
        ...

    async def book_entries(self, org: OrgId, prefix: EntryId) -> tuple[Entry, ...]:
        """Entries of the whole book (they belong to no loan) whose name begins so."""
        ...

    async def post(self, org: OrgId, entries: Sequence[Entry]) -> None:
        """Write entries of the whole book, and move the balances."""
        ...
