"""Organisations, partner lists and law texts as stored."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.door import fresh_key, revoke_key
from hengdai.adapters.postgres.session import Session
from hengdai.adapters.postgres.tables import api_key, organisation, pack, partner_listing
from hengdai.app.actor import Role
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId
from hengdai.partner.listing import Listing
from hengdai.product.record import read, write


class Partners(Session):
    """The part of a transaction that knows who is who, and by which law."""

    async def listings(self, funder: OrgId) -> tuple[Listing, ...]:
        """The funder's partner list in the order written."""
        asked = select(partner_listing.c.listing).where(partner_listing.c.org == funder)
        found = await self.connection.execute(asked.order_by(partner_listing.c.listing_id))
        return tuple(read(Listing, _json(row)) for row in found.scalars())

    async def add_listing(self, listing_id: str, listing: Listing) -> None:
        """Append a row to the actor's own list."""
        values = {
            "org": listing.funder,
            "listing_id": listing_id,
            "partner": listing.partner,
            "role": str(listing.role),
            "listing": write(listing),
        }
        await self.connection.execute(insert(partner_listing).values(values))

    async def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation, by id."""
        found = await self.connection.execute(select(organisation).order_by(organisation.c.org))
        return tuple(Organisation(OrgId(row.org), row.name, row.kind) for row in found)

    async def issue_key(self, role: Role, label: str, at: datetime) -> str:
        """A new key of the actor's organisation, shown this once."""
        key, values = fresh_key(self.actor.org, role, label, at)
        await self.connection.execute(insert(api_key).values(values))
        return key

    async def revoke_key(self, key_id: str, at: datetime) -> bool:
        """End a key of the actor's organisation; False when it has no such key."""
        return await revoke_key(self.connection, self.actor.org, key_id, at)

    async def keep_pack(self, digest: str, pack_id: str, texts: Mapping[str, str]) -> None:
        """Store the texts of a pack unless they are stored already."""
        values = {"digest": digest, "pack_id": pack_id, "texts": dict(texts)}
        await self.connection.execute(insert(pack).values(values).on_conflict_do_nothing())

    async def pack_texts(self, digest: str) -> Mapping[str, str] | None:
        """The texts of the pack of that digest."""
        asked = select(pack.c.texts).where(pack.c.digest == digest)
        found = (await self.connection.execute(asked)).scalar_one_or_none()
        return None if found is None else _json(found)


def _json(value: object) -> Any:
    return json.loads(value) if isinstance(value, str) else value
