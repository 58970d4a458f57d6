"""What a schedule depends on, said in full: method, dates, day count, rounding, residue. Nothing is left to habit.

Amounts are whole minor units; rates are e8 (10⁻⁸). The defaults are the usual Chinese ones: a month is a twelfth of a
year, a broken first period goes by actual days over 360 (银发〔2005〕129号), half-up to the
fen, the last row takes the rest.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hengdai.base.calendar import MonthEnd
from hengdai.base.rounding import Rounding
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import MONTHLY, BrokenFirst, Frequency, PeriodInterest

CALCULATOR = "2026.1"
"""The version of this arithmetic; terms name it, and a later version never replaces it for loans already made."""


class Method(StrEnum):
    """How a loan is paid back."""

    EQUAL_INSTALMENT = "equal_instalment"
    """等额本息"""
    EQUAL_PRINCIPAL = "equal_principal"
    """等额本金"""
    INTEREST_FIRST = "interest_first"
    """先息后本"""
    BULLET = "bullet"
    """一次还本付息: one row, on the due date of the last period."""
    FLAT_FEE = "flat_fee"
    """分期手续费: equal principal, and every period the same fee on the original principal, as interest."""


class Residue(StrEnum):
    """Which row takes what rounding leaves; FIRST moves it there without recomputing interest."""

    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """Everything a schedule depends on.

    `principal` minor units; `rate_e8` nominal a year; `count` periods; interest runs from `start`. `first_due` and
    `due_day` fix the due dates (see :func:`periods.seed_of`), `dates` gives them all outright (after holidays, say).
    `instalment`, when set, is the agreed level instalment (equal principal: the principal part) instead of the solved
    one. `multiple` is what the instalment is rounded to, `interest_multiple` what interest is rounded to, both in minor
    units. `grace_principal` first rows pay interest only. `flat_fee_e8` is per period, of the original principal.
    """

    principal: int
    rate_e8: int
    method: Method
    count: int
    start: date
    first_due: date | None = None
    due_day: int | None = None
    frequency: Frequency = MONTHLY
    month_end: MonthEnd = MonthEnd.LAST_DAY
    day_count: DayCount = DayCount.ACT_360
    period_interest: PeriodInterest = PeriodInterest.WHOLE_PERIOD
    broken_first: BrokenFirst = BrokenFirst.ACTUAL_DAYS
    rounding: Rounding = Rounding.HALF_UP
    multiple: int = 1
    interest_multiple: int = 1
    residue: Residue = Residue.LAST
    grace_principal: int = 0
    flat_fee_e8: int = 0
    instalment: int | None = None
    dates: tuple[date, ...] = ()
    calculator: str = CALCULATOR
