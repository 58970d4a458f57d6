"""Tell a known institution, within its quota, which of the applicants that it asks about are ours too, nothing else.

Nobody sees an identifier of the other's: see :mod:`hengdai.evidence.overlap`. Each question is on record.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run, run_giving
from hengdai.app.person import because, opened
from hengdai.app.persons import OverlapRow
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.evidence.overlap import BadPoint, Masking, Quota, masked_set

FIELD = "id_number"
"""What applicants are compared by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: who asks, and its identifiers as points under its own secret."""

    asker: str
    points: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Overlapping:
    """The answer: the asker's points under both secrets, in its order, and ours under our own, in no order of ours."""

    answered: Sequence[bytes]
    theirs: Sequence[bytes]


async def admit_asker(office: Office, actor: Actor, key: str, asker: str, daily: int) -> Outcome:
    """Let an institution ask about so many identifiers a day; 0 ends it."""

    async def verb(work: Work) -> Mapping[str, object]:
        await work.hold_person(f"asker {asker}")
        await work.add_asker(office.ids.next(), asker, daily, office.clock.now())
        return {"asker": asker, "daily": daily}

    return await run(office, Call(actor, "admit_asker", key, {"asker": asker, "daily": daily}, Role.ADMIN), verb)


async def answer_overlap(
    office: Office, actor: Actor, key: str, asked: Asked, secret: bytes, masking: Masking
) -> tuple[Outcome, Overlapping | None]:
    """The outcome, and the answer, given once. `secret` (32 bytes) is drawn for this answer and then forgotten."""
    digest = hashlib.sha256(b"".join(asked.points)).hexdigest()

    async def verb(work: Work) -> tuple[Mapping[str, object], Overlapping]:
        await work.hold_person(f"asker {asked.asker}")
        today, count = office.clock.today(), len(asked.points)
        daily = await work.quota_of(asked.asker)
        if daily is None:
            raise Declined(No.because(Turned.NOT_FOUND, what=asked.asker))
        before = await work.asked_on(asked.asker, today)
        spent = Quota(daily, {(asked.asker, today): before}).spend(asked.asker, today, count)
        if not isinstance(spent, Quota):
            raise Declined(because("QUOTA_SPENT", spent))
        held = [opened(office.vault, actor, row)[FIELD] for row in await work.persons_with(FIELD)]
        try:
            answer = Overlapping(masking.mask(secret, asked.points), masked_set(masking, secret, FIELD, held))
        except BadPoint as bad:
            raise Declined(No.because(Turned.UNREADABLE, problem=bad)) from None
        row = OverlapRow(office.ids.next(), asked.asker, today, count, len(held), digest, office.clock.now())
        await work.add_overlap(row)
        return {"query": row.id, "asker": asked.asker, "asked": count, "held": len(held)}, answer

    payload = {"asker": asked.asker, "points": digest}
    return await run_giving(office, Call(actor, "answer_overlap", key, payload), verb)
