"""Payloads beside the log, encrypted for one person each, so that destroying one key forgets one person.

A person's data key (32 bytes) is wrapped with the organisation's key (RFC 3394). Each payload (a record's salt and its
canonical bytes) is sealed with AES-256-GCM, or SM4-GCM by setting, and bound to person and record. Who draws keys and
nonces passes them in; a nonce must never be used twice under one key.

    sealed = suite || nonce (12) || ciphertext and tag        suite 0x01 AES-256-GCM, 0x02 SM4-GCM

A `person` is an internal pseudonym, never an identity number.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hengdai.base.check import check
from hengdai.base.text import Text
from hengdai.evidence.record import SALT_SIZE

KEY_SIZE = 32
NONCE_SIZE = 12
_TAG = 16


class Suite(IntEnum):
    """How a payload is encrypted."""

    AES_256_GCM = 1
    SM4_GCM = 2


class CannotOpen(Exception):
    """The key is not the one, or the bytes were changed; nobody can tell which."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a payload belongs to. It opens nowhere else."""

    person: str
    record: str

    def bound(self) -> bytes:
        """The additional authenticated data."""
        check("\n" not in self.person + self.record, "names have no line feed", person=self.person, record=self.record)
        return f"hengdai.payload/1\n{self.person}\n{self.record}".encode()


def wrap_key(organisation_key: bytes, data_key: bytes) -> bytes:
    """The data key under the organisation's key, 40 bytes (RFC 3394)."""
    check(len(organisation_key) == KEY_SIZE == len(data_key), "keys have 32 bytes")
    return aes_key_wrap(organisation_key, data_key)


def unwrap_key(organisation_key: bytes, wrapped: bytes) -> bytes:
    """The data key; raises :class:`CannotOpen` when it was wrapped with another one."""
    try:
        return aes_key_unwrap(organisation_key, wrapped)
    except (InvalidUnwrap, ValueError):
        raise CannotOpen("数据密钥无法解开 / the data key was wrapped with another key") from None


def rewrap_key(old: bytes, new: bytes, wrapped: bytes) -> bytes:
    """The same data key under a new organisation key. What was sealed with it stays as it is."""
    return wrap_key(new, unwrap_key(old, wrapped))


def seal_record(data_key: bytes, nonce: bytes, place: Place, salt: bytes, record: bytes, suite: Suite) -> bytes:
    """Salt and canonical record, sealed: without the key neither the record nor its commitment can be opened."""
    check(len(salt) == SALT_SIZE, "a salt has 32 bytes", length=len(salt))
    return seal(data_key, nonce, place, salt + record, suite)


def open_record(data_key: bytes, place: Place, sealed: bytes) -> tuple[bytes, bytes]:
    """Salt and canonical record; raises :class:`CannotOpen`."""
    plain = open_sealed(data_key, place, sealed)
    return plain[:SALT_SIZE], plain[SALT_SIZE:]


def seal(data_key: bytes, nonce: bytes, place: Place, plain: bytes, suite: Suite = Suite.AES_256_GCM) -> bytes:
    """`plain` sealed for that place."""
    check(len(data_key) == KEY_SIZE and len(nonce) == NONCE_SIZE, "a key has 32 bytes and a nonce 12")
    head = bytes([suite]) + nonce
    if suite is Suite.AES_256_GCM:
        return head + AESGCM(data_key).encrypt(nonce, plain, place.bound())
    encryptor = Cipher(algorithms.SM4(data_key[:16]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place.bound())
    return head + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def open_sealed(data_key: bytes, place: Place, sealed: bytes) -> bytes:
    """What was sealed for that place; raises :class:`CannotOpen`."""
    nonce, body = sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :]
    try:
        suite = Suite(sealed[0])
        if len(data_key) != KEY_SIZE or len(body) < _TAG:
            raise ValueError
        if suite is Suite.AES_256_GCM:
            return AESGCM(data_key).decrypt(nonce, body, place.bound())
        decryptor = Cipher(algorithms.SM4(data_key[:16]), modes.GCM(nonce, body[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(place.bound())
        return decryptor.update(body[:-_TAG]) + decryptor.finalize()
    except (InvalidTag, ValueError, IndexError):
        raise CannotOpen("密文无法解开 / the payload does not open with this key in this place") from None


@dataclass(frozen=True, slots=True)
class Retention:
    """What the law says must be kept: until which day, and by which clause."""

    until: date
    cite: str
    what: Text


@dataclass(frozen=True, slots=True)
class Erased:
    """A person's key is to be destroyed now, everywhere. The body of the `erasure` record."""

    person: str
    day: date
    ground: str

    def body(self) -> dict[str, object]:
        """The record's body. It names the pseudonym and nothing else of the person."""
        return {"day": self.day.isoformat(), "ground": self.ground, "person": self.person}


class ErasureRefusal(Enum):
    """Why a person's key is not destroyed today, in the order looked at."""

    ALREADY_ERASED = Text("{person} 已抹除", "{person} is erased already")
    STILL_RUNNING = Text("{person} 的借款 {loans} 尚未结束", "the loans {loans} of {person} have not ended")
    MUST_BE_KEPT = Text("依 {cite} 须保存 {what} 至 {until}", "{cite} has {what} kept until {until}")


def decide_erasure(
    person: str,
    erased: frozenset[str],
    retentions: tuple[Retention, ...],
    day: date,
    ground: str,
    running: tuple[str, ...] = (),
) -> Erased | tuple[ErasureRefusal, Text]:
    """Whether `person` may be erased on `day`; `running` are loans that have not ended.

    Of several retentions, the one that lasts longest is named.
    """
    if person in erased:
        refusal = ErasureRefusal.ALREADY_ERASED
        return refusal, refusal.value.fill(person=person)
    if running:
        refusal = ErasureRefusal.STILL_RUNNING
        return refusal, refusal.value.fill(person=person, loans=", ".join(running))
    standing = [one for one in retentions if one.until > day]
    if not standing:
        return Erased(person, day, ground)
    last = max(standing, key=lambda one: one.until)
    template = ErasureRefusal.MUST_BE_KEPT.value
    return ErasureRefusal.MUST_BE_KEPT, Text(
        template.zh.format(cite=last.cite, what=last.what.zh, until=last.until),
        template.en.format(cite=last.cite, what=last.what.en, until=last.until),
    )
