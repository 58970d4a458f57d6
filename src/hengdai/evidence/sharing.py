"""Releasing data to one receiver: minimal fields, sealed with HPKE, with a receipt in the log and a watermark.

HPKE is RFC 9180 base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The receipt is the `info`, so a
message opens only together with the receipt that is in the log: another purpose or receiver on it and it stays shut.
(The ephemeral key is drawn inside `cryptography`; nothing else here draws anything.)
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hengdai.base.canonical import NotCanonical, canonical
from hengdai.evidence.consent import ConsentBook, ConsentGiven, Refused, Wish, permission
from hengdai.evidence.keys import decode_base64, encode_base64
from hengdai.evidence.record import instant
from hengdai.evidence.sealing import CannotOpen

FORMAT = "hengdai.share/1"
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_ZERO, _ONE, _EDGE = "\u200b", "\u200c", "\u2060"  # zero-width: seen by nobody, copied along with the text


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was released: the body of the `release` record, and what the message is bound to."""

    release: str
    consent: str
    receiver: str
    purpose: str
    fields: tuple[str, ...]
    at: str
    watermark: str

    def body(self) -> dict[str, object]:
        """Canonical JSON values."""
        return {
            "at": self.at,
            "consent": self.consent,
            "fields": list(self.fields),
            "purpose": self.purpose,
            "receiver": self.receiver,
            "release": self.release,
            "watermark": self.watermark,
        }


@dataclass(frozen=True, slots=True)
class Release:
    """A sealed file for one receiver, and its receipt, which is to be logged before the file leaves."""

    receipt: Receipt
    file: bytes


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who may open it: name and X25519 public key (32 bytes)."""

    name: str
    public: bytes


def release(
    book: ConsentBook,
    wish: Wish,
    data: Mapping[str, object],
    receiver: Receiver,
    named: str,
    watermark_key: bytes,
    marked: Sequence[str] = (),
) -> Release | Refused:
    """Seal exactly the wished fields of `data` for `receiver` if a consent permits it at the instant of `wish`.

    `named` is the release's id. The text fields in `marked` carry the watermark invisibly. A field that `data` lacks
    raises `KeyError`; a receiver other than the wish's raises `ValueError`.
    """
    if receiver.name != wish.receiver:
        raise ValueError(f"接收方不符 / the wish is for {wish.receiver}, the key is of {receiver.name}")
    consent = permission(book, wish)
    if not isinstance(consent, ConsentGiven):
        return consent
    mark = watermark(watermark_key, named, receiver.name)
    fields = {name: data[name] for name in wish.fields}
    for name in marked:
        value = fields.get(name)
        if isinstance(value, str):
            fields[name] = mark_text(value, mark)
    receipt = Receipt(
        named, consent.consent, receiver.name, wish.purpose, tuple(sorted(wish.fields)), instant(wish.at), mark
    )
    public = X25519PublicKey.from_public_bytes(receiver.public)
    sealed = _SUITE.encrypt(canonical({"fields": fields, "watermark": mark}), public, info=_info(receipt.body()))
    file = {"format": FORMAT, "receipt": receipt.body(), "sealed": encode_base64(sealed)}
    return Release(receipt, canonical(file))


def open_share(file: bytes, private: bytes) -> tuple[dict[str, object], dict[str, object]]:
    """The receipt and the fields, for whoever holds the receiver's X25519 private key (32 bytes).

    Raises :class:`CannotOpen` when the file is for somebody else, was changed, or is no such file.
    """
    try:
        whole = json.loads(file.decode("utf-8"))
        receipt, sealed = whole["receipt"], decode_base64(whole["sealed"])
        if whole["format"] != FORMAT or canonical(whole) != file:
            raise ValueError("another format or spelling")
        key = X25519PrivateKey.from_private_bytes(private)
        plain = json.loads(_SUITE.decrypt(sealed, key, info=_info(receipt)))
    except (InvalidTag, ValueError, KeyError, TypeError, NotCanonical) as error:
        raise CannotOpen(f"文件无法打开 / not for this key, or changed: {type(error).__name__}") from None
    return receipt, plain["fields"]


def public_of(private: bytes) -> bytes:
    """The X25519 public key of a private one."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def watermark(key: bytes, release: str, receiver: str) -> str:
    """64 bits in hex that only the owner of the key can tie to a release."""
    return hmac.new(key, f"hengdai.watermark/1\n{release}\n{receiver}".encode(), hashlib.sha256).hexdigest()[:16]


def mark_text(text: str, mark: str) -> str:
    """The text with the watermark behind it in characters of no width."""
    bits = f"{int(mark, 16):064b}"
    return text + _EDGE + "".join(_ONE if bit == "1" else _ZERO for bit in bits) + _EDGE


def read_mark(text: str) -> str | None:
    """The watermark in a text that turned up somewhere, or None."""
    parts = text.split(_EDGE)
    for part in parts[1:]:
        if len(part) == 64 and set(part) <= {_ZERO, _ONE}:
            return f"{int(part.replace(_ONE, '1').replace(_ZERO, '0'), 2):016x}"
    return None


def _info(receipt: Mapping[str, object]) -> bytes:
    return b"hengdai.release/1\n" + canonical(receipt)
