"""From the rows of the book to records of the evidence log (docs/reference/evidence-format.md §1), always the same way.

A record is not kept: it is made again from its append-only row whenever somebody asks, and opens the leaf's
commitment only if the row is what it was. The rows hold no personal data; a borrower is an opaque reference.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from hengdai.evidence.record import Provenance, Record, RecordKind

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
class Found:
    """A row of the book as a record, and the transaction that wrote it."""

    key: LeafKey
    recorded_in: int
    record: Record


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


def found(kind: RecordKind, row: Row, causes: Mapping[int, Provenance]) -> Found:
    """The record of a row of the table of that kind; `causes` by transaction."""
    cause = causes.get(row["recorded_in"])
    key, record = _MAKERS[kind](row, cause)
    return Found(key, row["recorded_in"], record)


def _command(row: Row, _: Provenance | None) -> tuple[LeafKey, Record]:
    key = LeafKey(row["org"], RecordKind.COMMAND, "", row["key"])
    recorded: datetime = row["recorded"]
    body = {name: row[name] for name in ("key", "route", "payload_digest", "role", "key_id")}
    day = recorded.astimezone(UTC).date()
    return key, Record(
        row["command_id"], key.kind, key.org, key.subject, day, recorded, cause_of_command(row), body
    )  # fmt: skip


def _verdict(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    ref = f"{row['judgement_id']} {row['stage']} {row['day'].isoformat()}"
    key = LeafKey(row["org"], RecordKind.VERDICT, row["loan_id"], ref)
    body = {
        "judgement": json.loads(row["judgement"]),
        "pack_digest": row["pack_digest"],
        "stage": row["stage"],
        "stopping": list(row["stopping"]),
    }
    known = cause.captured_at if cause else _midnight(row)
    digest = row["pack_digest"]
    packs = (digest,) if len(digest) == _HEX_DIGEST else ()
    return key, _record(row["judgement_id"], key, row, known, cause, body, packs)


def _event(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    key = LeafKey(row["org"], RecordKind.EVENT, row["loan_id"], str(row["seq"]))
    body = {
        "clearance": row["clearance"],
        "fact": json.loads(row["fact"]),
        "kind": row["kind"],
        "seq": row["seq"],
    }
    return key, _record(row["event_id"], key, row, row["known"], cause, body)


def _postings(row: Row, cause: Provenance | None) -> tuple[LeafKey, Record]:
    key = LeafKey(row["org"], RecordKind.POSTINGS, row["loan_id"], row["entry_id"])
    body = {
        "accounts": list(row["accounts"]),
        "amounts": [str(amount) for amount in row["amounts"]],
        "booked": row["booked"].isoformat(),
        "currency": row["currency"],
        "event": row["event_id"],
        "reverses": row["reverses"],
    }
    known = cause.captured_at if cause else _midnight({"day": row["booked"]})
    return key, _record(row["entry_id"], key, row, known, cause, body)


def _record(
    name: str, key: LeafKey, row: Row, known: datetime, cause: Provenance | None, *more: Any
) -> Record:  # fmt: skip
    provenance = cause or Provenance(key.org, "", "book", "", known)
    return Record(name, key.kind, key.org, key.subject, row["day"], known, provenance, *more)


def _midnight(row: Row) -> datetime:
    """The instant of a row that says none and whose transaction nobody knows: the beginning of its day."""
    return datetime.combine(row["day"], time(), UTC)


_MAKERS = {
    RecordKind.COMMAND: _command,
    RecordKind.VERDICT: _verdict,
    RecordKind.EVENT: _event,
    RecordKind.POSTINGS: _postings,
}
