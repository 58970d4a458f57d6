"""Apply for a loan: priced, judged by the law of the day, and offered or refused with the clauses that say why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from hengdai.app.actor import Actor
from hengdai.app.change import answer_of, changed, said_no
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.derive import Happening, derive
from hengdai.app.judging import Judged, judge_offer
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.ports import Office
from hengdai.app.work import LoanChange, Work
from hengdai.base.identity import EventId, LoanId, names_a_person
from hengdai.law.errors import LawIsSilent
from hengdai.law.pack import Pack
from hengdai.loan import refusal
from hengdai.loan.commands import Offer
from hengdai.loan.decide import decide
from hengdai.loan.state import State
from hengdai.product.codec import terms_digest, terms_to_json
from hengdai.product.cost import Quote, quote
from hengdai.product.disclosure import disclosure
from hengdai.product.sense import problems
from hengdai.product.terms import Terms


@dataclass(frozen=True, slots=True)
class Application:
    """What is applied for.

    `loan` is the applicant's own name for it, or None for a fresh one. `terms.pack_digest` may be empty: then the
    current text of `terms.pack` is named. `attested` are facts of the law's catalogue that others vouch for
    (machine values: minor units, e8 rates, codes, booleans, ISO days).
    """

    terms: Terms
    borrower: str
    loan: LoanId | None = None
    day: date | None = None
    attested: Mapping[str, object] = field(default_factory=dict)


async def offer(office: Office, actor: Actor, key: str, application: Application) -> Outcome:
    """Decide the application. The answer says offered or refused, every verdict, the price and the disclosure table.

    An application that the law refuses is a done command; it stays in the book with the clauses that stopped it.
    """
    asked = {
        "loan": application.loan,
        "terms": terms_to_json(application.terms),
        "borrower": application.borrower,
        "day": application.day,
        "attested": dict(application.attested),
    }

    async def verb(work: Work) -> Mapping[str, object]:
        return await _offer(office, work, actor, application)

    return await run(office, Call(actor, "offer", key, asked), verb)


async def _offer(office: Office, work: Work, actor: Actor, application: Application) -> Mapping[str, object]:
    if names_a_person(application.borrower):
        raise Declined(No.because(Turned.NAMES_A_PERSON))
    law = await _law(office, work, actor, application.terms)
    terms = _current(law.pack, application.terms)
    parties = terms.parties
    id = application.loan or LoanId(office.ids.next())
    today = office.clock.today()
    day = application.day or today
    known = await work.loan(id, parties.funder)
    judged = await _judged(office, work, law, replace(application, terms=terms), day)
    if day < today and not judged.clearance.stopping:
        now = await _judged(office, work, law, replace(application, terms=terms), today)
        if now.clearance.stopping:  # an earlier day is no way round what is so today
            judged, day = now, today
    command = Offer(id, terms, application.borrower)
    answer = decide(known.loan if known else None, command, day=day, today=today, clearance=judged.clearance)
    if isinstance(answer, refusal.No):
        raise Declined(said_no(answer))
    when = Happening(day, office.clock.now(), today)
    derived = derive(id, None, answer, when, name=lambda: EventId(office.ids.next()), booked=())
    price = quote(terms)
    change = changed(parties.funder, None, derived, judged, today)
    change = replace(change, cost_e8=(price.simple_e8, price.compound_e8))
    await work.keep_pack(terms.pack_digest, terms.pack, office.packs.texts(terms.pack_digest))
    await work.record(change)
    if judged.shadow is not None:
        await work.keep_shadow(change.org, change.id, judged.shadow)
    return _answer(change, judged, price)


async def _law(office: Office, work: Work, actor: Actor, terms: Terms) -> LiveLaw:
    """The law of the funder's book; refused when the actor is no party of it."""
    parties = terms.parties
    if actor.org not in (parties.funder, parties.facilitator):
        raise Declined(No.because(Turned.NOT_YOURS, who=f"{parties.funder}, {parties.facilitator}"))
    law = await live_law(office.packs, work, parties.funder, terms.pack)
    law.demand(parties.lender_kind, office.clock.today())
    return law


def _current(pack: Pack, terms: Terms) -> Terms:
    """The terms with the law text they are judged by; refused when senseless, or of an old text."""
    if terms.pack_digest not in ("", pack.digest):
        found = f"pack_digest {terms.pack_digest}; {terms.pack} 现为 / is now {pack.digest}"
        raise Declined(No.because(Turned.UNREADABLE, problem=found))
    wrong = problems(terms)
    if wrong:
        raise Declined(No.because(Turned.UNREADABLE, problem="; ".join(str(each) for each in wrong)))
    return replace(terms, pack_digest=pack.digest)


async def _judged(office: Office, work: Work, law: LiveLaw, application: Application, day: date) -> Judged:
    terms, attested = application.terms, application.attested
    try:
        return await judge_offer(law, work, terms, attested, id=office.ids.next(), day=day)
    except LawIsSilent as silence:
        raise Declined(No.because(Turned.LAW_SILENT, problem=silence)) from None


def _answer(change: LoanChange, judged: Judged, price: Quote) -> Mapping[str, object]:
    terms = change.after.terms
    answer = answer_of(change, judged)
    answer["price"] = {
        "simple_e8": price.simple_e8,
        "compound_e8": price.compound_e8,
        "interest": price.interest,
        "fees": price.fees,
    }
    if change.after.state is State.OFFERED:
        table = disclosure(terms, price)
        answer["terms_digest"] = terms_digest(terms)
        answer["disclosure_digest"] = table.digest()
        answer["disclosure"] = table.document()
    return answer
