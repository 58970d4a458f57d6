"""Schedules as other lending systems print them, to check this arithmetic against theirs; no loan is built on them.

A plan is read from a record's inputs into :class:`Foreign`. Rows come from :func:`schedule.rows_from` wherever our
terms can say what the other system does; what they cannot say has a function of its own below. Amounts are whole units
of the record's last decimal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from hengdai.base.rounding import Rounding
from hengdai.maths.schedule import Method, Residue, Row, ScheduleTerms, level_instalment, level_of, rows_from


@dataclass(frozen=True, slots=True)
class Foreign:
    """A loan under another system's conventions: our terms for what they cover, and the exact cost of each period."""

    terms: ScheduleTerms
    bounds: tuple[date, ...]
    factors: tuple[Fraction, ...]
    decimals: int
    draws: tuple[tuple[date, int], ...] = ()
    shares: tuple[Fraction, ...] = ()
    rounding_type: str = ""
    stretches_rounded: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows and the level instalment they were built on."""

    rows: tuple[Row, ...]
    level: int


def level_once(loan: Foreign) -> Plan:
    """Rows with one level instalment (or principal part), the rest on the last row or moved to the first."""
    residue = Residue.FIRST if loan.rounding_type == "Begin" else Residue.LAST
    terms = replace(loan.terms, residue=residue)
    return Plan(rows_from(terms, loan.bounds, loan.factors), level_of(terms, loan.factors))


def solved_each_period(loan: Foreign) -> Plan:
    """The level instalment solved anew on what is left, period by period."""

    def principal(k: int, balance: int, interest: int) -> int:
        exact = level_instalment(balance, loan.factors[k:])
        return loan.terms.rounding.ratio(exact.numerator, exact.denominator, loan.terms.multiple) - interest

    return _by_part(loan, principal)


def divided_each_period(loan: Foreign) -> Plan:
    """Equal principal, divided anew on what is left, period by period."""
    last = len(loan.factors)
    return _by_part(loan, lambda k, balance, _: loan.terms.rounding.ratio(balance, last - k, loan.terms.multiple))


def by_shares(loan: Foreign) -> Plan:
    """Principal in fixed shares of the amount lent."""
    grace = loan.terms.grace_principal
    parts = [loan.terms.rounding.one(loan.terms.principal * share) for share in loan.shares]
    return _by_part(loan, lambda k, _balance, _interest: parts[k - grace])


def _by_part(loan: Foreign, part: Callable[[int, int, int], int]) -> Plan:
    """Rows whose principal is `part(index, balance, interest)` after the grace, the rest on the last one."""
    rows: list[Row] = []
    balance, last = loan.terms.principal, len(loan.factors)
    for k, factor in enumerate(loan.factors):
        interest = loan.terms.rounding.one(balance * factor)
        principal = 0 if k < loan.terms.grace_principal else part(k, balance, interest)
        principal = balance if k == last - 1 else principal
        rows.append(_row(loan, k, balance, principal, interest))
        balance -= principal
    return Plan(tuple(rows), rows[0].total)


def _row(loan: Foreign, k: int, balance: int, principal: int, interest: int) -> Row:
    return Row(k + 1, loan.bounds[k], loan.bounds[k + 1], balance, principal, interest, balance - principal)


def smoothed(loan: Foreign) -> Plan:
    """One level instalment; where the last row differs by much, the difference is spread once if that narrows it."""
    first = level_once(loan)
    count = len(first.rows)
    gap = first.rows[-1].total - first.level
    if abs(gap) * 100 <= count // 2 * 10**loan.decimals or loan.terms.multiple > 1:
        return first
    second = level_once(replace(loan, terms=replace(loan.terms, instalment=_spread(loan, first.level, gap, count))))
    return second if abs(second.rows[-1].total - second.level) < abs(gap) else first


def _spread(loan: Foreign, level: int, gap: int, count: int) -> int:
    return max(1, level + loan.terms.rounding.ratio(gap, count))


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
        rows.append(_row(loan, k, balance + drawn, principal, interest))
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


def flat(loan: Foreign, base: int, rate: Fraction) -> Plan:
    """Flat interest on `base`; both parts of the instalment are rounded to the multiple before they are added."""
    terms, count = loan.terms, loan.terms.count
    interest = terms.rounding.one(base * rate)
    part = terms.rounding.ratio(terms.principal, count, terms.multiple)
    level = part + terms.rounding.ratio(interest, 1, terms.multiple)
    rest = terms.rounding.one(base * rate * count) - interest * (count - 1)
    rows, balance = [], terms.principal
    for k in range(count):
        last = k == count - 1
        principal = balance if last else level - interest
        rows.append(_row(loan, k, balance, principal, rest if last else interest))
        balance -= principal
    return Plan(tuple(rows), level)


def searched_level(loan: Foreign) -> Plan:
    """The smallest level payment that the last one does not exceed, interest rounded as it is paid."""

    def last_exceeds(level: int) -> bool:
        return level_once(replace(loan, terms=replace(loan.terms, instalment=level))).rows[-1].total > level

    low, high = 1, max(2, int(level_instalment(loan.terms.principal, loan.factors)) * 2)
    while low < high:
        mid = (low + high) // 2
        low, high = (mid + 1, high) if last_exceeds(mid) else (low, mid)
    return level_once(replace(loan, terms=replace(loan.terms, instalment=low)))


def until_paid(loan: Foreign) -> Plan:
    """A fixed instalment for as long as it takes; `factors` are those of the longest plan allowed."""
    level, balance = loan.terms.instalment or 0, loan.terms.principal
    rows: list[Row] = []
    for k, factor in enumerate(loan.factors):
        interest = loan.terms.rounding.one(balance * factor)
        principal = min(balance, level - interest)
        rows.append(_row(loan, k, balance, principal, interest))
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


METHODS: dict[str, tuple[Method, Rounding | None, Callable[[Foreign], Plan]]] = {
    "declining balance, equal instalment (progressive)": (Method.EQUAL_INSTALMENT, None, smoothed),
    "declining equal instalment (cumulative)": (Method.EQUAL_INSTALMENT, None, level_once),
    "declining equal instalment": (Method.EQUAL_INSTALMENT, Rounding.HALF_UP, level_once),
    "declining equal principal": (Method.EQUAL_PRINCIPAL, None, level_once),
    "declining, principal shares": (Method.EQUAL_PRINCIPAL, Rounding.HALF_EVEN, by_shares),
    "declining, fixed principal percentage, balloon last": (Method.EQUAL_PRINCIPAL, None, level_once),
    "zero interest": (Method.EQUAL_INSTALMENT, None, level_once),
    "flat equal instalment": (Method.EQUAL_INSTALMENT, None, level_once),
    "fixed instalment until paid": (Method.EQUAL_INSTALMENT, None, until_paid),
    "daily simple interest on the outstanding balance, level payment": (
        Method.EQUAL_INSTALMENT, Rounding.FLOOR, searched_level
    ),
}  # fmt: skip
"""How each method that records name is computed: our method, the rounding where the record names none, the plan."""
