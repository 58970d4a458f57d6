"""True cost to the last printed digit, proved by its bracket, with a refusal wherever there is no single answer."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.base.rate import Rate
from hengdai.maths.cost import all_in, dated, nominal
from hengdai.maths.day_count import DayCount
from hengdai.maths.enterprise import ent_203
from hengdai.maths.root import Flow, NoRate, Roots, Why, sign_at, solve
from hengdai.maths.schedule import level_instalment

UNIT = 10**10  # parts of a yuan, so that an unrounded instalment keeps its digits
CASES = tomllib.loads((Path(__file__).parent / "cases" / "china_cost.toml").read_text("utf-8"))["case"]


def _yuan(case: dict[str, Any], key: str) -> int:
    return int(Decimal(case.get(key, "0")) * UNIT)


def _payments(case: dict[str, Any]) -> list[int]:
    if "instalment" in case:
        return [_yuan(case, "instalment") + _yuan(case, "each")] * case["count"]
    rate = Fraction(case["rate"]) / 1200
    level = level_instalment(_yuan(case, "principal"), [rate] * case["count"])
    payments = [round(level) + _yuan(case, "each")] * case.get("payoff_after", case["count"])
    if "payoff_after" in case:
        balance = _yuan(case, "principal")
        for _ in payments:
            balance = round(balance * (1 + rate) - level)
        payments[-1] += round(balance * (1 + Fraction(case["penalty"]) / 100))
    return payments


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_chinese_examples_come_out_to_the_last_printed_digit(case: dict[str, Any]) -> None:
    cost = all_in([-_yuan(case, "received"), *_payments(case)], 12)
    assert Rate(cost.simple_e8).percent_text() == f"{case['simple']}%"
    assert Rate(cost.compound_e8).percent_text() == f"{case['compound']}%"


def test_t12_a_loan_cut_at_the_head_costs_eleven_times_itself_a_year() -> None:
    # Contract 2,000, 600 debited one second after payout, 2,008.22 due after 14 days; reported as 1,133 % simple and
    # about 1.2 million % compound, while the interest alone would show 10.7 %.
    flows = [Flow(-140_000, 0), Flow(200_822, 1)]
    assert Rate(nominal(flows, Fraction(365, 14))).percent_text(0) == "1133%"
    honest = [Flow(-200_000, 0), Flow(200_822, 1)]
    assert Rate(nominal(honest, Fraction(365, 14))).percent_text(1) == "10.7%"
    compound = dated([(date(2025, 7, 27), -140_000), (date(2025, 8, 10), 200_822)])
    assert Rate(compound.effective_e8).percent_text() == "1215963.41%"


def test_the_official_example_goes_by_equal_months_and_not_by_days() -> None:
    days = [(date(2026, 8, 15), -9_900_000)]
    days += [(date(2026 + (8 + k - 1) // 12, (8 + k - 1) % 12 + 1, 15), 883_330) for k in range(1, 13)]
    assert Rate(dated(days).effective_e8).percent_text() == "13.57%"


@settings(deadline=None)
@given(
    st.integers(1, 10**12),
    st.lists(st.integers(0, 10**11), min_size=1, max_size=60).filter(any),
    st.sampled_from([12, 26, 52]),
)
def test_the_bracket_proves_the_rate_by_a_change_of_sign(lent: int, repaid: list[int], a_year: int) -> None:
    cost = all_in([-lent, *repaid], a_year)
    bracket = cost.periodic
    assert sign_at(bracket.flows, bracket.low) * sign_at(bracket.flows, bracket.high) == -1
    assert bracket.unique
    assert bracket.low < bracket.high
    # Independently of the solver: exact rational present values on both sides of the bracket.
    values = [sum(f.amount / (1 + rate) ** f.periods for f in bracket.flows) for rate in (bracket.low, bracket.high)]
    assert (values[0] > 0) != (values[1] > 0)


@given(st.integers(1, 10**9), st.integers(1, 60), st.integers(1, 30_000_000))
@settings(deadline=None)
def test_an_exactly_known_rate_is_returned_exactly(lent: int, count: int, rate_e8: int) -> None:
    # Interest every period at r, principal at the end: the periodic rate is r whatever the count.
    scale = 10**8
    flows = [-lent * scale, *([lent * rate_e8] * (count - 1)), lent * (scale + rate_e8)]
    assert all_in(flows, 12).simple_e8 == 12 * rate_e8


def test_zero_and_negative_rates_have_their_number() -> None:
    assert all_in([-100, 50, 50], 12).simple_e8 == 0
    assert all_in([-100, *[0] * 11, 90], 12).compound_e8 == -10_000_000


def test_the_side_that_is_positive_does_not_matter() -> None:
    assert all_in([-100, 60, 60], 12).simple_e8 == all_in([100, -60, -60], 12).simple_e8


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([], Why.ONE_DIRECTION),
        ([0, 0], Why.ONE_DIRECTION),
        ([-100, -5], Why.ONE_DIRECTION),
        ([-100, 250, -160], Why.NO_ROOT),
        ([-100, 250, -154], Why.SEVERAL_ROOTS),
    ],
)
def test_flows_without_a_single_rate_are_refused_with_the_reason(flows: list[int], why: Why) -> None:
    with pytest.raises(NoRate) as refused:
        all_in(flows, 12)
    assert refused.value.why is why


def test_several_roots_are_listed_and_the_nearest_to_zero_only_on_request() -> None:
    with pytest.raises(NoRate) as refused:
        all_in([-100, 250, -154], 1)
    assert [round(float(each), 6) for each in refused.value.candidates] == [0.1, 0.4]
    assert all_in([-100, 250, -154], 1, Roots.NEAREST_ZERO).simple_e8 == 10_000_000


def test_flows_of_one_day_are_no_loan() -> None:
    with pytest.raises(NoRate) as refused:
        dated([(date(2026, 1, 1), -100), (date(2026, 1, 1), 100)])
    assert refused.value.why is Why.ONE_MOMENT


def test_several_changes_of_sign_are_said_not_to_prove_uniqueness() -> None:
    assert not solve([Flow(-100, 0), Flow(150, 1), Flow(-20, 2), Flow(30, 3)]).unique


@pytest.mark.parametrize("convention", DayCount)
def test_one_year_of_a_tenth_costs_about_a_tenth_by_every_day_count(convention: DayCount) -> None:
    rate = dated([(date(2025, 3, 1), -1000), (date(2026, 3, 1), 1100)], convention).effective_e8
    assert abs(rate - 10_000_000) < 150_000


def test_enterprise_cost_adds_the_annualised_fees_to_the_contract_rate() -> None:
    # One year, principal at the end, 1 % fee at the payout: R = 1/0.99 - 1 for the whole year.
    cost = ent_203(4_000_000, 1_000_000, [Flow(1_000_000, 1)], [[Flow(10_000, 0)]], Fraction(1))
    assert cost == 4_000_000 + 1_010_101
    # The same fee paid at the end: (1,000,000 + 10,000) / 1,000,000 - 1.
    cost = ent_203(4_000_000, 1_000_000, [Flow(1_000_000, 1)], [[Flow(10_000, 1)]], Fraction(1))
    assert cost == 4_000_000 + 1_000_000
    with pytest.raises(ValueError, match="principal"):
        ent_203(4_000_000, 1_000_000, [Flow(999_999, 1)], [], Fraction(1))
