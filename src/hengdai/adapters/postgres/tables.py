"""The tables of the book. Every key begins with the organisation that owns the row; a loan belongs to its funder.

Amounts are whole minor units (bigint), rates e8 (bigint). Texts whose bytes are digested
(terms, facts, judgements) are `json`, which PostgreSQL keeps verbatim.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSON

from hengdai.loan.state import Kind

metadata = MetaData()
_INSTANT = DateTime(timezone=True)


def _column(name: str, type_: Any, comment: str, *, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, type_, primary_key=key, nullable=null, comment=comment)


def _org(comment: str = "the funder, whose books these are") -> Column[Any]:
    return _column("org", Text, comment, key=True)


def _loan() -> Column[Any]:
    return _column("loan_id", Text, "the loan", key=True)


RECORDED_IN = "recorded_in"
"""Which transaction wrote the row. The database fills it, nobody else may: the evidence log follows it."""


def _recorded_in(table: str) -> tuple[Column[Any], Index]:
    """What a table carries whose rows become leaves of the evidence log."""
    comment = "the transaction that wrote it; 0 for rows older than the evidence log"
    return _column(RECORDED_IN, BigInteger, comment), Index(f"{table}_recorded_in", RECORDED_IN)


organisation = Table(
    "organisation", metadata,
    _org("the organisation"),
    _column("name", Text, "its name, public to every other"),
    _column("kind", Text, "funder, facilitator, guarantor, merchant, examiner or other"),
    _column("founded", _INSTANT, "when it was entered here"),
    *_recorded_in("organisation"),
    comment="who may act here",
)  # fmt: skip

api_key = Table(
    "api_key", metadata,
    _org("whose key"),
    _column("key_id", Text, "its public half", key=True),
    _column("secret_digest", LargeBinary, "SHA-256 of its secret half; the secret is stored nowhere"),
    _column("role", Text, "viewer, operator, admin or examiner"),
    _column("label", Text, "what it is for"),
    _column("issued", _INSTANT, "when it was made"),
    ForeignKeyConstraint(["org"], ["organisation.org"]),
    *_recorded_in("api_key"),
    comment="keys of the HTTP door",
)  # fmt: skip

key_revocation = Table(
    "key_revocation", metadata,
    _org("whose key"),
    _column("key_id", Text, "its public half", key=True),
    _column("revoked", _INSTANT, "when it stopped working"),
    ForeignKeyConstraint(["org", "key_id"], ["api_key.org", "api_key.key_id"]),
    *_recorded_in("key_revocation"),
    comment="keys that work no more",
)  # fmt: skip

pack = Table(
    "pack", metadata,
    _column("digest", Text, "SHA-256 of the pack", key=True),
    _column("pack_id", Text, "jurisdiction"),
    _column("texts", JSON, "file name to text"),
    *_recorded_in("pack"),
    comment="the texts of every law pack a judgement was made by (reference data, owned by nobody)",
)  # fmt: skip

partner_listing = Table(
    "partner_listing", metadata,
    _org("the funder whose list it is"),
    _column("listing_id", Text, "the row", key=True),
    _column("partner", Text, "who is admitted"),
    _column("role", Text, "as what"),
    _column("listing", JSON, "licence, approval, days, publication"),
    *_recorded_in("partner_listing"),
    comment="the partner list of each funder, public as the law asks; rows are added, never edited",
)  # fmt: skip

command = Table(
    "command", metadata,
    _org("who commanded"),
    _column("key", Text, "its idempotency key", key=True),
    _column("command_id", Text, "UUIDv7"),
    _column("route", Text, "which verb"),
    _column("payload_digest", Text, "SHA-256 of the canonical payload"),
    _column("role", Text, "the role it acted in"),
    _column("key_id", Text, "the API key it came by"),
    _column("recorded", _INSTANT, "when"),
    *_recorded_in("command"),
    comment="every change enters as one of these; a refused call leaves none",
)  # fmt: skip

answer = Table(
    "answer", metadata,
    _org("who commanded"),
    _column("key", Text, "the command's idempotency key", key=True),
    _column("body", LargeBinary, "the bytes answered, for every later time it is asked"),
    ForeignKeyConstraint(["org", "key"], ["command.org", "command.key"]),
    comment="what each command was answered",
)  # fmt: skip

loan = Table(
    "loan", metadata,
    _org(),
    _loan(),
    _column("facilitator", Text, "party"),
    _column("guarantor", Text, "party", null=True),
    _column("merchant", Text, "party", null=True),
    _column("lender_kind", Text, "kind of licence of the funder"),
    _column("product", Text, "product code"),
    _column("currency", Text, "ISO 4217"),
    _column("borrower", Text, "opaque reference, never personal data"),
    _column("principal", BigInteger, "agreed amount, minor units"),
    _column("terms_digest", Text, "SHA-256 of the frozen terms, which stand in the loan's first event"),
    _column("pack_digest", Text, "the law it was judged by"),
    _column("calculator", Text, "the arithmetic it is computed by"),
    _column("simple_e8", BigInteger, "all-in cost a year, simple; null when it has none", null=True),
    _column("compound_e8", BigInteger, "all-in cost a year, compound; null when it has none", null=True),
    _column("applied", Date, "day of the application"),
    Index("loan_by_id", "loan_id"),
    Index("loan_by_facilitator", "facilitator", "org"),
    comment="an application and its frozen terms",
)  # fmt: skip

judgement = Table(
    "judgement", metadata,
    _org(),
    _loan(),
    _column("judgement_id", Text, "UUIDv7, or the loan and a number", key=True),
    _column("stage", Text, "application, signing or disbursement", key=True),
    _column("day", Date, "the day of the law", key=True),
    _column("pack_digest", Text, "which text of the law"),
    _column("judgement", JSON, "facts, verdicts, reasons; canonical"),
    _column("stopping", ARRAY(Text), "rules that stop; empty when it lets through"),
    Column("cleared", Boolean, Computed("cardinality(stopping) = 0", persisted=True), primary_key=True,
           comment="whether it lets through; part of the key so that an event can demand it"),
    Index("judgement_stopping", "org", "day", postgresql_where=text("cardinality(stopping) > 0")),
    *_recorded_in("judgement"),
    comment="what the law said at each gate; written by the judge's role alone",
)  # fmt: skip

law_proposal = Table(
    "law_proposal", metadata,
    _org("whose book it is for"),
    _column("proposal_id", Text, "UUIDv7", key=True),
    _column("pack_id", Text, "jurisdiction", key=True),
    _column("digest", Text, "the text put forward; it stands in pack", key=True),
    _column("replaces", Text, "the text that was in force then", key=True),
    _column("maker", Text, "the API key of whoever put it forward; part of the key so that a publication can demand it",
            key=True),
    _column("day", Date, "the business day"),
    _column("proposed", _INSTANT, "when"),
    *_recorded_in("law_proposal"),
    comment="texts of the law put forward for a funder's own book; they bind nobody",
)  # fmt: skip

law_publication = Table(
    "law_publication", metadata,
    _org("whose book it judges"),
    _column("pack_id", Text, "jurisdiction", key=True),
    _column("number", Integer, "counts from 1; the highest is in force", key=True),
    _column("proposal_id", Text, "what was put forward"),
    _column("digest", Text, "the text that judges from here on"),
    _column("replaces", Text, "the text that judged before"),
    _column("maker", Text, "the API key of whoever put it forward"),
    _column("checker", Text, "the API key of whoever published it; never the maker's"),
    _column("day", Date, "the business day"),
    _column("published", _INSTANT, "when"),
    _column("shown", JSON, "what the checker was shown: changes and loans that would turn, in numbers"),
    CheckConstraint("checker <> maker", name="law_publication_two_persons"),
    ForeignKeyConstraint(
        ["org", "proposal_id", "pack_id", "digest", "replaces", "maker"],
        [f"law_proposal.{c}" for c in ("org", "proposal_id", "pack_id", "digest", "replaces", "maker")],
        name="law_publication_proposal",
    ),
    Index("law_publication_once", "org", "proposal_id", unique=True),
    *_recorded_in("law_publication"),
    comment="which text of the law judges a book, by two persons; written by the judge's role alone",
)  # fmt: skip

law_setting = Table(
    "law_setting", metadata,
    _org("whose book it judges"),
    _column("pack_id", Text, "jurisdiction", key=True),
    _column("number", Integer, "counts from 1; the highest is in force", key=True),
    _column("switches", ARRAY(Text), "all that the funder has switched on"),
    _column("shadow", Text, "the text that runs on trial beside the one in force", null=True),
    _column("key_id", Text, "the API key it came by"),
    _column("day", Date, "the business day"),
    _column("set_at", _INSTANT, "when"),
    *_recorded_in("law_setting"),
    comment="how a book is judged beside the text itself; written by the judge's role alone",
)  # fmt: skip

_JUDGED = ("org", "loan_id", "judgement_id", "stage", "day", "cleared")
shadow_judgement = Table(
    "shadow_judgement", metadata,
    _org(),
    _loan(),
    _column("judgement_id", Text, "the judgement that bound", key=True),
    _column("stage", Text, "its stage", key=True),
    _column("day", Date, "its day", key=True),
    _column("digest", Text, "the text on trial", key=True),
    _column("cleared", Boolean, "whether the judgement that bound let it through"),
    _column("stopping", ARRAY(Text), "rules of the text on trial that would have stopped it"),
    _column("said", JSON, "rules that answered otherwise, or why it could not answer"),
    ForeignKeyConstraint(_JUDGED, [f"judgement.{c}" for c in _JUDGED], name="shadow_judgement_beside"),
    Index("shadow_judgement_digest", "org", "digest"),
    comment="what a text on trial would have said at each gate; it stops nothing",
)  # fmt: skip

_STAGE = (
    "CASE kind WHEN 'offered' THEN 'application' WHEN 'signed' THEN 'signing' WHEN 'disbursed' THEN 'disbursement' END"
)
event = Table(
    "event", metadata,
    _org(),
    _loan(),
    _column("seq", Integer, "order known, from 1", key=True),
    _column("event_id", Text, "its name"),
    _column("day", Date, "the day it counts for"),
    _column("known", _INSTANT, "when it became known"),
    _column("kind", Text, "what happened"),
    _column("fact", JSON, "the fact, canonical"),
    _column("clearance", Text, "the judgement that let it through", null=True),
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
    *_recorded_in("event"),
    comment="the facts of every loan's life; offer, signature and payout need a judgement of that day that clears them",
)  # fmt: skip

entry = Table(
    "entry", metadata,
    _org(),
    _column("loan_id", Text, "the loan; empty for an entry of the whole book", key=True),
    _column("entry_id", Text, "its name", key=True),
    _column("event_id", Text, "the event that caused it", null=True),
    _column("day", Date, "the day it counts for"),
    _column("booked", Date, "the business day it was written"),
    _column("currency", Text, "ISO 4217"),
    _column("accounts", ARRAY(Text), "accounts of the chart"),
    _column("amounts", ARRAY(BigInteger), "debit positive, credit negative, sum zero"),
    _column("reverses", Text, "the entry it answers", null=True),
    CheckConstraint("hengdai_balanced(accounts, amounts)", name="entry_balanced"),
    *_recorded_in("entry"),
    comment="balanced movements of money; written once",
)  # fmt: skip

account_balance = Table(
    "account_balance", metadata,
    _org(),
    _column("account", Text, "account of the chart", key=True),
    _column("currency", Text, "ISO 4217", key=True),
    _column("via", Text, "the organisation whose commands moved it", key=True),
    _column("stripe", SmallInteger, "0 to 15, so that a busy account does not make writers wait", key=True),
    _column("balance", BigInteger, "sum of its amounts"),
    comment="balances kept with every entry; the sum over via and stripe is the account's",
)  # fmt: skip

position = Table(
    "position", metadata,
    _org(),
    _loan(),
    _column("facilitator", Text, "party"),
    _column("guarantor", Text, "party", null=True),
    _column("merchant", Text, "party", null=True),
    _column("lender_kind", Text, "kind of licence of the funder"),
    _column("product", Text, "product code"),
    _column("currency", Text, "ISO 4217"),
    _column("state", Text, "where the loan stands in its life"),
    _column("events", Integer, "how many events it is folded from"),
    _column("as_of", Date, "the day of the figures when last folded"),
    _column("disbursed", BigInteger, "paid out so far"),
    _column("outstanding", BigInteger, "principal not yet repaid"),
    _column("repaid", BigInteger, "principal repaid"),
    _column("interest_paid", BigInteger, "interest paid"),
    _column("written_off", BigInteger, "principal charged off"),
    _column("recovered", BigInteger, "money that came in after that"),
    _column("first_unpaid_due", Date, "oldest due date with something unpaid", null=True),
    _column("overdue_principal", BigInteger, "of dues before the period that runs"),
    _column("overdue_interest", BigInteger, "of dues before the period that runs"),
    _column("overdue_fee", BigInteger, "of dues before the period that runs"),
    _column("bucket", SmallInteger, "0 to 7 for M0 to M6+, as of the last closed day; moved by the end of day alone"),
    _column("period", Integer, "index in the plan of the period that runs; the plan's length after the last"),
    _column("period_start", Date, "its first day", null=True),
    _column("period_due", Date, "its due date; null after the last", null=True),
    _column("period_interest", BigInteger, "interest earned from its first day to its due date"),
    _column("unbooked", BigInteger, "interest earned before its first day, less what the loan's entries say"),
    _column("rounding", Text, "how the loan rounds"),
    Index("position_by_state", "org", "state", "loan_id"),
    postgresql_with={"fillfactor": 80},
    comment="where each loan stands: a view folded from its events, made anew at any time",
)  # fmt: skip

plan = Table(
    "plan", metadata,
    _org(),
    _loan(),
    _column("facilitator", Text, "party"),
    _column("guarantor", Text, "party", null=True),
    _column("merchant", Text, "party", null=True),
    _column("starts", ARRAY(Date), "first day of each period"),
    _column("dues", ARRAY(Date), "due date of each period, ascending"),
    _column("interest", ARRAY(BigInteger), "interest of each period as planned"),
    _column("earned_before", ARRAY(BigInteger), "part of it earned before the first day of the period"),
    _column("left_principal", ARRAY(BigInteger), "principal of each due not yet paid"),
    _column("left_interest", ARRAY(BigInteger), "interest of each due not yet paid"),
    _column("left_fee", ARRAY(BigInteger), "fees of each due not yet paid"),
    comment="the dues of each open loan, read only when a period rolls: a view folded from its events",
)  # fmt: skip

arrears_move = Table(
    "arrears_move", metadata,
    _org(),
    _loan(),
    _column("day", Date, "the closed day", key=True),
    _column("bucket_from", SmallInteger, "0 to 7 for M0 to M6+"),
    _column("bucket_to", SmallInteger, "0 to 7 for M0 to M6+"),
    comment="one row for each day on which a loan changed its bucket, none for the others",
)  # fmt: skip

day_close = Table(
    "day_close", metadata,
    _org(),
    _column("day", Date, "the closed business day", key=True),
    _column("currency", Text, "ISO 4217; empty for the day itself", key=True),
    _column("figures", JSON, "balances, arrears, counts; canonical"),
    comment="the figures each business day was closed with",
)  # fmt: skip

job = Table(
    "job", metadata,
    _org(),
    _column("job_id", Text, "kind and day", key=True),
    _column("kind", Text, "what work"),
    _column("day", Date, "for which business day"),
    _column("version", Integer, "of the list of steps it was begun with"),
    _column("owner", Text, "the worker that holds it", null=True),
    _column("lease_until", _INSTANT, "when it is free for another worker", null=True),
    _column("fence", Integer, "counts its owners; a step of an earlier owner is refused"),
    _column("finished", _INSTANT, "when all steps were done", null=True),
    comment="durable work that survives its worker",
)  # fmt: skip

job_step = Table(
    "job_step", metadata,
    _org(),
    _column("job_id", Text, "the job", key=True),
    _column("number", Integer, "order, from 0", key=True),
    _column("name", Text, "what it does"),
    _column("fence", Integer, "the ownership it was done under"),
    _column("done", _INSTANT, "when"),
    _column("figures", JSON, "what it found or did"),
    ForeignKeyConstraint(["org", "job_id"], ["job.org", "job.job_id"]),
    *_recorded_in("job_step"),
    comment="the journal of done steps, each written with its effects in one transaction",
)  # fmt: skip

evidence_leaf = Table(
    "evidence_leaf", metadata,
    _org("whose row it speaks of"),
    _column("kind", Text, "kind of record: command, verdict, event, postings, configuration, …", key=True),
    _column("loan_id", Text, "the loan; empty for what belongs to the whole organisation", key=True),
    _column("ref", Text, "which row of that kind", key=True),
    _column("position", BigInteger, "its place in the order of leaves, from 1, without a gap"),
    _column("year", Integer, "in which yearly log it stands"),
    _column("recorded_in", BigInteger, "the transaction that wrote the row"),
    _column("salt", LargeBinary, "32 random bytes under which the leaf commits to the record"),
    _column("thread", Text, "the pseudonym of the loan or organisation in the log"),
    _column("commitment", Text, "HMAC-SHA256 of the record under the salt, hex"),
    _column("leaf", LargeBinary, "the bytes that enter the log"),
    Index("evidence_leaf_position", "position", unique=True),
    Index("evidence_leaf_recorded_in", "recorded_in"),
    Index("evidence_leaf_thread", "thread", "position"),
    Index("evidence_leaf_loan", "loan_id"),
    comment="which row became which leaf of the evidence log; the record itself is made again from the row",
)  # fmt: skip

APPEND_ONLY = (
    organisation, api_key, key_revocation, pack, partner_listing, command, answer, loan, judgement, event, entry,
    arrears_move, day_close, job_step, evidence_leaf, law_proposal, law_publication, law_setting, shadow_judgement,
)  # fmt: skip
"""Tables whose rows are never changed or removed."""

LOAN_FACTS = (judgement, event, entry, arrears_move)
"""Tables read by the loan's parties through the loan row."""

VIEWS = (position, plan)
"""Tables that hold nothing of their own: folded from events, and folded again at any time."""
