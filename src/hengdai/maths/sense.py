"""Whether terms make sense: every problem at once, with what was found and what would be right."""

from collections.abc import Iterator
from itertools import pairwise

from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.maths.periods import Unit, seed_of
from hengdai.maths.terms import CALCULATOR, Method, ScheduleTerms

MAX_PRINCIPAL = 10**15
"""Ten trillion yuan in fen: nobody lends more, and 64-bit columns stay far from their edge."""
MAX_RATE_E8 = 10**11
"""100,000 % a year: beyond it a rate is a slip of units."""
MAX_COUNT = 1200
"""A hundred years of months."""

MAX_EVERY = 3_660
"""Ten years of days in one period."""


class Nonsense(ValueError):
    """Terms that no schedule can be made from; `problems` lists all that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(each) for each in problems))


def problem(where: str, found: str, zh: str, en: str) -> Problem:
    """One problem with a field of the terms."""
    return Problem(where, found, Text(zh, en))


def demand_sense(terms: ScheduleTerms) -> None:
    """Raise :class:`Nonsense` with every problem of the terms, or return."""
    problems = tuple(_amounts(terms)) + tuple(_counts(terms)) + tuple(_choices(terms))
    if not problems:
        problems = tuple(_days(terms))
    if problems:
        raise Nonsense(problems)


def _amounts(terms: ScheduleTerms) -> Iterator[Problem]:
    ranges = {
        "principal": (terms.principal, 1, MAX_PRINCIPAL),
        "rate_e8": (terms.rate_e8, 0, MAX_RATE_E8),
        "flat_fee_e8": (terms.flat_fee_e8, 0, MAX_RATE_E8),
        "multiple": (terms.multiple, 1, MAX_PRINCIPAL),
        "interest_multiple": (terms.interest_multiple, 1, MAX_PRINCIPAL),
    }
    if terms.instalment is not None:
        ranges["instalment"] = (terms.instalment, 1, MAX_PRINCIPAL)
    for name, (found, least, most) in ranges.items():
        if type(found) is not int or not least <= found <= most:
            yield problem(
                name,
                repr(found),
                f"{least} 至 {most} 的整数",
                f"a whole number from {least} to {most}",
            )


def _counts(terms: ScheduleTerms) -> Iterator[Problem]:
    if not 1 <= terms.count <= MAX_COUNT:
        yield problem(
            "count",
            str(terms.count),
            f"1 至 {MAX_COUNT} 期",
            f"1 to {MAX_COUNT} periods",
        )
    elif not 0 <= terms.grace_principal < terms.count:
        right = f"0 至 {terms.count - 1} 期", f"0 to {terms.count - 1} periods"
        yield problem("grace_principal", str(terms.grace_principal), *right)
    if not 1 <= terms.frequency.every <= MAX_EVERY:
        yield problem(
            "frequency",
            str(terms.frequency.every),
            f"每 1 至 {MAX_EVERY} 个单位一期",
            f"one period every 1 to {MAX_EVERY} units",
        )
    if terms.dates and len(terms.dates) != terms.count:
        yield problem(
            "dates",
            f"{len(terms.dates)} dates",
            f"{terms.count} 个到期日",
            f"{terms.count} due dates",
        )


def _choices(terms: ScheduleTerms) -> Iterator[Problem]:
    if terms.calculator != CALCULATOR:
        yield problem(
            "calculator",
            repr(terms.calculator),
            f"计算器版本 {CALCULATOR}",
            f"calculator {CALCULATOR}",
        )
    if terms.method is Method.FLAT_FEE and terms.rate_e8:
        yield problem(
            "rate_e8",
            str(terms.rate_e8),
            "分期手续费方式利率为 0",
            "a rate of 0 with a flat fee",
        )
    if terms.method is not Method.FLAT_FEE and terms.flat_fee_e8:
        yield problem(
            "flat_fee_e8",
            str(terms.flat_fee_e8),
            "仅分期手续费方式收取",
            "0 unless the method is a flat fee",
        )
    if terms.instalment is not None and terms.method in (
        Method.INTEREST_FIRST,
        Method.BULLET,
    ):
        yield problem(
            "instalment",
            str(terms.instalment),
            "该方式不设每期还款额",
            "none with this method",
        )
    if terms.due_day is not None and not (1 <= terms.due_day <= 31 and terms.frequency.unit is Unit.MONTHS):
        yield problem(
            "due_day",
            str(terms.due_day),
            "按月还款时 1 至 31",
            "1 to 31, with periods in months",
        )


def _days(terms: ScheduleTerms) -> Iterator[Problem]:
    """The due dates: after the start, rising, the first on the fixed day, within the calendar."""
    if terms.dates:
        bounds = (terms.start, *terms.dates)
        if any(later <= earlier for earlier, later in pairwise(bounds)):
            yield problem(
                "dates",
                str(terms.dates[0]),
                "起息日之后且逐期递增",
                "rising dates after the start",
            )
        return
    if terms.first_due is not None and terms.first_due <= terms.start:
        yield problem(
            "first_due",
            str(terms.first_due),
            f"晚于起息日 {terms.start}",
            f"a day after the start {terms.start}",
        )
        return
    try:
        seed = seed_of(
            terms.start,
            terms.first_due,
            terms.due_day,
            terms.frequency,
            terms.month_end,
        )
        first, _ = seed.at(0), seed.at(terms.count - 1)
    except (ValueError, OverflowError):
        yield problem(
            "count",
            f"{terms.count} from {terms.start}",
            "末期不晚于公元 9999 年",
            "a last due date before 10000",
        )
        return
    if terms.first_due is not None and first != terms.first_due:
        right = (
            f"固定还款日 {terms.due_day} 日, 即 {first}",
            f"the fixed day {terms.due_day}, that is {first}",
        )
        yield problem("first_due", str(terms.first_due), *right)
