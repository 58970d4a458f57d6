"""The plan of a loan is made from its own terms alone, whoever stands beside it in the batch."""

from datetime import date, timedelta

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hengdai.audit.plan import plans_of
from hengdai.audit.tape import METHODS

START = date(2026, 1, 29)
loan = st.fixed_dictionaries(
    {
        "principal": st.integers(1, 10**8),
        "rate": st.integers(0, 40).map(lambda percent: percent * 10**6),
        "count": st.integers(0, 14),
        "method": st.sampled_from(METHODS) | st.none(),
        "flat_fee_rate": st.none() | st.integers(0, 10**6),
        "disbursed_on": st.integers(0, 60).map(lambda days: START + timedelta(days=days)),
        "due_day": st.none() | st.sampled_from([0, 5, 31]),
        "period_days": st.none() | st.sampled_from([0, 7, 30]),
        "first_due": st.none() | st.integers(20, 90).map(lambda days: START + timedelta(days=days)),
    }
)
SCHEMA = {
    "principal": pl.Int64, "rate": pl.Int64, "count": pl.Int64, "method": pl.String, "flat_fee_rate": pl.Int64,
    "disbursed_on": pl.Date, "due_day": pl.Int64, "first_due": pl.Date,
    "period_days": pl.Int64,
}  # fmt: skip


def _level(paid_out: date, due_day: int | None, first_due: date) -> dict[str, object]:
    return {"principal": 10**6, "rate": 12 * 10**6, "count": 6, "method": "equal_instalment", "flat_fee_rate": None,
            "disbursed_on": paid_out, "due_day": due_day, "first_due": first_due, "period_days": None}  # fmt: skip


# The first falls on the last day of each month; the second begins on the last of February and stays on the 28th.
NEIGHBOURS = [_level(date(2026, 2, 10), 31, date(2026, 3, 31)), _level(date(2026, 1, 20), None, date(2026, 2, 28))]


@settings(deadline=None, max_examples=40)
@example(NEIGHBOURS)
@given(st.lists(loan, min_size=1, max_size=8))
def test_the_plan_of_a_loan_does_not_depend_on_its_neighbours(loans: list[dict[str, object]]) -> None:
    together = plans_of(pl.DataFrame(loans, schema=SCHEMA))
    for place, each in enumerate(loans):
        alone = plans_of(pl.DataFrame([each], schema=SCHEMA))
        span = slice(together.offsets[place], together.offsets[place + 1])
        assert together.made[place] == alone.made[0]
        for mine, its in ((together.due, alone.due), (together.principal, alone.principal),
                          (together.interest, alone.interest), (together.closing, alone.closing)):  # fmt: skip
            assert mine[span].tolist() == its.tolist()
