"""The books of a loan: one balanced entry for each event that moved money, made from the totals before and after it.

Each entry first recognises the interest earned since the last one (Dr 应收利息 Cr 利息收入), so that no row is needed
per day. A correction never edits: what proved wrong is reversed and what is right is booked beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from hengdai.base.check import check
from hengdai.base.identity import EntryId, EventId, LoanId
from hengdai.ledger import chart
from hengdai.ledger.entry import Entry
from hengdai.loan.events import Event, PaymentReversed
from hengdai.loan.fold import apply, step
from hengdai.loan.loan import Loan, Totals
from hengdai.product.terms import PayeeRole, Terms


def entries(before: Loan | None, event: Event, after: Loan, booked: date) -> tuple[Entry, ...]:
    """What the latest event of `after` did to the books: one entry, or none when no money moved.

    For an event that is not the latest, or a reversal, see :func:`correction`.
    """
    if before is None or before.totals is after.totals:
        return ()
    last = before.last_day <= event.day and not isinstance(event.fact, PaymentReversed)
    check(last, "only the latest event has an entry of its own; an earlier one needs a correction", event=event.id)
    return _entry(before.totals, after, event, booked)


def journal(id: LoanId, events: Iterable[Event], booked: date | None = None) -> tuple[Entry, ...]:
    """All entries that these events make, first revision, in fold order; booked on `booked` or each on its own day."""
    ordered = sorted(events, key=lambda event: (event.day, event.seq))
    gone = {event.fact.payment for event in ordered if isinstance(event.fact, PaymentReversed)}
    loan = apply(None, ordered[0], id)
    made: list[Entry] = []
    for event in ordered[1:]:
        if event.id in gone:
            continue
        after = step(loan, event)
        if after.totals is not loan.totals:
            made.extend(_entry(loan.totals, after, event, booked or event.day))
        loan = after
    return tuple(made)


def correction(booked_before: Sequence[Entry], truth: Sequence[Entry], booked: date) -> tuple[Entry, ...]:
    """What must be booked today so that the books of a loan say what `truth` (its journal) says.

    For each event whose standing entry differs: that entry reversed, and the right one as the next revision. Nothing
    for an event that is booked as it should be. `booked_before` are all entries of the loan in the order booked.
    """
    standing, revision = _standing(booked_before)
    right = {entry.event: entry for entry in truth}
    made: list[Entry] = []
    for event in dict.fromkeys([*standing, *right]):
        made.extend(_revised(event, standing.get(event), right.get(event), revision.get(event, 0), booked))
    return tuple(made)


def _standing(booked: Sequence[Entry]) -> tuple[dict[EventId | None, Entry], dict[EventId | None, int]]:
    """The entry of each event that no other reverses, and how many entries each event has had."""
    answered = {entry.reverses for entry in booked if entry.reverses is not None}
    revision: dict[EventId | None, int] = {}
    for entry in booked:
        revision[entry.event] = revision.get(entry.event, 0) + 1
    standing = {entry.event: entry for entry in booked if entry.reverses is None and entry.id not in answered}
    return standing, revision


def _revised(
    event: EventId | None, stands: Entry | None, right: Entry | None, revision: int, booked: date
) -> Iterator[Entry]:
    if stands is not None and right is not None and _moves(stands) == _moves(right):
        return
    if stands is not None:
        revision += 1
        yield stands.reversed(id=_name(event, revision), booked=booked)
    if right is not None:
        yield Entry(
            id=_name(event, revision + 1), loan=right.loan, event=right.event, day=right.day, booked=booked,
            currency=right.currency, accounts=right.accounts, amounts=right.amounts,
        )  # fmt: skip


def _moves(entry: Entry) -> tuple[date, tuple[str, ...], tuple[int, ...]]:
    return entry.day, entry.accounts, entry.amounts


def _name(event: EventId | None, revision: int) -> EntryId:
    return EntryId(f"{event}.{revision}")


def _entry(before: Totals, after: Loan, event: Event, booked: date) -> tuple[Entry, ...]:
    postings = movement(before, after.totals, after.terms)
    if not postings:
        return ()
    accounts, amounts = zip(*postings, strict=True)
    return (
        Entry(EntryId(f"{event.id}.1"), after.id, event.id, event.day, booked, after.terms.currency, accounts, amounts),
    )


def movement(before: Totals, after: Totals, terms: Terms) -> list[tuple[str, int]]:
    """The postings between two totals, debit positive; they sum to zero because cash is what the others leave."""
    earned = after.interest_earned - before.interest_earned
    rest: list[tuple[str, int]] = [
        (chart.LOAN_PRINCIPAL, after.disbursed - before.disbursed),
        (chart.LOAN_PRINCIPAL, before.repaid - after.repaid),
        (chart.INTEREST_RECEIVABLE, before.interest_paid - after.interest_paid),
        (chart.INCOME_PENALTY, before.penalty_paid - after.penalty_paid),
        (chart.INCOME_FEE, before.prepayment_fee_paid - after.prepayment_fee_paid),
        (chart.INCOME_RECOVERY, before.recovered - after.recovered),
        (chart.PAYABLE_BORROWER, before.surplus - after.surplus),
    ]
    if after.fees is not before.fees:
        rest.extend(
            (chart.INCOME_FEE if fee.role is PayeeRole.FUNDER else chart.PAYABLE_PARTNER, was - now)
            for fee, was, now in zip(terms.fees, before.fees or (0,) * len(terms.fees), after.fees, strict=True)
        )
    lost = after.written_off - before.written_off
    cash = -sum([amount for _, amount in rest])
    all_of_it = [
        (chart.INTEREST_RECEIVABLE, earned), (chart.INCOME_INTEREST, -earned), (chart.CASH, cash), *rest,
        (chart.LOSS_CREDIT, lost), (chart.LOAN_PRINCIPAL, -lost),
    ]  # fmt: skip
    return [posting for posting in all_of_it if posting[1]]
