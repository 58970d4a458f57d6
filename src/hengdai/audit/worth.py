"""What the flows of one loan are worth at the rate of its cap, in whole numbers that no fraction has to be built for.

Growth a period is ``up / down``. A value at the end of n periods is whole over ``down ** n``, so that sums, and how far
a lowered instalment or a sum given back takes them, are whole numbers too; each answer is one division, rounded in the
borrower's favour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Worth:
    """Flows at a growth, seen from flow number `passed`.

    `total` is the value of all flows at the end, over ``down ** last``; `so_far` that of the flows up to `passed`, at
    `passed`, over ``down ** passed``; `ahead` the value at the end of one unit in each payment to come, over
    ``down ** (last - passed)``.
    """

    total: int
    so_far: int
    ahead: int
    payments: int
    """How many flows to come are paid by the borrower."""
    down_passed: int
    up_ahead: int

    @classmethod
    def of(cls, flows: Sequence[int], passed: int, growth: Fraction) -> "Worth":
        """Value `flows` by Horner at `growth`, one plus the rate a period."""
        up, down = growth.numerator, _powers(growth.denominator, len(flows))
        so_far = 0
        for place in range(passed + 1):
            so_far = so_far * up + flows[place] * down[place]
        total, ahead, payments = so_far, 0, 0
        for number, flow in enumerate(flows[passed + 1 :], 1):
            total, ahead = total * up + flow * down[passed + number], ahead * up
            if flow < 0:
                ahead += down[number]
                payments += 1
        up_ahead = _powers(up, len(flows))[len(flows) - 1 - passed]
        return cls(total, so_far, ahead, payments, down[passed], up_ahead)

    def short(self, each: int = 0) -> int:
        """What has to be given back now for the flows to be worth nothing or more, every payment lowered by `each`."""
        total = self.total + each * self.down_passed * self.ahead
        return 0 if total >= 0 else -(total // (self.up_ahead * self.down_passed))

    def needed(self) -> int:
        """The least that, off every payment to come, makes the flows worth nothing or more; there has to be one."""
        return -(self.total // (self.down_passed * self.ahead))

    def owed(self) -> int:
        """What, paid now, makes the flows up to now worth nothing: rounded down."""
        return self.so_far // self.down_passed


@lru_cache(maxsize=256)
def _powers(base: int, count: int) -> tuple[int, ...]:
    """The powers of `base` from 0 to `count`."""
    powers = [1]
    for _ in range(count):
        powers.append(powers[-1] * base)
    return tuple(powers)
