"""The run-off plan: every remedy brings the loan to the cap, the cheapest is taken, and the months reach zero."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.audit.runoff import Old, Remedy, plan, step_of
from hengdai.maths.cost import NoRate, all_in

CAP = 24_000_000
DEAR = Old("A1", (1_000_000, *[-105_000] * 12), CAP, 4, 5_000)


def cost(flows: tuple[int, ...]) -> int:
    return all_in(flows, 12).simple_e8


@pytest.mark.parametrize("remedy", list(Remedy))
def test_each_remedy_brings_the_loan_to_the_cap(remedy: Remedy) -> None:
    step = step_of(DEAR, (remedy,))
    assert step is not None and step.remedy is remedy
    assert cost(step.flows) <= CAP < cost(DEAR.flows)


@settings(max_examples=60, deadline=None)
@given(
    net=st.integers(200_000, 3_000_000), over=st.integers(1, 400_000), count=st.integers(2, 24),
    passed=st.integers(0, 23), fee=st.integers(0, 20_000), remedy=st.sampled_from(Remedy),
)  # fmt: skip
def test_a_mended_loan_is_never_above_the_cap(
    net: int, over: int, count: int, passed: int, fee: int, remedy: Remedy
) -> None:
    old = Old("A1", (net, *[-(net + over) // count] * count), CAP, min(passed, count - 1), fee)
    step = step_of(old, (remedy,))
    if step is None:
        return
    try:
        assert cost(step.flows) <= CAP
    except NoRate:
        # Money comes back as one sum larger than an instalment: no single rate, so the value at the cap decides.
        growth = 1 + CAP / 12e8
        assert sum(flow / growth**month for month, flow in enumerate(step.flows)) >= -1


def test_a_loan_within_the_cap_needs_nothing() -> None:
    assert step_of(Old("A1", (1_000_000, *[-90_000] * 12), CAP, 4)) is None


def test_the_cheapest_of_the_allowed_remedies_is_taken_and_the_others_are_told() -> None:
    step = step_of(DEAR)
    assert step is not None and step.price == min(step.prices.values())
    assert set(step.prices) == set(Remedy)


def test_a_loan_whose_instalments_are_all_paid_can_only_be_refunded() -> None:
    step = step_of(Old("A1", DEAR.flows, CAP, 12), (Remedy.RATE_CUT,))
    assert step is not None and step.remedy is Remedy.REFUND and set(step.prices) == {Remedy.REFUND}


def test_the_plan_mends_every_loan_and_ends_at_zero() -> None:
    steps = [step for n in range(10) if (step := step_of(Old(f"A{n}", DEAR.flows, CAP, n))) is not None]
    told = plan(steps, 4)
    assert [month.left for month in told][-1] == 0
    assert sum(month.mended for month in told) == 10
    assert sum(month.price for month in told) == sum(step.price for step in steps)
    assert told[0].price * told[-1].mended >= told[-1].price * told[0].mended


def test_a_plan_of_no_months_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        plan([], 0)
