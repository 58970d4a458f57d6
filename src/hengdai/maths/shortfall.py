"""What flows lack to earn a given growth a period: the least whole amount that, received then, makes it up."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hengdai.maths.columns import Ints

TWINS = {"shortfall_columns": "shortfall.shortfall"}


def shortfall(flows: Sequence[int], growth: Fraction, at: int) -> int:
    """The least amount that, added to flow number `at`, makes the flows worth nothing or more at `growth` a period.

    `growth` is one plus the rate, above 0. 0 where they are worth that already.
    """
    up, down, last = growth.numerator, growth.denominator, len(flows) - 1
    # The value of all flows at the end, over down**last, by Horner: whole numbers without a common divisor to look for.
    total, scale = 0, 1
    for flow in flows:
        total = total * up + flow * scale
        scale *= down
    if total >= 0:
        return 0
    # Brought back from the end to `at`, and rounded up.
    divisor: int = up ** (last - at) * down**at
    return -(total // divisor)


def shortfall_columns(values: Ints, offsets: Ints, which: Ints, growth: Sequence[Fraction], at: Ints) -> Ints:
    """The shortfall of the loans `which`, each with its `growth` and flow number; exact: near-ties go to the twin.

    One that does not fit 64 bits is the largest amount that does.
    """
    from hengdai.maths.kernels.views import fill_worth

    worth, doubt = np.empty(len(which)), np.empty(len(which))
    fill_worth((values, offsets), which, np.array([float(each) for each in growth]), at, worth, doubt)
    with np.errstate(invalid="ignore"):
        sure = np.isfinite(doubt) & (np.abs(worth) < 2.0**51) & (np.abs(worth - np.rint(worth)) > doubt)
        out = np.where(sure, np.maximum(-np.floor(worth), 0), 0).astype(np.int64)
    for i in np.flatnonzero(~sure).tolist():
        flows = [int(each) for each in values[offsets[which[i]] : offsets[which[i] + 1]]]
        out[i] = min(shortfall(flows, growth[i], int(at[i])), 2**63 - 1)
    return out


__all__ = ["shortfall", "shortfall_columns"]
