"""Rounding by name agrees with Python's decimal module for every small ratio, and a tie is a tie."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest

from hengdai.base.rounding import Rounding

ORACLE = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.HALF_DOWN: decimal.ROUND_HALF_DOWN,
    Rounding.DOWN: decimal.ROUND_DOWN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.FLOOR: decimal.ROUND_FLOOR,
    Rounding.CEILING: decimal.ROUND_CEILING,
}


def test_every_mode_has_its_oracle() -> None:
    assert set(ORACLE) == set(Rounding)


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("denominator", [1, 2, 4, 5, 8, 10, 16, 20])
def test_every_small_ratio_rounds_as_decimal_rounds_it(mode: Rounding, denominator: int) -> None:
    for numerator in range(-60, 61):
        exact = Decimal(numerator) / Decimal(denominator)
        assert mode.ratio(numerator, denominator) == int(exact.quantize(Decimal(1), rounding=ORACLE[mode]))
        assert mode.one(exact) == mode.ratio(numerator, denominator) == mode.one(Fraction(numerator, denominator))


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("multiple", [1, 2, 3, 5, 10, 100])
def test_a_multiple_is_hit_exactly_and_is_the_nearest_that_the_mode_allows(mode: Rounding, multiple: int) -> None:
    for numerator in range(-200, 201):
        for denominator in (1, 2, 3, 7):
            found = mode.ratio(numerator, denominator, multiple)
            assert found % multiple == 0
            off = abs(Fraction(numerator, denominator) - found)
            assert off * 2 <= multiple if mode.name.startswith("HALF") else off < multiple


def test_ties_go_where_the_name_says() -> None:
    at_half = {mode: (mode.ratio(5, 2), mode.ratio(-5, 2), mode.ratio(7, 2)) for mode in Rounding}
    assert at_half == {
        Rounding.HALF_UP: (3, -3, 4), Rounding.HALF_EVEN: (2, -2, 4), Rounding.HALF_DOWN: (2, -2, 3),
        Rounding.DOWN: (2, -2, 3), Rounding.UP: (3, -3, 4), Rounding.FLOOR: (2, -3, 3), Rounding.CEILING: (3, -2, 4),
    }  # fmt: skip


def test_a_hair_beside_a_tie_is_no_tie() -> None:
    huge = 10**40
    assert Rounding.HALF_UP.ratio(huge // 2 - 1, huge) == 0
    assert Rounding.HALF_DOWN.ratio(huge // 2 + 1, huge) == 1


@pytest.mark.parametrize(("denominator", "multiple"), [(0, 1), (-1, 1), (1, 0), (1, -5)])
def test_a_divisor_that_is_none_is_refused(denominator: int, multiple: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        Rounding.HALF_UP.ratio(1, denominator, multiple)
