"""The examiner's replay: one loan as recorded, re-performed with the law texts and the calculators of its own days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from hengdai.app.actor import Actor
from hengdai.app.ports import Office
from hengdai.app.reperform import Answer, Case, IncompleteCase, reperform, seen
from hengdai.app.work import Work
from hengdai.base.check import Defect
from hengdai.base.identity import LoanId, OrgId
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from hengdai.loan.loan import Loan


@dataclass(frozen=True, slots=True)
class Replay:
    """A loan re-performed: every answer, and the loan as it was asked to be seen (None: not yet known then)."""

    org: OrgId
    id: LoanId
    answers: tuple[Answer, ...]
    as_seen: Loan | None

    @property
    def same(self) -> bool:
        """Whether every answer is the one that was given then."""
        return all(answer.same for answer in self.answers)


async def replay_loan(
    office: Office,
    actor: Actor,
    loan: LoanId,
    known_until: datetime | None = None,
    day: date | None = None,
    org: OrgId | None = None,
) -> Replay | None:
    """Re-perform a loan that the actor sees; None for one it does not. Nothing is written.

    `known_until` and `day` say as what the loan is to be seen: as known at that instant, as of the end of that day.
    Raises :class:`IncompleteCase` for rows that are no longer what this program writes.
    """
    async with office.store.begin(actor) as work:
        try:
            case = await recorded_case(work, loan, org)
        except (Defect, ValueError) as error:
            raise IncompleteCase(f"账簿中的行已无法读取 / a row of the book does not read any more: {error}") from None
        if case is None:
            return None
        digests = {row.pack_digest for row in case.judgements}
        packs = {digest: await _pack(office, work, digest) for digest in digests}
    return replayed(case, {digest: pack for digest, pack in packs.items() if pack}, known_until, day)


def replayed(case: Case, packs: Mapping[str, Pack], known_until: datetime | None, day: date | None) -> Replay:
    """Re-perform a case with the packs at hand, by digest."""

    def pack_of(digest: str) -> Pack:
        if digest not in packs:
            raise LookupError(f"没有摘要为 {digest} 的法律文本 / the law text of digest {digest} is not at hand")
        return packs[digest]

    return Replay(case.org, case.id, reperform(case, pack_of), seen(case, known_until, day))


async def recorded_case(work: Work, loan: LoanId, org: OrgId | None = None) -> Case | None:
    """All that the book has recorded of one loan."""
    record = await work.loan(loan, org)
    if record is None:
        return None
    rows = cast("list[dict[str, Any]]", await work.rows("passed", org=record.org, loan=loan))
    return Case(
        org=record.org,
        id=record.id,
        events=record.events,
        judgements=await work.judgements(record.org, loan),
        clearances={row["event_id"]: row["clearance"] for row in rows if row["clearance"]},
        entries=await work.entries(record.org, loan),
        price=(rows[0]["simple_e8"], rows[0]["compound_e8"]),
    )


async def _pack(office: Office, work: Work, digest: str) -> Pack | None:
    """The text of that digest: the one at hand, else the one that was stored with its first judgement."""
    try:
        return office.packs.by_digest(digest)
    except LookupError:
        texts = await work.pack_texts(digest)
        return None if texts is None else load_pack(texts)
