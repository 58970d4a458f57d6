"""Erase a person: her key is destroyed, so that nothing sealed with it opens again; refused while the law keeps it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Status, Turned, run
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.person import because
from hengdai.app.ports import Office, PackShelf
from hengdai.app.work import LoanRecord, Work
from hengdai.base.calendar import month_after
from hengdai.evidence.sealing import Erased, ErasureRefusal, Retention, decide_erasure
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import judge
from hengdai.law.kinds import Outcome as Answer
from hengdai.law.kinds import Stage
from hengdai.loan.state import State

_KEPT = "identity_kept_months"
"""The fact by which a pack says how long a customer's identity is kept after the relation has ended."""
_NEVER_BEGAN = (State.REFUSED, State.WITHDRAWN)


async def erase_person(office: Office, actor: Actor, key: str, person: str, ground: str) -> Outcome:
    """Record the erasure, then destroy the key. Killed in between, the same call again destroys it."""

    async def verb(work: Work) -> Mapping[str, object]:
        await work.hold_person(person)
        if await work.person(person) is None:
            raise Declined(No.because(Turned.NOT_FOUND, what=person))
        today = office.clock.today()
        loans = [await work.loan(loan, org) for org, loan in await work.loans_of(person)]
        begun = [each for each in loans if each is not None and each.loan.state not in _NEVER_BEGAN]
        running = tuple(each.id for each in begun if each.loan.closed_on is None)
        binding = () if running else await _binding(office.packs, work, begun, today)
        decided = decide_erasure(person, await work.erased_persons(), binding, today, ground, running)
        if not isinstance(decided, Erased):
            raise Declined(because(decided[0].name, decided[1], person=person))
        await work.add_erasure(decided, office.clock.now())
        return {"person": person, "day": today.isoformat(), "ground": ground}

    asked = {"person": person, "ground": ground}
    outcome = await run(office, Call(actor, "erase_person", key, asked, Role.ADMIN), verb)
    no = outcome.refusal
    if outcome.status is not Status.REFUSED or (no and no.code == ErasureRefusal.ALREADY_ERASED.name):
        office.vault.erase(actor.org, person)
    return outcome


async def _binding(packs: PackShelf, work: Work, ended: Sequence[LoanRecord], today: date) -> tuple[Retention, ...]:
    """What the law of today has kept of each ended loan's customer; a pack that does not say is silence: refused."""
    found: list[Retention] = []
    for record in ended:
        law = await live_law(packs, work, record.org, record.loan.terms.pack)
        try:
            found.extend(_retention(law, record, today))
        except LawIsSilent as silence:
            raise Declined(No.because(Turned.LAW_SILENT, problem=silence)) from None
    return tuple(found)


def _retention(law: LiveLaw, record: LoanRecord, today: date) -> Iterator[Retention]:
    pack, ended = law.pack, record.loan.closed_on
    rules = {rule.id for rule in pack.at(Stage.DATA) if rule.facts == (_KEPT,)}
    if not rules or ended is None:
        raise Declined(No.because(Turned.LAW_SILENT, problem=f"{pack.id}: {_KEPT}"))
    said = judge(pack, {_KEPT: _months(ended, today)}, stage=Stage.DATA, days=today, settings=law.settings)
    for verdict in (each for each in said.verdicts if each.rule_id in rules):
        if verdict.outcome is Answer.UNDETERMINED:
            raise Declined(No.because(Turned.LAW_SILENT, problem=verdict.message))
        if verdict.outcome is Answer.BREACHED:
            months = max(int(str(span.value)) for span in verdict.parameters)
            yield Retention(month_after(ended, months), str(verdict.cite), verdict.title)


def _months(start: date, end: date) -> int:
    """Whole months from `start` to `end`."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if month_after(start, months) <= end else months - 1
