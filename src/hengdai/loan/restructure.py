"""Restructuring (债务重组, 展期): the rest of the debt on a new plan.

The principal is planned anew. Interest earned, fees that had fallen due and penalty, all unpaid, become part of the
first instalment of the new plan. The new plan charges its rate and nothing else; a fee agreed for the end stays.
"""

from dataclasses import replace
from datetime import date

from hengdai.base.rate import Rate
from hengdai.loan.earn import earned_of
from hengdai.loan.late import met
from hengdai.loan.loan import Due, Loan
from hengdai.loan.plan import dues_of, end_parts
from hengdai.maths.schedule import Method, ScheduleTerms
from hengdai.product.cost import quote


def agreed_rate(loan: Loan) -> Rate:
    """The dearest rate that the gates let through: a new plan stands behind no gate, so it may not go beyond it.

    A loan of flat fees has no rate; its simple all-in cost stands in for it.
    """
    agreed = loan.terms.schedule.rate_e8
    return Rate(agreed if loan.terms.schedule.flat_fee_e8 == 0 else max(agreed, quote(loan.terms).simple_e8 or 0))


def new_plan(loan: Loan, day: date, count: int, rate_e8: int, first_due: date) -> ScheduleTerms:
    """The terms of the new plan; a flat-fee loan goes on in equal instalments, since it has a rate now."""
    assert loan.plan is not None
    flat = loan.plan.method is Method.FLAT_FEE
    return replace(
        loan.plan, principal=loan.outstanding, rate_e8=rate_e8, count=count, start=day, first_due=first_due,
        due_day=None, dates=(), grace_principal=0, instalment=None, flat_fee_e8=0,
        method=Method.EQUAL_INSTALMENT if flat else loan.plan.method,
    )  # fmt: skip


def restructured(loan: Loan, day: date, plan: ScheduleTerms) -> Loan:
    """The loan on its new plan (see :func:`new_plan`), with what was due carried into its first instalment."""
    assert loan.plan is not None
    kept, interest, fee, penalty = [], 0, 0, 0
    parts = [0] * len(loan.terms.fees)
    for due in loan.dues:
        due = met(due, day, loan.terms.late, loan.plan)
        # What was paid ahead stays paid; what was earned and not paid is carried.
        charged = max(due.paid_interest, earned_of(due, day, loan.plan.rounding))
        owed_fee = due.fee if due.due <= day else max(due.paid_fee, due.carried_fee)
        interest += charged - due.paid_interest
        penalty += due.unpaid_penalty
        fee += owed_fee - due.paid_fee
        _carry(parts, due, owed_fee)
        cut = _as_paid(due)
        if cut.principal or cut.interest or cut.fee or cut.penalty_due or due.due <= day:
            kept.append(cut)
    held = len(kept)
    fresh = dues_of(plan, (0,) * len(parts), end_parts(loan.terms), kept[-1].number + 1 if kept else 1)
    head = fresh[0]
    head = replace(
        head, interest=head.interest + interest, earned_before=interest, fee=head.fee + fee, carried_fee=fee,
        fee_parts=tuple(a + b for a, b in zip(head.fee_parts, parts, strict=True)), penalty_due=penalty,
    )  # fmt: skip
    paid = sum(due.interest for due in kept)
    totals = replace(loan.totals, interest_earned=paid + interest)
    return replace(
        loan, dues=(*kept, head, *fresh[1:]), open_from=held, earning=held, earned_in_full=paid, totals=totals,
        plan=plan, plan_from=held, restructured_on=day,
    )  # fmt: skip


def _as_paid(due: Due) -> Due:
    """The instalment cut to what was paid of it."""
    return replace(
        due, principal=due.paid_principal, interest=due.paid_interest, fee=due.paid_fee, penalty_due=due.penalty_paid,
        earned_before=min(due.earned_before, due.paid_interest), carried_fee=min(due.carried_fee, due.paid_fee),
    )  # fmt: skip


def _carry(parts: list[int], due: Due, owed: int) -> None:
    """Add to `parts` whose the fee between what was paid and `owed` is; fees fill in the order of the terms."""
    floor = 0
    for place, part in enumerate(due.fee_parts):
        parts[place] += min(max(owed - floor, 0), part) - min(max(due.paid_fee - floor, 0), part)
        floor += part
