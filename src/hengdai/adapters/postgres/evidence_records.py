"""From the rows of the book to records of the evidence log (docs/reference/evidence-format.md §1), always the same way.

A record is not kept: it is made again from its append-only row whenever somebody asks, and opens the leaf's
commitment only if the row is what it was. The rows hold no personal data: a person is an opaque reference, and what is
known of her is sealed. Where a row is about a person, the salt of its leaf is sealed with her key too.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from hengdai.evidence.record import Attachment, Provenance, Record, RecordKind, instant

Row = Mapping[str, Any]
_HEX_DIGEST = 64


@dataclass(frozen=True, slots=True)
class LeafKey:
    """Which row of the book: its organisation, what kind of record it makes, its loan (or empty), its name there."""

    org: str
    kind: RecordKind
    loan: str
    ref: str

    @property
    def subject(self) -> str:
        """What the record belongs to: the loan in its funder's books, or the organisation."""
        return f"{self.org}/{self.loan}" if self.loan else self.org

    def __str__(self) -> str:
        return f"{self.subject} {self.kind.value} {self.ref}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Under whose key a salt stands: a person's, kept by an organisation. Nobody's: both empty, a salt in the clear."""

    keeper: str = ""
    person: str = ""

    def shown_to(self, viewer: str | None, book: str) -> bool:
        """Whether an organisation may read the record: what is about a person is its book's and its keeper's alone.

        No viewer is whoever owns the machine, or an examiner.
        """
        return not self.keeper or viewer in (None, book, self.keeper)


NOBODY = Holder()


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the book as a record, the transaction that wrote it, and its table's place among those of one."""

    key: LeafKey
    recorded_in: int
    record: Record
    rank: int = 0
    holder: Holder = NOBODY


def cause_of_command(row: Row) -> Provenance:
    """Actor's organisation and role, key, route and command id of a transaction that was a command."""
    return Provenance(
        who=f"{row['org']} {row['role']}",
        device=f"key {row['key_id']}",
        source=f"route {row['route']}",
        authorisation=f"command {row['command_id']}",
        captured_at=row["recorded"],
    )


def cause_of_step(row: Row) -> Provenance:
    """The job's step of a transaction that no command began: the end of a day, say."""
    name = f"job {row['job_id']} step {row['number']} {row['name']}"
    return Provenance(f"{row['org']} job", "worker", name, f"fence {row['fence']}", row["done"])


Maker = Callable[[Row, Provenance | None], tuple[LeafKey, Record]]


def made(maker: Maker, row: Row, cause: Provenance | None, rank: int, about_person: bool = False) -> Found:
    """The record of a row, and its place among the rows of one transaction."""
    key, record = maker(row, cause)
    holder = Holder(row.get("via") or row["org"], row["person"]) if about_person else NOBODY
    return Found(key, row["recorded_in"], record, rank, holder)


def of_command(row: Row, _: Provenance | None) -> tuple[LeafKey, Record]:
    """The command itself; the digest of what was asked stands in for it."""
    key = LeafKey(row["org"], RecordKind.COMMAND, "", row["key"])
    body = {name: row[name] for name in ("key", "route", "payload_digest", "role", "key_id")}
    recorded: datetime = row["recorded"]
    day = recorded.astimezone(UTC).date()
    return key, Record(
        row["command_id"], key.kind, key.org, key.subject, day, recorded, cause_of_command(row), body
    )  # fmt: skip


def of_judgement(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    """What the law said at a gate, and by which text of it."""
    ref = f"{row['judgement_id']} {row['stage']} {row['day'].isoformat()}"
    key = LeafKey(row["org"], RecordKind.VERDICT, row["loan_id"], ref)
    body = {
        "judgement": json.loads(row["judgement"]),
        "pack_digest": row["pack_digest"],
        "stage": row["stage"],
        "stopping": list(row["stopping"]),
    }
    digest = row["pack_digest"]
    packs = (digest,) if len(digest) == _HEX_DIGEST else ()
    return key, _record(row["judgement_id"], key, row["day"], _known(cause, row["day"]), cause, body, packs)


_KIND_OF_EVENT = {"disclosed": RecordKind.DISCLOSURE, "signed": RecordKind.SIGNATURE}


def of_event(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    """A fact of a loan's life; that the price was shown and that it was signed have kinds of their own."""
    kind = _KIND_OF_EVENT.get(row["kind"], RecordKind.EVENT)
    key = LeafKey(row["org"], kind, row["loan_id"], str(row["seq"]))
    body = {
        "clearance": row["clearance"],
        "fact": json.loads(row["fact"]),
        "kind": row["kind"],
        "seq": row["seq"],
    }
    return key, _record(row["event_id"], key, row["day"], row["known"], cause, body)


def of_entry(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    """A balanced movement of money."""
    key = LeafKey(row["org"], RecordKind.POSTINGS, row["loan_id"], row["entry_id"])
    body = {
        "accounts": list(row["accounts"]),
        "amounts": [str(amount) for amount in row["amounts"]],
        "booked": row["booked"].isoformat(),
        "currency": row["currency"],
        "event": row["event_id"],
        "reverses": row["reverses"],
    }
    return key, _record(row["entry_id"], key, row["day"], _known(cause, row["booked"]), cause, body)


EVERYBODY = "*"
"""The organisation of a record that belongs to none: a text of the law. No organisation can have that name."""
_NOBODY_KNOWS = date(1970, 1, 1)


def of_pack(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    """A text of the law from the moment it was first judged by: its digest, and that of each file."""
    key = LeafKey(EVERYBODY, RecordKind.PACK, "", row["digest"])
    texts: Mapping[str, str] = json.loads(row["texts"])
    body = {
        "digest": row["digest"],
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
        "pack": row["pack_id"],
    }
    known = _known(cause, _NOBODY_KNOWS)
    return key, _record(row["digest"], key, known.date(), known, cause, body)


@dataclass(frozen=True, slots=True)
class Plain:
    """A maker for rows that say it all: the body holds every column but the organisation, the loan and the transaction.

    `ref` are the columns that name the row; `known` is the column of the instant at which it was known, `day` that of
    the day it counts for (else the day of that instant). Attachments go into the provenance; sealed bytes are named by
    their SHA-256, which says nothing of what they hold.
    """

    table: str
    kind: RecordKind
    ref: tuple[str, ...]
    known: str
    day: str | None = None
    documents: tuple[str, ...] = ()

    def __call__(self, row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
        """The record of a row."""
        named = " ".join((self.table, *(str(row[name]) for name in self.ref)))
        key = LeafKey(row["org"], self.kind, row.get("loan_id", ""), named)
        known: datetime = row[self.known]
        day: date = row[self.day] if self.day else known.astimezone(UTC).date()
        body = {name: _plain(value) for name, value in row.items() if name not in _NOT_SAID}
        body |= {name: json.loads(row[name]) for name in self.documents}
        record = _record(named, key, day, known, cause, body)
        if "attachments" in row:
            attached = tuple(attachment(each) for each in json.loads(row["attachments"]))
            record = replace(record, provenance=replace(record.provenance, attachments=attached))
        return key, record


_NOT_SAID = ("org", "loan_id", "recorded_in", "attachments")


def attachment(said: Mapping[str, Any]) -> Attachment:
    """An attachment as rows store it: `name`, `media`, `bytes`, `sha256` of the encrypted bytes."""
    return Attachment(said["name"], said["media"], said["bytes"], said["sha256"])


def of_listing(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    """A row of a funder's partner list."""
    listing: Mapping[str, Any] = json.loads(row["listing"])
    key = LeafKey(row["org"], RecordKind.CONFIGURATION, "", f"partner_listing {row['listing_id']}")
    body = {"listing": listing, "listing_id": row["listing_id"], "partner": row["partner"], "role": row["role"]}
    known = _known(cause, _NOBODY_KNOWS)
    return key, _record(row["listing_id"], key, known.date(), known, cause, body)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, date) else value


def _known(cause: Provenance | None, otherwise: date) -> datetime:
    """When the transaction's command or step was recorded; one that nobody knows was at the beginning of a day."""
    return cause.captured_at if cause else datetime.combine(otherwise, time(), UTC)


def _record(
    name: str, key: LeafKey, day: date, known: datetime, cause: Provenance | None, *more: Any
) -> Record:  # fmt: skip
    provenance = cause or Provenance(key.org, "", "book", "", known)
    return Record(name, key.kind, key.org, key.subject, day, known, provenance, *more)
