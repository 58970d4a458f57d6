"""The second bookkeeper over a whole book: balances, loans, positions and judgements made again and compared.

It reads entries, events and positions side by side, loan by loan, from one state of the book, and keeps
nothing but sums; so its memory does not grow with the book.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hengdai.app.actor import Actor
from hengdai.app.audit_law import audit_law
from hengdai.app.ports import Office
from hengdai.app.position import Plan, Position, position
from hengdai.app.side_by_side import Side, first_loan
from hengdai.app.work import Work
from hengdai.base.identity import LoanId, OrgId
from hengdai.base.text import Text
from hengdai.ledger.audit import Bookkeeper, Discrepancy
from hengdai.ledger.book import TrialBalance, trial_balance
from hengdai.ledger.entry import Entry
from hengdai.loan.entries import correction, journal
from hengdai.loan.events import Event
from hengdai.loan.fold import fold

FIGURES = (
    "events", "disbursed", "outstanding", "repaid", "interest_paid", "written_off", "recovered", "first_unpaid_due",
    "overdue_principal", "overdue_interest", "overdue_fee", "period", "period_start", "period_due", "period_interest",
    "unbooked",
)  # fmt: skip
"""The columns of a position that its loan determines; each is compared."""
DUES = ("starts", "dues", "interest", "earned_before", "left_principal", "left_interest", "left_fee")

_ENTRIES = Text("凭证与该笔贷款的事件不符", "the entries of a loan are not those its events make")
_POSITION = Text("持仓视图的 {name} 与事件不符", "{name} of a position is not what its events make")
_STATE = Text("持仓视图的状态为 {booked}, 事件给出 {truth}", "the position says {booked}, the events say {truth}")
_MISSING = Text("有事件而无持仓", "there are events and no position")
_ORPHAN = Text("有凭证或持仓而无事件", "there are entries or a position and no events")
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Audit:
    """What the second bookkeeper read and found; at most the first thousand discrepancies are named."""

    org: OrgId
    loans: int
    events: int
    entries: int
    judgements: int
    discrepancies: tuple[Discrepancy, ...]
    trial_balances: tuple[TrialBalance, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing was found, and every currency's debits and credits agree."""
        return not self.discrepancies and all(each.balanced for each in self.trial_balances)


async def audit_books(office: Office, actor: Actor, org: OrgId | None = None) -> Audit:
    """Audit the book of `org` (default: the actor's own). An actor that does not see it finds it empty."""
    async with office.store.begin(actor) as work:
        auditor = _Auditor(work, org or actor.org)
        books = await auditor.audit()
    law = await audit_law(office, actor, org)
    found = (*books.discrepancies, *law.discrepancies)[:_KEPT]
    return replace(books, judgements=law.judgements, discrepancies=found)


class _Auditor:
    def __init__(self, work: Work, org: OrgId) -> None:
        self._work, self._org = work, org
        self._bookkeeper = Bookkeeper()
        self._found: list[Discrepancy] = []
        self._loans = 0
        self._closed: date | None = None

    async def audit(self) -> Audit:
        work, org = self._work, self._org
        self._closed = await work.last_closed(org)
        events = await Side(work.every_event(org), lambda item: item[0]).start()
        entries = await Side(work.every_entry(org), lambda entry: entry.loan or "").start()
        positions = await Side(work.every_position(org), lambda row: str(row["loan_id"])).start()
        while (loan := first_loan((events, entries, positions))) is not None:
            happened = [event for _, event in await events.take(loan)]
            booked = await entries.take(loan)
            self._bookkeeper.read(booked)
            viewed = await positions.take(loan)
            if loan:
                self._loan(LoanId(loan), happened, booked, viewed[0] if viewed else None)
        balances = {
            (str(row["currency"]), str(row["account"])): int(str(row["balance"]))
            for row in await work.rows("balances", org=org)
        }
        verdict = self._bookkeeper.verdict(balances)
        return Audit(
            self._org,
            self._loans,
            events.read,
            verdict.entries,
            0,
            (*verdict.discrepancies, *self._found)[:_KEPT],
            tuple(trial_balance(balances, currency) for currency in sorted({currency for currency, _ in balances})),
        )

    def _loan(self, id: LoanId, events: list[Event], booked: list[Entry], row: Mapping[str, Any] | None) -> None:
        self._loans += 1
        if not events:
            self._note(id, _ORPHAN, len(booked), 0)
            return
        wrong = correction(booked, journal(id, events), booked[-1].booked if booked else events[-1].day)
        if wrong:
            self._note(id, _ENTRIES, len(booked), len(wrong))
        if row is None:
            self._note(id, _MISSING, 0, len(events))
            return
        as_of: date = max(row["as_of"], self._closed) if self._closed else row["as_of"]
        self._position(id, row, position(fold(id, events), as_of))

    def _position(self, id: LoanId, row: Mapping[str, Any], truth: Position) -> None:
        if row["state"] != truth.state.value:
            self._note(id, _STATE.fill(booked=row["state"], truth=truth.state.value), 0, 0)
        for name in FIGURES:
            if row[name] != getattr(truth, name):
                self._note(id, _POSITION.fill(name=name), _number(row[name]), _number(getattr(truth, name)))
        for name in DUES:
            if tuple(row[name] or ()) != _dues(truth.plan, name):
                self._note(id, _POSITION.fill(name=name), 0, 0)

    def _note(self, id: str, text: Text, booked: int, truth: int) -> None:
        if len(self._found) < _KEPT:
            self._found.append(Discrepancy(id, text, booked, truth))


def _dues(plan: Plan | None, name: str) -> tuple[Any, ...]:
    return () if plan is None else tuple(getattr(plan, name))


def _number(value: object) -> int:
    """A figure for the report; a day as its ordinal."""
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, int) else 0
