"""One loan of a book, from application to its last event, through the very functions that the verbs use. Pure.

What a rule refuses does not happen, and is noted with its code; what was never allowed to begin has no later life.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from hengdai.app.derive import Happening, derive, needs_booked
from hengdai.app.judging import GATES, Judged, charges_of, days_of, judged_by, status_of
from hengdai.app.live_law import LiveLaw
from hengdai.app.replay_terms import WrongTerms, attested, command_of, terms_of
from hengdai.app.work import JudgementRow, LoanChange, LoanRecord
from hengdai.base.identity import EventId, LoanId
from hengdai.base.money import Money, currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import Days
from hengdai.law.kinds import Stage
from hengdai.ledger.entry import Entry
from hengdai.loan import commands
from hengdai.loan.codec import terms_digest
from hengdai.loan.commands import Command
from hengdai.loan.decide import decide
from hengdai.loan.events import Event
from hengdai.loan.fold import as_of
from hengdai.loan.late import penalty_since
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import No
from hengdai.loan.state import Kind, State
from hengdai.maths.sense import Nonsense
from hengdai.partner.listing import Listing
from hengdai.product.cost import Quote, quote
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.facts import law_facts
from hengdai.product.sense import problems
from hengdai.product.terms import Intent, Terms

Row = Mapping[str, Any]
LAW_SILENT = "law_silent"
"""The code of an application on a day before the law begins."""
NEEDS_FIELD = "field_missing"
"""The code of an event that lacks a field it needs, such as a reversal that names no payment."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every loan of one funder in a replay shares: the law, the funder's list, and how loans are named."""

    law: LiveLaw
    listings: tuple[Listing, ...]
    prefix: str
    last_day: date
    """The last day of the book: positions are taken on it."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A step of the book that was refused: which (an event's seq, or 0 for a step before the first payout), and why."""

    seq: int
    kind: str
    day: date
    code: str
    text: str


@dataclass(slots=True)
class Life:
    """A loan on its way through the replay, and at the end all that is to be recorded of it."""

    id: LoanId
    terms: Terms
    price: Quote
    setting: Setting
    row: Row
    record: LoanRecord | None = None
    entries: list[Entry] = field(default_factory=list)
    judgements: list[JudgementRow] = field(default_factory=list)
    clearances: dict[str, str] = field(default_factory=dict)
    turned: list[Turned] = field(default_factory=list)
    paid_as: dict[int, EventId] = field(default_factory=dict)
    judging: dict[Stage, Judged] = field(default_factory=dict)

    @property
    def loan(self) -> Loan:
        """The loan as it stands."""
        assert self.record is not None
        return self.record.loan

    def change(self) -> LoanChange:
        """The whole life as one change of a new loan."""
        assert self.record is not None
        return LoanChange(
            org=self.record.org,
            id=self.id,
            before=None,
            after=self.record.loan,
            events=self.record.events,
            entries=tuple(self.entries),
            judgements=tuple(self.judgements),
            clearances=self.clearances,
            as_of=self.setting.last_day,
            cost_e8=(self.price.simple_e8, self.price.compound_e8),
        )


def live(row: Row, fees: Sequence[Row], events: Sequence[Row], setting: Setting) -> Life:
    """The life of one loan; `events` in the order known. Terms that make no sense raise `WrongTerms` or `Nonsense`."""
    terms = terms_of(row, fees, setting.law.pack)
    licence = setting.law.lender_kind
    if licence not in (None, terms.parties.lender_kind):
        cure = Text(f"该账簿以 {licence} 放贷", f"this book lends as {licence}")
        raise WrongTerms(Problem("lender_kind", terms.parties.lender_kind, cure))
    wrong = problems(terms)
    if wrong:
        raise Nonsense(wrong)
    life = Life(LoanId(setting.prefix + row["loan"]), terms, quote(terms), setting, row)
    if _begin(life) and _before_payout(life):
        for event in events:
            _event(life, event)
    return life


def _begin(life: Life) -> bool:
    """Apply; whether there is a loan now. A day on which the law is silent begins nothing."""
    day = life.row["applied"]
    try:
        return _do(life, commands.Offer(life.id, life.terms, life.row["borrower"]), 0, day, day)
    except LawIsSilent as silence:
        life.turned.append(Turned(0, Kind.OFFERED.value, day, LAW_SILENT, str(silence)))
        return False


def _before_payout(life: Life) -> bool:
    """Take the steps up to the first payout in the order of their days; whether money went out."""
    row, terms = life.row, life.terms
    amount = Money(row["first_payout"] or terms.schedule.principal, currency(terms.currency))
    steps: list[tuple[date | None, Command]] = [
        (row["disclosed"], commands.ConfirmDisclosure(disclosure_digest(terms))),
        (row["signed"], commands.Sign(terms_digest(terms))),
        (row["withdrawn"], commands.Withdraw("book")),
        (row["disbursed"], commands.Disburse(amount)),
    ]
    if life.loan.state is State.REFUSED:
        return False
    for day, command in sorted(((day, step) for day, step in steps if day), key=lambda pair: pair[0]):
        if not _do(life, command, 0, day, day):
            return False
    return life.loan.state is State.ACTIVE


def _event(life: Life, event: Row) -> None:
    day, known = event["day"], event["known"] or event["day"]
    amount = event["amount"]
    if amount is None and life.loan.state is State.ACTIVE and known >= day:
        amount = asked(life.loan, event["kind"], event["intent"], day)
    command = command_of(event, amount, life.paid_as.get(event["of_seq"] or 0), life.loan)
    if command is None:
        code = NEEDS_FIELD if life.loan.state is State.ACTIVE else "wrong_state"
        life.turned.append(Turned(event["seq"], event["kind"], day, code, f"{event['kind']} {life.loan.state.value}"))
        return
    _do(life, command, event["seq"], day, known)


def asked(loan: Loan, kind: str, intent: str | None, day: date) -> int | None:
    """What an empty amount comes to on `day`: the pay-off, or all that is due (the next instalment when nothing is)."""
    if kind not in ("paid", "refunded") or loan.started_on is None or day < loan.started_on:
        return None
    then = loan if day >= loan.last_day else as_of(loan, day)
    if kind == "refunded" or intent == Intent.SETTLE.value:
        return payoff(then, day, free=kind == "refunded").total or None
    if intent != Intent.INSTALMENT.value or then.plan is None:
        return None
    total = 0
    for due in then.dues[then.open_from :]:
        if due.due > day:
            return total or due.unpaid or None
        total += due.unpaid + penalty_since(due, day, then.terms.late, then.plan)
    return total or None


def _do(life: Life, command: Command, seq: int, day: date, known: date) -> bool:
    """Decide one command and take its facts in; a refusal is noted and changes nothing."""
    record = life.record
    judged = _judged(life, command, day)
    answer = decide(
        record.loan if record else None, command, day=day, today=known, clearance=judged.clearance if judged else None
    )
    if isinstance(answer, No):
        life.turned.append(Turned(seq, command.kind.value, day, answer.refusal.code, str(answer.text())))
        if judged and judged.clearance.stopping:
            life.judgements.append(judged.row)  # the attempt stays on record although nothing came of it
        return False
    when = Happening(day, datetime.combine(known, time(), UTC), known)
    before = len(record.events) if record else 0
    numbers = iter(range(before + 1, before + 1 + len(answer)))
    booked = life.entries if needs_booked(record, answer, day) else ()
    derived = derive(life.id, record, answer, when, name=lambda: EventId(f"{life.id}:{next(numbers)}"), booked=booked)
    if judged:
        life.judgements.append(judged.row)
        life.clearances |= {event.id: judged.row.id for event in derived.events if event.fact.kind in GATES}
    if seq and command.kind is Kind.PAID:
        life.paid_as[seq] = derived.events[0].id
    life.entries.extend(derived.entries)
    known_events: tuple[Event, ...] = (*(record.events if record else ()), *derived.events)
    life.record = LoanRecord(life.terms.parties.funder, life.id, known_events, derived.loan)
    return True


def _judged(life: Life, command: Command, day: date) -> Judged | None:
    """The law's word at the gate of this command, or None where there is no gate."""
    stage = GATES.get(command.kind)
    if stage is None:
        return None
    terms, listings = life.terms, life.setting.listings
    record = life.record
    seen = record is not None and record.loan.state not in (State.APPLIED, State.OFFERED)
    given = attested(life.row, terms, listings, life.row["applied"])
    given |= charges_of(life.setting.law.pack, terms, life.price)
    if isinstance(command, commands.Disburse):
        given["drawdown_amount"] = command.amount.minor
    status, confirmed = status_of(terms, listings, day), None if record is None else seen
    facts = law_facts(terms, life.price, status, disclosure_confirmed=confirmed, attested=given)
    days = Days(application=day) if record is None else days_of(record, stage, day)
    number = len(life.judgements) + 1
    return judged_by(life.setting.law, facts, stage=stage, days=days, id=f"{life.id}:{stage.value}:{number}", day=day)
