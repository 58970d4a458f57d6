"""Money over the instalments: the oldest first, and within one in the order of the terms (冲账顺序).

The plain statement of the rule is :func:`hengdai.maths.allocation.allocate`; this is the same rule on dues, told in a
way that touches only the instalments that money reaches. A property test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from hengdai.loan.late import met
from hengdai.loan.loan import Due, Loan
from hengdai.product.terms import Component


@dataclass(frozen=True, slots=True)
class Spent:
    """Where an amount went: the dues after it, the first one still open, what each component took, what is left."""

    dues: tuple[Due, ...]
    open_from: int
    repaid: int
    interest: int
    fees: tuple[int, ...]
    penalty: int
    rest: int


def spend(loan: Loan, amount: int, day: date, until: int | None = None) -> Spent:
    """Pay `amount` (minor units) over the dues from the first open one on, not reaching the due at place `until`."""
    assert loan.plan is not None
    stop = len(loan.dues) if until is None else until
    place, rest, paid = loan.open_from, amount, []
    fees = loan.totals.fees
    while place < stop and (rest or not loan.dues[place].unpaid):
        due = met(loan.dues[place], day, loan.terms.late, loan.plan)
        if due.unpaid > rest:
            after, rest = _in_part(due, rest, loan.terms.allocation), 0
        else:
            after, rest = _in_full(due), rest - due.unpaid
            place += 1
        if after.paid_fee != due.paid_fee:
            fees = spread(fees, due.fee_parts, due.paid_fee, after.paid_fee)
        paid.append((due, after))
    begin = loan.open_from
    dues = loan.dues[:begin] + tuple([after for _, after in paid]) + loan.dues[begin + len(paid) :]
    return Spent(
        dues=dues,
        open_from=place,
        repaid=sum(after.paid_principal - due.paid_principal for due, after in paid),
        interest=sum(after.paid_interest - due.paid_interest for due, after in paid),
        fees=fees,
        penalty=sum(after.penalty_paid - due.penalty_paid for due, after in paid),
        rest=rest,
    )


def spread(fees: tuple[int, ...], parts: Sequence[int], before: int, after: int) -> tuple[int, ...]:
    """`fees` with the step of one instalment's paid fee from `before` to `after` given to the parts it falls into.

    Several fees of one instalment are filled one after the other, in the order of the terms.
    """
    grown, floor = list(fees), 0
    for place, part in enumerate(parts):
        grown[place] += min(max(after - floor, 0), part) - min(max(before - floor, 0), part)
        floor += part
    return tuple(grown)


def _in_full(due: Due) -> Due:
    """The instalment paid."""
    return Due(
        due.number, due.start, due.due, due.principal, due.interest, due.fee, due.penalty_until,
        due.principal, due.interest, due.fee, due.penalty_due, due.penalty_due,
        due.earned_before, due.fee_parts, due.carried_fee,
    )  # fmt: skip


def _in_part(due: Due, rest: int, order: Sequence[Component]) -> Due:
    """The instalment paid as far as `rest` goes."""
    owed = {
        Component.PENALTY: due.unpaid_penalty,
        Component.FEE: due.unpaid_fee,
        Component.INTEREST: due.unpaid_interest,
        Component.PRINCIPAL: due.unpaid_principal,
    }
    paid = dict.fromkeys(owed, 0)
    for component in order:
        paid[component] = min(rest, owed[component])
        rest -= paid[component]
    return replace(
        due,
        paid_principal=due.paid_principal + paid[Component.PRINCIPAL],
        paid_interest=due.paid_interest + paid[Component.INTEREST],
        paid_fee=due.paid_fee + paid[Component.FEE],
        penalty_paid=due.penalty_paid + paid[Component.PENALTY],
    )
