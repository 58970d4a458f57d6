"""The law of a book as stored: texts proposed and published, a funder's switches, texts on trial; and its transaction.

A funder's book is judged by the last text it published for that jurisdiction, else by the installed one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hengdai.base.identity import LoanId, OrgId
from hengdai.law.publication import Proposal


@dataclass(frozen=True, slots=True)
class LawRows:
    """What stands for one jurisdiction in one book.

    `digest` is that of the published text, `shadow` that of the one on trial, `lender_kind` the licence the funder said
    it lends by. `places` are the jurisdictions that the book has set or published anything for; `closed` is its last
    closed day, where the actor sees it.
    """

    digest: str | None
    switches: frozenset[str]
    shadow: str | None
    lender_kind: str | None
    places: tuple[str, ...]
    closed: date | None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A text put forward, under its name, at an instant."""

    id: str
    proposal: Proposal
    proposed: datetime


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A text published. `number` counts the publications of one jurisdiction in one book from 1, without a gap.

    `shown` is what the checker was shown, as canonical JSON values: counts of changes and of loans that would turn.
    """

    number: int
    proposal_id: str
    pack_id: str
    digest: str
    replaces: str
    maker: str
    checker: str
    day: date
    published: datetime
    shown: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SettingRow:
    """How one jurisdiction is judged in one book from this row on: switches, text on trial, the funder's licence."""

    pack_id: str
    number: int
    switches: frozenset[str]
    shadow: str | None
    lender_kind: str | None
    key_id: str
    day: date
    set_at: datetime


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """What a text on trial said at a gate, beside the judgement that bound; it stopped nothing.

    `said` holds `turned` (the rules that answered otherwise) or `problem` (why the text could not answer).
    """

    judgement_id: str
    stage: str
    day: date
    cleared: bool
    digest: str
    stopping: tuple[str, ...]
    said: Mapping[str, object]


class Laws(Protocol):
    """The part of a transaction that knows by which law a book is judged. Everything only grows."""

    async def law_of(self, org: OrgId, pack_id: str) -> LawRows:
        """What stands now for that jurisdiction in the book of `org`; nothing published or set is no row."""
        ...

    async def add_proposal(self, row: ProposalRow) -> None:
        """Put a text forward for the actor's own book."""
        ...

    async def proposal(self, id: str) -> ProposalRow | None:
        """A text put forward in the actor's own book."""
        ...

    async def proposals(self) -> Sequence[ProposalRow]:
        """All that the actor's own book holds, in the order put forward."""
        ...

    async def add_publication(self, row: PublicationRow) -> None:
        """Make a text the one in force in the actor's own book; the database refuses a checker who is the maker."""
        ...

    async def publications(self, org: OrgId, pack_id: str | None = None) -> Sequence[PublicationRow]:
        """The publications of a book, of one jurisdiction or all, in their order."""
        ...

    async def settings(self, org: OrgId, pack_id: str) -> Sequence[SettingRow]:
        """Every setting of that jurisdiction in that book, in their order."""
        ...

    async def add_setting(self, row: SettingRow) -> None:
        """Set the switches and the text on trial of the actor's own book."""
        ...

    async def keep_shadow(self, org: OrgId, loan: LoanId, row: ShadowRow) -> None:
        """Keep what a text on trial said, beside a judgement that is kept already."""
        ...
