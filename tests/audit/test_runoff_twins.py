"""The run-off plan in whole numbers gives to the fen what it gives with fractions and with a search for every rate."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.audit.refund import Compounding
from hengdai.audit.runoff import Old, Remedy, step_of
from hengdai.audit.timetable import Planned, Timetable, days_of, timetable
from hengdai.maths.cost import NoRate, all_in, all_in_days
from hengdai.maths.debt import cost_after
from tests.audit import plain_runoff as plain

START = date(2026, 11, 23)


@st.composite
def olds(draw: st.DrawFn) -> Old:
    """Loans above or below their cap, some repaid at once, some with a flow that comes back, some in days."""
    count = draw(st.integers(1, 24))
    each = st.one_of(st.integers(-200_000, -1), st.just(0), st.integers(-200_000, 60_000))
    repaid = draw(st.lists(each, min_size=count, max_size=count))
    net = max(draw(st.integers(1, 130)) * -sum(repaid) // 100, 1)
    passed, fee = draw(st.integers(0, count)), draw(st.integers(0, 30_000))
    forbidden = draw(st.integers(0, fee)) if draw(st.booleans()) else 0
    balances = draw(st.lists(st.integers(0, net), min_size=count + 1, max_size=count + 1))
    begun, apart = START - timedelta(days=draw(st.integers(0, 700))), draw(st.sampled_from((0, 0, 7, 14, 30)))
    due = tuple(begun + timedelta(days=(apart or 30) * k) for k in range(1, count + 1))
    return Old(
        f"A{draw(st.integers(0, 99))}", (net, *repaid), draw(st.sampled_from((24_000_000, 15_400_000, 36_000_000))),
        passed, fee, apart, forbidden, due if draw(st.booleans()) else (),
        tuple(balances) if draw(st.booleans()) else (), draw(st.booleans()) and count > 2,
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(old=olds(), allowed=st.sets(st.sampled_from(Remedy), min_size=1), compounding=st.sampled_from(Compounding))
def test_a_step_is_that_of_the_fractions(old: Old, allowed: set[Remedy], compounding: Compounding) -> None:
    assert step_of(old, allowed, compounding) == plain.step_of(old, allowed, compounding)


@settings(max_examples=60, deadline=None)
@given(book=st.lists(olds(), max_size=12), months=st.integers(0, 400))
def test_a_plan_is_that_in_which_every_step_is_worked_out_anew(book: list[Old], months: int) -> None:
    book = [old for old in book if old.due and (not old.may_run_out or old.due[-1] <= START)]
    by = START + timedelta(days=months)
    assert timetable(book, START, by) == _slowly(book, by)


def _slowly(book: Sequence[Old], by: date) -> Timetable:
    """The plan with the loans of each month looked for month by month."""
    days = days_of(START, by)
    above = [(old.on(START), plain.step_of(old.on(START))) for old in book]
    dear = [(old, step) for old, step in above if step is not None and step.remedy is not Remedy.RUN_OUT]
    dear.sort(key=lambda each: (each[0].may_run_out, -each[1].price, each[0].loan_id))
    planned = []
    for place, (old, _) in enumerate(dear):
        number = next(n for n in range(1, len(days) + 1) if place < -(-len(dear) * n // len(days)))
        step = plain.step_of(old.on(days[number - 1]))
        assert step is not None
        planned.append(Planned(old, step, number, days[number - 1]))
    ended = [Planned(old, step, 0, old.due[-1]) for old, step in above if step and step.remedy is Remedy.RUN_OUT]
    loans = (*planned, *sorted(ended, key=lambda each: (each.day, each.old.loan_id)))
    return Timetable(START, tuple(plain.months_of(loans, days)), loans)


def _cost(flows: Sequence[int], days: int) -> int | None:
    try:
        return (all_in_days(flows, days) if days else all_in(flows, 12)).simple_e8
    except NoRate:
        return None


@settings(max_examples=200, deadline=None)
@given(old=olds(), allowed=st.sets(st.sampled_from(Remedy), min_size=1))
def test_the_cost_of_a_mended_loan_is_that_of_a_search_for_every_rate(old: Old, allowed: set[Remedy]) -> None:
    step = step_of(old, allowed)
    flows = old.flows if step is None else step.flows
    assert cost_after(flows, old.cap_e8, old.days) == _cost(flows, old.days)


@pytest.mark.parametrize("days", [0, 14])
@pytest.mark.parametrize("passed", [1, 5, 11, 12])
@pytest.mark.parametrize("paid", [98_000, 105_000, 200_000])
def test_the_cost_with_money_given_back_between_two_instalments(days: int, passed: int, paid: int) -> None:
    step = step_of(Old("A1", (1_000_000, *[-paid] * 12), 24_000_000, passed, days=days), (Remedy.REFUND,))
    assert step is not None
    assert cost_after(step.flows, 24_000_000, days) == _cost(step.flows, days)
