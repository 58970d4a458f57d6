"""Who acts: an organisation, through one of its keys, in one role."""

from dataclasses import dataclass
from enum import StrEnum

from hengdai.base.identity import OrgId


class Role(StrEnum):
    """What a key may do. Each role but the examiner's includes the ones before it."""

    VIEWER = "viewer"
    """Reads what its organisation is party to."""
    OPERATOR = "operator"
    """Commands loans: offers, signs, disburses, takes payments."""
    ADMIN = "admin"
    """Also admits partners and issues keys."""
    EXAMINER = "examiner"
    """Reads every organisation's books and writes nothing (regulator, court, notary)."""


_RANK = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Actor:
    """The organisation that acts, its role, and the id of the key it used (`local` from the command line)."""

    org: OrgId
    role: Role
    key_id: str = "local"

    def may(self, needed: Role) -> bool:
        """Whether this role suffices. An examiner may read (VIEWER) and nothing else."""
        if self.role is Role.EXAMINER:
            return needed is Role.VIEWER
        return needed in _RANK and _RANK[self.role] >= _RANK[needed]
