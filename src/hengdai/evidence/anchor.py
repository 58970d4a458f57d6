"""Anchors: somebody outside saw these 200 bytes. Optional, several at once, over the body of a checkpoint.

    sm3       the SM3 hash (GB/T 32905) of the body, for deposit where 国密 is asked for
    rfc3161   a time-stamp response of an authority over SHA-256 of the body (RFC 3161)

Whether an anchor speaks of a checkpoint is settled here; whether the authority's signature holds is the adapter's
business (`openssl ts`), because it needs the authority's certificate.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes

from hengdai.base.text import Text
from hengdai.evidence.keys import decode_base64, encode_base64

SM3 = "sm3"
RFC3161 = "rfc3161"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor as a bundle carries it; `value` is hex (SM3) or base64 (RFC 3161)."""

    kind: str
    log: int
    value: str

    @classmethod
    def of_token(cls, log: int, token: bytes) -> "Anchor":
        """The anchor of a time-stamp response, kept byte for byte."""
        return cls(RFC3161, log, encode_base64(token))

    @classmethod
    def of_sm3(cls, log: int, body: bytes) -> "Anchor":
        """The SM3 line of a checkpoint's body."""
        return cls(SM3, log, sm3(body))

    def form(self) -> dict[str, object]:
        """What stands in the bundle."""
        return {"kind": self.kind, "log": self.log, "value": self.value}

    def speaks_of(self, body: bytes) -> bool:
        """Whether this anchor is of that checkpoint's body. An unknown kind says nothing and is no anchor."""
        if self.kind == SM3:
            return self.value == sm3(body)
        if self.kind != RFC3161:
            return False
        try:
            token = decode_base64(self.value)
        except ValueError:
            return False
        # MessageImprint.hashedMessage: an OCTET STRING of 32 bytes (RFC 3161 §2.4.1).
        return b"\x04\x20" + hashlib.sha256(body).digest() in token


def sm3(data: bytes) -> str:
    """The SM3 hash in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority's response says once verified: when (RFC 3339 text as given) and by whom."""

    time: str
    by: str


class Anchoring(Protocol):
    """A place outside where a checkpoint can be anchored."""

    def anchor(self, log: int, body: bytes) -> Anchor:
        """Anchor the body of a checkpoint; raises `AnchorFailed`. Slow and outside: never in a command's way."""
        ...

    def verify(self, body: bytes, anchor: Anchor) -> Stamp:
        """Check that the anchor holds for that body; raises `AnchorFailed` with what is wrong."""
        ...


class AnchorFailed(Exception):
    """An anchor could not be made or does not hold."""

    def __init__(self, what: Text) -> None:
        super().__init__(str(what))
        self.what = what
