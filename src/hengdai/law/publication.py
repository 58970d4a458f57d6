"""Publishing a text of the law takes two people: one who made it, another who checked it, and cases that all pass."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from hengdai.base.text import Text
from hengdai.law.cases import failing_cases
from hengdai.law.pack import Pack


class PublicationRefusal(Enum):
    """Why a text may not be published, in the order they are asked."""

    SAME_PERSON = Text("复核人不得是制作人", "whoever made the text may not check it")
    OTHER_TEXT = Text("摘要不是送审的文本", "the digest is not that of the text proposed")
    CASES_FAIL = Text("有案例未通过", "some cases fail")
    NOTHING_NEW = Text("与现行文本相同", "the same as the text in force")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text put forward by its maker for others to check."""

    pack_id: str
    digest: str
    maker: str
    proposed_on: date


@dataclass(frozen=True, slots=True)
class Publication:
    """A text that two people stand for, and the day from which judgements are made by it."""

    proposal: Proposal
    checker: str
    published_on: date


def propose(candidate: Pack, maker: str, on: date) -> Proposal:
    """Put a text forward."""
    return Proposal(candidate.id, candidate.digest, maker, on)


def publish(
    proposal: Proposal, candidate: Pack, checker: str, on: date, live: Pack | None = None
) -> Publication | PublicationRefusal:
    """Publish what was proposed, or say why not."""
    if checker == proposal.maker:
        return PublicationRefusal.SAME_PERSON
    if candidate.digest != proposal.digest or candidate.id != proposal.pack_id:
        return PublicationRefusal.OTHER_TEXT
    if failing_cases(candidate):
        return PublicationRefusal.CASES_FAIL
    if live is not None and live.digest == candidate.digest:
        return PublicationRefusal.NOTHING_NEW
    return Publication(proposal, checker, on)
