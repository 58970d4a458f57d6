"""Re-perform one loan from what was recorded as its input, and hold every answer against the one that was given then.

Inputs are the frozen terms, the facts with their two times, the facts attested to the law and the days. Answers are
price, disclosure, each judgement, what each gate let through, each entry. All of it is pure: from the database or from
a bundle alone, the same loan gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from hengdai.app.derive import Happening, derive
from hengdai.app.judging import GATES, days_from_json, days_of, facts_from_json, judged_by, switches_from_json
from hengdai.app.live_law import LiveLaw
from hengdai.app.work import JudgementRow, LoanRecord
from hengdai.base.canonical import canonical
from hengdai.base.check import Defect
from hengdai.base.identity import LoanId, OrgId
from hengdai.law.errors import LawIsSilent
from hengdai.law.kinds import Stage
from hengdai.law.pack import Pack
from hengdai.ledger.entry import Entry
from hengdai.loan.codec import terms_digest
from hengdai.loan.events import Disclosed, Event, Offered, Refused, Signed
from hengdai.loan.fold import as_of, fold, history
from hengdai.loan.loan import Loan
from hengdai.loan.state import State
from hengdai.product.cost import quote
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.facts import PartnerStatus, law_facts
from hengdai.product.terms import Terms

PackOf = Callable[[str], Pack]
"""The pack of a digest; raises `LookupError` where nobody holds that text."""


class Kind(StrEnum):
    """What kinds of answers are given again, in the order of the flow."""

    PRICE = "price"
    VERDICT = "verdict"
    GATE = "gate"
    DISCLOSURE = "disclosure"
    SIGNATURE = "signature"
    EVENT = "event"
    ENTRY = "entry"


class IncompleteCase(ValueError):
    """What was recorded does not make up a loan's case; the message says what is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that was recorded of one loan. `clearances` maps an event's id to the judgement that let it through.

    `price` is the all-in cost as it was kept (simple, compound), or None where it stands in the judgements alone.
    """

    org: OrgId
    id: LoanId
    events: tuple[Event, ...]
    judgements: tuple[JudgementRow, ...]
    clearances: Mapping[str, str]
    entries: tuple[Entry, ...]
    price: tuple[int | None, int | None] | None = None

    @property
    def in_order(self) -> list[Event]:
        """The events in the order in which they became known."""
        return sorted(self.events, key=lambda event: event.seq)

    @property
    def terms(self) -> Terms:
        """The terms that the first event froze; raises :class:`Defect` when there is no such event."""
        first = self.in_order[0].fact if self.events else None
        if not isinstance(first, Offered | Refused):
            raise Defect("a loan begins with its offer or refusal", {"loan": self.id, "found": first})
        return first.terms


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as recorded and as given again, both canonical JSON values; `failed` says why there is none again."""

    kind: Kind
    where: str
    recorded: object = field(repr=False)
    again: object = field(repr=False)
    failed: str = ""

    @property
    def same(self) -> bool:
        """Whether both are the same, byte for byte."""
        return not self.failed and canonical(self.recorded) == canonical(self.again)

    def differing(self) -> list[tuple[str, object, object]]:
        """Where the two differ: path, recorded, again."""
        return list(_differing("", self.recorded, self.again))


def reperform(case: Case, pack_of: PackOf) -> tuple[Answer, ...]:
    """Every answer of the loan, given again. What cannot be given again failed and is never left out."""
    return (*_price(case), *_verdicts(case, pack_of), *_gates(case), *_digests(case), *_entries(case))


def seen(case: Case, known_until: datetime | None = None, day: date | None = None) -> Loan | None:
    """The loan as it was known at an instant and stood at the end of a day; None when nothing was known of it."""
    known = case.events if known_until is None else history(case.events, known_until)
    if not any(day is None or event.day <= day for event in known):
        return None
    whole = fold(case.id, known)
    return whole if day is None else as_of(whole, day)


def _again(kind: Kind, where: str, recorded: object, make: Callable[[], object]) -> Answer:
    try:
        return Answer(kind, where, recorded, make())
    except (Defect, LawIsSilent, LookupError, ValueError) as error:
        return Answer(kind, where, recorded, None, str(error.args[0] if error.args else error))


def _price(case: Case) -> Iterator[Answer]:
    if case.price is None:
        return
    recorded = {"simple_e8": case.price[0], "compound_e8": case.price[1]}

    def make() -> object:
        price = quote(case.terms)
        return {"simple_e8": price.simple_e8, "compound_e8": price.compound_e8}

    yield _again(Kind.PRICE, case.id, recorded, make)


def _verdicts(case: Case, pack_of: PackOf) -> Iterator[Answer]:
    for row in case.judgements:
        again = partial(_judged_again, case, row, pack_of)
        yield _again(Kind.VERDICT, f"{row.id} {row.stage} {row.day}", _said(row), again)


def _said(row: JudgementRow) -> dict[str, object]:
    return {"said": dict(row.said), "stopping": list(row.stopping)}


def _judged_again(case: Case, row: JudgementRow, pack_of: PackOf) -> object:
    """The judgement made anew: the facts that the terms determine are computed again, the attested ones are inputs."""
    pack = pack_of(row.pack_digest)
    stated, stage, terms = facts_from_json(pack, row.said), Stage(row.stage), case.terms
    status = PartnerStatus(_yes_or_no(stated, "partner_listed"), _yes_or_no(stated, "guarantor_listed"))
    confirmed, days = _yes_or_no(stated, "disclosure_confirmed"), days_from_json(row.said)
    before = _before(case, row)
    if before is not None:
        record = LoanRecord(case.org, case.id, before, fold(case.id, before)) if before else None
        days = days_of(record, stage, row.day)
        confirmed = None if record is None else record.loan.state not in (State.APPLIED, State.OFFERED)
    facts = law_facts(terms, quote(terms), status, disclosure_confirmed=confirmed, attested=stated)
    law = LiveLaw(pack, switches_from_json(row.said))
    return _said(judged_by(law, facts, stage=stage, days=days, id=row.id, day=row.day).row)


def _before(case: Case, row: JudgementRow) -> tuple[Event, ...] | None:
    """What was known when a judgement was made; None for one that let nothing through, whose moment is not recorded."""
    cleared = {event.id for event in case.events if case.clearances.get(event.id) == row.id}
    order = case.in_order
    place = next((at for at, event in enumerate(order) if event.id in cleared), None)
    return None if place is None else tuple(order[:place])


def _yes_or_no(facts: Mapping[str, Any], name: str) -> bool | None:
    value = facts.get(name)
    return value if isinstance(value, bool) else None


def _gates(case: Case) -> Iterator[Answer]:
    """What stood behind a gate: the judgement of its stage and day, which stopped nothing, or what a refusal names."""
    by_id = {row.id: row for row in case.judgements}
    for event in case.in_order:
        turned_down = isinstance(event.fact, Refused)
        stage = Stage.APPLICATION if turned_down else GATES.get(event.fact.kind)
        if stage is None:
            continue
        row = by_id.get(case.clearances.get(event.id, ""))
        if turned_down:
            row = next((each for each in case.judgements if each.stage == stage), None)
        rules = list(event.fact.rules) if isinstance(event.fact, Refused) else []
        recorded = {"stage": stage.value, "day": event.day, "stopped_by": rules}
        again = None if row is None else {"stage": row.stage, "day": row.day, "stopped_by": list(row.stopping)}
        yield Answer(Kind.GATE, f"{event.id} {event.fact.kind}", recorded, again)


def _digests(case: Case) -> Iterator[Answer]:
    for event in case.in_order:
        fact = event.fact
        if isinstance(fact, Disclosed):
            digest = fact.disclosure_digest
            yield _again(Kind.DISCLOSURE, event.id, digest, lambda: disclosure_digest(case.terms))
        if isinstance(fact, Signed):
            yield _again(Kind.SIGNATURE, event.id, fact.terms_digest, lambda: terms_digest(case.terms))


def _entries(case: Case) -> Iterator[Answer]:
    recorded: dict[str, Entry] = {entry.id: entry for entry in case.entries}
    made: list[Entry] = []
    try:
        made.extend(_booked_again(case, recorded))
    except (Defect, ValueError) as error:
        yield Answer(Kind.EVENT, case.id, None, None, str(error))
        return
    for entry in made:
        then = recorded.pop(entry.id, None)
        yield Answer(Kind.ENTRY, entry.id, None if then is None else entry_json(then), entry_json(entry))
    for entry in recorded.values():
        yield Answer(Kind.ENTRY, entry.id, entry_json(entry), None)


def _booked_again(case: Case, recorded: Mapping[str, Entry]) -> list[Entry]:
    """The entries that the events make, one event after the other as they became known; the day booked is an input."""
    record: LoanRecord | None = None
    made: list[Entry] = []
    for event in case.in_order:
        when, ids = Happening(event.day, event.known, event.known.date()), iter([event.id])
        derived = derive(case.id, record, [event.fact], when, name=ids.__next__, booked=made)
        if derived.events != (event,):
            raise Defect("the events of a loan are numbered without a gap", {"loan": case.id, "event": event.id})
        made.extend(_on_its_day(entry, recorded) for entry in derived.entries)
        known = (*(record.events if record else ()), event)
        record = LoanRecord(case.org, case.id, known, derived.loan)
    return made


def _on_its_day(entry: Entry, recorded: Mapping[str, Entry]) -> Entry:
    then = recorded.get(entry.id)
    return entry if then is None else replace(entry, booked=then.booked)


def entry_json(entry: Entry) -> dict[str, object]:
    """An entry as canonical JSON values; amounts in minor units, as text."""
    return {
        "accounts": list(entry.accounts),
        "amounts": [str(amount) for amount in entry.amounts],
        "booked": entry.booked.isoformat(),
        "currency": entry.currency,
        "day": entry.day.isoformat(),
        "event": entry.event,
        "reverses": entry.reverses,
    }


def _differing(path: str, one: object, two: object) -> Iterator[tuple[str, object, object]]:
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in sorted({*one, *two}):
            yield from _differing(f"{path}.{name}".lstrip("."), one.get(name), two.get(name))
    elif isinstance(one, list | tuple) and isinstance(two, list | tuple) and len(one) == len(two):
        for place, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from _differing(f"{path}[{place}]", left, right)
    elif canonical(one) != canonical(two):
        yield path, one, two
