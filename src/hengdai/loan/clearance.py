"""The law's word at a gate, bound to what it was said about: these very terms, this stage, this day.

A judgement alone does not say which loan it speaks of. A clearance does, and :func:`judged` is how one is made: it
takes the facts from the terms themselves. No gate opens on a clearance that speaks of anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hengdai.law.errors import LawKnowsNoSuchMoney
from hengdai.law.judge import Days, Judgement, Settings, judge
from hengdai.law.kinds import Stage
from hengdai.law.pack import Pack
from hengdai.loan.refusal import No, Refusal, no
from hengdai.product.codec import terms_digest
from hengdai.product.terms import Terms

NO_SWITCHES = Settings()


@dataclass(frozen=True, slots=True)
class Clearance:
    """A judgement with the digest of the terms, the day and the facts it was made from."""

    judgement: Judgement
    terms_digest: str
    day: date
    facts: Mapping[str, object]

    @property
    def stage(self) -> Stage:
        """The gate it was made for."""
        return self.judgement.stage

    @property
    def stopping(self) -> tuple[str, ...]:
        """The ids of the rules that stop, in the order of the pack."""
        return tuple(verdict.rule_id for verdict in self.judgement.stopping)


def judged(
    pack: Pack, facts: Mapping[str, object], *, stage: Stage, day: date, days: Days, settings: Settings = NO_SWITCHES
) -> Clearance:
    """Judge `facts` (see :func:`hengdai.product.facts.law_facts`) for the gate `stage` on `day`.

    `days` are the days that decide which text applies. Facts that name no terms raise `KeyError`, terms in a currency
    that is not the law's :class:`LawKnowsNoSuchMoney`: no amount is weighed against a cap in another currency.
    """
    if not pack.takes(str(facts["currency"])):
        raise LawKnowsNoSuchMoney(pack.id, str(facts["currency"]), day)
    judgement = judge(pack, facts, stage=stage, days=days, settings=settings)
    return Clearance(judgement, str(facts["terms_digest"]), day, facts)


def unfit(clearance: Clearance | None, terms: Terms, stage: Stage, day: date) -> No | None:
    """Why this clearance does not speak of this gate; None when it does."""
    found = _misfit(clearance, terms, stage, day)
    return None if found is None else no(Refusal.NOT_JUDGED, day=day, stage=stage.value, found=found)


def stopped(clearance: Clearance) -> No | None:
    """The refusal of a clearance that stops; None when the gate may open."""
    return no(Refusal.LAW_FORBIDS, rules=", ".join(clearance.stopping)) if clearance.stopping else None


def _misfit(clearance: Clearance | None, terms: Terms, stage: Stage, day: date) -> str | None:
    if clearance is None:
        return "—"
    if clearance.stage is not stage:
        return f"stage {clearance.stage.value}"
    if clearance.day != day:
        return f"day {clearance.day}"
    if clearance.terms_digest != terms_digest(terms):
        return f"terms {clearance.terms_digest}"
    if clearance.judgement.pack_id != terms.pack:
        return f"pack {clearance.judgement.pack_id}"
    return None if clearance.judgement.verdicts else "no verdicts"
