"""Schedules conserve the principal, end at zero, keep their dates and refuse nonsense."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.base.calendar import MonthEnd
from hengdai.base.rounding import Rounding
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import BrokenFirst, Frequency, PeriodInterest, Unit
from hengdai.maths.schedule import (
    Keep,
    Method,
    Nonsense,
    Residue,
    ScheduleTerms,
    bounds_of,
    count_for_instalment,
    remaining_terms,
    schedule,
)

PLAIN = ScheduleTerms(1_000_000, 24_000_000, Method.EQUAL_INSTALMENT, 12, date(2026, 1, 15))


@st.composite
def any_terms(draw: st.DrawFn) -> ScheduleTerms:
    method = draw(st.sampled_from(Method))
    flat = method is Method.FLAT_FEE
    count = draw(st.integers(1, 60) | st.just(360))
    unit = draw(st.sampled_from(Unit))
    start = draw(st.dates(date(2019, 1, 1), date(2028, 12, 31)) | st.just(date(2024, 2, 29)))
    return ScheduleTerms(
        principal=draw(st.integers(1, 300) | st.integers(1, 10**13)),
        rate_e8=0 if flat else draw(st.integers(0, 36_000_000) | st.integers(0, 10**11)),
        method=method,
        count=count,
        start=start,
        due_day=draw(st.none() | st.integers(1, 31)) if unit is Unit.MONTHS else None,
        frequency=Frequency(draw(st.integers(1, 3)), unit),
        month_end=draw(st.sampled_from(MonthEnd)),
        day_count=draw(st.sampled_from(DayCount)),
        period_interest=draw(st.sampled_from(PeriodInterest)),
        broken_first=draw(st.sampled_from(BrokenFirst)),
        rounding=draw(st.sampled_from(Rounding)),
        multiple=draw(st.sampled_from([1, 10, 100, 10_000])),
        residue=draw(st.sampled_from(Residue)),
        grace_principal=draw(st.integers(0, count - 1)),
        flat_fee_e8=draw(st.integers(0, 3_000_000)) if flat else 0,
    )


@given(any_terms())
@settings(deadline=None, max_examples=300)
def test_any_plan_ends_and_conserves_the_principal(terms: ScheduleTerms) -> None:
    rows = schedule(terms)
    assert sum(row.principal for row in rows) == terms.principal
    assert rows[-1].closing == 0
    assert all(row.principal >= 0 and row.interest >= 0 for row in rows)
    assert all(row.opening - row.principal == row.closing for row in rows)
    assert all(before.closing == after.opening for before, after in pairwise(rows))
    assert all(before.due == after.start for before, after in pairwise(rows))
    assert all(row.start < row.due for row in rows)
    assert len(rows) == (1 if terms.method is Method.BULLET else terms.count)


def test_an_equal_instalment_plan_is_level_and_its_last_row_takes_the_rest() -> None:
    rows = schedule(PLAIN)
    assert {row.total for row in rows[:-1]} == {94_560}
    assert rows[-1].total == 94_555
    assert (rows[0].interest, rows[1].interest) == (20_000, 18_509)


def test_the_rest_goes_to_the_first_row_when_the_terms_say_so() -> None:
    rows = schedule(replace(PLAIN, residue=Residue.FIRST))
    assert rows[0].total == 94_555
    assert {row.total for row in rows[1:]} == {94_560}


def test_equal_principal_repays_the_same_principal_each_time() -> None:
    rows = schedule(replace(PLAIN, method=Method.EQUAL_PRINCIPAL))
    assert {row.principal for row in rows[:-1]} == {83_333}
    assert [row.interest for row in rows[:3]] == [20_000, 18_333, 16_667]


def test_interest_first_repays_the_principal_at_the_end() -> None:
    rows = schedule(replace(PLAIN, method=Method.INTEREST_FIRST))
    assert {row.total for row in rows[:-1]} == {20_000}
    assert rows[-1].total == 1_020_000


def test_a_bullet_is_one_row_on_the_last_due_date() -> None:
    (row,) = schedule(replace(PLAIN, method=Method.BULLET))
    assert (row.due, row.total) == (date(2027, 1, 15), 1_240_000)


def test_a_flat_fee_stays_on_the_original_principal() -> None:
    rows = schedule(replace(PLAIN, method=Method.FLAT_FEE, rate_e8=0, flat_fee_e8=600_000))
    assert {row.interest for row in rows} == {6_000}


@pytest.mark.parametrize(
    ("start", "due_day", "rule", "expected"),
    [
        (
            date(2026, 1, 31),
            None,
            MonthEnd.LAST_DAY,
            ["2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            date(2026, 1, 31),
            None,
            MonthEnd.FIRST_OF_NEXT,
            ["2026-03-01", "2026-03-31", "2026-05-01"],
        ),
        (
            date(2024, 2, 29),
            None,
            MonthEnd.LAST_DAY,
            ["2024-03-29", "2024-04-29", "2024-05-29"],
        ),
        (
            date(2026, 1, 10),
            31,
            MonthEnd.LAST_DAY,
            ["2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            date(2026, 8, 15),
            20,
            MonthEnd.LAST_DAY,
            ["2026-09-20", "2026-10-20", "2026-11-20"],
        ),
    ],
)
def test_due_dates_are_counted_from_the_seed_day(
    start: date, due_day: int | None, rule: MonthEnd, expected: list[str]
) -> None:
    terms = replace(PLAIN, start=start, due_day=due_day, month_end=rule, count=3)
    assert [day.isoformat() for day in bounds_of(terms)[1:]] == expected


def test_a_broken_first_period_goes_by_actual_days_and_the_instalment_stays_level() -> None:
    rows = schedule(replace(PLAIN, first_due=date(2026, 2, 25)))
    assert rows[0].interest == round(1_000_000 * 24 * 41 / 36_000)
    assert rows[1].interest == round(rows[1].opening * 2 / 100)
    assert len({row.total for row in rows[:-1]}) == 1


def test_paying_in_advance_keeps_the_instalment_or_the_count() -> None:
    day = date(2026, 5, 3)
    shorter = schedule(remaining_terms(PLAIN, 3, 500_000, day, Keep.INSTALMENT))
    smaller = schedule(remaining_terms(PLAIN, 3, 500_000, day, Keep.COUNT))
    assert (len(shorter), len(smaller)) == (6, 9)
    assert {row.total for row in shorter[:-1]} == {94_560}
    assert shorter[-1].total <= 94_560
    assert smaller[0].due == shorter[0].due == date(2026, 5, 15)


@given(st.integers(1, 10**9), st.integers(0, 40_000_000), st.integers(1, 60))
def test_the_count_for_an_instalment_is_the_smallest_that_pays_off(principal: int, rate_e8: int, count: int) -> None:
    terms = replace(PLAIN, principal=principal, rate_e8=rate_e8, count=count)
    instalment = schedule(terms)[0].total + 1
    found = count_for_instalment(terms, instalment)
    rows = schedule(replace(terms, count=found, instalment=instalment))
    assert rows[-1].total <= instalment
    assert found == 1 or schedule(replace(terms, count=found - 1, instalment=instalment))[-1].total > instalment


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"principal": 0}, "principal"),
        ({"principal": -5}, "principal"),
        ({"rate_e8": -1}, "rate_e8"),
        ({"count": 0}, "count"),
        ({"grace_principal": 12}, "grace_principal"),
        ({"first_due": date(2026, 1, 15)}, "first_due"),
        ({"first_due": date(2026, 2, 20), "due_day": 25}, "first_due"),
        ({"due_day": 32}, "due_day"),
        ({"dates": (date(2026, 2, 15),)}, "dates"),
        ({"calculator": "1999.1"}, "calculator"),
        ({"flat_fee_e8": 5}, "flat_fee_e8"),
        ({"start": date(9999, 6, 1)}, "count"),
    ],
)
def test_nonsense_is_refused_with_what_was_found_and_what_would_be_right(change: dict[str, object], where: str) -> None:
    with pytest.raises(Nonsense) as refused:
        schedule(replace(PLAIN, **change))  # type: ignore[arg-type]
    assert [problem.where for problem in refused.value.problems] == [where]
    assert refused.value.problems[0].expected.zh


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(Nonsense) as refused:
        schedule(replace(PLAIN, principal=0, rate_e8=-1, count=0))
    assert len(refused.value.problems) == 3
