"""The rate at which money lent and money repaid weigh the same, proved and not merely approached.

The present value of flows is ``V(i) = Σ amount / ((1 + part·i)(1 + i)^periods)``. A floating-point search only proposes
where to look; the answer is a bracket at whose ends V has opposite signs, each sign proved by integer arithmetic with
every rounding directed outwards. Roots with more than one change of sign in the flows may not be unique: they are all
looked for, and the caller says what to do.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from hengdai.base.text import Text
from hengdai.maths.isolate import places

_WIDTH = 256  # bits of the first attempt at a sign; the second takes four times as many


class Why(StrEnum):
    """Why flows have no single rate."""

    ONE_MOMENT = "one_moment"
    ONE_DIRECTION = "one_direction"
    NO_ROOT = "no_root"
    SEVERAL_ROOTS = "several_roots"
    TOUCHING = "touching"


_TEXTS = {
    Why.ONE_MOMENT: Text("资金流须至少落在两个时点", "flows at two moments at least are needed"),
    Why.ONE_DIRECTION: Text("资金流须有收有付", "flows in both directions are needed"),
    Why.NO_ROOT: Text("没有使收付现值相等的利率", "no rate makes the two sides equal"),
    Why.SEVERAL_ROOTS: Text("不止一个利率使收付现值相等", "more than one rate makes the two sides equal"),
    Why.TOUCHING: Text(
        "收付现值在某利率处仅相切, 或与另一利率过近, 无法由变号证明唯一利率",
        "the two sides meet without crossing, or too near another meeting, so that no change of sign proves one rate",
    ),
}


class NoRate(ValueError):
    """The flows have no single rate; `why` says so, `candidates` are the rates found (per period, rounded to 1e-12)."""

    def __init__(self, why: Why, candidates: tuple[Fraction, ...] = ()) -> None:
        self.why = why
        self.text = _TEXTS[why]
        self.candidates = candidates
        listed = ", ".join(f"{float(each):.8g}" for each in candidates)
        super().__init__(f"{self.text} [{listed}]" if listed else str(self.text))


class Roots(StrEnum):
    """What to do with several roots."""

    REFUSE = "refuse"
    NEAREST_ZERO = "nearest_zero"
    """The one of smallest size, a positive one before a negative one of the same size."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`amount` after `periods` whole periods and a `part` of one, which bears simple interest; signs are directions."""

    amount: int
    periods: int
    part: Fraction = Fraction(0)

    @property
    def moment(self) -> Fraction:
        """When it flows, in periods."""
        return self.periods + self.part


@dataclass(frozen=True, slots=True)
class Bracket:
    """A rate per period lies strictly between `low` and `high`: V has the sign `low_sign` at one and not at the other.

    `unique` says whether the flows prove that there is no other rate above -100 %.
    """

    flows: tuple[Flow, ...]
    low: Fraction
    high: Fraction
    low_sign: int
    unique: bool

    @property
    def mid(self) -> Fraction:
        """The middle of the bracket."""
        return (self.low + self.high) / 2

    def halved(self) -> "Bracket":
        """The half that holds the root; around a root met exactly, the inner quarters."""
        mid = self.mid
        sign = sign_at(self.flows, mid)
        if sign == 0:
            quarter = (self.high - self.low) / 4
            return replace(self, low=mid - quarter, high=mid + quarter)
        return replace(self, low=mid) if sign == self.low_sign else replace(self, high=mid)


def solve(flows: Sequence[Flow], several: Roots = Roots.REFUSE) -> Bracket:
    """The certified rate per period of the flows; :class:`NoRate` when there is none or (as `several` says) not one."""
    ordered = tuple(sorted((flow for flow in flows if flow.amount), key=lambda flow: flow.moment))
    net = _merged(ordered)
    _demand_two_sides(ordered)
    _demand_two_sides(net)
    unique = _sign_changes([flow.amount for flow in net]) == 1
    guesses = (_only_root(ordered),) if unique else _every_root(net)
    found = [_certified(ordered, guess, unique) for guess in guesses]
    brackets = [each for each in found if each is not None]
    if len(brackets) < len(found):
        raise NoRate(Why.NO_ROOT if unique else Why.TOUCHING, tuple(round(each.mid, 12) for each in brackets))
    if not brackets:
        raise NoRate(Why.NO_ROOT)
    if len(brackets) > 1 and several is Roots.REFUSE:
        raise NoRate(Why.SEVERAL_ROOTS, tuple(round(each.mid, 12) for each in brackets))
    return min(brackets, key=lambda each: (abs(each.mid), -each.mid))


def sign_at(flows: Sequence[Flow], rate: Fraction) -> int:
    """The sign of V at a `rate` above -1, proved; 0 when V is nothing, or too near it to tell in 1024 bits."""
    if rate == 0:
        total = sum(flow.amount for flow in flows)
        return (total > 0) - (total < 0)
    for width in (_WIDTH, 4 * _WIDTH):
        low, high = _value_between(flows, rate, width)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    return 0


def power_between(low: int, high: int, exponent: int, width: int) -> tuple[int, int]:
    """Bounds of xⁿ for x between `low` and `high`, all scaled by 2^width, rounded outwards; x positive, n ≥ 0."""
    below = above = 1 << width
    while exponent:
        if exponent & 1:
            below, above = (below * low) >> width, -((-above * high) >> width)
        exponent >>= 1
        if exponent:
            low, high = (low * low) >> width, -((-high * high) >> width)
    return below, above


def _value_between(flows: Sequence[Flow], rate: Fraction, width: int) -> tuple[int, int]:
    """Bounds of V x 2^width. Flows stand in the order of their moments."""
    up, down = rate.numerator + rate.denominator, rate.denominator
    discount = (down << width) // up, -(-(down << width) // up)
    steps: dict[int, tuple[int, int]] = {}
    below = above = 1 << width
    at, low, high = 0, 0, 0
    for flow in flows:
        gap = flow.periods - at
        if gap:
            at = flow.periods
            step = steps.get(gap) or steps.setdefault(gap, power_between(*discount, gap, width))
            below, above = (below * step[0]) >> width, -((-above * step[1]) >> width)
        near, far = _with_part(flow, rate, below, above) if flow.part else (below, above)
        low += flow.amount * (near if flow.amount > 0 else far)
        high += flow.amount * (far if flow.amount > 0 else near)
    return low, high


def _with_part(flow: Flow, rate: Fraction, below: int, above: int) -> tuple[int, int]:
    """The bounds of a discount after the simple interest of a part of a period."""
    factor = 1 + flow.part * rate
    return below * factor.denominator // factor.numerator, -(-above * factor.denominator // factor.numerator)


def _demand_two_sides(flows: Sequence[Flow]) -> None:
    """Flows both ways, at two moments; those of one moment are netted by the caller."""
    if not flows or min(flow.amount for flow in flows) > 0 or max(flow.amount for flow in flows) < 0:
        raise NoRate(Why.ONE_DIRECTION)
    if flows[0].moment == flows[-1].moment:
        raise NoRate(Why.ONE_MOMENT)


def _merged(flows: Sequence[Flow]) -> list[Flow]:
    """One flow a moment, so that an advance and a fee of one day count as their sum."""
    totals: dict[tuple[int, Fraction], int] = {}
    for flow in flows:
        totals[flow.periods, flow.part] = totals.get((flow.periods, flow.part), 0) + flow.amount
    return [Flow(amount, *moment) for moment, amount in totals.items() if amount]


def _sign_changes(values: Sequence[int]) -> int:
    """Descartes' count: one change means exactly one root above -100 % (it holds for real exponents too)."""
    return sum((before > 0) != (after > 0) for before, after in pairwise(values))


def _only_root(flows: tuple[Flow, ...]) -> float:
    """About where the one root is, as ln(1+i) x horizon: doubled outwards from zero, then halved."""
    value = _proposal(flows)
    first = _merged(flows)[0].amount > 0
    # Far out only the first flow counts; if V already has its sign at zero the root lies below zero.
    inner, outer = 0.0, (-1.0 if (value(0.0) > 0) == first else 1.0)
    while (value(outer) > 0) == (value(0.0) > 0) and -600.0 < outer < 600.0 * float(flows[-1].moment):
        inner, outer = outer, 2 * outer
    towards = value(outer) > 0
    for _ in range(64):
        mid = (inner + outer) / 2
        inner, outer = (inner, mid) if (value(mid) > 0) == towards else (mid, outer)
    return (inner + outer) / 2


def _proposal(flows: tuple[Flow, ...]) -> Callable[[float], float]:
    """V as a floating-point function of z = ln(1+i) x horizon; it proposes and proves nothing."""
    horizon = float(flows[-1].moment)
    terms = [(float(flow.amount), flow.periods / horizon, float(flow.part)) for flow in flows]
    bent = any(part for _, _, part in terms)

    def value(z: float) -> float:
        if not bent:
            return math.fsum(amount * math.exp(-z * share) for amount, share, _ in terms)
        rate = math.expm1(z / horizon)
        return math.fsum(amount * math.exp(-z * share) / (1 + part * rate) for amount, share, part in terms)

    return value


def _certified(flows: tuple[Flow, ...], guess: float, unique: bool) -> Bracket | None:
    """The narrowest bracket around the guess whose ends are proved to differ in sign; None if there is none near it."""
    horizon = float(flows[-1].moment)
    rate = math.expm1(guess / horizon)
    # A binary grid finer than the guess by 20 bits keeps the ends short; near zero the guess errs like 1/horizon.
    grid = 1 << max(100, 70 - math.frexp(max(abs(rate), 1 / horizon))[1])
    middle = round(Fraction(rate) * grid)
    reach = max(abs(middle), round(grid / horizon)) >> 44
    for _ in range(14):
        low, high = (
            Fraction(max(middle - reach, 1 - grid), grid),
            Fraction(middle + reach, grid),
        )
        below, above = sign_at(flows, low), sign_at(flows, high)
        if below * above < 0:
            return Bracket(flows, low, high, below, unique)
        reach <<= 3
    return None


def _every_root(flows: list[Flow]) -> tuple[float, ...]:
    """About where all the roots are, as ln(1+i) x horizon; :class:`NoRate` where zero may be touched only."""
    horizon = float(flows[-1].moment)
    found = places(
        [(flow.amount, flow.periods, flow.part) for flow in flows],
        lambda z: sign_at(flows, Fraction(math.exp(z)) - 1),
    )
    if found.touching:
        raise NoRate(Why.TOUCHING, tuple(round(Fraction(math.exp(z)) - 1, 12) for z in found.touching))
    return tuple(z * horizon for z in found.roots)
