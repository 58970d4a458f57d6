"""Record that a person consented: to which purpose, receiver and fields, on which wording, until when at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hengdai.app.actor import Actor
from hengdai.app.change import LoanCall, found
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.person import because, kept
from hengdai.app.persons import About, ConsentRow
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.identity import LoanId
from hengdai.evidence.consent import ConsentGiven
from hengdai.evidence.purpose import PERSONAL_FIELDS, too_much
from hengdai.evidence.record import instant


@dataclass(frozen=True, slots=True)
class Consenting:
    """What a person agrees to. `version` names the wording; `separate`: asked for by itself (PIPL arts. 23, 29)."""

    person: str
    purpose: str
    receiver: str
    fields: tuple[str, ...]
    version: str
    separate: bool = False
    until: datetime | None = None
    loan: LoanId | None = None

    def asked(self) -> dict[str, object]:
        """Canonical JSON values."""
        return {
            "person": self.person,
            "purpose": self.purpose,
            "receiver": self.receiver,
            "fields": sorted(self.fields),
            "version": self.version,
            "separate": self.separate,
            "until": instant(self.until) if self.until else None,
            "loan": self.loan,
        }


async def give_consent(office: Office, actor: Actor, key: str, wanted: Consenting) -> Outcome:
    """Write the consent; it holds from now. More fields than the purpose takes are refused."""

    async def verb(work: Work) -> Mapping[str, object]:
        await kept(work, wanted.person)
        beyond = too_much(wanted.purpose, wanted.fields, frozenset(PERSONAL_FIELDS))
        if beyond is not None:
            raise Declined(because(beyond[0].name, beyond[1]))
        now = office.clock.now()
        given = ConsentGiven(
            office.ids.next(), wanted.person, wanted.purpose, wanted.receiver, tuple(sorted(wanted.fields)),
            wanted.version, now, wanted.until,
        )  # fmt: skip
        about = await about_whom(work, actor, wanted.person, wanted.loan)
        await work.add_consent(ConsentRow(about, given, wanted.separate))
        return {"consent": given.consent, "given": instant(now), "person": wanted.person}

    return await run(office, Call(actor, "give_consent", key, wanted.asked()), verb)


async def about_whom(work: Work, actor: Actor, person: str, loan: LoanId | None) -> About:
    """In whose book a row about the person stands: that of her loan, else the actor's own."""
    if loan is None:
        return About(actor.org, "", person)
    record = await found(work, LoanCall(actor, "", loan))
    if record.loan.borrower != person:
        problem = f"{loan} 的借款人不是 {person} / the borrower of {loan} is not {person}"
        raise Declined(No.because(Turned.UNREADABLE, problem=problem))
    return About(record.org, record.id, person)
