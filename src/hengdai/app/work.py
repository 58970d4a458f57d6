"""One transaction of the book, as the verbs see it: questions, and facts to record.

The rows below are what the verbs exchange with a store. A `Work` never commits;
the store does, once the verb has returned.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hengdai.app.actor import Actor, Role
from hengdai.app.journal import Journal
from hengdai.app.laws import Laws
from hengdai.app.nightly import Nightly
from hengdai.app.persons import Persons
from hengdai.app.whole import Whole
from hengdai.base.identity import LoanId, OrgId
from hengdai.ledger.entry import Entry
from hengdai.loan.events import Event
from hengdai.loan.loan import Loan
from hengdai.partner.listing import Listing


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command that was done before: what it was, and the bytes that were answered."""

    route: str
    payload_digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command about to be done. `(actor's organisation, key)` is unique for ever."""

    id: str
    key: str
    route: str
    payload_digest: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class LoanRecord:
    """A loan as stored: whose books it is in, its events in the order known, and the fold of them."""

    org: OrgId
    id: LoanId
    events: tuple[Event, ...]
    loan: Loan


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A judgement made at a gate, with the id that the event it lets through will name.

    `said` is the whole of it as canonical JSON values (see :mod:`hengdai.app.judging`): the facts it was
    made from and every verdict, so that it can be made again from the stored pack and compared.
    """

    id: str
    stage: str
    day: date
    pack_digest: str
    said: Mapping[str, object]
    stopping: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoanChange:
    """What one command did to one loan: new events, what they rest on, and the money they moved.

    `clearances` maps an event id to the judgement id that let it through.
    `before` is None for a new loan, and then `cost_e8` holds its all-in cost (simple, compound; None where
    there is none). `as_of` is the business day of the position.
    """

    org: OrgId
    id: LoanId
    before: LoanRecord | None
    after: Loan
    events: tuple[Event, ...]
    entries: tuple[Entry, ...]
    judgements: tuple[JudgementRow, ...]
    clearances: Mapping[str, str]
    as_of: date
    cost_e8: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation that may act here. `kind` is a PayeeRole value or `examiner`."""

    id: OrgId
    name: str
    kind: str


class Work(Journal, Laws, Nightly, Whole, Persons, Protocol):
    """One transaction as one actor. Row-level security decides what it sees: a hidden row is a missing one."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    async def recorded(self, key: str) -> Recorded | None:
        """The command of the actor's organisation under that idempotency key, if it was done."""
        ...

    async def claim(self, row: CommandRow) -> bool:
        """Write the command row; False when another transaction has done the key meanwhile."""
        ...

    async def answer(self, key: str, body: bytes) -> None:
        """Keep the bytes that are answered to the claimed command, for every later time it is asked."""
        ...

    async def loan(
        self, loan: LoanId, org: OrgId | None = None, known_until: datetime | None = None
    ) -> LoanRecord | None:
        """A loan that the actor may see, folded from the events known until then (default: all).

        `org` names the funder whose books it is in; without it the actor's own books are looked at first.
        """
        ...

    async def entries(self, org: OrgId, loan: LoanId) -> tuple[Entry, ...]:
        """Every entry of that loan in the order booked, reversals included."""
        ...

    async def judgements(self, org: OrgId, loan: LoanId) -> tuple[JudgementRow, ...]:
        """Every judgement of that loan, oldest first."""
        ...

    async def keep_judgement(self, org: OrgId, loan: LoanId, row: JudgementRow) -> None:
        """Write a judgement that let nothing through: the attempt stays on record."""
        ...

    async def record(self, change: LoanChange) -> None:
        """Write events, judgements, entries, balances and the position of one changed loan."""
        ...

    async def record_all(self, changes: Sequence[LoanChange]) -> int:
        """Write whole chunks of new loans of one funder at once; how many rows were written."""
        ...

    async def listings(self, funder: OrgId) -> tuple[Listing, ...]:
        """The funder's partner list, past rows included."""
        ...

    async def add_listing(self, listing_id: str, listing: Listing) -> None:
        """Append a row to the actor's own partner list."""
        ...

    async def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation known here (names are public to all of them)."""
        ...

    async def issue_key(self, role: Role, label: str, at: datetime) -> str:
        """A new API key of the actor's organisation: the only time that its secret is seen."""
        ...

    async def revoke_key(self, key_id: str, at: datetime) -> bool:
        """End a key of the actor's organisation at once; False when it has no such key."""
        ...

    async def keep_pack(self, digest: str, pack_id: str, texts: Mapping[str, str]) -> None:
        """Store the texts of a law pack once, so that its judgements can be repeated for ever."""
        ...

    async def pack_texts(self, digest: str) -> Mapping[str, str] | None:
        """The stored texts of a law pack, by file name."""
        ...

    async def rows(self, query: str, **values: object) -> Sequence[Mapping[str, object]]:
        """The rows of a named query of the reading side (see `hengdai.adapters.postgres.queries`)."""
        ...

    def stream(self, query: str, **values: object) -> AsyncIterator[Mapping[str, object]]:
        """The same, row by row through a cursor, for answers that do not fit in memory."""
        ...
