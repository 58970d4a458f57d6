"""Allocation of many payments at once: the twin's two loops over a matrix of debts."""

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.periodic import Ints


@compiled
def allocate_all(amounts: Ints, offsets: Ints, owed: Ints, by_component: bool, paid: Ints, rest: Ints) -> None:
    """Pay `amounts[i]` over rows `offsets[i]` to `offsets[i + 1]` of `owed` (instalments x components, in order)."""
    components = owed.shape[1]
    for i in range(len(amounts)):
        left = amounts[i]
        begin, end = offsets[i], offsets[i + 1]
        if by_component:
            for c in range(components):
                for row in range(begin, end):
                    take = min(left, owed[row, c])
                    paid[row, c] = take
                    left -= take
        else:
            for row in range(begin, end):
                for c in range(components):
                    take = min(left, owed[row, c])
                    paid[row, c] = take
                    left -= take
        rest[i] = left
