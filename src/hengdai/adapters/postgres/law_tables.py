"""The tables that say by which law a book is judged, and what texts on trial would have said."""

from sqlalchemy import ARRAY, Boolean, CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from hengdai.adapters.postgres.table_parts import INSTANT, column, loan_id, metadata, org, recorded_in

law_proposal = Table(
    "law_proposal", metadata,
    org("whose book it is for"),
    column("proposal_id", Text, "UUIDv7", key=True),
    column("pack_id", Text, "jurisdiction", key=True),
    column("digest", Text, "the text put forward; it stands in pack", key=True),
    column("replaces", Text, "the text that was in force then", key=True),
    column("maker", Text, "the API key of whoever put it forward; part of the key so that a publication can demand it",
            key=True),
    column("day", Date, "the business day"),
    column("proposed", INSTANT, "when"),
    *recorded_in("law_proposal"),
    comment="texts of the law put forward for a funder's own book; they bind nobody",
)  # fmt: skip

law_publication = Table(
    "law_publication", metadata,
    org("whose book it judges"),
    column("pack_id", Text, "jurisdiction", key=True),
    column("number", Integer, "counts from 1; the highest is in force", key=True),
    column("proposal_id", Text, "what was put forward"),
    column("digest", Text, "the text that judges from here on"),
    column("replaces", Text, "the text that judged before"),
    column("maker", Text, "the API key of whoever put it forward"),
    column("checker", Text, "the API key of whoever published it; never the maker's"),
    column("day", Date, "the business day"),
    column("published", INSTANT, "when"),
    column("shown", JSON, "what the checker was shown: changes and loans that would turn, in numbers"),
    CheckConstraint("checker <> maker", name="law_publication_two_persons"),
    ForeignKeyConstraint(
        ["org", "proposal_id", "pack_id", "digest", "replaces", "maker"],
        [f"law_proposal.{c}" for c in ("org", "proposal_id", "pack_id", "digest", "replaces", "maker")],
        name="law_publication_proposal",
    ),
    Index("law_publication_once", "org", "proposal_id", unique=True),
    *recorded_in("law_publication"),
    comment="which text of the law judges a book, by two persons; written by the judge's role alone",
)  # fmt: skip

law_setting = Table(
    "law_setting", metadata,
    org("whose book it judges"),
    column("pack_id", Text, "jurisdiction", key=True),
    column("number", Integer, "counts from 1; the highest is in force", key=True),
    column("switches", ARRAY(Text), "all that the funder has switched on"),
    column("shadow", Text, "the text that runs on trial beside the one in force", null=True),
    column("lender_kind", Text, "the licence the funder lends by, as the pack names it", null=True),
    column("key_id", Text, "the API key it came by"),
    column("day", Date, "the business day"),
    column("set_at", INSTANT, "when"),
    *recorded_in("law_setting"),
    comment="how a book is judged beside the text itself; written by the judge's role alone",
)  # fmt: skip

_JUDGED = ("org", "loan_id", "judgement_id", "stage", "day", "cleared")
shadow_judgement = Table(
    "shadow_judgement", metadata,
    org(),
    loan_id(),
    column("judgement_id", Text, "the judgement that bound", key=True),
    column("stage", Text, "its stage", key=True),
    column("day", Date, "its day", key=True),
    column("digest", Text, "the text on trial", key=True),
    column("cleared", Boolean, "whether the judgement that bound let it through"),
    column("stopping", ARRAY(Text), "rules of the text on trial that would have stopped it"),
    column("said", JSON, "rules that answered otherwise, or why it could not answer"),
    ForeignKeyConstraint(_JUDGED, [f"judgement.{c}" for c in _JUDGED], name="shadow_judgement_beside"),
    Index("shadow_judgement_digest", "org", "digest"),
    comment="what a text on trial would have said at each gate; it stops nothing",
)  # fmt: skip

APPEND_ONLY = (law_proposal, law_publication, law_setting, shadow_judgement)
