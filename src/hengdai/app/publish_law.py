"""Publish a text of the law that another person proposed: what would change is shown first, and kept with it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Turned, refused, run
from hengdai.app.law_impact import LawImpact, law_impact
from hengdai.app.laws import ProposalRow, PublicationRow
from hengdai.app.live_law import LiveLaw, live_law, text_of
from hengdai.app.ports import Office
from hengdai.app.propose_law import not_published
from hengdai.app.work import Work
from hengdai.law.cases import failing_cases
from hengdai.law.diff import Change, Kind, diff
from hengdai.law.errors import LawIsMissing
from hengdai.law.pack import Pack
from hengdai.law.publication import Checked, NotPublished, publish


@dataclass(frozen=True, slots=True)
class Preview:
    """What a checker looks at: the text in force beside the one proposed, what differs, which loans would turn.

    `failing` are the candidate's own cases that it answers otherwise than their authors expect.
    """

    row: ProposalRow
    live: Pack
    candidate: Pack
    changes: tuple[Change, ...]
    impact: LawImpact
    since: date
    failing: tuple[str, ...]

    def figures(self) -> dict[str, object]:
        """The counts that are kept with the publication."""
        kinds = Counter(change.kind for change in self.changes)
        return {
            **{kind.value: kinds[kind] for kind in Kind},
            "since": self.since,
            "judgements": self.impact.judgements,
            "stopped_live": self.impact.stopped_live,
            "stopped_candidate": self.impact.stopped_new,
            "loans_turned": self.impact.turned.select("org", "loan").n_unique(),
        }


async def preview(office: Office, actor: Actor, proposal: str, since: date) -> Preview:
    """The proposal beside the law in force, weighed on the judgements since that day.

    Raises :class:`Declined` when there is no such proposal in the actor's book, or a text cannot be had.
    """
    async with office.store.begin(actor) as work:
        row, law, candidate = await _found(office, work, actor, proposal)
    switches = law.settings
    impact = await law_impact(office, actor, law.pack, candidate, since, switches)
    failing = await asyncio.to_thread(failing_cases, candidate)
    changes = diff(law.pack, candidate)
    return Preview(row, law.pack, candidate, changes, impact, since, tuple(each.where for each in failing))


async def _found(office: Office, work: Work, actor: Actor, proposal: str) -> tuple[ProposalRow, LiveLaw, Pack]:
    row = await work.proposal(proposal)
    if row is None:
        raise Declined(No.because(Turned.NOT_FOUND, what=proposal))
    law = await live_law(office.packs, work, actor.org, row.proposal.pack_id, opening=True)
    try:
        return row, law, await text_of(office.packs, work, row.proposal.digest)
    except LawIsMissing as missing:
        raise Declined(No.because(Turned.LAW_SILENT, problem=missing)) from None


async def publish_law(office: Office, actor: Actor, key: str, proposal: str, digest: str, since: date) -> Outcome:
    """Publish as ADMIN, with another key than the maker's, naming the digest that was read.

    From the commit on every gate of the actor's book is judged by that text.
    """
    try:
        seen = await preview(office, actor, proposal, since)
    except Declined as declined:
        return refused(declined.no)
    checked = Checked(digest, actor.key_id, office.clock.today())

    async def verb(work: Work) -> Mapping[str, object]:
        return await _publish(office, work, actor, seen, checked)

    call = Call(actor, "publish_law", key, {"proposal": proposal, "digest": digest}, Role.ADMIN)
    return await run(office, call, verb)


async def _publish(office: Office, work: Work, actor: Actor, seen: Preview, checked: Checked) -> Mapping[str, object]:
    proposal = seen.row.proposal
    # Counted before the law is asked: a publication that comes in between takes the number or is the law that is found.
    number = len(await work.publications(actor.org, proposal.pack_id)) + 1
    law = await live_law(office.packs, work, actor.org, proposal.pack_id, opening=True)
    switches = law.settings.switches
    done = publish(proposal, seen.candidate, checked, live=law.pack, switches=switches, failing=seen.failing)
    if isinstance(done, NotPublished):
        raise Declined(not_published(done))
    shown = seen.figures()
    row = PublicationRow(
        number, seen.row.id, proposal.pack_id, proposal.digest, proposal.replaces, proposal.maker, done.checker,
        done.published_on, office.clock.now(), shown,
    )  # fmt: skip
    await work.add_publication(row)
    return {
        "publication": number,
        "proposal": seen.row.id,
        "pack": proposal.pack_id,
        "version": seen.candidate.version,
        "digest": proposal.digest,
        "replaces": proposal.replaces,
        "maker": proposal.maker,
        "checker": checked.checker,
        "day": checked.on,
        "shown": shown,
    }
