"""Keep personal data of a person, sealed with a key of her own: the first state, or a later one that replaces it."""

from collections.abc import Mapping
from dataclasses import dataclass

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Declined, No, Outcome, Turned, refused, run
from hengdai.app.person import erased_already, may_not, place_of
from hengdai.app.persons import PersonRow
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.canonical import canonical
from hengdai.base.identity import names_a_person
from hengdai.evidence.record import Attachment
from hengdai.evidence.sealing import CannotOpen


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is to be kept of `person` (the opaque reference that a loan calls borrower): texts by field, documents."""

    person: str
    fields: Mapping[str, str]
    attachments: tuple[Attachment, ...] = ()

    def content(self) -> bytes:
        """The canonical bytes that are sealed."""
        return canonical(dict(self.fields))


async def register_person(office: Office, actor: Actor, key: str, data: PersonalData) -> Outcome:
    """Seal the data. What is recorded of the call holds none of it, nor a digest that could be found by trying."""
    forbidden = may_not(actor)
    if forbidden is not None:
        return refused(forbidden)
    if names_a_person(data.person):
        return refused(No.because(Turned.NAMES_A_PERSON))
    try:
        office.vault.enrol(actor.org, data.person)
        about = office.vault.digest(actor.org, data.person, data.content())
    except CannotOpen:
        return refused(erased_already(data.person))

    async def verb(work: Work) -> Mapping[str, object]:
        await work.hold_person(data.person)
        before = await work.person(data.person)
        version = before.version + 1 if before else 1
        sealed = office.vault.seal(actor.org, data.person, place_of(version), data.content())
        if sealed is None or data.person in await work.erased_persons():
            raise Declined(erased_already(data.person))
        fields = tuple(sorted(data.fields))
        await work.add_person(
            PersonRow(data.person, version, office.clock.now(), fields, data.attachments, sealed),
        )
        return {"person": data.person, "version": version, "fields": list(fields)}

    documents = [each.sha256 for each in data.attachments]
    asked = {"person": data.person, "about": about, "documents": documents}
    return await run(office, Call(actor, "register_person", key, asked), verb)
