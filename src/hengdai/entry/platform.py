"""What every door works with: the office of the verbs, and the doorkeeper that knows API keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hengdai.app.actor import Actor, Role
from hengdai.app.ports import Office
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key as it may be shown: never its secret."""

    key_id: str
    role: Role
    label: str
    issued: datetime
    revoked: datetime | None


class Doorkeeper(Protocol):
    """What happens before an actor is known."""

    async def found(self, founded: Organisation, at: datetime) -> bool:
        """Enter an organisation; False when it is here already."""
        ...

    async def issue(self, org: OrgId, role: Role, label: str, at: datetime) -> str:
        """A new key, shown this once. An organisation that is not here raises `LookupError`."""
        ...

    async def actor(self, key: str) -> Actor | None:
        """Who holds that key; None for a key that is malformed, unknown, wrong or revoked."""
        ...


@dataclass(frozen=True, slots=True)
class Platform:
    """One open installation; built by :mod:`hengdai.entry.wiring`, closed by whoever opened it."""

    office: Office
    door: Doorkeeper


