"""What a loan truly costs: all-in rates by the PBoC 2021/3 method and by dates, each with its proof.

中国人民银行公告〔2021〕第3号, annex: the rate per period makes what was received equal what is repaid; *simple* (单利)
is that rate x periods a year, *compound* (IRR 复利) is (1 + rate)^periods - 1. Amounts are whole minor units; either
side may be the positive one. Rates come out e8 (10⁻⁸), rounded half-up from a proved bracket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from math import lcm

from hengdai.base.check import check
from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding
from hengdai.maths.day_count import DayCount, year_fraction
from hengdai.maths.root import Bracket, Flow, NoRate, Roots, Why, power_between, sign_at, solve

__all__ = [
    "AllIn",
    "Effective",
    "Flow",
    "NoRate",
    "Roots",
    "Why",
    "all_in",
    "all_in_days",
    "dated",
    "nominal",
    "timed",
]

DAYS_A_YEAR = 365
_DIGITS = 70
"""How near to a tie of the rounding, in decimal digits of one plus the rate, a rate counts as lying on it."""


@dataclass(frozen=True, slots=True)
class AllIn:
    """All-in cost of equal periods: the proved rate per period, a year's simple and compound rate (e8)."""

    periodic: Bracket
    simple_e8: int
    compound_e8: int


@dataclass(frozen=True, slots=True)
class Effective:
    """An effective annual rate (e8) from flows at moments of a year, with the proved rate per shortest step."""

    step: Bracket
    steps_per_year: int
    effective_e8: int


def all_in(flows: Sequence[int], periods_per_year: int, several: Roots = Roots.REFUSE) -> AllIn:
    """The cost of flows one period apart, the first at the payout. No single rate raises :class:`NoRate`."""
    return from_bracket(
        solve([Flow(amount, k) for k, amount in enumerate(flows)], several),
        periods_per_year,
    )


def all_in_days(flows: Sequence[int], days: int, several: Roots = Roots.REFUSE) -> AllIn:
    """The cost of flows `days` days apart, over a year of 365: simple is the rate per period x 365 / `days`.

    A 14-day loan is told by x 365 / 14; compound is (1 + rate)^(365 / `days`) - 1.
    """
    bracket = solve([Flow(amount, k) for k, amount in enumerate(flows)], several)
    moments = [(Fraction(k * days, DAYS_A_YEAR), amount) for k, amount in enumerate(flows)]
    return AllIn(bracket, _simple_e8(bracket, Fraction(DAYS_A_YEAR, days)), timed(moments, several).effective_e8)


def from_bracket(bracket: Bracket, periods_per_year: int) -> AllIn:
    """Simple and compound annual rates of a proved rate per period."""
    return AllIn(bracket, simple_of(bracket, periods_per_year), compound_of(bracket, periods_per_year))


def simple_of(bracket: Bracket, periods_per_year: int) -> int:
    """The simple annual rate, e8, of a proved rate per period."""
    return _simple_e8(bracket, Fraction(_some(periods_per_year)))


def compound_of(bracket: Bracket, periods_per_year: int) -> int:
    """The compound annual rate, e8, of a proved rate per period; the simple one where a year is one period."""
    if _some(periods_per_year) == 1:
        return simple_of(bracket, periods_per_year)
    return _compound_e8(bracket, periods_per_year)


def _some(periods_per_year: int) -> int:
    if not 1 <= periods_per_year <= 366:
        raise ValueError(f"每年期数须为 1 至 366 / 1 to 366 periods a year expected, found {periods_per_year}")
    return periods_per_year


def nominal(flows: Sequence[Flow], periods_per_year: Fraction, several: Roots = Roots.REFUSE) -> int:
    """Rate per period x periods a year, e8: Regulation Z Appendix J unit periods, IN-KFS, nominal x 12."""
    return _simple_e8(solve(flows, several), periods_per_year)


def dated(
    flows: Sequence[tuple[date, int]],
    day_count: DayCount = DayCount.ACT_365,
    several: Roots = Roots.REFUSE,
) -> Effective:
    """XIRR: the effective annual rate of dated flows, time counted from the earliest by `day_count`."""
    if not flows:
        raise NoRate(Why.ONE_DIRECTION)
    zero = min(day for day, _ in flows)
    return timed(
        [(year_fraction(day_count, zero, day), amount) for day, amount in flows],
        several,
    )


def timed(flows: Sequence[tuple[Fraction, int]], several: Roots = Roots.REFUSE) -> Effective:
    """The effective annual rate of flows at exact moments in years: ``Σ amount / (1 + X)^t = 0``."""
    steps = lcm(*(moment.denominator for moment, _ in flows))
    zero = min((moment for moment, _ in flows), default=Fraction(0))
    bracket = solve(
        [Flow(amount, int((moment - zero) * steps)) for moment, amount in flows],
        several,
    )
    return Effective(bracket, steps, _compound_e8(bracket, steps))


def annual_effective(rate: Effective) -> Fraction:
    """The effective annual rate at the middle of the proved bracket, to about twelve digits."""
    low, high = _annual(rate.step.mid, rate.steps_per_year)
    return (low + high) / 2


def _annual(rate: Fraction, periods: int) -> tuple[Fraction, Fraction]:
    """Bounds of (1 + rate)^periods - 1."""
    width = 320 + periods.bit_length()
    up, down = rate.numerator + rate.denominator, rate.denominator
    low, high = power_between((up << width) // down, -(-(up << width) // down), periods, width)
    return Fraction(low, 1 << width) - 1, Fraction(high, 1 << width) - 1


def _simple_e8(bracket: Bracket, periods: Fraction) -> int:
    """The e8 figure of rate x periods: where the bracket spans a tie of the rounding, the sign at the tie decides."""
    low, high = _e8(bracket.low * periods), _e8(bracket.high * periods)
    while high > low:
        middle = (low + high) // 2
        tie = Fraction(2 * middle + 1, 2 * E8) / periods
        sign = sign_at(bracket.flows, tie)
        if sign == 0:
            return _e8(tie * periods)
        low, high = (middle + 1, high) if sign == bracket.low_sign else (low, middle)
    return low


def _compound_e8(bracket: Bracket, periods: int) -> int:
    """The e8 figure of (1 + rate)^periods - 1: where the bracket spans a tie, the signs close around the tie decide.

    A rate between those two signs lies within 10⁻⁷⁰ of the tie and counts as it.
    """
    low, high = _compounded(bracket, periods)
    closer = bracket
    while high - low > 3:
        # A steep power spreads a narrow bracket over many figures; to halve it costs less than a question about a tie.
        closer = closer.halved()
        least, most = _compounded(closer, periods)
        if most - least >= high - low:  # the bounds of the power are no narrower than that
            break
        low, high = least, most
    while high > low:
        middle = (low + high) // 2
        below, above = (sign_at(bracket.flows, rate) for rate in _around(Fraction(2 * middle + 1, 2 * E8), periods))
        if below != above:
            return middle + 1 if middle >= 0 else middle
        low, high = (middle + 1, high) if below == bracket.low_sign else (low, middle)
    return low


def _compounded(bracket: Bracket, periods: int) -> tuple[int, int]:
    """The least and the greatest e8 figure that the bracket allows."""
    return _e8(_annual(bracket.low, periods)[0]), _e8(_annual(bracket.high, periods)[1])


def _around(annual: Fraction, periods: int) -> tuple[Fraction, Fraction]:
    """Two rates per period, 10⁻⁷⁰ of one plus the rate to either side, whose compounding encloses `annual`."""
    with localcontext(Context(prec=_DIGITS + 20, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        growth = (Decimal(annual.numerator + annual.denominator) / annual.denominator) ** (Decimal(1) / periods)
        below, above = (Fraction(growth * (1 + side * Decimal(10) ** -_DIGITS)) - 1 for side in (-1, 1))
    low, high = _annual(below, periods)[1], _annual(above, periods)[0]
    check(low < annual < high, "the rates around a tie enclose it", annual=annual, periods=periods)
    return below, above


def _e8(rate: Fraction) -> int:
    return Rounding.HALF_UP.ratio(rate.numerator * E8, rate.denominator)
