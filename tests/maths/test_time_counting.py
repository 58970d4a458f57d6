"""Days, periods and intervals: conventions keep their promises on every calendar day."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.calendar import MonthEnd
from hengdai.maths.day_count import DayCount, days, year_fraction
from hengdai.maths.intervals import eu_interval, unit_period
from hengdai.maths.periods import MONTHLY, seed_of

some_day = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(some_day, some_day, some_day)
def test_actual_day_counts_add_up_over_any_split(first: date, second: date, third: date) -> None:
    for convention in (DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_365_25, DayCount.ACT_ACT_ISDA):
        parts = year_fraction(convention, first, second) + year_fraction(convention, second, third)
        assert parts == year_fraction(convention, first, third)


@given(some_day, st.integers(1, 120))
def test_a_thirty_day_month_is_thirty_days_from_any_day_that_every_month_has(start: date, months: int) -> None:
    start = start.replace(day=min(start.day, 28))
    index = start.year * 12 + start.month - 1 + months
    end = date(index // 12, index % 12 + 1, start.day)
    for convention in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        assert days(convention, start, end) == 30 * months


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        (DayCount.THIRTY_360, 33),
        (DayCount.THIRTY_360_US, 30),
        (DayCount.THIRTY_E_360, 32),
        (DayCount.THIRTY_360_ISDA, 30),
        (DayCount.ACT_365, 31),
    ],
)
def test_from_the_end_of_february_to_the_end_of_march_each_convention_has_its_own_count(
    convention: DayCount, expected: int
) -> None:
    assert days(convention, date(2006, 2, 28), date(2006, 3, 31)) == expected


def test_a_february_that_ends_the_deal_keeps_its_own_length() -> None:
    assert days(DayCount.THIRTY_360_ISDA, date(2007, 2, 28), date(2008, 2, 29), date(2008, 2, 29)) == 359
    assert days(DayCount.THIRTY_360_ISDA, date(2007, 2, 28), date(2008, 2, 29)) == 360


@given(some_day, st.integers(0, 400))
def test_the_eu_interval_grows_with_the_days_and_stays_near_them(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    assert abs(eu_interval(start, end) - Fraction(length, 365)) < Fraction(5, 365)
    assert eu_interval(start, end) <= eu_interval(start - timedelta(days=40), end)


@given(some_day, st.integers(0, 900), st.sampled_from([1, 2, 4, 6, 12, 13, 24, 26, 52, 365]))
def test_unit_periods_and_their_fraction_cover_the_time(start: date, length: int, per_year: int) -> None:
    end = start + timedelta(days=length)
    whole, part = unit_period(Fraction(per_year)).between(start, end)
    assert 0 <= part < 2
    assert abs((whole + part) / per_year - Fraction(length, 365)) < Fraction(8, 365)


def test_a_unit_period_longer_than_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="year"):
        unit_period(Fraction(1, 2))


@given(some_day, st.integers(1, 31), st.sampled_from(MonthEnd))
def test_a_fixed_day_never_drifts(start: date, due_day: int, rule: MonthEnd) -> None:
    seed = seed_of(start, None, due_day, MONTHLY, rule)
    dues = [seed.at(k) for k in range(60)]
    assert dues == sorted(set(dues))
    assert all(due.day in (due_day, 28, 29, 30, 1) for due in dues)
    assert sum(due.day == due_day for due in dues) >= 30
