"""Flows as columns, and what they lack: equal to the plain twins."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hengdai.maths.charged import Charges, Stated, charged, charged_columns
from hengdai.maths.shortfall import shortfall, shortfall_columns
from tests.maths.test_columns import _ragged, any_flows

charges = st.tuples(
    st.integers(-100, 10**6), st.lists(st.tuples(st.integers(0, 500), st.integers(0, 9)), max_size=6),
    st.integers(1, 9), st.integers(0, 50), st.builds(Stated, st.integers(0, 510), st.booleans()) | st.none(),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(charges, min_size=1, max_size=6))
def test_charged_columns_are_the_twins_flows(
    loans: list[tuple[int, list[tuple[int, int]], int, int, Stated | None]],
) -> None:
    rows = [plan for _, plan, _, _, _ in loans]
    # A plan of one row may span several periods; one of more rows has a row a period; none has no period.
    periods = [spans if len(plan) == 1 else len(plan) for _, plan, spans, _, _ in loans]
    first = np.cumsum([0, *map(len, rows)])
    principal, interest = (np.array([row[at] for plan in rows for row in plan], np.int64) for at in (0, 1))
    stated = [each[4] or Stated(0, level=False) for each in loans]
    values, offsets = charged_columns(Charges(
        np.array([each[0] for each in loans]), first, principal, interest, np.array(periods),
        np.array([each[3] for each in loans]), np.array([each.instalment for each in stated]),
        np.array([each[4] is not None for each in loans]), np.array([each.level for each in stated]),
    ))  # fmt: skip
    for i, (received, plan, _, each, told) in enumerate(loans):
        mine = charged(received, [sum(row) for row in plan], periods[i], each, told)
        assert values[offsets[i] : offsets[i + 1]].tolist() == mine


growths = st.builds(Fraction, st.integers(10**9, 3 * 10**9), st.just(12 * 10**8)) | st.sampled_from(
    [Fraction(1), Fraction(51, 50), Fraction(3, 2), 1 + Fraction(24_000_000, 12 * 10**8)]
)


@settings(deadline=None)
@given(st.lists(st.tuples(any_flows.filter(bool), growths, st.integers(0, 7)), min_size=1, max_size=6))
@example([([10_000, -5_100, -5_202], Fraction(51, 50), 0), ([0, -100, -102], Fraction(51, 50), 2)])
def test_shortfall_columns_are_the_twins_amounts(loans: list[tuple[list[int], Fraction, int]]) -> None:
    values, offsets = _ragged([flows for flows, _, _ in loans])
    at = [min(place, len(flows) - 1) for flows, _, place in loans]
    which = np.arange(len(loans))[::-1].copy()
    found = shortfall_columns(values, offsets, which, [loans[i][1] for i in which], np.array(at)[which])
    assert found.tolist() == [shortfall(loans[i][0], loans[i][1], at[i]) for i in which]
    for (flows, growth, _), place, back in zip(reversed(loans), reversed(at), found.tolist(), strict=True):
        worth = sum((flow * growth ** (place - k) for k, flow in enumerate(flows)), Fraction(0))
        assert worth + back >= 0 and (back == 0 or worth + back < 1)
