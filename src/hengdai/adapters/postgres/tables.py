"""The tables of the book. Every key begins with the organisation that owns the row; a loan belongs to its funder.

Amounts are whole minor units (bigint), rates e8 (bigint). Texts whose bytes are digested
(terms, facts, judgements) are `json`, which PostgreSQL keeps verbatim.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSON

from hengdai.adapters.postgres import law_tables, person_tables
from hengdai.adapters.postgres.table_parts import INSTANT, column, loan_id, org, recorded_in
from hengdai.adapters.postgres.table_parts import (
    metadata as metadata,  # every table, those of law_tables and person_tables included
)
from hengdai.loan.state import Kind

organisation = Table(
    "organisation", metadata,
    org("the organisation"),
    column("name", Text, "its name, public to every other"),
    column("kind", Text, "funder, facilitator, guarantor, merchant, examiner or other"),
    column("founded", INSTANT, "when it was entered here"),
    *recorded_in("organisation"),
    comment="who may act here",
)  # fmt: skip

api_key = Table(
    "api_key", metadata,
    org("whose key"),
    column("key_id", Text, "its public half", key=True),
    column("secret_digest", LargeBinary, "SHA-256 of its secret half; the secret is stored nowhere"),
    column("role", Text, "viewer, operator, admin or examiner"),
    column("label", Text, "what it is for"),
    column("issued", INSTANT, "when it was made"),
    ForeignKeyConstraint(["org"], ["organisation.org"]),
    *recorded_in("api_key"),
    comment="keys of the HTTP door",
)  # fmt: skip

key_revocation = Table(
    "key_revocation", metadata,
    org("whose key"),
    column("key_id", Text, "its public half", key=True),
    column("revoked", INSTANT, "when it stopped working"),
    ForeignKeyConstraint(["org", "key_id"], ["api_key.org", "api_key.key_id"]),
    *recorded_in("key_revocation"),
    comment="keys that work no more",
)  # fmt: skip

pack = Table(
    "pack", metadata,
    column("digest", Text, "SHA-256 of the pack", key=True),
    column("pack_id", Text, "jurisdiction"),
    column("texts", JSON, "file name to text"),
    *recorded_in("pack"),
    comment="the texts of every law pack a judgement was made by (reference data, owned by nobody)",
)  # fmt: skip

partner_listing = Table(
    "partner_listing", metadata,
    org("the funder whose list it is"),
    column("listing_id", Text, "the row", key=True),
    column("partner", Text, "who is admitted"),
    column("role", Text, "as what"),
    column("listing", JSON, "licence, approval, days, publication"),
    *recorded_in("partner_listing"),
    comment="the partner list of each funder, public as the law asks; rows are added, never edited",
)  # fmt: skip

command = Table(
    "command", metadata,
    org("who commanded"),
    column("key", Text, "its idempotency key", key=True),
    column("command_id", Text, "UUIDv7"),
    column("route", Text, "which verb"),
    column("payload_digest", Text, "SHA-256 of the canonical payload"),
    column("role", Text, "the role it acted in"),
    column("key_id", Text, "the API key it came by"),
    column("recorded", INSTANT, "when"),
    *recorded_in("command"),
    comment="every change enters as one of these; a refused call leaves none",
)  # fmt: skip

answer = Table(
    "answer", metadata,
    org("who commanded"),
    column("key", Text, "the command's idempotency key", key=True),
    column("body", LargeBinary, "the bytes answered, for every later time it is asked"),
    ForeignKeyConstraint(["org", "key"], ["command.org", "command.key"]),
    comment="what each command was answered",
)  # fmt: skip

loan = Table(
    "loan", metadata,
    org(),
    loan_id(),
    column("facilitator", Text, "party"),
    column("guarantor", Text, "party", null=True),
    column("merchant", Text, "party", null=True),
    column("lender_kind", Text, "kind of licence of the funder"),
    column("product", Text, "product code"),
    column("currency", Text, "ISO 4217"),
    column("borrower", Text, "opaque reference, never personal data"),
    column("principal", BigInteger, "agreed amount, minor units"),
    column("terms_digest", Text, "SHA-256 of the frozen terms, which stand in the loan's first event"),
    column("pack_digest", Text, "the law it was judged by"),
    column("calculator", Text, "the arithmetic it is computed by"),
    column("simple_e8", BigInteger, "all-in cost a year, simple; null when it has none", null=True),
    column("compound_e8", BigInteger, "all-in cost a year, compound; null when it has none", null=True),
    column("applied", Date, "day of the application"),
    Index("loan_by_id", "loan_id"),
    Index("loan_by_facilitator", "facilitator", "org"),
    comment="an application and its frozen terms",
)  # fmt: skip

judgement = Table(
    "judgement", metadata,
    org(),
    loan_id(),
    column("judgement_id", Text, "UUIDv7, or the loan and a number", key=True),
    column("stage", Text, "application, signing or disbursement", key=True),
    column("day", Date, "the day of the law", key=True),
    column("pack_digest", Text, "which text of the law"),
    column("judgement", JSON, "facts, verdicts, reasons; canonical"),
    column("stopping", ARRAY(Text), "rules that stop; empty when it lets through"),
    Column("cleared", Boolean, Computed("cardinality(stopping) = 0", persisted=True), primary_key=True,
           comment="whether it lets through; part of the key so that an event can demand it"),
    Index("judgement_stopping", "org", "day", postgresql_where=text("cardinality(stopping) > 0")),
    *recorded_in("judgement"),
    comment="what the law said at each gate; written by the judge's role alone",
)  # fmt: skip

_STAGE = (
    "CASE kind WHEN 'offered' THEN 'application' WHEN 'signed' THEN 'signing' WHEN 'disbursed' THEN 'disbursement' END"
)
event = Table(
    "event", metadata,
    org(),
    loan_id(),
    column("seq", Integer, "order known, from 1", key=True),
    column("event_id", Text, "its name"),
    column("day", Date, "the day it counts for"),
    column("known", INSTANT, "when it became known"),
    column("kind", Text, "what happened"),
    column("fact", JSON, "the fact, canonical"),
    column("clearance", Text, "the judgement that let it through", null=True),
    Column("stage", Text, Computed(_STAGE, persisted=True), comment="the gate this kind of event stands behind"),
    Column("cleared", Boolean, Computed(f"CASE WHEN {_STAGE} IS NOT NULL THEN true END", persisted=True),
           comment="true when it stands behind a gate"),
    CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in Kind)})", name="event_kind"),
    CheckConstraint("(stage IS NOT NULL) = (clearance IS NOT NULL)", name="event_gate"),
    ForeignKeyConstraint(
        ["org", "loan_id", "clearance", "stage", "day", "cleared"],
        [f"judgement.{c}" for c in ("org", "loan_id", "judgement_id", "stage", "day", "cleared")],
        name="event_clearance",
    ),
    Index("event_disbursed", "org", "day", postgresql_where=text("kind = 'disbursed'")),
    *recorded_in("event"),
    comment="the facts of every loan's life; offer, signature and payout need a judgement of that day that clears them",
)  # fmt: skip

entry = Table(
    "entry", metadata,
    org(),
    column("loan_id", Text, "the loan; empty for an entry of the whole book", key=True),
    column("entry_id", Text, "its name", key=True),
    column("event_id", Text, "the event that caused it", null=True),
    column("day", Date, "the day it counts for"),
    column("booked", Date, "the business day it was written"),
    column("currency", Text, "ISO 4217"),
    column("accounts", ARRAY(Text), "accounts of the chart"),
    column("amounts", ARRAY(BigInteger), "debit positive, credit negative, sum zero"),
    column("reverses", Text, "the entry it answers", null=True),
    CheckConstraint("hengdai_balanced(accounts, amounts)", name="entry_balanced"),
    *recorded_in("entry"),
    comment="balanced movements of money; written once",
)  # fmt: skip

account_balance = Table(
    "account_balance", metadata,
    org(),
    column("account", Text, "account of the chart", key=True),
    column("currency", Text, "ISO 4217", key=True),
    column("via", Text, "the organisation whose commands moved it", key=True),
    column("stripe", SmallInteger, "0 to 15, so that a busy account does not make writers wait", key=True),
    column("balance", BigInteger, "sum of its amounts"),
    comment="balances kept with every entry; the sum over via and stripe is the account's",
)  # fmt: skip

position = Table(
    "position", metadata,
    org(),
    loan_id(),
    column("facilitator", Text, "party"),
    column("guarantor", Text, "party", null=True),
    column("merchant", Text, "party", null=True),
    column("lender_kind", Text, "kind of licence of the funder"),
    column("product", Text, "product code"),
    column("currency", Text, "ISO 4217"),
    column("state", Text, "where the loan stands in its life"),
    column("events", Integer, "how many events it is folded from"),
    column("as_of", Date, "the day of the figures when last folded"),
    column("disbursed", BigInteger, "paid out so far"),
    column("outstanding", BigInteger, "principal not yet repaid"),
    column("repaid", BigInteger, "principal repaid"),
    column("interest_paid", BigInteger, "interest paid"),
    column("written_off", BigInteger, "principal charged off"),
    column("recovered", BigInteger, "money that came in after that"),
    column("first_unpaid_due", Date, "oldest due date with something unpaid", null=True),
    column("overdue_principal", BigInteger, "of dues before the period that runs"),
    column("overdue_interest", BigInteger, "of dues before the period that runs"),
    column("overdue_fee", BigInteger, "of dues before the period that runs"),
    column("bucket", SmallInteger, "0 to 7 for M0 to M6+, as of the last closed day; moved by the end of day alone"),
    column("period", Integer, "index in the plan of the period that runs; the plan's length after the last"),
    column("period_start", Date, "its first day", null=True),
    column("period_due", Date, "its due date; null after the last", null=True),
    column("period_interest", BigInteger, "interest earned from its first day to its due date"),
    column("unbooked", BigInteger, "interest earned before its first day, less what the loan's entries say"),
    column("rounding", Text, "how the loan rounds"),
    Index("position_by_state", "org", "state", "loan_id"),
    postgresql_with={"fillfactor": 80},
    comment="where each loan stands: a view folded from its events, made anew at any time",
)  # fmt: skip

plan = Table(
    "plan", metadata,
    org(),
    loan_id(),
    column("facilitator", Text, "party"),
    column("guarantor", Text, "party", null=True),
    column("merchant", Text, "party", null=True),
    column("starts", ARRAY(Date), "first day of each period"),
    column("dues", ARRAY(Date), "due date of each period, ascending"),
    column("interest", ARRAY(BigInteger), "interest of each period as planned"),
    column("earned_before", ARRAY(BigInteger), "part of it earned before the first day of the period"),
    column("left_principal", ARRAY(BigInteger), "principal of each due not yet paid"),
    column("left_interest", ARRAY(BigInteger), "interest of each due not yet paid"),
    column("left_fee", ARRAY(BigInteger), "fees of each due not yet paid"),
    comment="the dues of each open loan, read only when a period rolls: a view folded from its events",
)  # fmt: skip

arrears_move = Table(
    "arrears_move", metadata,
    org(),
    loan_id(),
    column("day", Date, "the closed day", key=True),
    column("bucket_from", SmallInteger, "0 to 7 for M0 to M6+"),
    column("bucket_to", SmallInteger, "0 to 7 for M0 to M6+"),
    comment="one row for each day on which a loan changed its bucket, none for the others",
)  # fmt: skip

day_close = Table(
    "day_close", metadata,
    org(),
    column("day", Date, "the closed business day", key=True),
    column("currency", Text, "ISO 4217; empty for the day itself", key=True),
    column("figures", JSON, "balances, arrears, counts; canonical"),
    comment="the figures each business day was closed with",
)  # fmt: skip

job = Table(
    "job", metadata,
    org(),
    column("job_id", Text, "kind and day", key=True),
    column("kind", Text, "what work"),
    column("day", Date, "for which business day"),
    column("version", Integer, "of the list of steps it was begun with"),
    column("owner", Text, "the worker that holds it", null=True),
    column("lease_until", INSTANT, "when it is free for another worker", null=True),
    column("fence", Integer, "counts its owners; a step of an earlier owner is refused"),
    column("finished", INSTANT, "when all steps were done", null=True),
    comment="durable work that survives its worker",
)  # fmt: skip

job_step = Table(
    "job_step", metadata,
    org(),
    column("job_id", Text, "the job", key=True),
    column("number", Integer, "order, from 0", key=True),
    column("name", Text, "what it does"),
    column("fence", Integer, "the ownership it was done under"),
    column("done", INSTANT, "when"),
    column("figures", JSON, "what it found or did"),
    ForeignKeyConstraint(["org", "job_id"], ["job.org", "job.job_id"]),
    *recorded_in("job_step"),
    comment="the journal of done steps, each written with its effects in one transaction",
)  # fmt: skip

evidence_leaf = Table(
    "evidence_leaf", metadata,
    org("whose row it speaks of"),
    column("kind", Text, "kind of record: command, verdict, event, postings, configuration, …", key=True),
    column("loan_id", Text, "the loan; empty for what belongs to the whole organisation", key=True),
    column("ref", Text, "which row of that kind", key=True),
    column("position", BigInteger, "its place in the order of leaves, from 1, without a gap"),
    column("year", Integer, "in which yearly log it stands"),
    column("recorded_in", BigInteger, "the transaction that wrote the row"),
    column("salt", LargeBinary, "32 random bytes under which the leaf commits to the record; sealed under a keeper"),
    column("thread", Text, "the pseudonym of the loan or organisation in the log"),
    column("commitment", Text, "HMAC-SHA256 of the record under the salt, hex"),
    column("leaf", LargeBinary, "the bytes that enter the log"),
    column("keeper", Text, "for a record about a person, the organisation that keeps the key of the salt; else empty"),
    column("person", Text, "the person under whose key the salt is sealed; else empty"),
    Index("evidence_leaf_position", "position", unique=True),
    Index("evidence_leaf_recorded_in", "recorded_in"),
    Index("evidence_leaf_thread", "thread", "position"),
    Index("evidence_leaf_loan", "loan_id"),
    comment="which row became which leaf of the evidence log; the record itself is made again from the row",
)  # fmt: skip

APPEND_ONLY = (
    organisation, api_key, key_revocation, pack, partner_listing, command, answer, loan, judgement, event, entry,
    arrears_move, day_close, job_step, evidence_leaf, *law_tables.APPEND_ONLY,
    *person_tables.APPEND_ONLY,
)  # fmt: skip
"""Tables whose rows are never changed or removed."""

LOAN_FACTS = (judgement, event, entry, arrears_move)
"""Tables read by the loan's parties through the loan row."""

VIEWS = (position, plan)
"""Tables that hold nothing of their own: folded from events, and folded again at any time."""
