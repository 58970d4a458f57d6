"""Persons as stored: sealed data, consents, releases, contacts, erasures."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.evidence_records import attachment
from hengdai.adapters.postgres.person_tables import (
    consent,
    consent_withdrawal,
    contact,
    erasure,
    overlap_asker,
    overlap_query,
    person,
    person_access,
    release,
)
from hengdai.adapters.postgres.session import Session
from hengdai.adapters.postgres.tables import loan
from hengdai.app.persons import About, AccessRow, ConsentRow, ContactRow, OverlapRow, PersonRow, ReleaseRow
from hengdai.base.identity import LoanId, OrgId
from hengdai.evidence.consent import ConsentGiven
from hengdai.evidence.record import Attachment
from hengdai.evidence.sealing import Erased

_HOLD = text("SELECT pg_advisory_xact_lock(hashtext('hengdai.person'), hashtext(:name))")
_CONSENTS = (
    select(consent, consent_withdrawal.c.withdrawn)
    .outerjoin(
        consent_withdrawal,
        (consent_withdrawal.c.org == consent.c.org) & (consent_withdrawal.c.consent == consent.c.consent),
    )
    .order_by(consent.c.given, consent.c.consent)
)


class StoredPersons(Session):
    """The part of a transaction that knows persons. See :class:`hengdai.app.persons.Persons`."""

    async def hold_person(self, name: str) -> None:
        """Let no other transaction decide about this person until this one has ended."""
        await self.connection.execute(_HOLD, {"name": f"{self.actor.org} {name}"})

    async def person(self, name: str) -> PersonRow | None:
        """The latest state of what the actor's organisation keeps of the person."""
        asked = select(person).where(person.c.org == self.actor.org, person.c.person == name)
        row = (await self.connection.execute(asked.order_by(person.c.version.desc()).limit(1))).one_or_none()
        return None if row is None else _person(row)

    async def add_person(self, row: PersonRow) -> None:
        """Write a new state."""
        values = {
            "org": self.actor.org,
            "person": row.person,
            "version": row.version,
            "known": row.known,
            "fields": list(row.fields),
            "attachments": _attached(row.attachments),
            "sealed": row.sealed,
        }
        await self.connection.execute(insert(person).values(values))

    async def add_access(self, row: AccessRow) -> None:
        """Write down that data was shown."""
        values = {
            "org": self.actor.org,
            "access_id": row.id,
            "person": row.person,
            "purpose": row.purpose,
            "fields": list(row.fields),
            "at": row.at,
        }
        await self.connection.execute(insert(person_access).values(values))

    async def erased_persons(self) -> frozenset[str]:
        """Whom the actor's organisation has erased."""
        found = await self.connection.execute(select(erasure.c.person).where(erasure.c.org == self.actor.org))
        return frozenset(found.scalars())

    async def add_erasure(self, erased: Erased, known: datetime) -> None:
        """Write down that a person is erased."""
        values = {"person": erased.person, "day": erased.day, "ground": erased.ground}
        await self.connection.execute(insert(erasure).values(org=self.actor.org, known=known, **values))

    async def loans_of(self, name: str) -> Sequence[tuple[OrgId, LoanId]]:
        """The loans of that borrower that the actor's organisation funds or facilitates."""
        me = self.actor.org
        asked = select(loan.c.org, loan.c.loan_id).where(
            loan.c.borrower == name, (loan.c.org == me) | (loan.c.facilitator == me)
        )
        found = await self.connection.execute(asked.order_by(loan.c.org, loan.c.loan_id))
        return [(OrgId(row.org), LoanId(row.loan_id)) for row in found]

    async def add_consent(self, row: ConsentRow) -> None:
        """Write a consent."""
        given = row.given
        values = {
            **self._about(row.about),
            "consent": given.consent,
            "purpose": given.purpose,
            "receiver": given.receiver,
            "fields": list(given.fields),
            "version": given.version,
            "separate": row.separate,
            "given": given.at,
            "until": given.until,
        }
        await self.connection.execute(insert(consent).values(values))

    async def consents(self, name: str) -> Sequence[ConsentRow]:
        """Every consent of the person to the actor's organisation, oldest first."""
        asked = _CONSENTS.where(consent.c.via == self.actor.org, consent.c.person == name)
        return [_consent(row) for row in (await self.connection.execute(asked)).mappings()]

    async def withdraw_consent(self, row: ConsentRow, at: datetime) -> None:
        """Write a withdrawal; one that was withdrawn already stays as it is."""
        values = {**self._about(row.about), "consent": row.given.consent, "withdrawn": at}
        await self.connection.execute(insert(consent_withdrawal).values(values).on_conflict_do_nothing())

    async def add_release(self, row: ReleaseRow) -> None:
        """Write a receipt."""
        receipt = row.receipt
        values = {
            **self._about(row.about),
            "release": receipt.release,
            "consent": receipt.consent,
            "receiver": receipt.receiver,
            "receiver_key": row.receiver_key,
            "purpose": receipt.purpose,
            "fields": list(receipt.fields),
            "at": row.at,
            "watermark": receipt.watermark,
            "file_sha256": row.file_sha256,
            "pack_digest": row.pack_digest,
        }
        await self.connection.execute(insert(release).values(values))

    async def add_contact(self, row: ContactRow) -> None:
        """Write a contact, made or stopped."""
        values = {
            **self._about(row.about),
            "contact_id": row.id,
            "channel": row.channel,
            "purpose": row.purpose,
            "whom": row.whom,
            "by_whom": row.by_whom,
            "at": row.at,
            "day": row.day,
            "content": row.content,
            "attachments": _attached(row.attachments),
            "pack_digest": row.pack_digest,
            "outcomes": dict(row.outcomes),
            "stopping": list(row.stopping),
        }
        await self.connection.execute(insert(contact).values(values))

    async def calls_on(self, org: OrgId, about: LoanId, day: date) -> int:
        """How many calls about the loan were let through on that day."""
        asked = select(func.count()).where(
            contact.c.org == org,
            contact.c.loan_id == about,
            contact.c.day == day,
            contact.c.channel == "call",
            func.cardinality(contact.c.stopping) == 0,
        )
        return int((await self.connection.execute(asked)).scalar_one())

    async def persons_with(self, field: str) -> Sequence[PersonRow]:
        """The latest state of each of the actor's persons that has this field; erased ones left out."""
        gone = select(erasure.c.person).where(erasure.c.org == self.actor.org)
        states = select(person).where(person.c.org == self.actor.org, person.c.person.not_in(gone))
        found = (await self.connection.execute(states.order_by(person.c.person, person.c.version))).all()
        latest = {row.person: row for row in found}  # the later state of a person stands behind the earlier one
        return [_person(row) for row in latest.values() if field in row.fields]

    async def add_asker(self, id: str, asker: str, daily: int, at: datetime) -> None:
        """Write how many identifiers an institution may ask about in a day."""
        values = {"admission": id, "asker": asker, "daily": daily, "at": at}
        await self.connection.execute(insert(overlap_asker).values(org=self.actor.org, **values))

    async def quota_of(self, asker: str) -> int | None:
        """The last quota that was written; None for an institution that was never admitted."""
        asked = select(overlap_asker.c.daily).where(
            overlap_asker.c.org == self.actor.org, overlap_asker.c.asker == asker
        )
        found = await self.connection.execute(asked.order_by(overlap_asker.c.admission.desc()).limit(1))
        daily: int | None = found.scalar_one_or_none()
        return daily

    async def asked_on(self, asker: str, day: date) -> int:
        """How many identifiers it asked about on that day."""
        mine = (overlap_query.c.org == self.actor.org, overlap_query.c.asker == asker, overlap_query.c.day == day)
        found = await self.connection.execute(select(func.coalesce(func.sum(overlap_query.c.asked), 0)).where(*mine))
        return int(found.scalar_one())

    async def add_overlap(self, row: OverlapRow) -> None:
        """Write a question."""
        values = {
            "query": row.id,
            "asker": row.asker,
            "day": row.day,
            "asked": row.asked,
            "held": row.held,
            "digest": row.digest,
            "at": row.at,
        }
        await self.connection.execute(insert(overlap_query).values(org=self.actor.org, **values))

    def _about(self, about: About) -> dict[str, object]:
        return {"org": about.org, "via": self.actor.org, "loan_id": about.loan, "person": about.person}


def _person(row: Any) -> PersonRow:
    attachments = tuple(attachment(each) for each in _json(row.attachments))
    return PersonRow(row.person, row.version, row.known, tuple(row.fields), attachments, bytes(row.sealed))


def _consent(row: Mapping[Any, Any]) -> ConsentRow:
    given = ConsentGiven(
        row["consent"], row["person"], row["purpose"], row["receiver"], tuple(row["fields"]), row["version"],
        row["given"], row["until"],
    )  # fmt: skip
    return ConsentRow(About(OrgId(row["org"]), row["loan_id"], row["person"]), given, row["separate"], row["withdrawn"])


def _attached(attachments: Sequence[Attachment]) -> list[dict[str, object]]:
    return [
        {"bytes": each.size, "media": each.media, "name": each.name, "sha256": each.sha256} for each in attachments
    ]  # fmt: skip


def _json(value: object) -> Any:
    return json.loads(value) if isinstance(value, str) else value
