"""A plan recalculated from what was really paid, as a published engine does it; our own plans stand (decision 0110).

The instalment stays. Interest of a period runs on the principal that is really outstanding, day by day; what is
overdue on the day looked at counts as paid on that day, what is not yet due as paid when due. A payment meets the
instalments in their order: interest of an instalment not yet due runs to the day of the payment (or of the next rest),
of a later one not at all; what a settled period still earns falls to the next one. Amounts are whole units of the last
decimal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

from hengdai.maths.foreign_plans import Foreign, Plan, row_of


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened: payments in order and the day looked at.

    `to_rest`: an early payment bears interest to the next due date. `by_periods`: whatever happens inside a period
    counts from its due date on, arrears included.
    """

    payments: Sequence[Payment]
    seen_on: date
    to_rest: bool = False
    by_periods: bool = False


@dataclass(slots=True)
class _Book:
    """The loan while its events are taken in: principal paid by day, and what is settled of each instalment."""

    loan: Foreign
    level: int
    flows: list[tuple[date, int]] = field(default_factory=list)
    interest: dict[int, int] = field(default_factory=dict)
    principal: dict[int, int] = field(default_factory=dict)
    interest_paid: dict[int, int] = field(default_factory=dict)
    principal_paid: dict[int, int] = field(default_factory=dict)
    settled_on: dict[int, date] = field(default_factory=dict)

    def outstanding(self, day: date) -> int:
        """Principal after the payments of `day`."""
        return self.loan.terms.principal - sum(amount for paid, amount in self.flows if paid <= day)

    def earned(self, k: int, since: date, until: date) -> Fraction:
        """Interest of period `k` between two days, on what was outstanding."""
        start, due = self.loan.bounds[k], self.loan.bounds[k + 1]
        days = sorted({since, until, *(day for day, _ in self.flows if since < day < until)})
        daily = self.loan.factors[k] / (due - start).days
        # That engine rounds each stretch between payments by itself.
        stretches = [self.outstanding(day) * daily * (then - day).days for day, then in pairwise(days)]
        return sum((Fraction(self.loan.terms.rounding.one(each)) for each in stretches), Fraction(0))

    def due_interest(self, k: int, until: date) -> int:
        """The interest of instalment `k` if it is paid on `until`, what earlier periods left over included."""
        if k in self.interest:
            return self.interest[k]
        start, due = self.loan.bounds[k], self.loan.bounds[k + 1]
        if until <= start and k > 0:
            return 0
        return self.loan.terms.rounding.one(self.carried(k) + self.earned(k, start, min(until, due)))

    def carried(self, k: int) -> Fraction:
        """What earlier periods earned after their instalments were settled."""
        if k == 0 or k - 1 not in self.settled_on:
            return Fraction(0)
        start, due, settled = self.loan.bounds[k - 1], self.loan.bounds[k], self.settled_on[k - 1]
        before = self.carried(k - 1) if settled <= start else Fraction(0)
        return before + (self.earned(k - 1, max(settled, start), due) if settled < due else Fraction(0))

    def due_principal(self, k: int, interest: int) -> int:
        """The principal part: what the instalment leaves, all that is left on the last one."""
        if k in self.principal:
            return self.principal[k]
        left = self.loan.terms.principal - sum(self.parts(k))
        return left if k == len(self.loan.factors) - 1 else max(0, min(self.level - interest, left))

    def parts(self, k: int) -> list[int]:
        """The principal parts of the instalments before `k`, which are all fixed or due by then."""
        found: list[int] = []
        for j in range(k):
            part = self.principal.get(j)
            if part is None:
                level = self.level - self.due_interest(j, self.loan.bounds[j + 1])
                part = max(0, min(level, self.loan.terms.principal - sum(found)))
            found.append(part)
        return found


def recalculated(loan: Foreign, level: int, facts: Facts) -> Plan:
    """The rows as they stand on the day looked at."""
    book = _Book(loan, level)
    counts = (lambda day: _rest_after(loan, day)) if facts.by_periods else (lambda day: day)
    seen_on = counts(facts.seen_on)
    for payment in facts.payments:
        _pay(book, Payment(counts(payment.day), payment.amount), to_rest=facts.to_rest)
    rows, balance = [], loan.terms.principal
    for k in range(len(loan.factors)):
        due = loan.bounds[k + 1]
        interest = book.due_interest(k, due)
        principal = book.due_principal(k, interest)
        missing = principal - book.principal_paid.get(k, 0)
        if missing:
            book.flows.append((max(due, seen_on), missing))
        book.interest[k], book.principal[k] = interest, principal
        rows.append(row_of(loan, k, balance, principal, interest))
        balance -= principal
    return Plan(tuple(rows), level)


def _rest_after(loan: Foreign, day: date) -> date:
    """The first due date that is not before the day; the day itself after the last one."""
    return next((due for due in loan.bounds[1:] if due >= day), day)


def _pay(book: _Book, payment: Payment, *, to_rest: bool) -> None:
    """Take a payment in: each instalment's principal, then its interest, the oldest first (that engine's own order)."""
    rest = payment.amount
    for k in range(len(book.loan.factors)):
        start, due = book.loan.bounds[k], book.loan.bounds[k + 1]
        until = due if to_rest and start < payment.day < due else min(payment.day, due)
        interest = book.due_interest(k, until)
        principal = book.due_principal(k, interest)
        to_principal = min(rest, principal - book.principal_paid.get(k, 0))
        to_interest = min(rest - to_principal, interest - book.interest_paid.get(k, 0))
        rest -= to_interest + to_principal
        book.interest_paid[k] = book.interest_paid.get(k, 0) + to_interest
        book.principal_paid[k] = book.principal_paid.get(k, 0) + to_principal
        if to_principal:
            book.flows.append((payment.day, to_principal))
        if book.interest_paid[k] == interest and book.principal_paid[k] == principal:
            _settle(book, k, interest, principal, until)
        if rest == 0:
            return


def _settle(book: _Book, k: int, interest: int, principal: int, day: date) -> None:
    """Fix an instalment that is paid in full; what its period earns from `day` on falls to the next one."""
    if k not in book.interest:
        book.interest[k], book.principal[k], book.settled_on[k] = interest, principal, day
