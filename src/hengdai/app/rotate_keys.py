"""Wrap every person's key with a fresh organisation key and destroy the old one: no older copy opens anything."""

from collections.abc import Mapping

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Outcome, Status, run
from hengdai.app.ports import Office
from hengdai.app.work import Work


async def rotate_keys(office: Office, actor: Actor, key: str) -> Outcome:
    """Record the rotation, then do it; killed in between, a call under a fresh key does it."""
    erased: list[str] = []

    async def verb(work: Work) -> Mapping[str, object]:
        erased[:] = sorted(await work.erased_persons())
        return {"organisation": actor.org, "erased": len(erased)}

    outcome = await run(office, Call(actor, "rotate_keys", key, {}, Role.ADMIN), verb)
    if outcome.status is Status.DONE:
        office.vault.rotate(actor.org, erased)
    return outcome
