"""Put a text of the law forward for a funder's own book; it binds nobody until a second person publishes it."""

from collections.abc import Mapping

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Turned, refused, run
from hengdai.app.laws import ProposalRow
from hengdai.app.live_law import live_law
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.law.errors import PackRefused
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from hengdai.law.publication import NotPublished, propose

_TOLD = 20


async def propose_law(office: Office, actor: Actor, key: str, texts: Mapping[str, str]) -> Outcome:
    """Propose texts (file name → TOML) as ADMIN. The answer names the proposal and the digest to be checked."""
    try:
        candidate = load_pack(texts)
    except PackRefused as wrong:
        return refused(not_a_pack(wrong))
    asked = {"pack": candidate.id, "digest": candidate.digest}

    async def verb(work: Work) -> Mapping[str, object]:
        return await _propose(office, work, actor, candidate, texts)

    return await run(office, Call(actor, "propose_law", key, asked, Role.ADMIN), verb)


def not_a_pack(wrong: PackRefused) -> No:
    """The refusal of texts that make no pack: the first problems, each with file, line and cure."""
    return No.because(Turned.UNREADABLE, problem="\n".join(str(each) for each in wrong.problems[:_TOLD]))


def not_published(no: NotPublished) -> No:
    """A refusal of the law's own rules, as a verb's."""
    return No(no.refusal.name, no.text, {})


async def _propose(
    office: Office, work: Work, actor: Actor, candidate: Pack, texts: Mapping[str, str]
) -> Mapping[str, object]:
    law = await live_law(office.packs, work, actor.org, candidate.id, opening=True)
    proposal = propose(candidate, law.pack, actor.key_id, office.clock.today())
    if isinstance(proposal, NotPublished):
        raise Declined(not_published(proposal))
    row = ProposalRow(office.ids.next(), proposal, office.clock.now())
    await work.keep_pack(candidate.digest, candidate.id, texts)
    await work.add_proposal(row)
    return {
        "proposal": row.id,
        "pack": proposal.pack_id,
        "version": candidate.version,
        "digest": proposal.digest,
        "replaces": proposal.replaces,
        "maker": proposal.maker,
        "day": proposal.proposed_on,
    }
