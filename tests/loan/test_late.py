"""The late-payment rule: penalty on overdue principal, arrears by day, and where the rule lives."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hengdai.loan.late as late_rule
from hengdai.base.rounding import Rounding
from hengdai.loan.late import contract_rate, met, penalty_since
from hengdai.loan.loan import Due
from hengdai.loan.standing import Bucket, bucket_of, standing
from hengdai.maths.periods import Frequency, Unit
from hengdai.maths.schedule import Method
from hengdai.product.terms import LateTerms
from tests.loan.story import START, Story, granted, plan, terms

DUE = Due(1, START, date(2026, 2, 15), 1_000_00, 15_00, 0, date(2026, 2, 15))


def test_the_rule_is_one_short_file() -> None:
    lines = Path(late_rule.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    assert "逾期罚息" in lines[0]


def test_the_due_date_itself_is_on_time() -> None:
    assert penalty_since(DUE, DUE.due, LateTerms(), plan()) == 0


def test_one_day_costs_one_day_of_one_and_a_half_times_the_contract_rate() -> None:
    # 1,000.00 x 18 % x 1.5 x 1 / 360 = 0.75
    assert penalty_since(DUE, DUE.due + timedelta(days=1), LateTerms(), plan()) == 75


def test_interest_and_fees_that_are_late_earn_nothing() -> None:
    only_interest = Due(1, START, DUE.due, 1_000_00, 15_00, 5_00, DUE.due, paid_principal=1_000_00)
    assert penalty_since(only_interest, DUE.due + timedelta(days=400), LateTerms(), plan()) == 0


def test_a_payment_within_grace_shrinks_what_the_penalty_is_computed_on() -> None:
    story = Story(terms(late=LateTerms(grace_days=5))).running()
    due = story.it.dues[0]
    granted(story.pay(due.unpaid - 100_00, due.due + timedelta(days=2)))
    assert story.it.dues[0].penalty_due == 0
    after = met(story.it.dues[0], due.due + timedelta(days=8), story.terms.late, plan())
    assert after.penalty_due == Rounding.HALF_UP.ratio(100_00 * 27 * 8, 100 * 360)


@given(
    principal=st.integers(1, 10**9), days=st.integers(1, 4000), rate=st.integers(0, 36_000_000),
    multiplier=st.sampled_from([100_000_000, 130_000_000, 150_000_000]), basis=st.sampled_from([360, 365]),
)  # fmt: skip
def test_the_penalty_is_the_sentence_of_the_contract(
    principal: int, days: int, rate: int, multiplier: int, basis: int
) -> None:
    due = Due(1, START, DUE.due, principal, 0, 0, DUE.due)
    late = LateTerms(multiplier_e8=multiplier, basis=basis)
    exact = Fraction(principal) * Fraction(rate, 10**8) * Fraction(multiplier, 10**8) * days / basis
    found = penalty_since(due, DUE.due + timedelta(days=days), late, plan(rate_e8=rate))
    assert found == Rounding.HALF_UP.one(exact)


def test_a_flat_fee_counts_as_a_rate_of_its_periods_of_a_year() -> None:
    monthly = plan(method=Method.FLAT_FEE, rate_e8=0, flat_fee_e8=600_000)
    assert contract_rate(monthly) == 7_200_000
    weekly = plan(method=Method.FLAT_FEE, rate_e8=0, flat_fee_e8=100_000, frequency=Frequency(1, Unit.WEEKS))
    assert contract_rate(weekly) == 100_000 * 360 // 7


def test_no_rate_no_penalty() -> None:
    story = Story(terms(plan(rate_e8=0))).running()
    assert standing(story.it, START + timedelta(days=300)).penalty == 0


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (91, "M4"), (121, "M5"), (151, "M6"),
     (180, "M6"), (181, "M6+"), (3000, "M6+")],
)  # fmt: skip
def test_a_bucket_is_thirty_days(days: int, bucket: str) -> None:
    assert bucket_of(days) is Bucket(bucket)


def test_arrears_count_from_the_oldest_instalment_not_paid_in_full() -> None:
    story = Story().running()
    first, second = story.it.dues[0], story.it.dues[1]
    on = second.due + timedelta(days=5)
    before = standing(story.it, on)
    assert before.dpd == (on - first.due).days
    granted(story.pay(first.unpaid, on))
    assert standing(story.it, on).first_unpaid_due == first.due, "the penalty of the first is still unpaid"
    granted(story.pay(story.it.dues[0].unpaid, on))
    assert standing(story.it, on).dpd == 5
    assert standing(story.it, on).bucket is Bucket.M1


def test_overdue_amounts_are_those_of_instalments_before_the_day() -> None:
    story = Story().running()
    due = story.it.dues[0]
    assert standing(story.it, due.due).overdue == 0
    found = standing(story.it, due.due + timedelta(days=1))
    assert (found.principal, found.interest, found.fees) == (due.principal, due.interest, 0)
    assert found.penalty == penalty_since(due, due.due + timedelta(days=1), story.terms.late, plan())


def test_money_that_does_not_reach_an_instalment_does_not_round_its_penalty() -> None:
    story = Story(terms(plan(100_07, 6))).running()
    on = story.it.dues[2].due + timedelta(days=1)
    granted(story.pay(1, on))
    assert story.it.dues[1].penalty_until == story.it.dues[1].due
