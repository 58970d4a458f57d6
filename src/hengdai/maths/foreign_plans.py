"""Schedules as other lending systems print them, to check this arithmetic against theirs; no loan is built on them.

Rows come from :func:`schedule.rows_from` wherever our terms can say what the other system does; what they cannot say
has a function of its own below or in `foreign_flat`. Amounts are whole units of the record's last decimal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from hengdai.maths.foreign_methods import Rounds
from hengdai.maths.schedule import Method, Residue, Row, ScheduleTerms, level_instalment, rows_from


@dataclass(frozen=True, slots=True)
class Foreign:
    """A loan under another system's conventions: our terms for what they cover, and the exact cost of each period.

    `first` is (days, regular days) of a first period whose interest alone goes by its days. `base` is what flat
    interest runs on. `free_grace` says that periods of grace bear no interest, `deferred` in how many first periods it
    is not yet paid. `stretches_rounded`: the stretches of a period between draws are rounded one by one.
    """

    terms: ScheduleTerms
    bounds: tuple[date, ...]
    factors: tuple[Fraction, ...]
    rounds: Rounds
    base: int
    draws: tuple[tuple[date, int], ...] = ()
    shares: tuple[Fraction, ...] = ()
    first: tuple[int, int] | None = None
    free_grace: bool = False
    deferred: int = 0
    stretches_rounded: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows and the level instalment they were built on."""

    rows: tuple[Row, ...]
    level: int


def level_once(loan: Foreign) -> Plan:
    """Rows with one level instalment (or principal part), the rest on the last row or moved to the first."""
    residue = Residue.FIRST if loan.rounds.residue == "Begin" else Residue.LAST
    level = loan.terms.instalment or _level(loan)
    terms = replace(loan.terms, residue=residue, instalment=level)
    return Plan(rows_from(terms, loan.bounds, loan.factors), level)


def _level(loan: Foreign) -> int:
    """The instalment or principal part, rounded as the record rounds it."""
    terms = loan.terms
    if terms.method is Method.EQUAL_PRINCIPAL:
        return loan.rounds.level.ratio(terms.principal, terms.count - terms.grace_principal, terms.multiple)
    exact = level_instalment(terms.principal, loan.factors[terms.grace_principal :])
    return loan.rounds.level.ratio(exact.numerator, exact.denominator, terms.multiple)


def solved_each_period(loan: Foreign) -> Plan:
    """The level instalment solved anew on what is left, period by period."""

    def principal(k: int, balance: int, interest: int) -> int:
        exact = level_instalment(balance, loan.factors[k:])
        return loan.rounds.level.ratio(exact.numerator, exact.denominator, loan.terms.multiple) - interest

    return _by_part(loan, principal)


def divided_each_period(loan: Foreign) -> Plan:
    """Equal principal, divided anew on what is left, period by period."""
    last = len(loan.factors)
    return _by_part(loan, lambda k, balance, _: loan.rounds.level.ratio(balance, last - k, loan.terms.multiple))


def by_shares(loan: Foreign) -> Plan:
    """Principal in fixed shares of the amount lent."""
    grace = loan.terms.grace_principal
    demand_shares(loan)
    parts = [loan.terms.rounding.one(loan.terms.principal * share) for share in loan.shares]
    return _by_part(loan, lambda k, _balance, _interest: parts[k - grace])


def demand_shares(loan: Foreign) -> None:
    """One share for each repaying period, or `ValueError`."""
    repaying = len(loan.factors) - loan.terms.grace_principal
    if len(loan.shares) != repaying:
        raise ValueError(
            f"本金份额须与还本期数相同 / {repaying} shares of principal expected, found {len(loan.shares)}"
        )


def _by_part(loan: Foreign, part: Callable[[int, int, int], int]) -> Plan:
    """Rows whose principal is `part(index, balance, interest)` after the grace, the rest on the last one."""
    rows: list[Row] = []
    balance, last = loan.terms.principal, len(loan.factors)
    for k, factor in enumerate(loan.factors):
        interest = loan.terms.rounding.one(balance * factor)
        principal = 0 if k < loan.terms.grace_principal else part(k, balance, interest)
        principal = balance if k == last - 1 else principal
        rows.append(row_of(loan, k, balance, principal, interest))
        balance -= principal
    return Plan(tuple(rows), rows[0].total)


def row_of(loan: Foreign, k: int, balance: int, principal: int, interest: int) -> Row:
    """Row number `k` (from 0) of the loan's periods."""
    return Row(k + 1, loan.bounds[k], loan.bounds[k + 1], balance, principal, interest, balance - principal)


def smoothed(loan: Foreign) -> Plan:
    """One level instalment; where the last row differs by much, the difference is spread once if that narrows it."""
    first = level_once(loan)
    count = len(first.rows)
    gap = first.rows[-1].total - first.level
    if abs(gap) * 100 <= count // 2 * 10**loan.rounds.decimals or loan.terms.multiple > 1:
        return first
    spread = max(1, first.level + loan.terms.rounding.ratio(gap, count))
    second = level_once(replace(loan, terms=replace(loan.terms, instalment=spread)))
    return second if abs(second.rows[-1].total - second.level) < abs(gap) else first


def with_draws(loan: Foreign) -> Plan:
    """Several draws: each earns from its day, and the level is solved anew from the period it falls in."""
    rows: list[Row] = []
    balance, level = 0, 0
    for k, factor in enumerate(loan.factors):
        start, due = loan.bounds[k], loan.bounds[k + 1]
        draws = [(day, amount) for day, amount in loan.draws if start <= day < due]
        slices = _slices(draws, balance, start, due)
        exact = [amount * factor * days / (due - start).days for amount, days in slices]
        drawn = sum(amount for _, amount in draws)
        if draws:
            level = _level_at_due(loan, balance + drawn + sum(exact, Fraction(0)), loan.factors[k + 1 :])
        interest = _interest_of(loan, exact)
        principal = balance + drawn if k == len(loan.factors) - 1 else level - interest
        rows.append(row_of(loan, k, balance + drawn, principal, interest))
        balance += drawn - principal
    return Plan(_drawn_on_due(rows, loan.draws), level)


def _interest_of(loan: Foreign, stretches: Sequence[Fraction]) -> int:
    """A period's interest: its stretches rounded one by one (the older engine) or once together."""
    if loan.stretches_rounded:
        return sum(loan.terms.rounding.one(each) for each in stretches)
    return loan.terms.rounding.one(sum(stretches, Fraction(0)))


def _slices(draws: Sequence[tuple[date, int]], balance: int, start: date, due: date) -> list[tuple[int, int]]:
    """Balance and days of each stretch of a period between its draws."""
    days = sorted({start, due, *(day for day, _ in draws)})
    standing = [balance + sum(amount for day, amount in draws if day <= start_of) for start_of in days[:-1]]
    return [(amount, (after - before).days) for amount, before, after in zip(standing, days, days[1:], strict=False)]


def _level_at_due(loan: Foreign, owed: Fraction, later: Sequence[Fraction]) -> int:
    """The instalment, paid from this due date on, that a debt of `owed` on this due date needs."""
    weight, discount = Fraction(1), Fraction(1)
    for factor in later:
        discount /= 1 + factor
        weight += discount
    return loan.terms.rounding.one(owed / weight)


def _drawn_on_due(rows: list[Row], draws: Sequence[tuple[date, int]]) -> tuple[Row, ...]:
    """A draw on a due date shows in that row's closing balance."""
    return tuple(
        replace(row, closing=row.closing + sum(amount for day, amount in draws if day == row.due)) for row in rows
    )


def searched_level(loan: Foreign) -> Plan:
    """The level payment that the record's words look for, interest rounded as it is paid.

    `lower final payment` (and `CEILING`): the smallest that the last one does not exceed; `higher final payment` (and
    `FLOOR`): the largest that the last one reaches; `similar final payment`: the nearer of the two.
    """
    upper = _least_not_exceeded(loan)
    above, below = _with_level(loan, upper), _with_level(loan, max(1, upper - 1))
    words = loan.rounds.search.lower()
    if "similar" in words or "nearest" in words:
        return min((above, below), key=lambda plan: abs(plan.rows[-1].total - plan.level))
    if "higher" in words or "floor" in words:
        return above if above.rows[-1].total == above.level else below
    return above


def _with_level(loan: Foreign, level: int) -> Plan:
    return level_once(replace(loan, terms=replace(loan.terms, instalment=level)))


def _least_not_exceeded(loan: Foreign) -> int:
    """The smallest level payment that the last payment does not exceed."""
    low, high = 1, max(2, int(level_instalment(loan.terms.principal, loan.factors)) * 2)
    while low < high:
        mid = (low + high) // 2
        low, high = (mid + 1, high) if _with_level(loan, mid).rows[-1].total > mid else (low, mid)
    return low


def until_paid(loan: Foreign) -> Plan:
    """A fixed instalment for as long as it takes; `factors` are those of the longest plan allowed."""
    level, balance = loan.terms.instalment or 0, loan.terms.principal
    rows: list[Row] = []
    for k, factor in enumerate(loan.factors):
        interest = loan.terms.rounding.one(balance * factor)
        principal = min(balance, level - interest)
        rows.append(row_of(loan, k, balance, principal, interest))
        balance -= principal
        if balance == 0 or principal <= 0:
            break
    return Plan(tuple(rows), level)


def after_down_payment(loan: Foreign, share: Fraction, plan: Callable[[Foreign], Plan]) -> Plan:
    """A down payment on the first day as a row of its own, then a plan for the rest."""
    paid = loan.terms.rounding.ratio(*(loan.terms.principal * share).as_integer_ratio(), loan.terms.multiple)
    left = loan.terms.principal - paid
    start = loan.bounds[0]
    rest = plan(replace(loan, terms=replace(loan.terms, principal=left)))
    first = Row(1, start, start, loan.terms.principal, paid, 0, left)
    return Plan((first, *(replace(row, number=row.number + 1) for row in rest.rows)), rest.level)


def interest_by_days(loan: Foreign, plan: Plan) -> Plan:
    """The plan with a first period's interest by its days, none in a free grace, or deferred; principal stays."""
    rows = list(plan.rows)
    if loan.first:
        rows[0] = replace(rows[0], interest=loan.terms.rounding.ratio(rows[0].interest * loan.first[0], loan.first[1]))
    if loan.free_grace:
        free = loan.terms.grace_principal
        rows[:free] = [replace(row, interest=0) for row in rows[:free]]
    if loan.deferred:
        first = rows[loan.deferred]
        later = sum(row.interest for row in rows[: loan.deferred])
        rows[loan.deferred] = replace(first, interest=first.interest + later)
        rows[: loan.deferred] = [replace(row, interest=0) for row in rows[: loan.deferred]]
    return Plan(tuple(rows), plan.level)
