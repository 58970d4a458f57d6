"""The tables about persons: what is kept of each under her own key, and what was consented, released, said to her.

A row here names a person by an opaque reference and holds nothing by which anybody else would know her; what does is
sealed with a key that stands outside the database, one for each person.
"""

from sqlalchemy import ARRAY, Boolean, Date, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from hengdai.adapters.postgres.table_parts import INSTANT, column, metadata, org, recorded_in

_OWNER = "the organisation that keeps the data and its key"
_BOOK = "the funder in whose book the loan is; without a loan, the organisation that acted"
_VIA = "the organisation that acted, and that keeps the person's key"
_WHOM = "the person's opaque reference there"
_LOAN = "the loan it is about; empty without one"

person = Table(
    "person", metadata,
    org(_OWNER),
    column("person", Text, "opaque reference, the loan's borrower", key=True),
    column("version", Integer, "counts the states of her data, from 1", key=True),
    column("known", INSTANT, "when it was entered"),
    column("fields", ARRAY(Text), "which fields there are, without their values"),
    column("attachments", JSON, "documents that stand elsewhere, by the SHA-256 of their encrypted bytes"),
    column("sealed", LargeBinary, "name, identity number, phone, … sealed with the person's own key"),
    *recorded_in("person"),
    comment="personal data of each person, sealed; the latest version counts",
)  # fmt: skip

person_access = Table(
    "person_access", metadata,
    org(_OWNER),
    column("access_id", Text, "UUIDv7", key=True),
    column("person", Text, "whose data"),
    column("purpose", Text, "what for"),
    column("fields", ARRAY(Text), "which fields were shown"),
    column("at", INSTANT, "when"),
    *recorded_in("person_access"),
    Index("person_access_person", "org", "person"),
    comment="each time that personal data was shown in the clear",
)  # fmt: skip

erasure = Table(
    "erasure", metadata,
    org(_OWNER),
    column("person", Text, "whose key is destroyed", key=True),
    column("day", Date, "the day it counts for"),
    column("ground", Text, "why"),
    column("known", INSTANT, "when it was decided"),
    *recorded_in("erasure"),
    comment="persons whose key was destroyed: what was sealed with it opens nowhere, copies included",
)  # fmt: skip

consent = Table(
    "consent", metadata,
    org(_BOOK),
    column("consent", Text, "its name", key=True),
    column("via", Text, _VIA),
    column("loan_id", Text, _LOAN),
    column("person", Text, _WHOM),
    column("purpose", Text, "what for"),
    column("receiver", Text, "to whom"),
    column("fields", ARRAY(Text), "which fields"),
    column("version", Text, "the wording that was agreed to"),
    column("separate", Boolean, "whether it was asked for by itself (单独同意)"),
    column("given", INSTANT, "from when"),
    column("until", INSTANT, "until when at most", null=True),
    *recorded_in("consent"),
    Index("consent_person", "via", "person"),
    comment="what persons consented to: purpose, receiver, fields, wording, time",
)  # fmt: skip

consent_withdrawal = Table(
    "consent_withdrawal", metadata,
    org(_BOOK),
    column("consent", Text, "which consent", key=True),
    column("via", Text, _VIA),
    column("loan_id", Text, _LOAN),
    column("person", Text, _WHOM),
    column("withdrawn", INSTANT, "from when nothing is released under it"),
    ForeignKeyConstraint(["org", "consent"], ["consent.org", "consent.consent"]),
    *recorded_in("consent_withdrawal"),
    comment="consents that were withdrawn; what was released before stays lawful",
)  # fmt: skip

release = Table(
    "release", metadata,
    org(_BOOK),
    column("release", Text, "UUIDv7", key=True),
    column("via", Text, _VIA),
    column("loan_id", Text, _LOAN),
    column("person", Text, _WHOM),
    column("consent", Text, "the consent it rests on"),
    column("receiver", Text, "to whom"),
    column("receiver_key", Text, "the X25519 public key it was sealed to, hex"),
    column("purpose", Text, "what for"),
    column("fields", ARRAY(Text), "which fields"),
    column("at", INSTANT, "when"),
    column("watermark", Text, "64 bits, hex, that tie a copy to this release"),
    column("file_sha256", Text, "SHA-256 of the sealed file"),
    column("pack_digest", Text, "the law it was judged by"),
    *recorded_in("release"),
    Index("release_person", "via", "person"),
    comment="receipts of what left the house, sealed to one receiver",
)  # fmt: skip

contact = Table(
    "contact", metadata,
    org(_BOOK),
    column("contact_id", Text, "UUIDv7", key=True),
    column("via", Text, _VIA),
    column("loan_id", Text, "the loan it is about"),
    column("person", Text, "the borrower's opaque reference"),
    column("channel", Text, "call, message, letter, visit, app or other"),
    column("purpose", Text, "what for"),
    column("whom", Text, "debtor, guarantor, related or unrelated"),
    column("by_whom", Text, "the agent or system that speaks"),
    column("at", INSTANT, "when"),
    column("day", Date, "the day where the person is"),
    column("content", Text, "HMAC-SHA256 of the words under the person's key, hex; empty when none are known"),
    column("attachments", JSON, "recordings and documents, by the SHA-256 of their encrypted bytes"),
    column("pack_digest", Text, "the law it was judged by"),
    column("outcomes", JSON, "what each rule about contacts said"),
    column("stopping", ARRAY(Text), "rules that stop it; empty when it may be made"),
    *recorded_in("contact"),
    Index("contact_day", "org", "loan_id", "day"),
    comment="each contact with a person about a loan, and each that the law stopped before it was made",
)  # fmt: skip

overlap_asker = Table(
    "overlap_asker", metadata,
    org(_OWNER),
    column("admission", Text, "UUIDv7; the last one counts", key=True),
    column("asker", Text, "who may ask"),
    column("daily", Integer, "about how many identifiers a day; 0 ends it"),
    column("at", INSTANT, "when"),
    *recorded_in("overlap_asker"),
    comment="institutions that may ask which applicants are common, and their quotas",
)  # fmt: skip

overlap_query = Table(
    "overlap_query", metadata,
    org(_OWNER),
    column("query", Text, "UUIDv7", key=True),
    column("asker", Text, "who asked"),
    column("day", Date, "on which day of its quota"),
    column("asked", Integer, "about how many identifiers"),
    column("held", Integer, "among how many of ours"),
    column("digest", Text, "SHA-256 of the masked points that were asked about"),
    column("at", INSTANT, "when"),
    *recorded_in("overlap_query"),
    Index("overlap_query_day", "org", "asker", "day"),
    comment="each question about common applicants that was answered",
)  # fmt: skip

APPEND_ONLY = (
    person, person_access, erasure, consent, consent_withdrawal, release, contact, overlap_asker, overlap_query,
)  # fmt: skip
"""Tables whose rows are never changed or removed: all of them."""
