"""Show personal data to the organisation that keeps it: the fields that the purpose takes, and a row that says so."""

from collections.abc import Mapping

from hengdai.app.actor import Actor
from hengdai.app.command import Call, Declined, Outcome, run_giving
from hengdai.app.person import because, kept, opened
from hengdai.app.persons import AccessRow
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.evidence.purpose import too_much


async def read_person(
    office: Office, actor: Actor, key: str, person: str, purpose: str, fields: tuple[str, ...]
) -> tuple[Outcome, Mapping[str, str] | None]:
    """The outcome, and the data, which is recorded nowhere and so is given once."""

    async def verb(work: Work) -> tuple[Mapping[str, object], Mapping[str, str]]:
        row = await kept(work, person)
        beyond = too_much(purpose, fields, frozenset(row.fields))
        if beyond is not None:
            raise Declined(because(beyond[0].name, beyond[1]))
        data = opened(office.vault, actor, row)
        access = AccessRow(office.ids.next(), person, purpose, tuple(sorted(fields)), office.clock.now())
        await work.add_access(access)
        said = {"access": access.id, "person": person, "version": row.version}
        return said, {name: data[name] for name in access.fields}

    asked = {"person": person, "purpose": purpose, "fields": sorted(fields)}
    return await run_giving(office, Call(actor, "read_person", key, asked), verb)
