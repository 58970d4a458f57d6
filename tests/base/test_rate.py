"""A rate is exact and says per what."""

from decimal import Decimal

import pytest

from hengdai.base.rate import E8, Per, Rate


@pytest.mark.parametrize(
    ("text", "e8"), [("24", 24_000_000), ("14.6", 14_600_000), ("0.000001", 1), ("0", 0), ("-1", -1_000_000)]
)
def test_percent_is_read_exactly(text: str, e8: int) -> None:
    assert Rate.percent(text).e8 == e8
    assert Rate.percent(text).decimal() * 100 == Decimal(text)


def test_a_fraction_is_a_hundredth_of_its_percent() -> None:
    assert Rate.fraction("0.24") == Rate.percent("24")
    assert Rate.fraction("1").e8 == E8


@pytest.mark.parametrize("text", ["0.0000001", "abc", "", "NaN", "Infinity", "24%"])
def test_what_is_finer_than_the_scale_or_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        Rate.percent(text)


def test_rates_per_different_times_do_not_compare() -> None:
    with pytest.raises(ValueError, match="compare"):
        assert Rate.percent("1", Per.MONTH) < Rate.percent("12", Per.YEAR)
    assert Rate.percent("1") < Rate.percent("2")
    assert Rate.percent("1", Per.MONTH) != Rate.percent("1", Per.YEAR)


def test_percent_is_shown_half_up() -> None:
    assert Rate(24_000_000).percent_text() == "24.00%"
    assert Rate(12_345_678).percent_text() == "12.35%"
    assert Rate(12_345_000).percent_text() == "12.35%"
    assert Rate(-500).percent_text(3) == "-0.001%"
    assert str(Rate(1_000_000, Per.MONTH)) == "1.0000%/month"
