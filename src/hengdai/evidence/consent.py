"""The consent ledger: per person, purpose and receiver, with version and time; withdrawal counts from its instant on.

Consents are events and the ledger is their fold, so it can be read as of any instant. Who releases data asks
`permission` at the moment of release, not at the moment of the request (PIPL arts. 13–16, 23, 29).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hengdai.base.text import Text


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A person consented: to which purpose, receiver and fields, on which wording (`version`), until when at most."""

    consent: str
    person: str
    purpose: str
    receiver: str
    fields: tuple[str, ...]
    version: str
    at: datetime
    until: datetime | None = None

    def body(self) -> dict[str, object]:
        """The body of the `consent` record."""
        return {
            "consent": self.consent,
            "fields": list(self.fields),
            "given": self.at.isoformat(),
            "person": self.person,
            "purpose": self.purpose,
            "receiver": self.receiver,
            "until": self.until.isoformat() if self.until else None,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """A person withdrew a consent. What was released before stays lawful; nothing is released after."""

    consent: str
    at: datetime

    def body(self) -> dict[str, object]:
        """The body of the `consent` record."""
        return {"consent": self.consent, "withdrawn": self.at.isoformat()}


ConsentEvent = ConsentGiven | ConsentWithdrawn


class ConsentRefusal(Enum):
    """Why nothing may be released, in the order looked at."""

    NEVER_GIVEN = Text("{person} 从未同意", "{person} never consented")
    OTHER_PURPOSE = Text("同意的目的不含 {purpose}", "no consent is for {purpose}")
    OTHER_RECEIVER = Text("同意的接收方不含 {receiver}", "no consent is for {receiver}")
    NOT_YET = Text("同意自 {at} 起生效", "the consent begins at {at}")
    WITHDRAWN = Text("同意已于 {at} 撤回", "the consent was withdrawn at {at}")
    EXPIRED = Text("同意已于 {at} 到期", "the consent ended at {at}")
    OTHER_FIELDS = Text("同意的字段不含 {fields}", "the consent does not cover {fields}")


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing may be released: why, in words with the figures filled."""

    why: ConsentRefusal
    text: Text


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to release: of whom, why, to whom, which fields, when."""

    person: str
    purpose: str
    receiver: str
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentBook:
    """All consents and withdrawals so far."""

    given: Mapping[str, ConsentGiven] = field(default_factory=dict)
    withdrawn: Mapping[str, datetime] = field(default_factory=dict)


def fold(events: Iterable[ConsentEvent]) -> ConsentBook:
    """The book from its events. A withdrawal of an unknown consent raises `LookupError`; the earliest one counts."""
    given: dict[str, ConsentGiven] = {}
    withdrawn: dict[str, datetime] = {}
    for event in events:
        if isinstance(event, ConsentGiven):
            if event.consent in given:
                raise LookupError(f"同意编号重复 / consent {event.consent} is given already")
            given[event.consent] = event
        elif event.consent not in given:
            raise LookupError(f"撤回的同意不存在 / consent {event.consent} was never given")
        else:
            withdrawn[event.consent] = min(event.at, withdrawn.get(event.consent, event.at))
    return ConsentBook(given, withdrawn)


def permission(book: ConsentBook, wish: Wish) -> ConsentGiven | Refused:
    """The consent under which `wish` may be done at its instant, else why not (of the consent that comes closest)."""
    hers = [one for one in book.given.values() if one.person == wish.person]
    if not hers:
        return _refused(ConsentRefusal.NEVER_GIVEN, person=wish.person)
    purposeful = [one for one in hers if one.purpose == wish.purpose]
    if not purposeful:
        return _refused(ConsentRefusal.OTHER_PURPOSE, purpose=wish.purpose)
    received = [one for one in purposeful if one.receiver == wish.receiver]
    if not received:
        return _refused(ConsentRefusal.OTHER_RECEIVER, receiver=wish.receiver)
    answers = [_at(book, one, wish) for one in received]
    good = [one for one in answers if isinstance(one, ConsentGiven)]
    # Of several consents for the same thing, the newest wording stands; of several refusals, the newest one's.
    return good[-1] if good else answers[-1]


def _at(book: ConsentBook, one: ConsentGiven, wish: Wish) -> ConsentGiven | Refused:
    withdrawn = book.withdrawn.get(one.consent)
    if wish.at < one.at:
        return _refused(ConsentRefusal.NOT_YET, at=one.at)
    if withdrawn is not None and withdrawn <= wish.at:
        return _refused(ConsentRefusal.WITHDRAWN, at=withdrawn)
    if one.until is not None and one.until <= wish.at:
        return _refused(ConsentRefusal.EXPIRED, at=one.until)
    beyond = sorted(set(wish.fields) - set(one.fields))
    if beyond:
        return _refused(ConsentRefusal.OTHER_FIELDS, fields=", ".join(beyond))
    return one


def _refused(why: ConsentRefusal, **figures: object) -> Refused:
    return Refused(why, why.value.fill(**figures))
