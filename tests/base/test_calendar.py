"""Months are counted from the seed without drift; business days know 调休; silence is no working day."""

import calendar
from datetime import date, timedelta

import pytest

from hengdai.base.calendar import BusinessCalendar, MonthEnd, OutsideCalendar, month_after

# Spring Festival 2026 as the State Council set it: off 15 to 23 February, worked on Saturdays 14 and 28 February.
SPRING = BusinessCalendar(
    holidays=frozenset(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)),
    workdays=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    first=date(2026, 2, 1),
    last=date(2026, 3, 31),
)


def test_every_month_from_every_day_keeps_the_day_or_takes_the_end() -> None:
    for seed in (date(2027, 12, 1) + timedelta(days=each) for each in range(90)):
        for months in range(-30, 31):
            found = month_after(seed, months)
            length = calendar.monthrange(found.year, found.month)[1]
            assert found.day == min(seed.day, length)
            assert (found.year - seed.year) * 12 + found.month - seed.month == months


def test_the_31st_returns_after_february() -> None:
    days = [month_after(date(2026, 1, 31), months) for months in range(4)]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert month_after(date(2028, 1, 31), 1) == date(2028, 2, 29)


def test_a_missing_day_may_be_the_first_of_the_next_month_instead() -> None:
    assert month_after(date(2026, 1, 30), 1, MonthEnd.FIRST_OF_NEXT) == date(2026, 3, 1)
    assert month_after(date(2026, 1, 28), 1, MonthEnd.FIRST_OF_NEXT) == date(2026, 2, 28)
    assert month_after(date(2026, 10, 31), 2, MonthEnd.FIRST_OF_NEXT) == date(2026, 12, 31)


def test_a_holiday_is_off_and_a_saturday_in_exchange_is_worked() -> None:
    assert not SPRING.is_business(date(2026, 2, 17))
    assert SPRING.is_business(date(2026, 2, 14))
    assert date(2026, 2, 14).weekday() == 5
    assert not SPRING.is_business(date(2026, 2, 15))
    assert SPRING.is_business(date(2026, 2, 24))


def test_the_next_business_day_and_counting_business_days() -> None:
    assert SPRING.next_business(date(2026, 2, 15)) == date(2026, 2, 24)
    assert SPRING.next_business(date(2026, 2, 14)) == date(2026, 2, 14)
    assert SPRING.add(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert SPRING.add(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert SPRING.add(date(2026, 2, 15), 0) == date(2026, 2, 15)


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 4, 1)])
def test_outside_its_years_the_calendar_says_nothing(day: date) -> None:
    with pytest.raises(OutsideCalendar):
        SPRING.is_business(day)
    with pytest.raises(OutsideCalendar):
        SPRING.add(date(2026, 3, 30), 5)
