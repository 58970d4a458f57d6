"""Organisations and API keys: founding, issuing, and knowing who stands before the door.

A key reads `hd.<organisation>.<key id>.<secret>`. Only the SHA-256 of the secret is stored; the secret has 256
random bits, so a slow hash would protect nothing.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hengdai.adapters.postgres.tables import api_key, key_revocation, organisation
from hengdai.adapters.postgres.transaction import DatabaseRole, reading, writing
from hengdai.app.actor import Actor, Role
from hengdai.app.keys import KeyRow
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId

_REVOKED = (key_revocation.c.org == api_key.c.org) & (key_revocation.c.key_id == api_key.c.key_id)
_NOBODY = hashlib.sha256(b"").digest()


class Door:
    """What happens before an actor is known. Founding and issuing are for whoever owns the machine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def found(self, founded: Organisation, at: datetime) -> bool:
        """Enter an organisation; False when it is here already."""
        values = {"org": founded.id, "name": founded.name, "kind": founded.kind, "founded": at}
        async with writing(self._engine, DatabaseRole.DOOR, "") as connection:
            done = await connection.execute(insert(organisation).values(values).on_conflict_do_nothing())
            return done.rowcount == 1

    async def issue(self, org: OrgId, role: Role, label: str, at: datetime) -> str:
        """A new key, shown this once. An organisation that is not here raises `LookupError`."""
        key, values = fresh_key(org, role, label, at)
        async with writing(self._engine, DatabaseRole.DOOR, "") as connection:
            known = await connection.execute(select(organisation.c.org).where(organisation.c.org == org))
            if known.one_or_none() is None:
                raise LookupError(f"未知机构 / unknown organisation {org!r}")
            await connection.execute(insert(api_key).values(values))
        return key

    async def actor(self, key: str) -> Actor | None:
        """Who holds that key; None for a key that is malformed, unknown, wrong or revoked."""
        parts = key.split(".")
        org, key_id, secret = (".".join(parts[1:-2]), parts[-2], parts[-1]) if len(parts) >= 4 else ("", "", "")
        asked = select(api_key.c.secret_digest, api_key.c.role).where(
            api_key.c.org == org, api_key.c.key_id == key_id, ~exists().where(_REVOKED)
        )
        async with reading(self._engine, DatabaseRole.DOOR, "") as connection:
            row = (await connection.execute(asked)).one_or_none()
        expected = row.secret_digest if row is not None else _NOBODY
        right = hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), expected)
        return Actor(OrgId(org), Role(row.role), key_id) if row is not None and right and parts[0] == "hd" else None

    async def keys(self, org: OrgId) -> tuple[KeyRow, ...]:
        """The organisation's keys, oldest first, revoked ones included; never a secret."""
        asked = select(api_key, key_revocation.c.revoked).outerjoin(key_revocation, _REVOKED)
        asked = asked.where(api_key.c.org == org).order_by(api_key.c.issued, api_key.c.key_id)
        async with reading(self._engine, DatabaseRole.DOOR, "") as connection:
            found = (await connection.execute(asked)).all()
        return tuple(KeyRow(row.key_id, Role(row.role), row.label, row.issued, row.revoked) for row in found)

    async def revoke(self, org: OrgId, key_id: str, at: datetime) -> bool:
        """End a key of the organisation at once; False when it has no such key. A revoked key stays as it is."""
        async with writing(self._engine, DatabaseRole.APP, org) as connection:
            return await revoke_key(connection, org, key_id, at)


def fresh_key(org: OrgId, role: Role, label: str, at: datetime) -> tuple[str, dict[str, object]]:
    """A key that nobody has seen yet, and the row to store of it."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    values = {
        "org": org,
        "key_id": key_id,
        "secret_digest": hashlib.sha256(secret.encode()).digest(),
        "role": role.value,
        "label": label,
        "issued": at,
    }
    return f"hd.{org}.{key_id}.{secret}", values


async def revoke_key(connection: AsyncConnection, org: OrgId, key_id: str, at: datetime) -> bool:
    """End a key of the organisation; False when it has no such key. One that is revoked already stays as it is."""
    mine = (api_key.c.org == org) & (api_key.c.key_id == key_id)
    if (await connection.execute(select(api_key.c.key_id).where(mine))).one_or_none() is None:
        return False
    values = {"org": org, "key_id": key_id, "revoked": at}
    await connection.execute(insert(key_revocation).values(values).on_conflict_do_nothing())
    return True
