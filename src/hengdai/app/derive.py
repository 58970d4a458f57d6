"""From decided facts to events, the loan after them and the entries they book. Pure: verbs and replay share it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hengdai.app.work import LoanRecord
from hengdai.base.identity import EventId, LoanId
from hengdai.ledger.entry import Entry
from hengdai.loan.entries import correction, entries, journal
from hengdai.loan.events import Event, Fact, PaymentReversed
from hengdai.loan.fold import apply
from hengdai.loan.loan import Loan


@dataclass(frozen=True, slots=True)
class Happening:
    """When something happens: the `day` it counts for, the instant it is `known`, the business day it is `booked`."""

    day: date
    known: datetime
    booked: date


@dataclass(frozen=True, slots=True)
class Derived:
    """What facts led to: their events, the loan after the last of them, and new entries in the order booked."""

    events: tuple[Event, ...]
    loan: Loan
    entries: tuple[Entry, ...]


def derive(
    id: LoanId,
    before: LoanRecord | None,
    facts: Sequence[Fact],
    when: Happening,
    *,
    name: Callable[[], EventId],
    booked: Sequence[Entry],
) -> Derived:
    """Put `facts` after what is known of the loan. `booked` are its entries so far; they matter only to a correction.

    A fact that counts for an earlier day than the latest event, or that reverses a payment, is answered by the
    correction of every entry it makes wrong; any other by one entry of its own.
    """
    loan = before.loan if before else None
    seq = loan.next_seq if loan else 1
    events: list[Event] = []
    made: list[Entry] = []
    for fact in facts:
        event = Event(name(), seq + len(events), when.day, when.known, fact)
        after = apply(loan, event, id)
        if loan is not None and (event.day < loan.last_day or isinstance(fact, PaymentReversed)):
            truth = journal(id, after.events, when.booked)
            made.extend(correction((*booked, *made), truth, when.booked))
        else:
            made.extend(entries(loan, event, after, when.booked))
        events.append(event)
        loan = after
    if loan is None:
        raise ValueError("a change of a loan has at least one fact")
    return Derived(tuple(events), loan, tuple(made))


def needs_booked(before: LoanRecord | None, facts: Sequence[Fact], day: date) -> bool:
    """Whether :func:`derive` will look at the loan's entries so far."""
    late = before is not None and day < before.loan.last_day
    return late or any(isinstance(fact, PaymentReversed) for fact in facts)
