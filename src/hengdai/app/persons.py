"""The part of a transaction that knows persons: sealed data, who saw it, consents, releases, contacts, erasures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hengdai.base.identity import LoanId, OrgId
from hengdai.evidence.consent import ConsentBook, ConsentGiven
from hengdai.evidence.record import Attachment
from hengdai.evidence.sealing import Erased
from hengdai.evidence.sharing import Receipt


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a row is about: whose book it stands in, the loan (empty without one), the person there."""

    org: OrgId
    loan: str
    person: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A state of what is kept of a person; `sealed` opens with her key alone."""

    person: str
    version: int
    known: datetime
    fields: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class AccessRow:
    """Personal data was shown: which fields, what for."""

    id: str
    person: str
    purpose: str
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent as stored, with what it is about and when it was withdrawn."""

    about: About
    given: ConsentGiven
    separate: bool
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """The receipt of a release, and to which key and file it belongs."""

    about: About
    receipt: Receipt
    at: datetime
    receiver_key: str
    file_sha256: str
    pack_digest: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact that is about to be made, or that the law stopped: `stopping` then names the rules."""

    id: str
    about: About
    channel: str
    purpose: str
    whom: str
    by_whom: str
    at: datetime
    day: date
    content: str
    attachments: tuple[Attachment, ...]
    pack_digest: str
    outcomes: Mapping[str, str]
    stopping: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """A question about common applicants that was answered: how many were asked about, among how many."""

    id: str
    asker: str
    day: date
    asked: int
    held: int
    digest: str
    at: datetime


class Persons(Protocol):
    """What the verbs about persons ask and record. A person belongs to the organisation that acts."""

    async def hold_person(self, person: str) -> None:
        """Let no other transaction decide about this person of the actor's until this one has ended."""
        ...

    async def person(self, person: str) -> PersonRow | None:
        """The latest state of what the actor's organisation keeps of the person."""
        ...

    async def add_person(self, row: PersonRow) -> None:
        """Write a new state."""
        ...

    async def add_access(self, row: AccessRow) -> None:
        """Write down that data was shown."""
        ...

    async def erased_persons(self) -> frozenset[str]:
        """Whom the actor's organisation has erased."""
        ...

    async def add_erasure(self, erased: Erased, known: datetime) -> None:
        """Write down that a person is erased."""
        ...

    async def loans_of(self, person: str) -> Sequence[tuple[OrgId, LoanId]]:
        """The loans of that borrower that the actor's organisation funds or facilitates."""
        ...

    async def add_consent(self, row: ConsentRow) -> None:
        """Write a consent."""
        ...

    async def consents(self, person: str) -> Sequence[ConsentRow]:
        """Every consent of the person to the actor's organisation, oldest first."""
        ...

    async def withdraw_consent(self, row: ConsentRow, at: datetime) -> None:
        """Write a withdrawal; one that was withdrawn already stays as it is."""
        ...

    async def add_release(self, row: ReleaseRow) -> None:
        """Write a receipt."""
        ...

    async def add_contact(self, row: ContactRow) -> None:
        """Write a contact, made or stopped."""
        ...

    async def calls_on(self, org: OrgId, loan: LoanId, day: date) -> int:
        """How many calls about the loan were let through on that day."""
        ...

    async def persons_with(self, field: str) -> Sequence[PersonRow]:
        """The latest state of each of the actor's persons that has this field; erased ones left out."""
        ...

    async def add_asker(self, id: str, asker: str, daily: int, at: datetime) -> None:
        """Write how many identifiers an institution may ask about in a day."""
        ...

    async def quota_of(self, asker: str) -> int | None:
        """The last quota that was written; None for an institution that was never admitted."""
        ...

    async def asked_on(self, asker: str, day: date) -> int:
        """How many identifiers it asked about on that day."""
        ...

    async def add_overlap(self, row: OverlapRow) -> None:
        """Write a question."""
        ...


def book_of(rows: Sequence[ConsentRow]) -> ConsentBook:
    """The consent ledger of one person from its rows."""
    given = {row.given.consent: row.given for row in rows}
    withdrawn = {row.given.consent: row.withdrawn for row in rows if row.withdrawn is not None}
    return ConsentBook(given, withdrawn)
