"""API keys as they may be shown."""

from dataclasses import dataclass
from datetime import datetime

from hengdai.app.actor import Role


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key without its secret, which is stored nowhere."""

    key_id: str
    role: Role
    label: str
    issued: datetime
    revoked: datetime | None
