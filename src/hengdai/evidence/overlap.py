"""Which applicants two institutions have in common, and nothing else: private set intersection by Diffie–Hellman.

Each party holds a secret scalar. An identifier is hashed to a point of Curve25519. A point masked by both secrets is
the same whoever masked first, so doubly masked points are compared and neither party sees the other's identifiers:

    asker                                   answerer
    mine = mask(a, points(ids))     ──▶     answer = mask(b, mine), theirs = shuffled(mask(b, points(other ids)))
    common = overlap(ids, answer, mask(a, theirs))     ◀──

Points go by their u-coordinate (RFC 7748). An identifier is hashed with a counter until u lies on the curve itself, not
on its twist, since that bit would survive masking and leak. Both parties are assumed honest but curious.

**Identifiers can be enumerated**, so whoever may ask about anybody can ask about everybody: askers are known, each asks
within a quota, every query is logged by commitment, and the answerer's scalar can be split between two institutions
(platform and association), both of which must then take part: `mask(b1, mask(b2, …))`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hengdai.base.check import Defect, check
from hengdai.base.text import Text

_P = 2**255 - 19
_A = 486662


class BadPoint(ValueError):
    """A point that the other side sent is none, or would reveal the secret's low bits."""


class Masking(Protocol):
    """Who can mask many points: this process, a pool of them, a worker elsewhere."""

    def mask(self, secret: bytes, points: Sequence[bytes]) -> list[bytes]:
        """:func:`mask` of all points, in their order; raises :class:`BadPoint`."""
        ...

    def points(self, domain: str, identifiers: Sequence[str]) -> list[bytes]:
        """:func:`point_of` each identifier, in their order."""
        ...


def point_of(domain: str, identifier: str) -> bytes:
    """The point of an identifier: the first of SHA-512(domain, identifier, 0, 1, …) whose u lies on the curve."""
    head = f"hengdai.overlap/1\n{domain}\n{identifier}\n".encode()
    for counter in range(256):
        digest = hashlib.sha512(head + bytes([counter])).digest()
        u = int.from_bytes(digest, "little") % _P
        # v^2 = u^3 + A u^2 + u has a solution just when the right side is a square (Euler).
        if u > 1 and pow(u * (u * u + _A * u + 1) % _P, (_P - 1) // 2, _P) == 1:
            return u.to_bytes(32, "little")
    raise Defect("one of 256 hashes lies on the curve", {"domain": domain})


def mask(secret: bytes, points: Sequence[bytes]) -> list[bytes]:
    """Each point times the secret (X25519, RFC 7748 §5); a point of small order or wrong length raises `BadPoint`."""
    check(len(secret) == 32, "a secret has 32 bytes", length=len(secret))
    key = X25519PrivateKey.from_private_bytes(secret)
    try:
        return [key.exchange(X25519PublicKey.from_public_bytes(point)) for point in points]
    except ValueError as error:
        raise BadPoint(f"对方给出的点不合法 / the other side sent no proper point: {error}") from None


def masked_set(masking: Masking, secret: bytes, domain: str, identifiers: Sequence[str]) -> list[bytes]:
    """Identifiers under the secret as a set: sorted by what nobody can foresee, so that no order is told."""
    return sorted(masking.mask(secret, masking.points(domain, sorted(set(identifiers)))))


def overlap(mine: Sequence[str], answered: Sequence[bytes], theirs: Sequence[bytes]) -> list[str]:
    """Which of `mine` the other side has too: `answered` are mine masked by both, in my order, `theirs` theirs."""
    if len(answered) != len(mine):
        raise BadPoint(f"应答数量不符 / {len(mine)} points were asked about, {len(answered)} came back")
    known = set(theirs)
    return [name for name, point in zip(mine, answered, strict=True) if point in known]


def overlap_count(answered: Sequence[bytes], theirs: Sequence[bytes]) -> int:
    """How many are common, when the answerer has shuffled `answered` so that nobody learns which."""
    return len(set(answered) & set(theirs))


@dataclass(frozen=True, slots=True)
class Quota:
    """How many identifiers each asker may ask about in a day, and what has been asked."""

    daily: int
    asked: Mapping[tuple[str, date], int]

    def spend(self, asker: str, day: date, count: int) -> "Quota | Text":
        """The quota after one more query, or why it is refused. A refused query spends nothing."""
        before = self.asked.get((asker, day), 0)
        if before + count > self.daily:
            left = self.daily - before
            return Text(
                f"{asker} 当日额度 {self.daily}, 剩余 {left}, 请求 {count}",
                f"{asker} has {left} of {self.daily} left today and asked about {count}",
            )
        return Quota(self.daily, {**self.asked, (asker, day): before + count})
