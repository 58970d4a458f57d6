"""Money is whole minor units: it splits without losing one, never mixes currencies, and is read exactly."""

from decimal import Decimal
from itertools import product

import pytest

from hengdai.base.money import CNY, USD, CurrenciesDiffer, Money, currency

JPY = currency("JPY")


def test_the_parts_of_every_small_split_sum_to_the_whole() -> None:
    for minor, *weights in product(range(-7, 8), range(0, 4), range(0, 4), range(0, 4)):
        if sum(weights):
            parts = Money(minor, CNY).split(weights)
            assert sum(part.minor for part in parts) == minor
            for part, weight in zip(parts, weights, strict=True):
                assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
                assert weight or not part.minor


def test_the_odd_units_go_to_the_largest_remainders_the_earlier_first() -> None:
    assert [part.minor for part in Money(100, CNY).split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(10, CNY).split([30, 25, 50])] == [3, 2, 5]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        Money(5, CNY).split(weights)


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [("1,234.50", CNY, 1_234_50), ("0.01", CNY, 1),
     ("-12", CNY, -12_00), ("+7.5", CNY, 7_50), ("1234567", JPY, 1_234_567),
        (" 3 ", USD, 3_00)],
)  # fmt: skip
def test_an_amount_is_read_exactly(text: str, unit: object, minor: int) -> None:
    assert Money.parse(text, unit).minor == minor  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "1.234", "1,23.00", "1e3", "NaN", "１２", "12.", "1 000", "¥5", "--1", "0x1"])
def test_what_is_no_amount_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="expected digits"):
        Money.parse(text, CNY)


def test_a_currency_without_cents_takes_none() -> None:
    with pytest.raises(ValueError, match="at most 0"):
        Money.parse("1.0", JPY)
    assert str(Money(1_234_567, JPY)) == "JPY 1,234,567"


def test_currencies_never_mix() -> None:
    for mixed in (
        lambda: Money(1, CNY) + Money(1, USD), lambda: Money(1, CNY) - Money(1, USD),
        lambda: Money(1, CNY) < Money(1, USD), lambda: Money(1, CNY) >= Money(1, USD),
    ):  # fmt: skip
        with pytest.raises(CurrenciesDiffer):
            mixed()
    assert Money(1, CNY) != Money(1, USD)


def test_money_is_shown_and_read_back() -> None:
    for minor in (0, 1, -1, 99, 100, 123_456_789, -100_05):
        shown = str(Money(minor, CNY))
        assert Money.parse(shown.removeprefix("CNY "), CNY).minor == minor
    assert Money(-100_05, CNY).decimal() == Decimal("-100.05")


def test_an_unknown_currency_names_those_known() -> None:
    with pytest.raises(ValueError, match="CNY"):
        currency("XXX")


def test_sums_and_order() -> None:
    assert Money(1, CNY) + Money(2, CNY) - Money(5, CNY) == -Money(2, CNY)
    assert sorted([Money(3, CNY), Money(-1, CNY)])[0] == Money(-1, CNY)
    assert Money.zero(CNY) <= Money(0, CNY)
