"""Accrual as columns: interest earned and penalty of many loans on their days, exactly as the plain twins round them.

64-bit integers; rows whose products might not fit are computed by the twin one by one.
"""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding
from hengdai.maths.accrual import earned, penalty

Ints = npt.NDArray[np.int64]
TWINS = {"earned_columns": "accrual.earned", "penalty_columns": "accrual.penalty"}
_SAFE = 4.0e18
_EPOCH = date(1970, 1, 1)


def _ratio(numerator: Ints, denominator: Ints, rounding: Rounding) -> Ints:
    """``rounding.ratio(numerator, denominator)`` row by row, for numerators that are not negative."""
    floor, rest = np.divmod(numerator, denominator)
    up: npt.NDArray[np.bool_]
    match rounding:
        case Rounding.FLOOR | Rounding.DOWN:
            up = np.zeros(len(rest), np.bool_)
        case Rounding.CEILING | Rounding.UP:
            up = rest > 0
        case Rounding.HALF_UP:
            up = rest >= denominator - rest
        case Rounding.HALF_DOWN:
            up = rest > denominator - rest
        case Rounding.HALF_EVEN:
            up = (rest > denominator - rest) | ((rest == denominator - rest) & (floor % 2 == 1))
    return floor + up


def earned_columns(interest: Ints, start: Ints, due: Ints, day: Ints, rounding: Rounding = Rounding.HALF_UP) -> Ints:
    """:func:`accrual.earned` row by row; days since 1970. One row of no sense raises `ValueError` for all."""
    length = due - start
    if len(interest) and (length.min() <= 0 or interest.min() < 0):
        raise ValueError("计息期间须至少一天且利息不为负 / periods of at least a day and no negative interest expected")
    passed = np.clip(day - start, 0, length)
    wide = interest.astype(np.float64) * passed > _SAFE
    out = _ratio(np.where(wide, 0, interest) * passed, length, rounding)
    for i in np.flatnonzero(wide):
        out[i] = earned(int(interest[i]), _day(start[i]), _day(due[i]), _day(day[i]), rounding)
    return out


def penalty_columns(
    principal: Ints, rate_e8: Ints, days: Ints, multiplier_e8: int, basis: int, rounding: Rounding = Rounding.HALF_UP
) -> Ints:
    """:func:`accrual.penalty` row by row. A negative figure or a basis below 1 raises `ValueError`."""
    least = min((int(column.min()) for column in (principal, rate_e8, days) if len(column)), default=0)
    if min(least, multiplier_e8) < 0 or basis < 1:
        raise ValueError("罚息参数不得为负且年天数不少于 1 / no negative figure and a basis of at least 1 expected")
    # rate x multiplier / (E8 x E8 x basis) in lowest terms, so that the products stay small.
    shared = np.gcd(np.int64(multiplier_e8), np.int64(E8))
    times, base = multiplier_e8 // int(shared), E8 // int(shared)
    factor = np.gcd(rate_e8, np.int64(E8))
    up, down = rate_e8 // factor, E8 // factor
    narrow = np.gcd(up * times, down * base) if float(up.max(initial=0)) * times < _SAFE else np.ones_like(up)
    size = principal.astype(np.float64) * days * up * times / narrow
    wide = (size > _SAFE) | (up.astype(np.float64) * times > _SAFE) | (down.astype(np.float64) * base * basis > _SAFE)
    numerator = np.where(wide, 0, principal * days) * np.where(wide, 0, up * times // narrow)
    out = _ratio(numerator, np.where(wide, 1, down * base // narrow * basis), rounding)
    for i in np.flatnonzero(wide):
        out[i] = penalty(int(principal[i]), int(rate_e8[i]), multiplier_e8, int(days[i]), basis, rounding)
    return out


def _day(since: int) -> date:
    return _EPOCH + timedelta(days=int(since))
