"""Publishing a text of the law takes two people: one who made it, another who checked it, and cases that all pass.

A funder publishes for its own book. From then on its gates are judged by that text, whatever day they are passed for:
a text holds the whole history of the law, and the rules' own dates say which of them apply to which day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from hengdai.base.text import Text
from hengdai.law.pack import Pack


class PublicationRefusal(Enum):
    """Why a text may not be published, in the order they are asked."""

    SAME_PERSON = Text("复核人不得是制作人", "whoever made the text may not check it")
    OTHER_TEXT = Text(
        "摘要不是送审的文本, 送审的是 {proposed}", "the digest is not that of the text proposed, {proposed}"
    )
    OTHER_PLACE = Text("送审的文本属于 {found}, 不是 {expected}", "the text proposed is of {found}, not of {expected}")
    NOTHING_NEW = Text("与现行文本相同", "the same as the text in force")
    OVERTAKEN = Text(
        "送审后现行文本已变为 {live}; 请对照新的现行文本重新送审",
        "the text in force is now {live}, another than when this was proposed: compare and propose it again",
    )
    SWITCH_LOST = Text(
        "新文本没有已打开的开关 {switches}; 请先关闭或补入",
        "the text does not know the switches {switches} that are on: close them first, or put them in",
    )
    CASES_FAIL = Text("有案例未通过: {cases}", "some cases fail: {cases}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text put forward by its maker for others to check; `replaces` is the digest of the text in force then."""

    pack_id: str
    digest: str
    replaces: str
    maker: str
    proposed_on: date


@dataclass(frozen=True, slots=True)
class Publication:
    """A text that two people stand for, and the business day on which it became the text in force."""

    proposal: Proposal
    checker: str
    published_on: date


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Why not, with the words filled in."""

    refusal: PublicationRefusal
    text: Text


def propose(candidate: Pack, live: Pack, maker: str, on: date) -> Proposal | NotPublished:
    """Put a text forward against the one in force."""
    if candidate.id != live.id:
        return _no(PublicationRefusal.OTHER_PLACE, found=candidate.id, expected=live.id)
    if candidate.digest == live.digest:
        return _no(PublicationRefusal.NOTHING_NEW)
    return Proposal(candidate.id, candidate.digest, live.digest, maker, on)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker stands for: the digest that was read, by whom, on which business day."""

    digest: str
    checker: str
    on: date


def publish(
    proposal: Proposal,
    candidate: Pack,
    checked: Checked,
    *,
    live: Pack,
    switches: frozenset[str],
    failing: Sequence[str],
) -> Publication | NotPublished:
    """Publish what was proposed, or say why not.

    `live` is the text in force at this moment, `switches` what the funder has on, `failing` the cases of the candidate
    that the engine answers otherwise (see :func:`hengdai.law.cases.failing_cases`).
    """
    if checked.checker == proposal.maker:
        return _no(PublicationRefusal.SAME_PERSON)
    if not candidate.digest == proposal.digest == checked.digest:
        return _no(PublicationRefusal.OTHER_TEXT, proposed=proposal.digest)
    if live.digest == candidate.digest:
        return _no(PublicationRefusal.NOTHING_NEW)
    if live.digest != proposal.replaces:
        return _no(PublicationRefusal.OVERTAKEN, live=live.digest)
    lost = switches - candidate.known_switches
    if lost:
        return _no(PublicationRefusal.SWITCH_LOST, switches=", ".join(sorted(lost)))
    if failing:
        return _no(PublicationRefusal.CASES_FAIL, cases="; ".join(failing[:10]))
    return Publication(proposal, checked.checker, checked.on)


def _no(refusal: PublicationRefusal, **figures: str) -> NotPublished:
    return NotPublished(refusal, refusal.value.fill(**figures))
