"""Which debts a payment pays: component by component in the order the terms name, oldest instalment first.

Pure and conserving: what is paid plus what is left over is the payment, and no debt is paid beyond what is owed.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Across(StrEnum):
    """Which way the money runs when several instalments are owed."""

    INSTALMENT = "instalment"
    """All components of the oldest instalment, then the next instalment."""
    COMPONENT = "component"
    """The first component of every instalment, then the next component."""


@dataclass(frozen=True, slots=True)
class Allocation(Generic[K]):
    """`paid` has a mapping for each instalment, in the order given; `rest` is what no debt took."""

    paid: tuple[Mapping[K, int], ...]
    rest: int

    def total(self, component: K) -> int:
        """What went to one component over all instalments."""
        return sum(each.get(component, 0) for each in self.paid)


def allocate(
    amount: int,
    owed: Sequence[Mapping[K, int]],
    order: Sequence[K],
    across: Across = Across.INSTALMENT,
) -> Allocation[K]:
    """Pay `amount` (minor units) over `owed`, oldest instalment first, components in `order`.

    A negative figure, a component owed that `order` does not name, or one named twice raises `ValueError`.
    """
    _demand_sense(amount, owed, order)
    places = [(i, component) for i in range(len(owed)) for component in order]
    if across is Across.COMPONENT:
        places = [(i, component) for component in order for i in range(len(owed))]
    paid: list[dict[K, int]] = [dict.fromkeys(order, 0) for _ in owed]
    rest = amount
    for i, component in places:
        paid[i][component] = min(rest, owed[i].get(component, 0))
        rest -= paid[i][component]
    return Allocation(tuple(paid), rest)


def _demand_sense(amount: int, owed: Sequence[Mapping[K, int]], order: Sequence[K]) -> None:
    """Refuse what could not be allocated whole."""
    unnamed = {component for each in owed for component, debt in each.items() if debt and component not in order}
    if unnamed or len(set(order)) != len(order):
        raise ValueError(
            f"冲账顺序须逐项列出各类欠款一次 / the order must name each component owed once, found {list(order)} "
            f"without {sorted(map(str, unnamed))}"
        )
    if amount < 0 or any(debt < 0 for each in owed for debt in each.values()):
        raise ValueError(
            f"金额不得为负 / no negative amount expected, found {amount} over {[dict(each) for each in owed]}"
        )
