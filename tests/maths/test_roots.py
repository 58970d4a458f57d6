"""Flows that change their sign more than once: every rate is found, one that is only touched is refused."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.maths.root import Flow, NoRate, Roots, Why, solve


def _with_rates(rates: list[Fraction]) -> list[Flow]:
    """Flows worth nothing at just these rates: the coefficients of Π (x - (1 + rate)), the last one first."""
    coefficients = [Fraction(1)]
    for rate in rates:
        up = [*coefficients, Fraction(0)]
        down = [Fraction(0), *(each * -(1 + rate) for each in coefficients)]
        coefficients = [a + b for a, b in zip(up, down, strict=True)]
    scale = 1
    for each in coefficients:
        scale = scale * each.denominator // _gcd(scale, each.denominator)
    return [Flow(int(each * scale), k) for k, each in enumerate(coefficients)]


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-8, 30), min_size=2, max_size=4, unique=True))
def test_all_the_rates_of_flows_made_from_them_are_found(tenths: list[int]) -> None:
    rates = sorted(Fraction(tenth, 10) for tenth in tenths)
    with pytest.raises(NoRate) as refused:
        solve(_with_rates(rates))
    assert refused.value.why is Why.SEVERAL_ROOTS
    found = sorted(refused.value.candidates)
    assert len(found) == len(rates)
    assert all(abs(one - other) < Fraction(1, 10**7) for one, other in zip(found, rates, strict=True))
    nearest = solve(_with_rates(rates), Roots.NEAREST_ZERO)
    assert abs(abs(nearest.mid) - min(map(abs, rates))) < Fraction(1, 10**7)


def test_rates_too_many_and_too_near_to_be_told_apart_are_refused_and_never_taken_for_one() -> None:
    rates = [Fraction(percent, 100) for percent in (20, 21, 22, 23, 24, 25, 26)]
    with pytest.raises(NoRate) as refused:
        solve(_with_rates(rates))
    assert refused.value.why is Why.TOUCHING


@settings(max_examples=40, deadline=None)
@given(st.integers(-60, 300), st.integers(1, 400))
def test_two_rates_a_hundredth_of_a_point_apart_are_told_apart(percent: int, apart: int) -> None:
    first = Fraction(percent, 100)
    with pytest.raises(NoRate) as refused:
        solve(_with_rates([first, first + Fraction(apart, 10_000)]))
    low, high = refused.value.candidates
    assert abs(high - low - Fraction(apart, 10_000)) < Fraction(1, 10**9)


@pytest.mark.parametrize("percent", [-50, 10, 1133])
def test_a_rate_that_is_touched_and_not_crossed_is_refused_and_named(percent: int) -> None:
    rate = Fraction(percent, 100)
    with pytest.raises(NoRate) as refused:
        solve(_with_rates([rate, rate]), Roots.NEAREST_ZERO)
    assert refused.value.why is Why.TOUCHING
    assert any(abs(found - rate) < Fraction(1, 100) for found in refused.value.candidates)


def test_a_rate_of_nothing_that_is_touched_is_refused() -> None:
    with pytest.raises(NoRate) as refused:
        solve([Flow(-100, 0), Flow(200, 1), Flow(-100, 2)])
    assert refused.value.why is Why.TOUCHING


def test_a_rate_a_hair_above_a_total_loss_is_found_beside_another() -> None:
    with pytest.raises(NoRate) as refused:
        solve([Flow(-1, 0), Flow(10**15, 41), Flow(-1, 42)])
    assert refused.value.why is Why.SEVERAL_ROOTS
    assert len(refused.value.candidates) == 2


def test_flows_that_never_balance_have_no_rate() -> None:
    with pytest.raises(NoRate) as refused:
        solve([Flow(100, 0), Flow(-1, 1), Flow(100, 2)])
    assert refused.value.why is Why.NO_ROOT


def test_flows_of_one_day_are_netted_before_anything_is_said() -> None:
    netted = solve([Flow(-100, 0), Flow(100, 0), Flow(-50, 1), Flow(60, 2)])
    assert netted.unique
    assert netted.low < Fraction(1, 5) < netted.high
    with pytest.raises(NoRate) as refused:
        solve([Flow(-100, 0), Flow(100, 0), Flow(-50, 1), Flow(50, 1)])
    assert refused.value.why is Why.ONE_DIRECTION


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-(10**6), 10**6).filter(bool), st.integers(0, 60), st.integers(0, 14)),
        min_size=2,
        max_size=8,
    )
)
def test_with_parts_of_periods_every_answer_is_a_change_of_sign_or_a_reason(drawn: list[tuple[int, int, int]]) -> None:
    flows = [Flow(amount, periods, Fraction(part, 15)) for amount, periods, part in drawn]
    try:
        bracket = solve(flows, Roots.NEAREST_ZERO)
    except NoRate as none:
        bracket, why = None, none.why
    if bracket is None:
        assert why in Why
        return
    assert -1 < bracket.low < bracket.high
    at_ends = [sum(flow.amount / ((1 + flow.part * rate) * (1 + rate) ** flow.periods) for flow in flows)
               for rate in (bracket.low, bracket.high)]  # fmt: skip
    assert all(one * other < 0 for one, other in pairwise(at_ends))
