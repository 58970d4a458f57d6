"""The gates: gather the facts, judge them by the law of the day, and keep what was said, to be said again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengdai.app.laws import ShadowRow
from hengdai.app.live_law import LiveLaw
from hengdai.app.work import JudgementRow, LoanRecord, Work
from hengdai.law.diff import Turn, turned
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import NOTHING_SWITCHED_ON, Days, Settings, judge
from hengdai.law.kinds import Stage, Unit
from hengdai.law.pack import Pack
from hengdai.loan.clearance import Clearance, judged
from hengdai.loan.state import Kind, State
from hengdai.partner.listing import Listing, on_list
from hengdai.product.cost import Quote, quote
from hengdai.product.facts import LawFacts, PartnerStatus, forbidden_charges, law_facts
from hengdai.product.terms import PayeeRole, Terms

GATES: Mapping[Kind, Stage] = {
    Kind.OFFERED: Stage.APPLICATION,
    Kind.SIGNED: Stage.SIGNING,
    Kind.DISBURSED: Stage.DISBURSEMENT,
}
"""The commands that the law is asked about, and the stage it is asked at."""

SAID_VERSION = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What the law said, as the loan's rules take it, the row that keeps it, and what a text on trial would say."""

    clearance: Clearance
    row: JudgementRow
    shadow: ShadowRow | None = None


def status_of(terms: Terms, listings: tuple[Listing, ...], day: date) -> PartnerStatus:
    """Whether the partners of these terms stand on the funder's list on `day`; unknown where there is no partner."""
    parties = terms.parties
    guarantor = parties.guarantor
    return PartnerStatus(
        facilitator_listed=on_list(listings, parties.facilitator, PayeeRole.FACILITATOR, day).value,
        guarantor_listed=None if guarantor is None else on_list(listings, guarantor, PayeeRole.GUARANTOR, day).value,
    )


def charges_of(pack: Pack, terms: Terms, price: Quote) -> dict[str, object]:
    """What the terms charge against the law's kinds of charge, where its catalogue asks for it."""
    if "forbidden_charges" not in pack.facts:
        return {}
    classes = {
        name: each.may_charge
        for id, each in pack.fee_classes.items()
        for name in (id, id.removeprefix(f"{pack.id}."))  # terms may name a kind of charge either way
    }
    return {"forbidden_charges": forbidden_charges(terms, price, classes)}


def days_of(record: LoanRecord | None, stage: Stage, day: date) -> Days:
    """The days that the rules ask for: those of the loan's own events, and `day` for the gate it now stands at."""
    if record is None:
        return Days(application=day)
    first = {event.fact.kind: event.day for event in reversed(record.events)}
    contract = day if stage is Stage.SIGNING else first.get(Kind.SIGNED)
    origination = first.get(Kind.DISBURSED, day if stage is Stage.DISBURSEMENT else None)
    return Days(application=record.events[0].day, contract=contract, origination=origination)


def judged_by(law: LiveLaw, facts: LawFacts, *, stage: Stage, days: Days, id: str, day: date) -> Judged:
    """Judge, and write down what was asked and said as canonical JSON values."""
    pack, switches = law.pack, law.settings.switches
    clearance = judged(pack, facts, stage=stage, day=day, days=days, settings=law.settings)
    said: dict[str, object] = {
        "v": SAID_VERSION,
        "pack": pack.id,
        "facts": {name: _plain(value) for name, value in facts.items()},
        "days": days_to_json(days),
        "verdicts": [verdict.record() for verdict in clearance.judgement.verdicts],
        **({"switches": sorted(switches)} if switches else {}),
    }
    row = JudgementRow(id, stage.value, day, pack.digest, said, clearance.stopping)
    return Judged(clearance, row, _shadowed(law, clearance, days, row))


def _shadowed(law: LiveLaw, live: Clearance, days: Days, row: JudgementRow) -> ShadowRow | None:
    """What the text on trial says of the same facts and days. Whatever becomes of it, it stops nothing."""
    if law.shadow is None:
        return None
    said: dict[str, object]
    stopping: tuple[str, ...] = ()
    try:
        other = judge(law.shadow, live.facts, stage=live.stage, days=days, settings=law.shadow_settings)
    except LawIsSilent as silence:
        said = {"problem": str(silence)}
    else:
        stopping = tuple(verdict.rule_id for verdict in other.stopping)
        said = {"turned": [_turn(each) for each in turned(live.judgement, other)]}
    return ShadowRow(row.id, row.stage, row.day, not row.stopping, law.shadow.digest, stopping, said)


def _turn(turn: Turn) -> dict[str, object]:
    answers = {"live": turn.live, "candidate": turn.candidate}
    return {
        "rule": turn.rule_id,
        **{name: None if outcome is None else outcome.value for name, outcome in answers.items()},
        "stops_now": turn.stops_now,
        "would_stop": turn.would_stop,
    }


async def judge_offer(
    law: LiveLaw, work: Work, terms: Terms, attested: Mapping[str, object], *, id: str, day: date
) -> Judged:
    """Judge an application. `attested` are facts that others vouch for; they stay with the loan for its later gates."""
    listings = await work.listings(terms.parties.funder)
    price = quote(terms)
    given = {**attested, **charges_of(law.pack, terms, price)}
    facts = law_facts(terms, price, status_of(terms, listings, day), attested=given)
    return judged_by(law, facts, stage=Stage.APPLICATION, days=Days(application=day), id=id, day=day)


async def judge_gate(
    law: LiveLaw, work: Work, record: LoanRecord, stage: Stage, *, id: str, day: date, drawn: int | None = None
) -> Judged:
    """Judge a loan at a later gate: the facts of today, and those attested at its application.

    `drawn` is what a payout pays out, in minor units; whatever was attested of it before gives way.

    The text is the one in force now for the jurisdiction the loan was offered under, whatever text it was offered by;
    which rules of it apply is decided by the days of the loan.
    """
    loan = record.loan
    listings = await work.listings(loan.terms.parties.funder)
    before = await work.judgements(record.org, record.id)
    price = quote(loan.terms)
    attested = facts_from_json(law.pack, before[0].said) if before else {}
    attested |= charges_of(law.pack, loan.terms, price)
    if drawn is not None:
        attested["drawdown_amount"] = drawn
    facts = law_facts(
        loan.terms,
        price,
        status_of(loan.terms, listings, day),
        disclosure_confirmed=loan.state not in (State.APPLIED, State.OFFERED),
        attested=attested,
    )
    return judged_by(law, facts, stage=stage, days=days_of(record, stage, day), id=id, day=day)


def days_to_json(days: Days) -> dict[str, str | None]:
    """The days as ISO text."""
    named = {"application": days.application, "contract": days.contract, "origination": days.origination}
    return {name: None if day is None else day.isoformat() for name, day in named.items()}


def days_from_json(said: Mapping[str, Any]) -> Days:
    """The days of a stored judgement."""
    days = {name: date.fromisoformat(day) for name, day in said["days"].items() if day is not None}
    return Days(application=days["application"], contract=days.get("contract"), origination=days.get("origination"))


def facts_from_json(pack: Pack, said: Mapping[str, Any]) -> LawFacts:
    """The facts of a stored judgement; days are days again where the pack's catalogue says so."""
    return {name: _believed(pack, name, value) for name, value in said["facts"].items()}


def switches_from_json(said: Mapping[str, Any]) -> Settings:
    """What the funder had switched on when it was judged."""
    return Settings(frozenset(said["switches"])) if "switches" in said else NOTHING_SWITCHED_ON


def _believed(pack: Pack, name: str, value: object) -> object:
    entry = pack.facts.get(name)
    if entry is not None and entry.unit is Unit.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
