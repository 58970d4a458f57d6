"""A loan's life told command by command, through the real gates, with every invariant looked at after each step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from hengdai.base.identity import EventId, LoanId, OrgId, ProductCode
from hengdai.base.money import Money, currency
from hengdai.law.judge import Days
from hengdai.law.kinds import Stage
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from hengdai.ledger.chart import CASH, INTEREST_RECEIVABLE, LOAN_PRINCIPAL, PAYABLE_BORROWER, PAYABLE_PARTNER
from hengdai.ledger.entry import Entry
from hengdai.loan import commands
from hengdai.loan.clearance import Clearance, judged
from hengdai.loan.codec import fact_from_json, fact_to_json
from hengdai.loan.commands import Command
from hengdai.loan.decide import decide
from hengdai.loan.entries import correction, entries, journal
from hengdai.loan.events import Event, Fact
from hengdai.loan.fold import apply, fold
from hengdai.loan.loan import Loan
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.state import State
from hengdai.maths.schedule import Method, ScheduleTerms
from hengdai.product.codec import terms_digest
from hengdai.product.cost import quote
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.facts import PartnerStatus, law_facts
from hengdai.product.terms import (
    Component,
    Fee,
    FeeTiming,
    Intent,
    LateTerms,
    Parties,
    PayeeRole,
    PrepaymentTerms,
    Terms,
)

LOAN = LoanId("loan-1")
START = date(2026, 1, 15)
FUNDER, FACILITATOR, GUARANTOR, MERCHANT = (OrgId(name) for name in ("bank", "platform", "guarantor", "shop"))
ORDER = (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)


@lru_cache(maxsize=1)
def toy() -> Pack:
    """The toy jurisdiction."""
    folder = Path(__file__).parents[2] / "src" / "hengdai" / "packs" / "toy"
    return load_pack({file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.toml")})


def plan(principal: int = 12_000_00, count: int = 12, rate_e8: int = 18_000_000, **more: object) -> ScheduleTerms:
    """A schedule of equal instalments unless said otherwise."""
    method = Method.EQUAL_INSTALMENT
    return ScheduleTerms(**{  # type: ignore[arg-type]
        "principal": principal, "rate_e8": rate_e8, "method": method, "count": count, "start": START, **more,
    })  # fmt: skip


def fee(timing: FeeTiming, amount: int, role: PayeeRole = PayeeRole.GUARANTOR, code: str = "toy.guarantee_fee") -> Fee:
    """A fee of the payee that has that role."""
    payee = {PayeeRole.FUNDER: FUNDER, PayeeRole.GUARANTOR: GUARANTOR, PayeeRole.MERCHANT: MERCHANT}
    return Fee(code, payee.get(role, FACILITATOR), role, timing, amount)


def terms(schedule: ScheduleTerms | None = None, **more: object) -> Terms:
    """Terms that the toy law allows unless said otherwise."""
    fields: dict[str, object] = {
        "product": ProductCode("everyday"), "currency": "CNY", "schedule": schedule or plan(),
        "parties": Parties(FUNDER, "bank", FACILITATOR, GUARANTOR, MERCHANT), "fees": (), "late": LateTerms(),
        "prepayment": PrepaymentTerms(), "allocation": ORDER, "loan_use": "consumption", "product_kind": "consumer",
        "pack": toy().id, "pack_digest": toy().digest, "calculator": "2026.1",
    }  # fmt: skip
    return Terms(**{**fields, **more})  # type: ignore[arg-type]


def clearance(of: Terms, stage: Stage, day: date, **facts: object) -> Clearance:
    """The toy law's word on these terms, everybody listed and the disclosure confirmed unless said otherwise."""
    status = PartnerStatus(facilitator_listed=True, guarantor_listed=True)
    known = law_facts(of, quote(of), status, disclosure_confirmed=True)
    return judged(toy(), {**known, **facts}, stage=stage, day=day, days=Days.all(day))


def money(minor: int, code: str = "CNY") -> Money:
    """Minor units of a currency."""
    return Money(minor, currency(code))


def event(seq: int, day: date, fact: Fact) -> Event:
    """An event known in the order of `seq`."""
    known = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seq)
    return Event(EventId(f"e{seq}"), seq, day, known, fact)


class Story:
    """One loan, its events and its books; `today` only moves forward."""

    def __init__(self, of: Terms | None = None, **attested: object) -> None:
        self.terms = of or terms()
        self.attested = attested
        self.loan: Loan | None = None
        self.events: list[Event] = []
        self.books: list[Entry] = []
        self.today = START

    def fork(self) -> "Story":
        """Another life that begins with this one."""
        other = Story(self.terms, **self.attested)
        other.loan, other.events, other.books, other.today = self.loan, self.events, self.books, self.today
        return other

    @property
    def it(self) -> Loan:
        """The loan, which is there."""
        assert self.loan is not None
        return self.loan

    def stands(self) -> State:
        """The state of the loan now."""
        return self.it.state

    def do(self, command: Command, day: date | None = None, said: Clearance | None = None) -> tuple[Fact, ...] | No:
        """Decide on `day` and, when granted, apply, book and check everything; a refusal must change nothing."""
        day = day or self.today
        self.today = max(self.today, day)
        answer = decide(self.loan, command, day=day, today=self.today, clearance=said or self.said(command, day))
        if isinstance(answer, No):
            # Everything is frozen, so what was decided on cannot have changed; the words must have all their figures.
            assert answer.text().zh
            assert answer.text().en
            return answer
        for fact in answer:
            self._record(fact, day)
        check_all(self.it, self.events, self.books)
        return answer

    def said(self, command: Command, day: date) -> Clearance | None:
        """What the law says at the gate of that command, if it has one."""
        stages = {
            commands.Offer: Stage.APPLICATION,
            commands.Sign: Stage.SIGNING,
            commands.Disburse: Stage.DISBURSEMENT,
        }
        stage = stages.get(type(command))
        return clearance(self.terms, stage, day, **self.attested) if stage else None

    def _record(self, fact: Fact, day: date) -> None:
        fact = fact_from_json(fact_to_json(fact))
        made = event(len(self.events) + 1, day, fact)
        before, self.events = self.loan, [*self.events, made]
        self.loan = apply(before, made, LOAN)
        in_order = before is None or (day >= before.last_day and not hasattr(fact, "payment"))
        if in_order:
            self.books = [*self.books, *entries(before, made, self.loan, self.today)]
        else:
            self.books = [*self.books, *correction(self.books, journal(LOAN, self.events), self.today)]

    def signed(self, day: date = START) -> "Story":
        """Offered, disclosed and signed on `day`."""
        for command in (
            commands.Offer(LOAN, self.terms, "borrower-1"),
            commands.ConfirmDisclosure(disclosure_digest(self.terms)),
            commands.Sign(terms_digest(self.terms)),
        ):
            granted(self.do(command, day))
        return self

    def running(self, day: date = START, amount: int | None = None) -> "Story":
        """Signed and disbursed on `day`."""
        self.signed(day)
        granted(self.do(commands.Disburse(money(amount or self.terms.schedule.principal, self.terms.currency)), day))
        return self

    def pay(self, amount: int, day: date, intent: Intent = Intent.INSTALMENT) -> tuple[Fact, ...] | No:
        """A payment."""
        return self.do(commands.Pay(money(amount, self.terms.currency), intent), day)

    def pay_dues(self, number: int) -> "Story":
        """The next `number` instalments paid in full on their due dates."""
        for _ in range(number):
            due = next(each for each in self.it.dues[self.it.open_from :] if each.unpaid)
            granted(self.pay(due.unpaid, due.due))
        return self


def granted(answer: tuple[Fact, ...] | No) -> tuple[Fact, ...]:
    """The facts of an answer that must not be a refusal."""
    assert not isinstance(answer, No), answer.text().en
    return answer


def refused(answer: tuple[Fact, ...] | No) -> Refusal:
    """The refusal of an answer that must be one."""
    assert isinstance(answer, No), answer
    return answer.refusal


def balances(books: Sequence[Entry]) -> dict[str, int]:
    """The balance of every account of these entries, debit positive, nothing left out but zeros."""
    found: dict[str, int] = {}
    for entry in books:
        for account, amount in zip(entry.accounts, entry.amounts, strict=True):
            found[account] = found.get(account, 0) + amount
    return {account: amount for account, amount in found.items() if amount}


def check_all(loan: Loan, events: Sequence[Event], books: Sequence[Entry]) -> None:
    """Everything that holds after every event of every loan."""
    check_conservation(loan)
    check_dues(loan)
    again = fold(LOAN, reversed(events))
    assert again == loan, "the loan is the fold of its events, in whatever order they are given"
    check_books(loan, events, books)


def check_conservation(loan: Loan) -> None:
    """Principal is repaid, written off or outstanding, and nothing else; no sum is below nothing."""
    totals = loan.totals
    assert totals.repaid + totals.written_off + loan.outstanding == totals.disbursed
    assert min(totals.repaid, totals.written_off, loan.outstanding, totals.surplus, totals.recovered) >= 0
    assert min((totals.penalty_paid, totals.prepayment_fee_paid, *totals.fees)) >= 0
    assert totals.interest_paid >= 0
    assert totals.interest_earned >= 0


def check_dues(loan: Loan) -> None:
    """The instalments add up to the loan, in order, none paid beyond what it is."""
    totals, dues = loan.totals, loan.dues
    assert sum(due.principal for due in dues) == totals.disbursed
    assert sum(due.paid_principal for due in dues) == totals.repaid
    assert sum(due.paid_interest for due in dues) == totals.interest_paid
    assert sum(due.penalty_paid for due in dues) == totals.penalty_paid
    for due in dues:
        assert 0 <= due.paid_principal <= due.principal
        assert 0 <= due.paid_interest <= due.interest
        assert 0 <= due.paid_fee <= due.fee == sum(due.fee_parts) or due.fee <= sum(due.fee_parts)
        assert 0 <= due.penalty_paid <= due.penalty_due
        assert 0 <= due.earned_before <= due.interest
        assert due.start < due.due
    assert all(not due.unpaid for due in dues[: loan.open_from])
    assert loan.earned_in_full == sum(due.interest for due in dues[: loan.earning])
    if loan.state is State.CLOSED and loan.charged_off_on is None:
        assert loan.outstanding == 0
        assert totals.interest_earned == totals.interest_paid == sum(due.interest for due in dues)
        assert all(not due.unpaid for due in dues)


def check_books(loan: Loan, events: Sequence[Event], books: Sequence[Entry]) -> None:
    """The books say what the loan says, as the journal written from the first event does."""
    found = balances(books)
    assert found == balances(journal(LOAN, events))
    assert len({entry.id for entry in books}) == len(books)
    totals = loan.totals
    partners = sum(
        taken for each, taken in zip(loan.terms.fees, totals.fees, strict=True) if each.role is not PayeeRole.FUNDER
    )
    paid_in = (
        totals.repaid + totals.interest_paid + sum(totals.fees) + totals.penalty_paid + totals.prepayment_fee_paid
        + totals.recovered + totals.surplus
    )  # fmt: skip
    said = {
        LOAN_PRINCIPAL: loan.outstanding,
        INTEREST_RECEIVABLE: totals.interest_earned - totals.interest_paid,
        PAYABLE_PARTNER: -partners,
        PAYABLE_BORROWER: -totals.surplus,
        CASH: paid_in - totals.disbursed,
    }
    for account, amount in said.items():
        assert found.get(account, 0) == amount, account
    if loan.state is State.CLOSED:
        assert LOAN_PRINCIPAL not in found
        assert INTEREST_RECEIVABLE not in found


def shifted(of: Terms, **changes: object) -> Terms:
    """The terms with changes to their schedule."""
    return replace(of, schedule=replace(of.schedule, **changes))  # type: ignore[arg-type]
