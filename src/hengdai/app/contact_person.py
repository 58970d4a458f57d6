"""Contact a person about a loan: judged by the law's rules on contacts before it is made, and recorded either way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from hengdai.app.change import LoanCall, found, said_no
from hengdai.app.command import Call, Declined, No, Outcome, Turned, refused, run
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.person import erased_already, kept, may_not
from hengdai.app.persons import About, ContactRow
from hengdai.app.ports import Office
from hengdai.app.work import LoanRecord, Work
from hengdai.evidence.record import Attachment
from hengdai.evidence.sealing import CannotOpen
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import Days, Judgement, judge
from hengdai.law.kinds import Stage
from hengdai.loan.refusal import Refusal
from hengdai.loan.refusal import no as loan_no


@dataclass(frozen=True, slots=True)
class Contacting:
    """A contact that somebody wants to make now. `words` are judged and never stored, only their digest under her key.

    `utc_offset` is that of the person's own clock, in minutes. `attested` are facts of the law's catalogue that others
    vouch for: a time agreed on, a debtor who cannot be reached.
    """

    channel: str
    purpose: str
    whom: str
    by_whom: str
    words: str = ""
    utc_offset: int = 480
    attachments: tuple[Attachment, ...] = ()
    attested: Mapping[str, object] = field(default_factory=dict)


class LawStopsContact(Declined):
    """The law stopped a contact; the row that says so is kept although the command is not."""

    def __init__(self, no: No, row: ContactRow, pack: str, texts: Mapping[str, str]) -> None:
        super().__init__(no)
        self.row, self.pack, self.texts = row, pack, texts


async def contact_person(office: Office, call: LoanCall, wanted: Contacting) -> Outcome:
    """The answer says what each rule said. A contact that the law stops is refused, and the attempt stays on record."""
    forbidden = may_not(call.actor)
    if forbidden is not None:
        return refused(forbidden)
    stops: list[LawStopsContact] = []

    async def verb(work: Work) -> Mapping[str, object]:
        stops.clear()
        try:
            return await _contact(office, work, call, wanted)
        except LawStopsContact as stop:
            stops.append(stop)
            raise

    outcome = await run(office, Call(call.actor, "contact_person", call.key, await _asked(office, call, wanted)), verb)
    for stop in stops:

        async def keep(work: Work, stop: LawStopsContact = stop) -> None:
            await work.keep_pack(stop.row.pack_digest, stop.pack, stop.texts)
            await work.add_contact(stop.row)

        await office.store.transact(call.actor, keep)
    return outcome


async def _asked(office: Office, call: LoanCall, wanted: Contacting) -> dict[str, object]:
    """What the command is bound to. The words stand in it by a digest under her key, if she is known at all."""
    async with office.store.begin(call.actor) as work:
        record = await work.loan(call.loan, call.book)
    return {
        "loan": call.loan,
        "book": call.book,
        "channel": wanted.channel,
        "purpose": wanted.purpose,
        "whom": wanted.whom,
        "by_whom": wanted.by_whom,
        "words": "" if record is None else _content(office, call, record, wanted.words),
        "utc_offset": wanted.utc_offset,
        "attachments": [each.sha256 for each in wanted.attachments],
        "attested": dict(wanted.attested),
    }


def _content(office: Office, call: LoanCall, record: LoanRecord, words: str) -> str:
    if not words:
        return ""
    try:
        return office.vault.digest(call.actor.org, record.loan.borrower, words.encode())
    except CannotOpen:
        return ""  # nobody is kept under that name, and the verb will say so


async def _contact(office: Office, work: Work, call: LoanCall, wanted: Contacting) -> Mapping[str, object]:
    record = await found(work, call)
    person = record.loan.borrower
    await kept(work, person)
    at = office.clock.now()
    there = at.astimezone(timezone(timedelta(minutes=wanted.utc_offset)))
    calls = await work.calls_on(record.org, record.id, there.date())
    law = await live_law(office.packs, work, record.org, record.loan.terms.pack)
    said = _judged(law, record, wanted, there, calls)
    content = _content(office, call, record, wanted.words)
    if wanted.words and not content:
        raise Declined(erased_already(person))
    row = ContactRow(
        id=office.ids.next(),
        about=About(record.org, record.id, person),
        channel=wanted.channel,
        purpose=wanted.purpose,
        whom=wanted.whom,
        by_whom=wanted.by_whom,
        at=at,
        day=there.date(),
        content=content,
        attachments=wanted.attachments,
        pack_digest=said.pack_digest,
        outcomes={each.rule_id: each.outcome.value for each in said.verdicts},
        stopping=tuple(each.rule_id for each in said.stopping),
    )
    pack, texts = law.pack.id, office.packs.texts(said.pack_digest)
    if row.stopping:
        no = said_no(loan_no(Refusal.LAW_FORBIDS, rules=", ".join(row.stopping)))
        raise LawStopsContact(no, row, pack, texts)
    await work.keep_pack(said.pack_digest, pack, texts)
    await work.add_contact(row)
    return {"contact": row.id, "loan": record.id, "day": row.day.isoformat(), "outcomes": dict(row.outcomes)}


def _judged(law: LiveLaw, record: LoanRecord, wanted: Contacting, there: datetime, calls: int) -> Judgement:
    """What the rules on contacts say. What we know ourselves cannot be attested otherwise."""
    known: dict[str, object] = {
        "lender_kind": record.loan.terms.parties.lender_kind,
        "contact_minute": there.hour * 60 + there.minute,
        "contact_person": wanted.whom,
        "collects_from_unrelated": wanted.whom == "unrelated" and wanted.purpose == "collection",
        "connected_calls_today": calls + (wanted.channel == "call"),
    }
    if wanted.words:  # words that nobody knows beforehand are judged by nobody: the rules about them then stop it
        known["contact_text"] = wanted.words
    days = Days(application=record.events[0].day, contact=there.date())
    try:
        return judge(law.pack, {**wanted.attested, **known}, stage=Stage.CONTACT, days=days, settings=law.settings)
    except LawIsSilent as silence:
        raise Declined(No.because(Turned.LAW_SILENT, problem=silence)) from None
