"""Record that a person withdrew a consent: from this instant on nothing is released under it."""

from collections.abc import Mapping

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.evidence.record import instant


async def withdraw_consent(office: Office, actor: Actor, key: str, person: str, consent: str) -> Outcome:
    """Write the withdrawal. A consent that was withdrawn already stays as it was."""

    async def verb(work: Work) -> Mapping[str, object]:
        await work.hold_person(person)
        known = next((row for row in await work.consents(person) if row.given.consent == consent), None)
        if known is None:
            raise Declined(No.because(Turned.NOT_FOUND, what=consent))
        at = known.withdrawn or office.clock.now()
        await work.withdraw_consent(known, at)
        return {"consent": consent, "withdrawn": instant(at)}

    asked = {"person": person, "consent": consent}
    return await run(office, Call(actor, "withdraw_consent", key, asked), verb)
