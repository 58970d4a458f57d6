"""Which tables of the book feed the evidence log: one line each, in the order of their rows within one transaction.

A table joins by a line here and, in the revision that makes it, `SELECT hengdai_becomes_leaves('<table>')`.
"""

from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSON

from hengdai.adapters.postgres import evidence_records as records
from hengdai.adapters.postgres import law_tables, person_tables, tables
from hengdai.evidence.record import RecordKind


@dataclass(frozen=True, slots=True)
class LeafTable:
    """A table whose rows become leaves, how a row is made a record, and the columns that never leave the table."""

    table: Table
    make: records.Maker
    kept_back: tuple[str, ...] = ()
    about_person: bool = False

    @property
    def of_loans(self) -> bool:
        """Whether its rows belong to loans, and so to their bundles."""
        return "loan_id" in self.table.columns

    def select(self) -> str:
        """Its rows as makers read them: documents as the text that is stored."""
        shown = [column for column in self.table.columns if column.name not in self.kept_back and not column.computed]
        names = [
            f"CAST({column.name} AS text) AS {column.name}" if isinstance(column.type, JSON) else column.name
            for column in shown
        ]
        return f"SELECT {', '.join(names)} FROM {self.table.name}"


def _plain(
    table: Table, kind: RecordKind, ref: tuple[str, ...], known: str, kept_back: tuple[str, ...] = ()
) -> LeafTable:
    return LeafTable(table, records.Plain(table.name, kind, ref, known), kept_back)


def _about_person(table: Table, kind: RecordKind, ref: tuple[str, ...], known: str) -> LeafTable:
    day = "day" if "day" in table.columns else None
    documents = ("outcomes",) if "outcomes" in table.columns else ()
    return LeafTable(table, records.Plain(table.name, kind, ref, known, day, documents), about_person=True)


LEAF_TABLES = (
    LeafTable(tables.command, records.of_command),
    _plain(tables.organisation, RecordKind.CONFIGURATION, (), "founded"),
    _plain(tables.api_key, RecordKind.KEY, ("key_id",), "issued", ("secret_digest",)),
    _plain(tables.key_revocation, RecordKind.KEY, ("key_id",), "revoked"),
    LeafTable(tables.partner_listing, records.of_listing),
    LeafTable(tables.pack, records.of_pack),
    _plain(law_tables.law_proposal, RecordKind.PACK, ("proposal_id",), "proposed"),
    _plain(law_tables.law_publication, RecordKind.PACK, ("pack_id", "number"), "published"),
    _plain(law_tables.law_setting, RecordKind.CONFIGURATION, ("pack_id", "number"), "set_at"),
    LeafTable(tables.judgement, records.of_judgement),
    LeafTable(tables.event, records.of_event),
    LeafTable(tables.entry, records.of_entry),
    _about_person(person_tables.person, RecordKind.PERSON, ("person", "version"), "known"),
    _about_person(person_tables.person_access, RecordKind.ACCESS, ("access_id",), "at"),
    _about_person(person_tables.consent, RecordKind.CONSENT, ("consent",), "given"),
    _about_person(person_tables.consent_withdrawal, RecordKind.CONSENT, ("consent",), "withdrawn"),
    _about_person(person_tables.release, RecordKind.RELEASE, ("release",), "at"),
    _about_person(person_tables.contact, RecordKind.CONTACT, ("contact_id",), "at"),
    _plain(person_tables.overlap_asker, RecordKind.CONFIGURATION, ("admission",), "at"),
    _plain(person_tables.overlap_query, RecordKind.ACCESS, ("query",), "at"),
    # That somebody was erased is to be read afterwards, so its salt stands in the clear.
    _plain(person_tables.erasure, RecordKind.ERASURE, ("person",), "known"),
)
