"""Every figure of a loan says why: the clause, the facts, the arithmetic; and the value is the one shown elsewhere."""

from datetime import timedelta

import pytest

from hengdai.loan import commands
from hengdai.loan.explain import why
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import standing
from hengdai.maths.schedule import Method
from hengdai.product.cost import quote
from hengdai.product.terms import FeeTiming, Intent
from tests.loan.story import START, Story, fee, granted, plan, terms

DAY = START + timedelta(days=70)


def _story() -> Story:
    return Story(terms(fees=(fee(FeeTiming.EACH_INSTALMENT, 10_00),))).running().pay_dues(1)


@pytest.mark.parametrize(
    "figure",
    ["outstanding", "payoff", "overdue", "dpd", "penalty", "all_in_simple", "all_in_compound", "due/2/principal",
     "due/2/interest", "due/2/fee", "due/2/penalty"],
)  # fmt: skip
def test_every_figure_has_a_clause_and_facts_in_both_languages(figure: str) -> None:
    found = why(_story().it, figure, DAY)
    assert found.value > 0
    assert found.because
    for reason in found.because:
        assert reason.cite
        assert reason.text.zh
        assert reason.text.en
        assert reason.figures


def test_the_value_explained_is_the_value_used() -> None:
    loan = _story().it
    price, now = quote(loan.terms), standing(loan, DAY)
    assert why(loan, "payoff", DAY).value == payoff(loan, DAY).total
    assert why(loan, "overdue", DAY).value == now.overdue
    assert why(loan, "dpd", DAY).value == now.dpd
    assert why(loan, "penalty", DAY).value == now.penalty
    assert why(loan, "outstanding", DAY).value == loan.outstanding
    assert why(loan, "all_in_simple", DAY).value == price.simple_e8
    assert why(loan, "due/2/interest", DAY).value == loan.dues[1].interest


def test_a_penalty_is_explained_by_the_figures_of_the_contract() -> None:
    reason = why(_story().it, "due/2/penalty", DAY).because[-1]
    assert reason.cite == "terms.late"
    assert reason.figures["days"] == "11"
    assert reason.figures["multiplier"] == "1.5"
    assert reason.figures["rate"] == "18.0000%"


def test_interest_split_by_a_prepayment_says_what_was_earned_before() -> None:
    story = Story().running()
    granted(story.pay(3_000_00, START + timedelta(days=9), Intent.REDUCE))
    found = why(story.it, "due/1/interest", START + timedelta(days=9))
    assert len(found.because) == 2
    assert found.because[1].figures["until"] == "2026-01-24"


def test_a_flat_fee_is_explained_on_the_first_principal() -> None:
    story = Story(terms(plan(method=Method.FLAT_FEE, rate_e8=0, flat_fee_e8=600_000))).running()
    reason = why(story.it, "due/3/interest", START).because[0]
    assert reason.figures["rate"] == "0.6000%"
    assert "初始本金" in reason.text.zh


def test_a_written_off_loan_explains_its_outstanding_principal() -> None:
    story = _story()
    granted(story.do(commands.ChargeOff(), DAY))
    found = why(story.it, "outstanding", DAY)
    assert found.value == 0
    assert len(found.because) == 3


@pytest.mark.parametrize("figure", ["", "mood", "due/99/interest", "due/1/colour", "due/1", "payoff/1"])
def test_a_figure_that_is_none_names_those_there_are(figure: str) -> None:
    with pytest.raises(LookupError, match="payoff"):
        why(_story().it, figure, DAY)
