"""The plan of a loan: the first payout starts it, a later drawdown adds to it, a prepayment makes the rest anew.

Inside a period the new balance is planned as if it had stood since the period began, and only the share of the days
left is charged; the share of the days gone was earned on the old balance. So interest is never charged twice, whatever
the day-count rules of the plan are.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from hengdai.loan.earn import earned_of
from hengdai.loan.loan import Due, Loan
from hengdai.maths.accrual import earned
from hengdai.maths.schedule import Keep, Method, Row, ScheduleTerms, bounds_of, count_for_instalment, schedule
from hengdai.product.terms import FeeTiming, Terms

NOT_SHORTENED = frozenset({Method.INTEREST_FIRST, Method.BULLET})
"""Methods without an instalment that repays principal: there is nothing to keep while the number falls."""

# The rows of a plan are asked for at the offer, at the disclosure and at the payout of the same loan.
_rows = lru_cache(maxsize=256)(schedule)


def rows_of(plan: ScheduleTerms) -> tuple[Row, ...]:
    """The rows of :func:`hengdai.maths.schedule.schedule`, remembered for the plans last asked for."""
    return _rows(plan)


def fee_parts(terms: Terms, *, last: bool) -> tuple[int, ...]:
    """What each fee of the terms takes with one instalment, in minor units, in the order of `terms.fees`."""
    return tuple(
        fee.amount
        if fee.timing is FeeTiming.EACH_INSTALMENT or (last and fee.timing is FeeTiming.AT_END)
        else 0
        for fee in terms.fees
    )  # fmt: skip


def end_parts(terms: Terms) -> tuple[int, ...]:
    """What each fee of the terms takes once with the last instalment, in minor units."""
    return tuple(fee.amount if fee.timing is FeeTiming.AT_END else 0 for fee in terms.fees)


def started(terms: Terms, day: date, amount: int) -> ScheduleTerms:
    """The agreed schedule for `amount` paid out on `day`; the agreed instalment holds only for the agreed sum."""
    agreed = terms.schedule
    if amount == agreed.principal:
        return agreed if agreed.start == day else replace(agreed, start=day)
    return replace(agreed, principal=amount, start=day, instalment=None)


def dues_of(plan: ScheduleTerms, each: tuple[int, ...], end: tuple[int, ...], number: int = 1) -> tuple[Due, ...]:
    """The instalments of a plan, from `number` on; `each` and `end`: fees of every instalment and of the last."""
    rows = rows_of(plan)
    usual, last = sum(each), len(rows) - 1
    final = tuple(a + b for a, b in zip(each, end, strict=True))
    return tuple(
        Due(
            number=number + place,
            start=row.start,
            due=row.due,
            principal=row.principal,
            interest=row.interest,
            fee=sum(final) if place == last else usual,
            penalty_until=row.due,
            fee_parts=final if place == last else each,
        )
        for place, row in enumerate(rows)
    )


def running(dues: Sequence[Due], day: date, index: int) -> int:
    """The place of the first instalment from `index` on that falls due after `day`; `len(dues)` when none does."""
    while index < len(dues) and dues[index].due <= day:
        index += 1
    return index


def drawn_again(loan: Loan, day: date, amount: int) -> tuple[ScheduleTerms, int, tuple[Due, ...], int]:
    """The plan, where it begins, the dues and the first open one after a further drawdown.

    The new money has a plan of its own over the instalments that remain; the dues add up.
    """
    assert loan.plan is not None
    at = running(loan.dues, day, loan.earning)
    if at == len(loan.dues) or loan.closed_on is not None:
        return _planned_afresh(loan, loan.plan, day, amount)
    rows, share = _rest(loan, at, amount, day, Keep.COUNT)
    head = loan.dues[at]
    before = earned_of(head, day, loan.plan.rounding)
    added = [
        replace(head, principal=head.principal + rows[0].principal, interest=head.interest + share,
                start=max(day, head.start), earned_before=before),
        *(
            replace(due, principal=due.principal + row.principal, interest=due.interest + row.interest)
            for due, row in zip(loan.dues[at + 1 :], rows[1:], strict=True)
        ),
    ]  # fmt: skip
    return loan.plan, loan.plan_from, (*loan.dues[:at], *added), min(loan.open_from, at)


def replanned(loan: Loan, dues: Sequence[Due], at: int, day: date, prepaid: int, keep: Keep) -> tuple[Due, ...]:
    """The dues after `prepaid` (with all interest to `day` paid) reduced the principal not yet due from `at` on.

    The prepaid principal stands, paid, in the instalment `at`.
    """
    assert loan.plan is not None
    head = dues[at]
    balance = sum(due.principal - due.paid_principal for due in dues[at:]) - prepaid
    before = head.paid_interest
    rows, share = _rest(loan, at, balance, day, keep)
    # A drawdown may have opened an instalment before one that was prepaid into; what was repaid moves to the head.
    repaid = prepaid + sum(due.paid_principal for due in dues[at:])
    fresh = [
        replace(head, start=max(day, head.start), principal=repaid + rows[0].principal, paid_principal=repaid,
                interest=before + share, earned_before=before),
        *(
            replace(due, principal=row.principal, interest=row.interest, paid_principal=0, paid_interest=0)
            for due, row in zip(dues[at + 1 :], rows[1:], strict=False)
        ),
    ]  # fmt: skip
    if len(fresh) < len(dues) - at:
        fresh[-1] = _with_parts(fresh[-1], end_parts(loan.terms))
    return (*dues[:at], *fresh)


def _with_parts(due: Due, parts: tuple[int, ...]) -> Due:
    """The instalment with further fees on it."""
    return replace(
        due, fee=due.fee + sum(parts), fee_parts=tuple(a + b for a, b in zip(due.fee_parts, parts, strict=True))
    )


def _rest(loan: Loan, at: int, balance: int, day: date, keep: Keep) -> tuple[tuple[Row, ...], int]:
    """The rows for `balance` over the dues from `at` on, and the first one's interest for the days left."""
    assert loan.plan is not None
    plan = _rest_plan(loan, loan.plan, at, balance)
    if keep is Keep.INSTALMENT and plan.method not in NOT_SHORTENED:
        plan = _shortened(loan, plan, at)
    rows = rows_of(plan)
    whole = rows[0].interest
    gone = earned(whole, plan.start, rows[0].due, day, plan.rounding) if day > plan.start else 0
    return rows, whole - gone


def _rest_plan(loan: Loan, plan: ScheduleTerms, at: int, balance: int) -> ScheduleTerms:
    """The plan for `balance` as if it had stood since the period of instalment `at` began."""
    if plan.method is Method.BULLET:
        return replace(plan, principal=balance)
    dates = tuple(due.due for due in loan.dues[at:])
    grace = min(max(0, plan.grace_principal - (at - loan.plan_from)), len(dates) - 1)
    begins = loan.dues[at - 1].due if at > loan.plan_from else plan.start
    return replace(
        plan, principal=balance, start=begins, count=len(dates), dates=dates,
        first_due=None, due_day=None, grace_principal=grace, instalment=None,
    )  # fmt: skip


def _shortened(loan: Loan, plan: ScheduleTerms, at: int) -> ScheduleTerms:
    """The same instalment for as many rows as the balance needs, at most those that are left."""
    level = max(_level(due, plan.method) for due in loan.dues[at:-1] or loan.dues[at:])
    if level < 1:
        return plan
    kept = replace(plan, instalment=level)
    count = min(max(count_for_instalment(kept, level), plan.grace_principal + 1), plan.count)
    return replace(kept, count=count, dates=plan.dates[:count])


def _level(due: Due, method: Method) -> int:
    """What stays level in one instalment: all of it, or its principal part."""
    principal = due.principal - due.paid_principal
    return principal + due.interest - due.earned_before if method is Method.EQUAL_INSTALMENT else principal


def _planned_afresh(
    loan: Loan, plan: ScheduleTerms, day: date, amount: int
) -> tuple[ScheduleTerms, int, tuple[Due, ...], int]:
    """A drawdown that finds every instalment past or the loan paid off: a plan of its own on the agreed dates left."""
    dates = tuple(each for each in bounds_of(plan) if each > day) or (day + timedelta(days=1),)
    dates = dates[-1:] if plan.method is Method.BULLET else dates
    fresh = replace(
        plan, principal=amount, start=day, count=len(dates), dates=dates,
        first_due=None, due_day=None, grace_principal=0, instalment=None,
    )  # fmt: skip
    held = len(loan.dues)
    number = loan.dues[-1].number + 1 if loan.dues else 1
    dues = dues_of(fresh, fee_parts(loan.terms, last=False), end_parts(loan.terms), number)
    return fresh, held, (*loan.dues, *dues), loan.open_from
