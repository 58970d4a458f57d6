"""Interest accrues by days without ever falling; a payment is allocated whole."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.rounding import Rounding
from hengdai.maths.accrual import earned, penalty
from hengdai.maths.allocation import Across, allocate


@given(st.integers(0, 10**13), st.integers(1, 400), st.sampled_from(Rounding))
def test_interest_never_falls_and_is_whole_on_the_due_date(interest: int, length: int, rounding: Rounding) -> None:
    start = date(2026, 1, 1)
    due = start + timedelta(days=length)
    path = [earned(interest, start, due, start + timedelta(days=k), rounding) for k in range(-1, length + 2)]
    assert path == sorted(path)
    assert (path[0], path[1]) == (0, 0)
    assert path[-2] == path[-1] == interest


def test_penalty_is_principal_times_rate_times_multiplier_by_days() -> None:
    # 10,000.00 at 18 % x 1.5 for 10 days over 360 = 75.00
    assert penalty(1_000_000, 18_000_000, 150_000_000, 10, 360) == 7_500
    assert penalty(0, 18_000_000, 150_000_000, 10, 360) == 0


@pytest.mark.parametrize("figures", [(-1, 0, 0, 0, 360), (1, 1, 1, -1, 360), (1, 1, 1, 1, 0)])
def test_impossible_penalty_figures_are_refused(
    figures: tuple[int, int, int, int, int],
) -> None:
    with pytest.raises(ValueError, match="found"):
        penalty(*figures)


DEBTS = [
    {"penalty": 5, "interest": 10, "principal": 100},
    {"penalty": 0, "interest": 9, "principal": 101},
]
ORDER = ["penalty", "interest", "principal"]


def test_the_oldest_instalment_is_paid_first() -> None:
    paid = allocate(120, DEBTS, ORDER)
    assert [dict(each) for each in paid.paid] == [
        {"penalty": 5, "interest": 10, "principal": 100},
        {"penalty": 0, "interest": 5, "principal": 0},
    ]
    assert paid.rest == 0


def test_by_component_all_interest_goes_before_any_principal() -> None:
    paid = allocate(120, DEBTS, ORDER, Across.COMPONENT)
    assert (paid.total("penalty"), paid.total("interest"), paid.total("principal")) == (
        5,
        19,
        96,
    )


@given(
    st.integers(0, 10**6),
    st.lists(st.fixed_dictionaries({k: st.integers(0, 10**5) for k in ORDER}), max_size=5),
    st.permutations(ORDER),
    st.sampled_from(Across),
)
def test_what_is_paid_and_what_is_left_is_the_payment(
    amount: int, owed: list[dict[str, int]], order: list[str], across: Across
) -> None:
    paid = allocate(amount, owed, order, across)
    assert sum(sum(each.values()) for each in paid.paid) + paid.rest == amount
    assert all(p[k] <= o[k] for p, o in zip(paid.paid, owed, strict=True) for k in order)
    assert paid.rest == 0 or all(dict(p) == o for p, o in zip(paid.paid, owed, strict=True))


def test_a_debt_that_the_order_does_not_name_is_refused() -> None:
    with pytest.raises(ValueError, match="fee"):
        allocate(10, [{"fee": 3}], ORDER)
