"""Whether terms make sense as an offer: every problem at once, with what was found and what would be right."""

from collections.abc import Iterator

from hengdai.base.money import currency
from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.maths.sense import Nonsense, demand_sense
from hengdai.product.terms import Component, FeeTiming, Terms


def problems(terms: Terms) -> tuple[Problem, ...]:
    """Everything that is wrong with the terms; nothing when a loan can be made of them."""
    return (*_of_schedule(terms), *_of_fees(terms), *_of_clauses(terms))


def _of_schedule(terms: Terms) -> Iterator[Problem]:
    try:
        currency(terms.currency)
    except ValueError:
        yield _problem("currency", terms.currency, "ISO 4217 币种代码", "a known ISO 4217 code")
    try:
        demand_sense(terms.schedule)
    except Nonsense as nonsense:
        yield from nonsense.problems
    if terms.calculator != terms.schedule.calculator:
        right = terms.schedule.calculator
        yield _problem("calculator", terms.calculator, f"与计划一致的 {right}", f"that of the schedule, {right}")


def _of_fees(terms: Terms) -> Iterator[Problem]:
    for place, fee in enumerate(terms.fees):
        if fee.amount < 1:
            yield _problem(f"fees[{place}].amount", str(fee.amount), "大于零的金额", "an amount above zero")
    kept = sum(fee.amount for fee in terms.fees if fee.timing is FeeTiming.DEDUCTED)
    if kept >= terms.schedule.principal:
        yield _problem("fees", str(kept), "扣收费用小于本金", "deducted fees below the principal")


def _of_clauses(terms: Terms) -> Iterator[Problem]:
    late, early = terms.late, terms.prepayment
    if late.multiplier_e8 < 0 or late.grace_days < 0 or late.basis < 1:
        found = f"{late.multiplier_e8}, {late.grace_days}, {late.basis}"
        yield _problem("late", found, "不为负、年天数不少于 1", "no negative figure, a basis of at least 1")
    if early.fee_e8 < 0 or early.free_after < 0:
        yield _problem("prepayment", f"{early.fee_e8}, {early.free_after}", "不为负", "no negative figure")
    if sorted(terms.allocation) != sorted(Component):
        found = ", ".join(terms.allocation)
        yield _problem("allocation", found, "四项各列一次", "each of the four components once")


def _problem(where: str, found: str, zh: str, en: str) -> Problem:
    return Problem(where, found, Text(zh, en))
