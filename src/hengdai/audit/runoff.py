"""The remedies of one old loan above the line, what each costs the lender, and the cheapest that is allowed.

Four remedies bring a loan to the cap or end it; a fifth waits. The price of each is the money that the lender gives up
against going on:

- *run out*: nothing is done and the loan ends by its terms, where the law lets older ones do so;
- *fee waiver*: fees still to come are dropped as far as needed, and what they do not cover is given back;
- *rate cut*: the instalments still to come are lowered by one amount, the same each time;
- *refund*: one sum is given back;
- *early settlement*: the borrower is let out at once, and pays what makes the loan cost the cap, though never more than
  the contract would ask of whoever pays early.

All but the first bring the cost to the cap or below it. A fee that nobody may charge is stopped by every one of them:
a loan within the cap may not go on paying it. Money given back early weighs more than money not asked later, so a
refund is often the cheapest; a lender that may not or cannot pay out names the remedies that it can use. Equal prices
go by the order above.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from hengdai.audit.refund import Compounding, period_growth, refund
from hengdai.audit.worth import Worth
from hengdai.base.text import Text


class Remedy(StrEnum):
    """How a loan above the line is mended."""

    RUN_OUT = "run_out"
    FEE_WAIVER = "fee_waiver"
    RATE_CUT = "rate_cut"
    REFUND = "refund"
    SETTLEMENT = "settlement"


NAMES = {
    Remedy.RUN_OUT: Text("到期自然结清", "let it run out"),
    Remedy.FEE_WAIVER: Text("减免以后各期费用", "waive fees still to come"),
    Remedy.RATE_CUT: Text("降低以后各期应还", "lower the instalments still to come"),
    Remedy.REFUND: Text("一次退还", "one refund"),
    Remedy.SETTLEMENT: Text("提前结清", "early settlement"),
}
_PLACE = {remedy: place for place, remedy in enumerate(Remedy)}


@dataclass(frozen=True, slots=True)
class Old:
    """A loan above the line: its flows as charged, its cap, periods passed, and the fee of each period.

    Flows are a month apart, or `days` days. `forbidden_each` is the part of `fee_each` that nobody may charge.
    """

    loan_id: str
    flows: tuple[int, ...]
    cap_e8: int
    passed: int
    fee_each: int = 0
    days: int = 0
    forbidden_each: int = 0
    due: tuple[date, ...] = ()
    """The day of each flow after the first, in their order; empty where nobody asks for another day."""
    balances: tuple[int, ...] = ()
    """What ends the contract after each flow, the first included; empty where it is not known."""
    may_run_out: bool = False
    """Whether the law lets it end by its terms, and it does so in time."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the finding says of it: lender, partner, rule of the cap, cost."""

    def on(self, day: date) -> "Old":
        """The same loan on a later day: more of its instalments have passed."""
        passed = bisect_right(self.due, day)
        return self if passed <= self.passed else replace(self, passed=passed)

    @property
    def to_come(self) -> int:
        """How many flows are still to come."""
        return len(self.flows) - 1 - self.passed

    @property
    def excess(self) -> int:
        """What was and will be taken too much, at the rate of the cap and in the period that has passed."""
        return refund(self.flows, self.cap_e8, self.passed, Compounding.SIMPLE, self.days)


@dataclass(frozen=True, slots=True)
class Step:
    """The remedy of one loan: what it costs the lender, and the flows after it."""

    loan_id: str
    remedy: Remedy
    price: int
    amount: int
    """What each payment to come is lowered by (fee waiver, rate cut), is given back (refund) or paid (settlement)."""
    flows: tuple[int, ...]
    prices: Mapping[Remedy, int]
    """The price of every remedy that this loan has, the chosen one included."""
    passed: int = 0
    back: int = 0
    """What is given back at once, beside or instead of what is lowered."""


def step_of(
    old: Old, allowed: Collection[Remedy] = tuple(Remedy), compounding: Compounding = Compounding.SIMPLE
) -> Step | None:
    """The cheapest remedy of a loan among those allowed; None when it is not above the cap.

    A loan that none of them can mend (no instalment is left to lower) is mended by a refund whatever is allowed.
    """
    worth = Worth.of(old.flows, old.passed, period_growth(old.cap_e8, compounding, old.days))
    if worth.short() == 0:
        return None
    given_back = _refund(old, worth)
    made = (_run_out(old), _waiver(old, worth), _cut(old, worth), given_back, _settlement(old, worth))
    options = [option for option in made if option is not None]
    usable = [option for option in options if option.remedy in allowed]
    best = min(usable or [given_back], key=lambda each: (each.price, _PLACE[each.remedy]))
    prices = {option.remedy: option.price for option in options}
    return Step(old.loan_id, best.remedy, best.price, best.amount, _flows(old, best), prices, old.passed, best.back)


@dataclass(frozen=True, slots=True)
class _Option:
    """One remedy of a loan: `each` is what every payment to come is lowered by, `back` what is given back."""

    remedy: Remedy
    price: int
    amount: int
    each: int = 0
    back: int = 0


def _run_out(old: Old) -> _Option | None:
    return _Option(Remedy.RUN_OUT, 0, 0) if old.may_run_out else None


def _refund(old: Old, worth: Worth) -> _Option:
    each = old.forbidden_each
    back = worth.short(each)
    return _Option(Remedy.REFUND, each * worth.payments + back, back, each, back)


def _cut(old: Old, worth: Worth) -> _Option | None:
    """The same amount off every payment to come; None when none is left or it would turn them negative."""
    if not worth.payments:
        return None
    each = worth.needed()
    if each > min(-flow for flow in old.flows[old.passed + 1 :] if flow < 0):
        return None
    each = max(each, old.forbidden_each)
    return _Option(Remedy.RATE_CUT, each * worth.payments, each, each)


def _waiver(old: Old, worth: Worth) -> _Option | None:
    """Fees to come dropped as far as needed, what they do not cover given back; None when there are no fees to come."""
    if not old.fee_each or not worth.payments:
        return None
    each = max(min(old.fee_each, worth.needed()), old.forbidden_each)
    rest = worth.short(each)
    return _Option(Remedy.FEE_WAIVER, each * worth.payments + rest, each, each, rest)


def _settlement(old: Old, worth: Worth) -> _Option | None:
    """The sum that, paid now, ends the loan at the cap; its price is the interest to come that is no longer earned.

    A borrower may pay early what the contract leaves open (民法典 677), so no more than that is asked.
    """
    if old.to_come < 1 or old.passed < 1:
        return None
    pays = worth.owed()
    if pays < 0:
        return None  # more than the cap allows is paid already: only giving back mends that
    if old.balances:
        pays = min(pays, old.balances[old.passed])
    return _Option(Remedy.SETTLEMENT, -sum(old.flows[old.passed + 1 :]) - pays, pays)


def _flows(old: Old, option: _Option) -> tuple[int, ...]:
    """The flows of the loan with that remedy."""
    past, now, to_come = old.flows[: old.passed], old.flows[old.passed], old.flows[old.passed + 1 :]
    if option.remedy is Remedy.SETTLEMENT:
        return (*past, now - option.amount)
    lowered = (flow + option.each if flow < 0 else flow for flow in to_come) if option.each else to_come
    return (*past, now + option.back, *lowered)
