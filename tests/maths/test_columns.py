"""Columns and their plain twins agree exactly, near-ties included; what cannot be proved compiled goes to the twin."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hengdai.base.rounding import Rounding
from hengdai.maths import columns, schedule_columns
from hengdai.maths.accrual import earned, penalty
from hengdai.maths.accrual_columns import earned_columns, penalty_columns
from hengdai.maths.allocation import Across, allocate
from hengdai.maths.cost import all_in, all_in_days, annual_effective, dated
from hengdai.maths.day_count import DayCount
from hengdai.maths.kernels.periodic import solve_range
from hengdai.maths.periods import BrokenFirst, Frequency, PeriodInterest, Unit
from hengdai.maths.root import NoRate
from hengdai.maths.schedule import Method, Nonsense, ScheduleTerms, level_instalment, schedule

EPOCH = date(1970, 1, 1)
Ints = npt.NDArray[np.int64]


def _ragged(rows: list[list[int]]) -> tuple[Ints, Ints]:
    offsets = np.zeros(len(rows) + 1, np.int64)
    offsets[1:] = np.cumsum([len(row) for row in rows])
    return np.array([value for row in rows for value in row], np.int64), offsets


def _loan(lent: int, repaid: list[int]) -> list[int]:
    return [-lent, *repaid]


any_flows = st.lists(st.integers(-(10**7), 10**7), max_size=8)
plain_loan = st.builds(_loan, st.integers(1, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
level_loan = st.builds(
    lambda lent, part, count: [-lent, *[part] * count], st.integers(1, 10**7), st.integers(1, 10**7), st.integers(1, 60)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(plain_loan | level_loan | any_flows, min_size=1, max_size=12))
@example([[-100, 150], [], [0], [-100, 250, -154], [-100, 250, -160], [-1, 10**9], [-(10**9), 1], [5, -6]])
def test_all_in_columns_are_the_twins_figures(loans: list[list[int]]) -> None:
    found = columns.all_in_columns(*_ragged(loans), 12)
    simple, state = columns.simple_columns(*_ragged(loans), 12)
    assert (state.tolist(), simple.tolist()) == (found.state.tolist(), found.simple_e8.tolist())
    for i, flows in enumerate(loans):
        try:
            exact = all_in(flows, 12)
        except NoRate:
            assert found.state[i] != columns.RATE
            continue
        assert found.state[i] == columns.RATE
        assert found.simple_e8[i] == exact.simple_e8
        assert found.compound_e8[i] == min(exact.compound_e8, 2**63 - 1)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(plain_loan | level_loan, st.sampled_from([0, 0, 1, 7, 14, 30, 73, 365, 730])), min_size=1))
@example([([140_000, -200_822], 14), ([-2 * 10**8, 2 * 10**8 + 1], 365), ([-1, 10**9], 1)])
def test_all_in_columns_of_terms_in_days_are_the_twins_figures(loans: list[tuple[list[int], int]]) -> None:
    apart = np.array([days for _, days in loans], np.int64)
    found = columns.all_in_columns(*_ragged([flows for flows, _ in loans]), 12, apart)
    for i, (flows, days) in enumerate(loans):
        try:
            exact = all_in_days(flows, days) if days else all_in(flows, 12)
        except NoRate:
            assert found.state[i] != columns.RATE
            continue
        assert found.simple_e8[i] == min(exact.simple_e8, 2**63 - 1)
        assert found.compound_e8[i] == min(exact.compound_e8, 2**63 - 1)


def test_a_reported_loan_of_fourteen_days_costs_what_was_reported() -> None:
    # 合同 2,000, 放款一秒后扣 600, 14 天后还 2,008.22: 1,133 % (x365/14).
    reported = all_in_days([140_000, -200_822], 14)
    assert round(reported.simple_e8, -6) == 1_133_000_000
    assert round(Fraction(reported.compound_e8, 10**12), 1) == Fraction(12, 10)
    # 30 天一次还本, 费率 2.00 % 为 24.33 %, 1.97 % 为 23.97 %.
    assert [all_in_days([100_000, -100_000 - fee], 30).simple_e8 for fee in (2_000, 1_970)] == [24_333_333, 23_968_333]


@settings(deadline=None, max_examples=60)
@given(st.lists(plain_loan | level_loan, min_size=1, max_size=12))
def test_every_rate_lies_within_its_reach_of_the_proved_bracket(loans: list[list[int]]) -> None:
    found = columns.periodic_rates(*_ragged(loans))
    for i, flows in enumerate(loans):
        if found.state[i] == columns.RATE:
            proved = all_in(flows, 12).periodic
            low, high = (Fraction(found.rate[i]) + side * Fraction(found.reach[i]) for side in (-1, 1))
            assert low <= proved.high
            assert proved.low <= high


@st.composite
def odd_loan(draw: st.DrawFn) -> list[int]:
    """Loans that nobody grants: a thousandfold or nothing comes back, at once or at the end, either way round."""
    lent, count = draw(st.integers(1, 10**13)), draw(st.integers(1, 30))
    most = max(1, lent * draw(st.sampled_from([1, 3, 1_000])) // draw(st.sampled_from([1, count, 50 * count])))
    each = st.sampled_from([0, 1, most]) | st.integers(0, most)
    repaid = draw(st.lists(each, min_size=count, max_size=count) | each.map(lambda level: [level] * count))
    turn = draw(st.sampled_from([1, -1]))
    return [-turn * lent, *(turn * amount for amount in repaid)]


@settings(deadline=None, max_examples=60)
@given(st.lists(odd_loan() | plain_loan | level_loan, min_size=1, max_size=12))
def test_the_sum_has_opposite_signs_at_both_ends_of_what_a_kernel_proves(loans: list[list[int]]) -> None:
    values, offsets = _ragged(loans)
    rate, reach, proved = np.empty(len(loans)), np.empty(len(loans)), np.zeros(len(loans), np.uint8)
    solve_range(values, offsets, 0, len(loans), rate, reach, proved)
    for i in np.flatnonzero(proved):
        ends = [Fraction(rate[i]) + side * Fraction(reach[i]) for side in (-1, 1)]
        assert ends[0] > -1
        low, high = (sum(amount / (1 + end) ** k for k, amount in enumerate(loans[i])) for end in ends)
        assert low * high < 0


def test_a_rate_on_a_tie_is_rounded_as_the_twin_rounds_it() -> None:
    # One period at exactly k + 1/2 hundred-millionths: every last digit is a tie.
    loans = [[-2 * 10**8, 2 * 10**8 + 2 * k + 1] for k in range(0, 4000, 7)]
    found = columns.all_in_columns(*_ragged(loans), 1)
    assert [int(each) for each in found.simple_e8] == [all_in(flows, 1).simple_e8 for flows in loans]


def test_a_compound_rate_on_a_tie_is_rounded_as_the_twin_rounds_it() -> None:
    # All is repaid after a year of twelve periods, at exactly k + 1/2 hundred-millionths a year and one coin beside.
    loans = [[-2 * 10**8, *[0] * 11, 2 * 10**8 + 2 * k + off] for k in range(-4000, 4000, 97) for off in (0, 1, 2)]
    found = columns.all_in_columns(*_ragged(loans), 12)
    assert found.compound_e8.tolist() == [all_in(flows, 12).compound_e8 for flows in loans]
    half_up = [Rounding.HALF_UP.ratio((flows[-1] + flows[0]) * 10**8, -flows[0]) for flows in loans]
    assert found.compound_e8.tolist() == half_up


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(1000, 10**8),
            st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 500)), min_size=1, max_size=12),
        ),
        min_size=1, max_size=8,
    ),
    st.sampled_from([DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_365_25]),
)  # fmt: skip
def test_dated_rates_are_the_twins_to_their_reach(
    loans: list[tuple[int, list[tuple[int, int]]]], convention: DayCount
) -> None:
    rows = [[-lent, *[amount for amount, _ in repaid]] for lent, repaid in loans]
    days = [[20_000 + sum(gap for _, gap in repaid[:k]) for k in range(len(repaid) + 1)] for _, repaid in loans]
    values, offsets = _ragged(rows)
    found = columns.dated_rates(values, _ragged(days)[0], offsets, convention)
    for i, (flows, when) in enumerate(zip(rows, days, strict=True)):
        moments = [(EPOCH + timedelta(days=day), flow) for day, flow in zip(when, flows, strict=True)]
        try:
            exact = annual_effective(dated(moments, convention))
        except NoRate:
            assert found.state[i] != columns.RATE
            continue
        assert found.state[i] == columns.RATE
        if exact < 10**300:
            assert abs(Fraction(found.rate[i]) - exact) <= Fraction(found.reach[i]) + abs(exact) / 10**12


products = st.builds(
    lambda method, every, count, interest, broken, multiple, grace: ScheduleTerms(
        1, 0, method, 1, EPOCH, frequency=Frequency(every), day_count=count, period_interest=interest,
        broken_first=broken, multiple=multiple, grace_principal=grace,
        flat_fee_e8=600_000 if method is Method.FLAT_FEE else 0,
    ),
    st.sampled_from(Method), st.integers(1, 3),
    st.sampled_from([DayCount.ACT_360, DayCount.ACT_365, DayCount.THIRTY_360]),
    st.sampled_from(PeriodInterest), st.sampled_from(BrokenFirst), st.sampled_from([1, 100, 10_000]),
    st.sampled_from([0, 0, 2]),
)  # fmt: skip
one_loan = st.tuples(
    st.integers(0, 500) | st.integers(1, 10**13),
    st.integers(-5, 40_000_000) | st.just(24_000_000) | st.just(0),
    st.integers(-1, 40) | st.just(360),
    st.integers(17_000, 22_000),
    st.integers(0, 32),
    st.integers(-1, 2_000_000) | st.just(0),
    st.just(0) | st.integers(-1, 400) | st.just(3_661),
)


@settings(deadline=None, max_examples=80)
@given(products, st.lists(one_loan, min_size=1, max_size=10), st.sampled_from([5, 6, 7]))
def test_schedule_columns_are_the_twins_rows(
    product: ScheduleTerms, loans: list[tuple[int, int, int, int, int, int, int]], told: int
) -> None:
    if product.method is Method.FLAT_FEE:
        loans = [(loan[0], 0, *loan[2:]) for loan in loans]
    table = np.array(loans, np.int64)
    given_columns = [np.ascontiguousarray(table[:, k]) for k in range(told)]
    found = schedule_columns.schedules(product, schedule_columns.Loans(*given_columns))
    # The same rows, wherever they are put: here behind one another from the last loan to the first.
    places = int(found.offsets[-1]) - found.offsets[1:], int(found.offsets[-1]) - found.offsets[:-1]
    laid = tuple(np.full(int(found.offsets[-1]), -1, np.int64) for _ in range(4))
    refused = schedule_columns.schedules_into(
        product, schedule_columns.Loans(*given_columns), places, (laid[0], laid[1], laid[2], laid[3])
    )
    assert refused.tolist() == found.refused.tolist()
    for i, (begin, end) in enumerate(zip(*places, strict=True)):
        span = slice(found.offsets[i], found.offsets[i + 1])
        for mine, theirs in zip(laid, (found.due, found.principal, found.interest, found.closing), strict=True):
            assert mine[begin:end].tolist() == theirs[span].tolist()
    for i, (principal, rate, count, start, fixed, fee, days) in enumerate(loans):
        span = slice(found.offsets[i], found.offsets[i + 1])
        terms = replace(
            product, principal=principal, rate_e8=rate, count=count, start=EPOCH + timedelta(days=start),
            due_day=fixed or None, flat_fee_e8=fee if told > 5 else product.flat_fee_e8,
            frequency=Frequency(days, Unit.DAYS) if told > 6 and days else product.frequency,
        )  # fmt: skip
        try:
            rows = schedule(terms)
        except Nonsense:
            assert found.refused[i] == 1
            continue
        assert found.refused[i] == 0
        assert found.due[span].tolist() == [(row.due - EPOCH).days for row in rows]
        assert found.principal[span].tolist() == [row.principal for row in rows]
        assert found.interest[span].tolist() == [row.interest for row in rows]
        assert found.closing[span].tolist() == [row.closing for row in rows]


def test_instalments_on_a_tie_are_rounded_as_the_twin_rounds_them() -> None:
    # Two periods at 100 % each: the instalment is 4P/3, and in steps of 8 every P = 3 (mod 6) lies on a half.
    principals = list(range(3, 4000, 6))
    assert all((level_instalment(p, [Fraction(1)] * 2) / 8).denominator == 2 for p in principals)
    product = ScheduleTerms(1, 12 * 10**8, Method.EQUAL_INSTALMENT, 2, EPOCH + timedelta(20_000), multiple=8)
    fixed = (np.full(len(principals), each) for each in (12 * 10**8, 2, 20_000, 0))
    found = schedule_columns.schedules(product, schedule_columns.Loans(np.array(principals, np.int64), *fixed))
    rows = [row for principal in principals for row in schedule(replace(product, principal=principal))]
    assert found.principal.tolist() == [row.principal for row in rows]
    assert found.interest.tolist() == [row.interest for row in rows]


@given(
    st.lists(st.tuples(st.integers(0, 10**16), st.integers(1, 400), st.integers(-5, 405)), min_size=1, max_size=20),
    st.sampled_from(Rounding),
)
def test_earned_columns_are_the_twins(rows: list[tuple[int, int, int]], rounding: Rounding) -> None:
    interest, length, passed = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    start = np.full(len(rows), 20_000)
    found = earned_columns(interest, start, start + length, start + passed, rounding)
    day = EPOCH + timedelta(days=20_000)
    assert found.tolist() == [
        earned(amount, day, day + timedelta(days=size), day + timedelta(days=gone), rounding)
        for amount, size, gone in rows
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 10**13), st.integers(0, 10**9) | st.just(18_000_000), st.integers(0, 4000)),
        min_size=1, max_size=20,
    ),
    st.integers(0, 10**9) | st.just(150_000_000),
    st.sampled_from([360, 365]),
    st.sampled_from(Rounding),
)  # fmt: skip
def test_penalty_columns_are_the_twins(
    rows: list[tuple[int, int, int]], times: int, basis: int, rounding: Rounding
) -> None:
    principal, rate, days = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    exact = [penalty(p, r, times, d, basis, rounding) for p, r, d in rows]
    if max(exact) < 2**62:
        assert penalty_columns(principal, rate, days, times, basis, rounding).tolist() == exact


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.lists(st.tuples(*[st.integers(0, 10**5)] * 3), max_size=4),
        ),
        min_size=1, max_size=8,
    ),
    st.sampled_from(Across),
)  # fmt: skip
def test_allocation_columns_are_the_twins(
    payments: list[tuple[int, list[tuple[int, int, int]]]], across: Across
) -> None:
    owed = np.array([row for _, rows in payments for row in rows], np.int64).reshape(-1, 3)
    offsets = np.cumsum([0, *(len(rows) for _, rows in payments)], dtype=np.int64)
    paid, rest = columns.allocate_columns(np.array([amount for amount, _ in payments], np.int64), offsets, owed, across)
    for i, (amount, rows) in enumerate(payments):
        twin = allocate(amount, [dict(enumerate(row)) for row in rows], [0, 1, 2], across)
        assert rest[i] == twin.rest
        assert paid[offsets[i] : offsets[i + 1]].tolist() == [[each[k] for k in range(3)] for each in twin.paid]


def test_columns_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="int64"):
        columns.periodic_rates(np.array([1, 2], np.int64), np.array([0, 3], np.int64))


def test_many_threads_give_what_one_thread_gives() -> None:
    flows = [[-1000 * (k % 97 + 1), *[90 * (k % 97 + 1)] * (k % 30 + 5)] for k in range(12_000)]
    one, four = (columns.periodic_rates(*_ragged(flows), threads=each) for each in (1, 4))
    assert one.rate.tolist() == four.rate.tolist()


def test_numba_is_not_loaded_until_a_kernel_is_called() -> None:
    code = (
        "import sys, hengdai.maths.columns, hengdai.maths.conformance, hengdai.maths.accrual_columns; "
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
