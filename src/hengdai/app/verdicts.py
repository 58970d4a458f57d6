"""Judge again: every judgement of a loan, from the stored facts and the stored text of the law, and compare."""

from dataclasses import dataclass

from hengdai.app.actor import Actor
from hengdai.app.judging import days_from_json, facts_from_json, switches_from_json
from hengdai.app.ports import Office
from hengdai.app.work import JudgementRow
from hengdai.base.canonical import canonical
from hengdai.base.identity import LoanId, OrgId
from hengdai.law.judge import judge
from hengdai.law.kinds import Stage
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A stored judgement, and the ids of the rules that say something else when asked again (none when it stands)."""

    row: JudgementRow
    pack: Pack
    differing: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether it says today what it said then."""
        return not self.differing


async def verdicts(office: Office, actor: Actor, loan: LoanId, book: OrgId | None = None) -> tuple[Rejudged, ...]:
    """Every judgement of a loan that the actor sees, judged again; nothing for a loan that is not there.

    Raises `LookupError` when the text of the law that a judgement names is not stored.
    """
    async with office.store.begin(actor) as work:
        record = await work.loan(loan, book)
        if record is None:
            return ()
        rows = await work.judgements(record.org, loan)
        packs: dict[str, Pack] = {}
        for digest in {row.pack_digest for row in rows}:
            texts = await work.pack_texts(digest)
            if texts is None:
                raise LookupError(f"法规文本 {digest} 未存 / the law text {digest} is not stored")
            packs[digest] = load_pack(texts)
    return tuple(_again(row, packs[row.pack_digest]) for row in rows)


def _again(row: JudgementRow, pack: Pack) -> Rejudged:
    facts, days = facts_from_json(pack, row.said), days_from_json(row.said)
    judgement = judge(pack, facts, stage=Stage(row.stage), days=days, settings=switches_from_json(row.said))
    now = {verdict.rule_id: canonical(verdict.record()) for verdict in judgement.verdicts}
    stored = row.said["verdicts"]
    assert isinstance(stored, list)
    then = {str(verdict["rule"]): canonical(verdict) for verdict in stored}
    differing = tuple(rule for rule in sorted({*now, *then}) if now.get(rule) != then.get(rule))
    stopping = tuple(verdict.rule_id for verdict in judgement.stopping)
    return Rejudged(row, pack, differing if stopping == row.stopping else (*differing, "stopping"))
