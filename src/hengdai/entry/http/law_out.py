"""What the API answers about the law of a book: what judges it, texts proposed and published, texts on trial."""

from datetime import date, datetime
from typing import Any

from hengdai.app.law_impact import LawImpact
from hengdai.app.laws import LawRows, ProposalRow, PublicationRow
from hengdai.app.publish_law import Preview
from hengdai.app.shadow_report import ShadowReport
from hengdai.base.money import currency as currency_of
from hengdai.entry.http.fields import Out
from hengdai.entry.http.render import amount
from hengdai.law.pack import Pack


class TextOut(Out):
    """A text of the law."""

    pack: str
    version: str
    digest: str


class PublishedOut(Out):
    """A publication: who put the text forward, who checked it, what the checker was shown."""

    publication: int
    proposal: str
    pack: str
    digest: str
    replaces: str
    maker: str
    checker: str
    day: date
    shown: dict[str, Any]


class PublicationOut(PublishedOut):
    """A text that was just published."""

    version: str


class LawOut(Out):
    """What judges a book in one jurisdiction. `publications` is empty where the installed text judges."""

    book: str
    live: TextOut
    installed: str
    switches: list[str]
    shadow: str | None
    lender_kind: str | None
    publications: list[PublishedOut]


class ProposalOut(Out):
    """A text put forward; it binds nobody."""

    proposal: str
    pack: str
    digest: str
    replaces: str
    maker: str
    day: date


class NewProposalOut(ProposalOut):
    """A text that was just put forward."""

    version: str


class ProposalsOut(Out):
    """All that was put forward for the own book, in that order."""

    items: list[ProposalOut]


class LawChangeOut(Out):
    """One difference between two texts; `field` is empty where the whole was added or dropped."""

    kind: str
    id: str
    field: str
    old: str
    new: str


class TurnedOut(Out):
    """The loans that one rule would newly stop or release, of one partner."""

    rule: str
    clause: str
    partner: str
    currency: str
    newly_stopped: int
    newly_stopped_amount: str
    released: int
    released_amount: str


class PreviewOut(ProposalOut):
    """What a checker looks at: what differs, which loans would turn, which cases fail."""

    proposed: datetime
    live: TextOut
    candidate: TextOut
    changes: list[LawChangeOut]
    since: date
    judgements: int
    stopped_live: int
    stopped_candidate: int
    turned: list[TurnedOut]
    failing_cases: list[str]


class SettingOut(Out):
    """How a book is judged beside the text itself, from now on."""

    pack: str
    setting: int
    switches: list[str]
    shadow: str | None
    lender_kind: str | None
    key: str
    day: date


class ShadowOut(Out):
    """What a text on trial would have turned. `problems` counts the gates at which it could not answer."""

    live: TextOut
    candidate: TextOut
    running: bool
    judgements: int
    stopped_live: int
    stopped_candidate: int
    turned: list[TurnedOut]
    problems: int


def text(pack: Pack) -> TextOut:
    """A text by name and digest."""
    return TextOut(pack=pack.id, version=pack.version, digest=pack.digest)


def law(book: str, live: Pack, installed: Pack, rows: LawRows, published: list[PublicationRow]) -> LawOut:
    """What judges a book."""
    return LawOut(
        book=book,
        live=text(live),
        installed=installed.digest,
        switches=sorted(rows.switches),
        shadow=rows.shadow,
        lender_kind=rows.lender_kind,
        publications=[_published(row) for row in published],
    )


def _published(row: PublicationRow) -> PublishedOut:
    return PublishedOut(
        publication=row.number,
        proposal=row.proposal_id,
        pack=row.pack_id,
        digest=row.digest,
        replaces=row.replaces,
        maker=row.maker,
        checker=row.checker,
        day=row.day,
        shown=dict(row.shown),
    )


def proposal(row: ProposalRow) -> ProposalOut:
    """A text put forward."""
    return ProposalOut(**_proposal(row))


def _proposal(row: ProposalRow) -> dict[str, Any]:
    made = row.proposal
    return {
        "proposal": row.id,
        "pack": made.pack_id,
        "digest": made.digest,
        "replaces": made.replaces,
        "maker": made.maker,
        "day": made.proposed_on,
    }


def preview(seen: Preview) -> PreviewOut:
    """What a checker looks at."""
    changes = [LawChangeOut(kind=c.kind.value, id=c.id, field=c.field, old=c.old, new=c.new) for c in seen.changes]
    return PreviewOut(
        **_proposal(seen.row),
        proposed=seen.row.proposed,
        live=text(seen.live),
        candidate=text(seen.candidate),
        changes=changes,
        since=seen.since,
        **_impact(seen.impact),
        failing_cases=list(seen.failing),
    )


def shadow(report: ShadowReport) -> ShadowOut:
    """What a text on trial would have turned."""
    return ShadowOut(
        live=text(report.live),
        candidate=text(report.candidate),
        running=report.running,
        **_impact(report.impact),
        problems=report.problems,
    )


def _impact(found: LawImpact) -> dict[str, Any]:
    return {
        "judgements": found.judgements,
        "stopped_live": found.stopped_live,
        "stopped_candidate": found.stopped_new,
        "turned": [_turned(row) for row in found.by_rule().to_dicts()],
    }


def _turned(row: dict[str, Any]) -> TurnedOut:
    unit = currency_of(row["currency"])
    money = {name: amount(row[name], unit) for name in ("newly_stopped_amount", "released_amount")}
    return TurnedOut(**{**row, **money})
