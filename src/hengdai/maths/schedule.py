"""The repayment schedule of a loan: what falls due when, exact to the minor unit, from terms that say every choice.

Interest of a period is opening balance x rate x part of a year, rounded by name; the level instalment solves
``P = Σ A / Π(1 + rate x part)`` over the plan's own periods in exact integers and is rounded once; one row takes what
rounding leaves. Nothing here knows today's date.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from hengdai.base.rate import E8
from hengdai.maths import periods
from hengdai.maths.periods import Frequency, PeriodInterest, Unit
from hengdai.maths.sense import MAX_COUNT, Nonsense, demand_sense, problem
from hengdai.maths.terms import CALCULATOR, Method, Residue, ScheduleTerms

__all__ = [
    "CALCULATOR", "Frequency", "Keep", "Method", "Nonsense", "Residue", "Row", "ScheduleTerms", "Unit",
    "bounds_of", "count_for_instalment", "level_instalment", "level_of", "part_of_principal", "period_factors",
    "remaining_terms", "rows_from", "schedule",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One instalment: period `start`..`due`, amounts in minor units; `closing` is the principal left after it."""

    number: int
    start: date
    due: date
    opening: int
    principal: int
    interest: int
    closing: int

    @property
    def total(self) -> int:
        """What the borrower pays on the due date."""
        return self.principal + self.interest


def schedule(terms: ScheduleTerms) -> tuple[Row, ...]:
    """The rows of the plan; principal parts sum to the principal and the last closing balance is zero.

    Terms that make no sense raise :class:`Nonsense`, which lists every problem found.
    """
    demand_sense(terms)
    bounds = bounds_of(terms)
    factors = period_factors(terms, bounds)
    if terms.method is Method.BULLET:
        bounds, factors = (bounds[0], bounds[-1]), (sum(factors, Fraction(0)),)
    return rows_from(terms, bounds, factors)


def rows_from(terms: ScheduleTerms, bounds: Sequence[date], factors: Sequence[Fraction]) -> tuple[Row, ...]:
    """The rows for periods between `bounds` that cost `factors` each, whatever day count those came from."""
    rows = _rows(terms, bounds, factors)
    return _residue_first(rows, terms.method) if terms.residue is Residue.FIRST else rows


def bounds_of(terms: ScheduleTerms) -> tuple[date, ...]:
    """The start and every due date: `count + 1` days, strictly rising."""
    if terms.dates:
        return (terms.start, *terms.dates)
    seed = _seed(terms)
    first = terms.first_due or seed.at(0)
    return (terms.start, first, *(seed.at(k) for k in range(1, terms.count)))


def period_factors(terms: ScheduleTerms, bounds: Sequence[date]) -> tuple[Fraction, ...]:
    """The interest of one unit of balance in each period: annual rate x part of a year, exact."""
    whole = None
    if terms.period_interest is PeriodInterest.WHOLE_PERIOD:
        whole = periods.whole_fraction(terms.frequency, terms.day_count)
    first = None
    if whole is not None and not periods.is_whole(terms.start, _seed(terms), bounds[1]):
        first = periods.broken_fraction(terms.broken_first, terms.start, bounds[1], terms.frequency, terms.day_count)
    rate = Fraction(terms.rate_e8, E8)
    return tuple(rate * part for part in periods.fractions(bounds, terms.day_count, whole, first))


def level_instalment(principal: int, factors: Sequence[Fraction]) -> Fraction:
    """The exact A of ``P = Σ A / Π(1 + factor)``: ``A = P·Π(1+f) / F`` with ``F₁ = 1``, ``Fₖ = 1 + Fₖ₋₁(1+fₖ)``."""
    grown, weight, scale = principal, 0, 1
    for factor in factors:
        # Whole numbers throughout: weight/scale is F, grown/scale is P·Π(1+f).
        up, down = factor.numerator + factor.denominator, factor.denominator
        weight = weight * up + scale * down
        grown, scale = grown * up, scale * down
    return Fraction(grown, weight)


def part_of_principal(terms: ScheduleTerms) -> int:
    """The principal part of every repaying row of an equal-principal or flat-fee plan, before the residue."""
    if terms.instalment is not None:
        return terms.instalment
    return terms.rounding.ratio(terms.principal, terms.count - terms.grace_principal, terms.multiple)


def _seed(terms: ScheduleTerms) -> periods.Seed:
    first = terms.first_due or (terms.dates[0] if terms.dates else None)
    return periods.seed_of(terms.start, first, terms.due_day, terms.frequency, terms.month_end)


def _rows(terms: ScheduleTerms, bounds: Sequence[date], factors: Sequence[Fraction]) -> tuple[Row, ...]:
    """The rows with the rest on the last one."""
    level = level_of(terms, factors)
    rows: list[Row] = []
    balance, last = terms.principal, len(factors)
    for number, factor in enumerate(factors, 1):
        interest = _interest(terms, balance, factor)
        principal = _principal(terms, number, level, interest)
        # Never below nothing, never more than is left: a rounded-up instalment may pay the loan off early.
        principal = balance if number == last else max(0, min(principal, balance))
        rows.append(
            Row(
                number,
                bounds[number - 1],
                bounds[number],
                balance,
                principal,
                interest,
                balance - principal,
            )
        )
        balance -= principal
    return tuple(rows)


def level_of(terms: ScheduleTerms, factors: Sequence[Fraction]) -> int:
    """What stays level in this method: the instalment, or the principal part."""
    if terms.method is Method.EQUAL_INSTALMENT and terms.instalment is None:
        exact = level_instalment(terms.principal, factors[terms.grace_principal :])
        return terms.rounding.ratio(exact.numerator, exact.denominator, terms.multiple)
    if terms.method in (
        Method.EQUAL_INSTALMENT,
        Method.EQUAL_PRINCIPAL,
        Method.FLAT_FEE,
    ):
        return part_of_principal(terms)
    return 0


def _interest(terms: ScheduleTerms, balance: int, factor: Fraction) -> int:
    """Interest of one period on its opening balance, or the flat fee on the original principal."""
    if terms.method is Method.FLAT_FEE:
        return terms.rounding.ratio(terms.principal * terms.flat_fee_e8, E8, terms.interest_multiple)
    return terms.rounding.ratio(balance * factor.numerator, factor.denominator, terms.interest_multiple)


def _principal(terms: ScheduleTerms, number: int, level: int, interest: int) -> int:
    """The principal part of a row that is not the last."""
    if number <= terms.grace_principal:
        return 0
    return level - interest if terms.method is Method.EQUAL_INSTALMENT else level


def _residue_first(rows: tuple[Row, ...], method: Method) -> tuple[Row, ...]:
    """Move what the last row has beyond the one before it to the first repaying row; interest stays as computed.

    Left where it is when a part would fall below nothing; interest-first and bullet plans have no residue.
    """
    paying = [row for row in rows if row.principal > 0]
    if len(paying) < 3 or paying[-1] is not rows[-1]:
        return rows
    first, before, last = paying[0], paying[-2], paying[-1]
    level = method is Method.EQUAL_INSTALMENT
    rest = last.total - before.total if level else last.principal - before.principal
    if first.principal + rest < 0 or last.principal - rest < 0:
        return rows
    moved = []
    for row in rows:
        opening = row.opening - (rest if row.number > first.number else 0)
        principal = row.principal + (rest if row is first else 0) - (rest if row is last else 0)
        moved.append(replace(row, opening=opening, principal=principal, closing=opening - principal))
    return tuple(moved)


class Keep(StrEnum):
    """What stays as it was when principal is paid in advance."""

    INSTALMENT = "instalment"
    """缩期: the same instalment, fewer of them."""
    COUNT = "count"
    """减额: the same number, smaller instalments."""


def remaining_terms(terms: ScheduleTerms, paid_rows: int, balance: int, day: date, keep: Keep) -> ScheduleTerms:
    """The terms of what is left after `paid_rows` rows and a payment on `day` that left `balance` of principal.

    Interest starts anew on `day`, so interest up to it must have been taken; due dates stay those of the old plan.
    Nothing left, no row left or a `day` outside the running period raises :class:`Nonsense`.
    """
    bounds = bounds_of(terms)
    left = terms.count - paid_rows
    if left < 1 or balance < 1 or not bounds[paid_rows] <= day < bounds[paid_rows + 1]:
        found = f"balance {balance}, {left} rows left, day {day}"
        right = (
            "余额与剩余期数不少于 1, 日期在当期之内",
            "a balance and rows left of at least 1, a day in the running period",
        )
        raise Nonsense((problem("remaining", found, *right),))
    rest = replace(
        terms, principal=balance, start=day, count=left, first_due=None, due_day=None,
        grace_principal=min(max(0, terms.grace_principal - paid_rows), left - 1), dates=bounds[paid_rows + 1 :],
    )  # fmt: skip
    if terms.method is Method.BULLET:
        return replace(rest, count=1, dates=bounds[-1:])
    if keep is Keep.COUNT or terms.method is Method.INTEREST_FIRST:
        return replace(rest, instalment=None)
    return _shortened(terms, rest)


def _shortened(terms: ScheduleTerms, rest: ScheduleTerms) -> ScheduleTerms:
    """The same instalment for as many rows as the balance needs, at most those that are left."""
    level = level_of(terms, period_factors(terms, bounds_of(terms)))
    kept = replace(rest, instalment=level)
    count = min(count_for_instalment(kept, level), rest.count)
    return replace(kept, count=count, dates=rest.dates[:count])


def count_for_instalment(terms: ScheduleTerms, instalment: int) -> int:
    """How many rows it takes to pay `terms.principal` off with this instalment (equal principal: this part).

    The last row is at most the instalment. `terms.dates` bound the answer where given. An instalment that does not
    exceed the interest never ends and raises :class:`Nonsense`.
    """
    limit = len(terms.dates) or MAX_COUNT
    balance, count = terms.principal, terms.grace_principal
    plan = replace(terms, count=limit)
    factors = period_factors(plan, bounds_of(plan))
    while count < limit:
        interest = _interest(terms, balance, factors[count])
        needed = interest if terms.method is Method.EQUAL_INSTALMENT else 0
        count += 1
        if balance + needed <= instalment:
            return count
        if instalment <= needed and not terms.dates:
            text = (
                f"大于当期利息 {needed} 的每期还款额",
                f"an instalment above the period's interest of {needed}",
            )
            raise Nonsense((problem("instalment", str(instalment), *text),))
        balance -= max(0, instalment - needed)
    return limit
