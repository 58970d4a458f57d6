"""Keys of a log and its witnesses: the verifier-key text of C2SP signed-note, and signers behind a small protocol.

A verifier key is one line, `name+hhhhhhhh+base64(type || public key)`, where hhhhhhhh is the key id: the first four
bytes of SHA-256(name || 0x0A || type || public key). Types:

    0x01  Ed25519                  a log's signature over the note's text
    0x04  Ed25519 cosignature/v1   a witness; time and text
    0x06  ML-DSA-44 subtree/v1     a witness or the log; time, origin, size and root
    0xff  other                    `hengdai.dev/sm2-sm3` follows; public key of SM2, signatures checked elsewhere

`cryptography` checks Ed25519 and ML-DSA-44. SM2 comes only through a `Signer` that a party provides (HSM, signing
server); this package holds no SM2 key and takes such lines as unknown.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

SM2_SM3 = b"hengdai.dev/sm2-sm3"


class BadKey(ValueError):
    """A key or its text cannot be used; the message says what was found and what would be right."""


class SignatureType(IntEnum):
    """The type byte of C2SP signed-note and tlog-cosignature."""

    ED25519 = 0x01
    COSIGNATURE_ED25519 = 0x04
    COSIGNATURE_ML_DSA_44 = 0x06
    OTHER = 0xFF


_PUBLIC_SIZE = {
    SignatureType.ED25519: 32,
    SignatureType.COSIGNATURE_ED25519: 32,
    SignatureType.COSIGNATURE_ML_DSA_44: 1312,
}


def key_id(name: str, kind: SignatureType, public: bytes) -> bytes:
    """Four bytes that say which key a signature line is of."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def check_name(name: str) -> None:
    """Raise :class:`BadKey` for a name that signed-note does not allow: empty, or with a space or a plus."""
    if not name or "+" in name or any(char.isspace() for char in name) or not name.isprintable():
        raise BadKey(f"密钥名称不合法 / a key's name has no space, plus or control character, found {name!r}")


def decode_base64(text: str) -> bytes:
    """RFC 4648 §4, only in its one canonical spelling; anything else raises `ValueError`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 is not in its canonical spelling")
    return data


def encode_base64(data: bytes) -> str:
    """RFC 4648 §4 with padding."""
    return base64.b64encode(data).decode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Somebody's public key with a name and a purpose."""

    name: str
    kind: SignatureType
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """The key of a verifier-key line; raises :class:`BadKey`."""
        name, plus, rest = text.strip().partition("+")
        stated, plus2, encoded = rest.partition("+")
        check_name(name)
        try:
            data = decode_base64(encoded)
            kind = SignatureType(data[0])
        except (ValueError, IndexError) as error:
            raise BadKey(
                f"公钥无法读取, 应为 名称+编号+base64 / unreadable verifier key, expected name+id+base64, "
                f"found {text[:60]!r}: {error}"
            ) from None
        expected = _PUBLIC_SIZE.get(kind)
        if not plus or not plus2 or (expected is not None and len(data) - 1 != expected):
            raise BadKey(f"公钥长度有误 / a {kind.name} key has {expected} bytes, found {len(data) - 1}")
        key = cls(name, kind, data[1:])
        if key.id.hex() != stated:
            raise BadKey(f"公钥编号不符 / key id of {name} is {key.id.hex()}, the line says {stated!r}")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes; see :func:`key_id`."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` is of this key. An SM2 key answers no: it is checked elsewhere."""
        try:
            if self.kind is SignatureType.COSIGNATURE_ML_DSA_44:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            elif self.kind is SignatureType.OTHER:
                return False
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """Whoever holds a private key: software, HSM, signing server."""

    @property
    def key(self) -> VerifierKey:
        """The public half, with name and type."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`. Must not answer at all rather than answer wrongly."""
        ...


def sm2_key(name: str, public: bytes) -> VerifierKey:
    """The key text of an SM2 public key (uncompressed point, 65 bytes), whose signatures are SM2 with SM3."""
    check_name(name)
    if len(public) != 65 or public[0] != 4:
        raise BadKey(f"SM2 公钥须为 65 字节未压缩点 / an SM2 key is an uncompressed point, found {len(public)} bytes")
    return VerifierKey(name, SignatureType.OTHER, SM2_SM3 + public)


class Ed25519Signer:
    """A software Ed25519 key from its 32-byte seed. `kind` says whether it signs as a log or as a witness."""

    def __init__(self, name: str, seed: bytes, kind: SignatureType = SignatureType.ED25519) -> None:
        check_name(name)
        if len(seed) != 32 or kind not in (SignatureType.ED25519, SignatureType.COSIGNATURE_ED25519):
            raise BadKey(f"an Ed25519 signer takes 32 seed bytes and an Ed25519 type, found {len(seed)} and {kind}")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, kind, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes, RFC 8032."""
        return self._private.sign(message)


class MlDsaSigner:
    """A software ML-DSA-44 key (FIPS 204) from its 32-byte seed."""

    def __init__(self, name: str, seed: bytes) -> None:
        check_name(name)
        if len(seed) != 32:
            raise BadKey(f"an ML-DSA-44 seed has 32 bytes, found {len(seed)}")
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        self.key = VerifierKey(name, SignatureType.COSIGNATURE_ML_DSA_44, public)

    def sign(self, message: bytes) -> bytes:
        """2,420 bytes, FIPS 204 with an empty context."""
        return self._private.sign(message)
