"""Spending money over instalments is the rule that maths states plainly, and conserves every minor unit."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hengdai.loan.allocate import spend, spread
from hengdai.loan.late import met
from hengdai.maths.allocation import allocate
from hengdai.product.terms import Component, FeeTiming, PayeeRole
from tests.loan.story import START, Story, fee, plan, terms

FEES = (fee(FeeTiming.EACH_INSTALMENT, 7_01), fee(FeeTiming.EACH_INSTALMENT, 2_99, PayeeRole.FUNDER))
LOAN = Story(terms(plan(3_000_00, 6), fees=FEES)).running().it


@given(
    amount=st.integers(0, 4_000_00), days=st.integers(0, 250), order=st.permutations(list(Component)),
    already=st.integers(0, 900_00),
)  # fmt: skip
def test_the_fast_rule_is_the_plain_rule(amount: int, days: int, order: list[Component], already: int) -> None:
    day = START + timedelta(days=days)
    loan = replace(LOAN, terms=replace(LOAN.terms, allocation=tuple(order)))
    first = spend(loan, already, START)
    loan = replace(loan, dues=first.dues, open_from=first.open_from, totals=replace(loan.totals, fees=first.fees))
    assert loan.plan is not None
    due = [met(each, day, loan.terms.late, loan.plan) for each in loan.dues]
    owed = [
        {
            Component.PENALTY: each.unpaid_penalty, Component.FEE: each.unpaid_fee,
            Component.INTEREST: each.unpaid_interest, Component.PRINCIPAL: each.unpaid_principal,
        }
        for each in due
    ]  # fmt: skip
    plain, fast = allocate(amount, owed, order), spend(loan, amount, day)
    assert fast.rest == plain.rest
    assert fast.repaid == plain.total(Component.PRINCIPAL)
    assert fast.interest == plain.total(Component.INTEREST)
    assert fast.penalty == plain.total(Component.PENALTY)
    assert sum(fast.fees) - sum(loan.totals.fees) == plain.total(Component.FEE)
    for before, after, paid in zip(due, fast.dues, plain.paid, strict=True):
        assert after.paid_principal - before.paid_principal == paid[Component.PRINCIPAL]
        assert after.paid_interest - before.paid_interest == paid[Component.INTEREST]


@given(
    parts=st.lists(st.integers(0, 50), min_size=1, max_size=4), steps=st.lists(st.integers(0, 60), min_size=1)
)  # fmt: skip
def test_fees_of_one_instalment_are_filled_in_the_order_of_the_terms_in_however_many_steps(
    parts: list[int], steps: list[int]
) -> None:
    paid, fees = 0, (0,) * len(parts)
    for step in steps:
        after = min(paid + step, sum(parts))
        fees, paid = spread(fees, parts, paid, after), after
    assert sum(fees) == paid
    assert fees == spread((0,) * len(parts), parts, 0, paid)
    for place, taken in enumerate(fees):
        assert taken == parts[place] or not any(fees[place + 1 :])


def test_nothing_is_spent_beyond_the_place_that_bounds_it() -> None:
    found = spend(LOAN, 10_000_00, START, until=2)
    assert found.open_from == 2
    assert found.rest == 10_000_00 - LOAN.dues[0].unpaid - LOAN.dues[1].unpaid
