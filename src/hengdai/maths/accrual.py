"""What interest has been earned on a day, and what overdue principal costs: whole minor units, rounded by name."""

from datetime import date

from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding


def earned(
    interest_of_period: int,
    start: date,
    due: date,
    day: date,
    rounding: Rounding = Rounding.HALF_UP,
) -> int:
    """The part of a period's interest earned when `day` begins: by days, nothing at `start`, all of it from `due` on.

    Never falls from one day to the next. A period of no days, or negative interest, raises `ValueError`.
    """
    length = (due - start).days
    if length <= 0 or interest_of_period < 0:
        raise ValueError(
            f"计息期间须至少一天且利息不为负 / a period of at least one day and no negative interest expected, "
            f"found {start}..{due} and {interest_of_period}"
        )
    passed = min(max((day - start).days, 0), length)
    return rounding.ratio(interest_of_period * passed, length)


def penalty(
    principal_overdue: int,
    rate_e8: int,
    multiplier_e8: int,
    days: int,
    basis: int,
    rounding: Rounding = Rounding.HALF_UP,
) -> int:
    """罚息: overdue principal x annual rate x multiplier x days / basis, rounded once.

    `rate_e8` and `multiplier_e8` are 10⁻⁸ (1.5 times is 150_000_000), `basis` the days of a year. Negative figures or a
    basis below 1 raise `ValueError`.
    """
    if min(principal_overdue, rate_e8, multiplier_e8, days) < 0 or basis < 1:
        raise ValueError(
            f"罚息参数不得为负且年天数不少于 1 / no negative figure and a basis of at least 1 expected, found "
            f"principal {principal_overdue}, rate {rate_e8}, multiplier {multiplier_e8}, days {days}, basis {basis}"
        )
    return rounding.ratio(principal_overdue * rate_e8 * multiplier_e8 * days, E8 * E8 * basis)
