"""A record and its leaf: what happened, kept by the parties, and the commitment to it that everybody may see.

The bytes are fixed in docs/reference/evidence-format.md §§1-2. A leaf carries an HMAC under 32 bytes drawn for this
record alone, never personal data and never a bare hash of it: identity numbers can be enumerated in seconds.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from hengdai.base.canonical import NotCanonical, canonical
from hengdai.base.check import check
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.keys import encode_base64
from hengdai.evidence.tree import EMPTY_ROOT

SALT_SIZE = 32
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


class BadRecord(ValueError):
    """A record cannot be written or read; the message says what was found and what would be right."""


class RecordKind(StrEnum):
    """What kinds of things are recorded. Each is a leaf."""

    COMMAND = "command"
    EVENT = "event"
    VERDICT = "verdict"
    DISCLOSURE = "disclosure"
    SIGNATURE = "signature"
    POSTINGS = "postings"
    CONTACT = "contact"
    CONFIGURATION = "configuration"
    PACK = "pack"
    CONSENT = "consent"
    RELEASE = "release"
    ERASURE = "erasure"
    KEY = "key"
    PERSON = "person"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that stands beside the log: `sha256` (hex) and `size` of its bytes as stored, that is encrypted."""

    name: str
    media: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What happened before storage (在线诉讼规则 art. 18): who captured it, where, by what authority, when."""

    who: str
    device: str
    source: str
    authorisation: str
    captured_at: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened. Two times: the day it counts for and the instant it was known (aware)."""

    id: str
    kind: RecordKind
    organisation: str
    subject: str
    counts_for: date
    known_at: datetime
    provenance: Provenance
    body: Mapping[str, object]
    packs: tuple[str, ...] = field(default=())

    def value(self) -> dict[str, object]:
        """The record as canonical JSON values; raises :class:`BadRecord`."""
        for name in ("id", "organisation", "subject"):
            if not getattr(self, name):
                raise BadRecord(f"记录缺少 {name} / a record has a {name}")
        for digest in (*self.packs, *(one.sha256 for one in self.provenance.attachments)):
            if not _DIGEST.fullmatch(digest):
                raise BadRecord(f"摘要须为 64 位十六进制 / a digest is 64 hex digits, found {digest!r}")
        return {
            "body": dict(self.body),
            "counts_for": self.counts_for.isoformat(),
            "id": self.id,
            "kind": self.kind.value,
            "known_at": instant(self.known_at),
            "organisation": self.organisation,
            "packs": list(self.packs),
            "provenance": _provenance(self.provenance),
            "subject": self.subject,
            "v": 1,
        }


def record_bytes(record: Record) -> bytes:
    """The canonical bytes of a record; raises :class:`BadRecord` for a body that has none (a float, say)."""
    try:
        return canonical(record.value())
    except NotCanonical as error:
        raise BadRecord(f"记录内容无规范形式 / the body has no canonical form: {error}") from None


def commit(salt: bytes, record: bytes) -> str:
    """The commitment (hex) to canonical record bytes under their own `salt`."""
    check(len(salt) == SALT_SIZE, "a salt has 32 bytes", length=len(salt))
    return hmac.new(salt, b"hengdai.record/1\n" + record, hashlib.sha256).hexdigest()


def thread_of(key: bytes, subject: str) -> str:
    """The pseudonym (32 hex digits) under which the leaves of one subject hang together."""
    check(len(key) == 32, "a thread key has 32 bytes", length=len(key))
    return hmac.new(key, b"hengdai.thread/1\n" + subject.encode(), hashlib.sha256).hexdigest()[:32]


def leaf(kind: RecordKind, commitment: str, previous: str | None, thread: str) -> dict[str, object]:
    """The leaf as canonical JSON values; `previous` is the commitment before it on the thread, or None."""
    for digest in (commitment, *([previous] if previous is not None else [])):
        check(_DIGEST.fullmatch(digest) is not None, "a commitment is 64 hex digits", found=digest)
    return {"commitment": commitment, "kind": kind.value, "previous": previous, "thread": thread, "v": 1}


def leaf_bytes(value: Mapping[str, object]) -> bytes:
    """The bytes that enter the log."""
    return canonical(value)


def opening_leaf(before: Checkpoint | None) -> bytes:
    """The first entry of a yearly shard: it names the last tree of the year before, or none."""
    origin, size, root = (before.origin, before.size, before.root) if before else ("", 0, EMPTY_ROOT)
    return canonical({"kind": "shard", "origin": origin, "root": encode_base64(root), "size": size, "v": 1})


def shard_origin(programme: str, year: int) -> str:
    """The name of the log of one programme and year, such as `evidence.example/prime/2026`."""
    check(1990 <= year <= 9999, "a shard's year has four digits", year=year)
    return f"{programme}/{year}"


def shard_year(known_at: datetime, open_year: int | None) -> int:
    """In which yearly shard a record goes. A clock set back across New Year does not reopen the old one."""
    return max(known_at.astimezone(UTC).year, open_year or 0)


def instant(moment: datetime) -> str:
    """An aware instant as text in UTC with six decimals; a naive one raises :class:`BadRecord`."""
    if moment.tzinfo is None:
        raise BadRecord(f"时刻须带时区 / an instant has a time zone, found {moment.isoformat()}")
    return moment.astimezone(UTC).strftime(_INSTANT)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as the parties keep it: salt, canonical bytes, its leaf, and where the leaf stands."""

    salt: bytes
    record: bytes
    leaf: bytes
    index: int = -1


def chain(key: bytes, records: Sequence[tuple[bytes, Record]], previous: str | None = None) -> list[Kept]:
    """Make the leaves of one subject's `(salt, record)` pairs, each naming the one before it."""
    kept: list[Kept] = []
    for salt, record in records:
        data = record_bytes(record)
        commitment = commit(salt, data)
        value = leaf(record.kind, commitment, previous, thread_of(key, record.subject))
        kept.append(Kept(salt, data, leaf_bytes(value)))
        previous = commitment
    return kept


def _provenance(value: Provenance) -> dict[str, object]:
    attachments = [
        {"bytes": one.size, "media": one.media, "name": one.name, "sha256": one.sha256} for one in value.attachments
    ]
    return {
        "attachments": attachments,
        "authorisation": value.authorisation,
        "captured_at": instant(value.captured_at),
        "device": value.device,
        "source": value.source,
        "who": value.who,
    }
