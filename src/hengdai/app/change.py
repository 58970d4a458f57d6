"""The way every command on a loan goes: find, judge at a gate, decide, derive, record, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.derive import Derived, Happening, derive, needs_booked
from hengdai.app.judging import GATES, Judged, judge_gate
from hengdai.app.live_law import live_law
from hengdai.app.ports import Office
from hengdai.app.work import LoanChange, LoanRecord, Work
from hengdai.base.identity import EventId, LoanId, OrgId
from hengdai.law.errors import LawIsSilent
from hengdai.law.kinds import Stage
from hengdai.loan import refusal
from hengdai.loan.clearance import stopped
from hengdai.loan.commands import Command, Disburse
from hengdai.loan.decide import decide
from hengdai.product.record import write


@dataclass(frozen=True, slots=True)
class LoanCall:
    """A call about one loan: who asks, under which idempotency key, for which day (default: the business day).

    `book` names the funder whose books the loan is in; without it the actor's own are looked at first.
    """

    actor: Actor
    key: str
    loan: LoanId
    day: date | None = None
    book: OrgId | None = None


class LawStops(Declined):
    """The law stopped a loan at a gate; the judgement that says so is kept although the command is not."""

    def __init__(self, no: No, org: OrgId, loan: LoanId, judged: Judged, texts: Mapping[str, str]) -> None:
        super().__init__(no)
        self.org, self.loan, self.judged, self.texts = org, loan, judged, texts

    async def keep(self, work: Work) -> None:
        """Write the judgement, the text it was made by, and what a text on trial would have said."""
        row, shadow = self.judged.row, self.judged.shadow
        await work.keep_pack(row.pack_digest, str(row.said["pack"]), self.texts)
        await work.keep_judgement(self.org, self.loan, row)
        if shadow is not None:
            await work.keep_shadow(self.org, self.loan, shadow)


async def change_loan(office: Office, call: LoanCall, command: Command) -> Outcome:
    """Do a command on a loan that there is; the answer says its state, the new events and, at a gate, every verdict."""
    route = type(command).__name__.lower()
    stops: list[LawStops] = []

    async def verb(work: Work) -> Mapping[str, object]:
        stops.clear()
        try:
            return await _change(office, work, call, command)
        except LawStops as stop:
            stops.append(stop)
            raise

    outcome = await run(office, Call(call.actor, route, call.key, _payload(call, command)), verb)
    if stops:
        await office.store.transact(call.actor, stops[0].keep)
    return outcome


def _payload(call: LoanCall, command: Command) -> dict[str, object]:
    day = None if call.day is None else call.day.isoformat()
    return {"loan": call.loan, "book": call.book, "day": day, **write(command)}


async def _change(office: Office, work: Work, call: LoanCall, command: Command) -> Mapping[str, object]:
    record = await found(work, call)
    today = office.clock.today()
    day = call.day or today
    stage = GATES.get(command.kind)
    drawn = command.amount.minor if isinstance(command, Disburse) else None
    judged = None if stage is None else await _judged(office, work, record, stage, day, drawn)
    answer = decide(record.loan, command, day=day, today=today, clearance=judged.clearance if judged else None)
    if isinstance(answer, refusal.No):
        if judged and answer.refusal is refusal.Refusal.LAW_FORBIDS:
            texts = office.packs.texts(judged.row.pack_digest)
            raise LawStops(said_no(answer), record.org, record.id, judged, texts)
        raise Declined(said_no(answer))
    if stage is not None and day < today:
        await _demand_today(office, work, record, stage, today, drawn)
    booked = await work.entries(record.org, record.id) if needs_booked(record, answer, day) else ()
    when = Happening(day, office.clock.now(), today)
    derived = derive(record.id, record, answer, when, name=lambda: EventId(office.ids.next()), booked=booked)
    change = changed(record.org, record, derived, judged, today)
    if judged:
        await work.keep_pack(judged.row.pack_digest, record.loan.terms.pack, office.packs.texts(judged.row.pack_digest))
    await work.record(change)
    if judged and judged.shadow is not None:
        await work.keep_shadow(record.org, record.id, judged.shadow)
    return answer_of(change, judged)


async def _judged(office: Office, work: Work, record: LoanRecord, stage: Stage, day: date, drawn: int | None) -> Judged:
    terms = record.loan.terms
    law = await live_law(office.packs, work, record.org, terms.pack)
    law.demand(terms.parties.lender_kind, office.clock.today())
    try:
        return await judge_gate(law, work, record, stage, id=office.ids.next(), day=day, drawn=drawn)
    except LawIsSilent as silence:
        raise Declined(No.because(Turned.LAW_SILENT, problem=silence)) from None


async def _demand_today(
    office: Office, work: Work, record: LoanRecord, stage: Stage, today: date, drawn: int | None
) -> None:
    """A gate that is passed for an earlier day must stand open today too: an old date is no way round a new fact."""
    judged = await _judged(office, work, record, stage, today, drawn)
    stop = stopped(judged.clearance)
    if stop is not None:
        raise LawStops(said_no(stop), record.org, record.id, judged, office.packs.texts(judged.row.pack_digest))


async def found(work: Work, call: LoanCall) -> LoanRecord:
    """The loan, if the actor may command it: the funder may, and the facilitator of that loan."""
    record = await work.loan(call.loan, call.book)
    if record is None:
        raise Declined(No.because(Turned.NOT_FOUND, what=call.loan))
    parties = record.loan.terms.parties
    if call.actor.org not in (parties.funder, parties.facilitator):
        raise Declined(No.because(Turned.NOT_YOURS, who=f"{parties.funder}, {parties.facilitator}"))
    return record


def changed(org: OrgId, before: LoanRecord | None, derived: Derived, judged: Judged | None, as_of: date) -> LoanChange:
    """What is to be recorded: each new event behind a gate names the judgement that let it through."""
    rows = () if judged is None else (judged.row,)
    gated = [event for event in derived.events if event.fact.kind in GATES]
    cleared = {str(event.id): judged.row.id for event in gated} if judged else {}
    return LoanChange(
        org=org,
        id=derived.loan.id,
        before=before,
        after=derived.loan,
        events=derived.events,
        entries=derived.entries,
        judgements=rows,
        clearances=cleared,
        as_of=as_of,
    )


def answer_of(change: LoanChange, judged: Judged | None) -> dict[str, object]:
    """What a command on a loan is answered: canonical JSON values, amounts in minor units."""
    answer: dict[str, object] = {
        "loan": change.id,
        "funder": change.org,
        "state": change.after.state.value,
        "outstanding": change.after.outstanding,
        "currency": change.after.terms.currency,
        "events": [
            {"id": event.id, "seq": event.seq, "kind": event.fact.kind.value, "day": event.day}
            for event in change.events
        ],
        "entries": [entry.id for entry in change.entries],
    }
    if judged is not None:
        answer["judgement"] = {
            "id": judged.row.id,
            "stage": judged.row.stage,
            "pack_digest": judged.row.pack_digest,
            "stopping": list(judged.row.stopping),
            "verdicts": judged.row.said["verdicts"],
        }
    return answer


def said_no(answer: refusal.No) -> No:
    """A refusal of the loan's own rules, as a verb's."""
    return No(answer.refusal.code, answer.text(), answer.figures)
