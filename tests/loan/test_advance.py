"""Money beyond what is due, more money out, a new plan: 缩期, 减额, refunds, drawdowns, restructuring, write-off."""

from datetime import date, timedelta

import pytest

from hengdai.ledger.chart import (
    INCOME_INTEREST,
    INCOME_RECOVERY,
    INTEREST_RECEIVABLE,
    LOAN_PRINCIPAL,
    LOSS_CREDIT,
    PAYABLE_BORROWER,
)
from hengdai.loan import commands
from hengdai.loan.earn import interest_earned
from hengdai.loan.events import Paid, Settled
from hengdai.loan.payoff import payoff
from hengdai.loan.prepay import before_prepaying
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.standing import standing
from hengdai.loan.state import State
from hengdai.maths.schedule import Method, schedule
from hengdai.product.terms import FeeTiming, Intent, PayeeRole, PrepaymentTerms, Terms
from tests.loan.story import START, Story, balances, fee, granted, money, plan, refused, terms

MID = START + timedelta(days=45)


def _unpaid(story: Story) -> list[int]:
    return [due.principal - due.paid_principal + due.unpaid_interest for due in story.it.dues if due.unpaid]


def test_shortening_keeps_the_instalment_and_has_fewer_of_them() -> None:
    story = Story().running().pay_dues(1)
    instalment, left = story.it.dues[2].unpaid, len(_unpaid(story))
    granted(story.pay(5_000_00, MID, Intent.SHORTEN))
    assert len(_unpaid(story)) < left - 3
    assert _unpaid(story)[1:-1] == [instalment] * (len(_unpaid(story)) - 2)
    assert _unpaid(story)[-1] <= instalment


def test_the_fee_of_the_end_moves_to_the_new_last_instalment() -> None:
    story = Story(terms(fees=(fee(FeeTiming.EACH_INSTALMENT, 3_00), fee(FeeTiming.AT_END, 9_00)))).running()
    granted(story.pay(6_000_00, START + timedelta(days=3), Intent.SHORTEN))
    assert [due.fee for due in story.it.dues] == [3_00] * (len(story.it.dues) - 1) + [12_00]
    story.pay_dues(len(story.it.dues))
    assert story.it.totals.fees == (3_00 * len(story.it.dues), 9_00)


def test_reducing_keeps_the_number_and_makes_them_smaller() -> None:
    story = Story().running().pay_dues(1)
    before = _unpaid(story)
    granted(story.pay(5_000_00, MID, Intent.REDUCE))
    after = _unpaid(story)
    assert len(after) == len(before)
    assert all(small < large for small, large in zip(after, before, strict=True))
    assert len(set(after[1:-1])) == 1


@pytest.mark.parametrize("intent", [Intent.SHORTEN, Intent.REDUCE])
@pytest.mark.parametrize("method", list(Method))
def test_a_prepaid_loan_still_runs_to_nothing(method: Method, intent: Intent) -> None:
    flat = {"rate_e8": 0, "flat_fee_e8": 600_000} if method is Method.FLAT_FEE else {}
    story = Story(terms(plan(method=method, **flat))).running()
    answer = story.pay(4_000_00, START + timedelta(days=20), intent)
    if intent is Intent.SHORTEN and method in (Method.INTEREST_FIRST, Method.BULLET):
        assert refused(answer) is Refusal.CANNOT_SHORTEN
        return
    granted(answer)
    story.pay_dues(len([due for due in story.it.dues if due.unpaid]))
    assert story.stands() is State.CLOSED
    assert story.it.totals.interest_paid < sum(row.interest for row in schedule(story.terms.schedule))


def test_prepaying_on_the_first_day_is_as_if_less_had_been_lent() -> None:
    prepaid = Story().running()
    granted(prepaid.pay(4_000_00, START, Intent.REDUCE))
    smaller = schedule(plan(8_000_00))
    assert [due.unpaid for due in prepaid.it.dues] == [row.total for row in smaller]


def test_interest_to_the_day_is_paid_on_the_old_balance_and_the_rest_of_the_period_on_the_new() -> None:
    story = Story(terms(plan(12_000_00, 1, rate_e8=36_000_000, method=Method.BULLET))).running()
    granted(story.pay(6_000_00 + 186_00, START + timedelta(days=16), Intent.REDUCE))
    due = story.it.dues[0]
    # 12,000.00 at 36 % a year is 360.00 a month; 16 of 31 days earn 185.81, and 6,000.19 went to the principal.
    assert due.paid_interest == 185_81
    assert story.it.totals.repaid == 6_000_19
    # 5,999.81 at 3 % a month is 179.99; 16 of 31 days of that (92.90) were not owed on the new balance.
    assert due.interest == 185_81 + 179_99 - 92_90


def test_arrears_are_paid_before_anything_is_prepaid() -> None:
    story = Story().running()
    day = story.it.dues[1].due + timedelta(days=10)
    needed = before_prepaying(story.it, day).needed
    answer = story.pay(needed, day, Intent.REDUCE)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.NOT_ENOUGH_TO_PREPAY
    assert answer.figures["needed"] == str(needed)
    granted(story.pay(needed + 1, day, Intent.REDUCE))
    assert story.it.totals.penalty_paid > 0
    assert standing(story.it, day).dpd == 0
    assert story.it.totals.repaid == sum(due.principal for due in story.it.dues[:2]) + 1


def test_more_than_the_pay_off_cannot_be_prepaid_and_exactly_the_pay_off_closes() -> None:
    story = Story().running()
    asked = payoff(story.it, MID).total
    assert refused(story.pay(asked + 1, MID, Intent.SHORTEN)) is Refusal.MORE_THAN_DUE
    assert granted(story.pay(asked, MID, Intent.SHORTEN)) == (Paid(asked, Intent.SHORTEN), Settled())


def test_the_prepayment_fee_is_the_agreed_share_of_what_was_prepaid() -> None:
    story = Story(terms(prepayment=PrepaymentTerms(fee_e8=1_000_000))).running()
    granted(story.pay(1_010_00, START, Intent.REDUCE))
    assert story.it.totals.repaid == 1_000_00
    assert story.it.totals.prepayment_fee_paid == 10_00


def test_an_instalment_paid_ahead_stays_paid_when_more_is_prepaid() -> None:
    story = Story().running()
    first = story.it.dues[0]
    granted(story.pay(first.unpaid, START + timedelta(days=5)))
    granted(story.pay(3_000_00, START + timedelta(days=9), Intent.REDUCE))
    assert story.it.dues[0].unpaid == 0
    assert story.it.open_from == 1
    assert standing(story.it, first.due + timedelta(days=1)).dpd == 0


def test_an_instalment_payment_may_take_what_is_due_and_the_next_one() -> None:
    story = Story().running()
    day = story.it.dues[0].due
    both = story.it.dues[0].unpaid + story.it.dues[1].unpaid
    answer = story.pay(both + 1, day)
    assert isinstance(answer, No)
    assert (answer.refusal, answer.figures["payable"]) == (Refusal.MORE_THAN_DUE, str(both))
    assert answer.figures["payoff"] == str(payoff(story.it, day).total)
    granted(story.pay(both, day))
    assert refused(story.pay(1, day)) is Refusal.MORE_THAN_DUE


def test_a_part_of_a_refund_reduces_the_principal_without_a_fee() -> None:
    story = Story(terms(prepayment=PrepaymentTerms(fee_e8=5_000_000))).running()
    granted(story.do(commands.Refund(money(2_000_00)), START))
    assert story.it.outstanding == 10_000_00
    assert story.it.totals.prepayment_fee_paid == 0


def test_a_full_refund_closes_the_loan_and_a_surplus_is_owed_to_the_borrower() -> None:
    story = Story().running().pay_dues(2)
    owed = payoff(story.it, MID + timedelta(days=20), free=True).total
    facts = granted(story.do(commands.Refund(money(owed + 123_45)), MID + timedelta(days=20)))
    assert facts[-1] == Settled()
    assert story.stands() is State.CLOSED
    assert balances(story.books)[PAYABLE_BORROWER] == -123_45


def test_a_refund_smaller_than_the_arrears_pays_the_oldest_instalment() -> None:
    story = Story().running()
    day = story.it.dues[1].due + timedelta(days=3)
    granted(story.do(commands.Refund(money(10_00)), day))
    assert story.it.dues[0].unpaid < Story().running().it.dues[0].unpaid + story.it.dues[0].penalty_due
    assert story.it.totals.surplus == 0


def test_drawdowns_add_up_to_the_agreed_sum_and_not_beyond() -> None:
    story = Story().running(amount=5_000_00)
    day = START + timedelta(days=10)
    answer = story.do(commands.Disburse(money(7_000_01)), day)
    assert isinstance(answer, No)
    assert (answer.refusal, answer.figures["available"]) == (Refusal.MORE_THAN_AGREED, "700000")
    granted(story.do(commands.Disburse(money(7_000_00)), day))
    assert refused(story.do(commands.Disburse(money(1)), day)) is Refusal.MORE_THAN_AGREED
    assert story.it.disbursed == 12_000_00
    story.pay_dues(12)
    assert story.stands() is State.CLOSED


def test_a_second_drawdown_on_the_day_of_the_first_makes_the_plan_of_the_whole() -> None:
    parts = Story(terms(plan(method=Method.EQUAL_PRINCIPAL))).running(amount=6_000_00)
    granted(parts.do(commands.Disburse(money(6_000_00)), START))
    whole = Story(terms(plan(method=Method.EQUAL_PRINCIPAL))).running()
    assert [due.principal for due in parts.it.dues] == [due.principal for due in whole.it.dues]
    for one, other in zip(parts.it.dues, whole.it.dues, strict=True):
        assert abs(one.interest - other.interest) <= 1, "two halves round twice"


def test_a_drawdown_inside_a_period_earns_only_for_the_days_left() -> None:
    story = Story(terms(plan(2_000_00, 1, rate_e8=36_000_000, method=Method.BULLET))).running(amount=1_000_00)
    granted(story.do(commands.Disburse(money(1_000_00)), START + timedelta(days=16)))
    # 30.00 for the month on the first thousand; 15 of 31 days on the second: 30.00 less 15.48.
    assert story.it.dues[0].interest == 30_00 + 14_52


def test_a_drawdown_does_not_change_what_was_earned_before_it() -> None:
    story = Story(terms(plan(2_000_00, 1, rate_e8=36_000_000, method=Method.BULLET))).running(amount=1_000_00)
    day = START + timedelta(days=16)
    before = interest_earned(story.it, day)
    granted(story.do(commands.Disburse(money(1_000_00)), day))
    assert interest_earned(story.it, day) == before == 15_48
    # 29.04 are left for 15 days; 5 of them earn 9.68.
    assert interest_earned(story.it, day + timedelta(days=5)) == 15_48 + 9_68
    assert interest_earned(story.it, START + timedelta(days=31)) == 44_52
    assert interest_earned(story.it, START + timedelta(days=99)) == 44_52


def test_nothing_can_be_drawn_after_the_last_due_date() -> None:
    story = Story(terms(plan(count=2))).running(amount=1_000_00)
    late = story.it.dues[-1].due
    assert refused(story.do(commands.Disburse(money(1_00)), late)) is Refusal.NOTHING_LEFT_TO_PLAN


def test_a_payout_day_after_the_agreed_first_due_date_is_refused() -> None:
    story = Story(terms(plan(first_due=date(2026, 2, 20)))).signed()
    assert refused(story.do(commands.Disburse(money(1_00)), date(2026, 2, 20))) is Refusal.PLAN_NOT_POSSIBLE
    granted(story.do(commands.Disburse(money(1_00)), date(2026, 2, 19)))


def test_fees_of_the_payout_follow_what_is_drawn() -> None:
    fees = (fee(FeeTiming.DEDUCTED, 100_01, PayeeRole.FUNDER), fee(FeeTiming.UPFRONT, 10_00))
    story = Story(terms(fees=fees)).running(amount=4_000_00)
    assert story.it.totals.fees == (33_33, 3_33)
    granted(story.do(commands.Disburse(money(8_000_00)), START + timedelta(days=1)))
    assert story.it.totals.fees == (100_01, 10_00)


def _overdue() -> Story:
    of = terms(fees=(fee(FeeTiming.EACH_INSTALMENT, 10_00), fee(FeeTiming.AT_END, 5_00, PayeeRole.FUNDER)))
    return Story(of).running().pay_dues(1)


def test_restructuring_carries_what_was_due_into_the_first_instalment() -> None:
    story = _overdue()
    day = story.it.dues[2].due + timedelta(days=5)
    owed = payoff(story.it, day, free=True)
    granted(story.do(commands.Restructure(24, 12_000_000, day + timedelta(days=30)), day))
    fresh = [due for due in story.it.dues if due.unpaid]
    assert len(fresh) == 24
    assert sum(due.principal for due in fresh) == owed.principal_due + owed.principal_early == story.it.outstanding
    assert fresh[0].earned_before == owed.interest_due + owed.interest_running
    assert fresh[0].carried_fee == owed.fees == 20_00
    assert fresh[0].unpaid_penalty == owed.penalty > 0
    assert standing(story.it, day + timedelta(days=1)).dpd == 0
    assert payoff(story.it, day, free=True).total == owed.total, "a new plan changes no debt on its day"


def test_a_restructured_loan_runs_to_nothing_and_the_fee_of_the_end_stays() -> None:
    story = _overdue()
    day = story.it.dues[2].due + timedelta(days=5)
    granted(story.do(commands.Restructure(6, 12_000_000, day + timedelta(days=30)), day))
    story.pay_dues(6)
    assert story.stands() is State.CLOSED
    assert story.it.totals.fees == (30_00, 5_00)


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    story = _overdue()
    day = story.it.dues[2].due
    for command in (
        commands.Restructure(0, 0, day + timedelta(days=30)),
        commands.Restructure(6, -1, day + timedelta(days=30)),
        commands.Restructure(6, 0, day),
    ):
        assert refused(story.do(command, day)) is Refusal.PLAN_NOT_POSSIBLE


def test_penalty_after_a_restructuring_follows_the_new_rate() -> None:
    story = _overdue()
    day = story.it.dues[2].due
    granted(story.do(commands.Restructure(6, 0, day + timedelta(days=30)), day))
    carried = payoff(story.it, day).penalty
    assert payoff(story.it, day + timedelta(days=90)).penalty == carried


def _written_off() -> tuple[Story, date]:
    story = Story().running().pay_dues(2)
    day = story.it.last_day + timedelta(days=181)
    granted(story.do(commands.ChargeOff(), day))
    return story, day


def test_a_write_off_turns_principal_into_loss_and_takes_uncollected_interest_back() -> None:
    story, _ = _written_off()
    books = balances(story.books)
    lost = 12_000_00 - story.it.totals.repaid
    assert books[LOSS_CREDIT] == lost
    assert LOAN_PRINCIPAL not in books
    assert INTEREST_RECEIVABLE not in books
    assert -books[INCOME_INTEREST] == story.it.totals.interest_paid
    assert standing(story.it, story.today).bucket.value == "M5"


def test_a_written_off_debt_is_recovered_in_parts_and_closes_when_nothing_of_the_claim_is_left() -> None:
    story, day = _written_off()
    claim = story.it.claim
    assert refused(story.do(commands.Recover(money(claim + 1)), day)) is Refusal.MORE_THAN_DUE
    granted(story.do(commands.Recover(money(500_00)), day + timedelta(days=30)))
    assert story.stands() is State.CHARGED_OFF
    granted(story.do(commands.Recover(money(claim - 500_00)), day + timedelta(days=60)))
    assert story.stands() is State.CLOSED
    assert balances(story.books)[INCOME_RECOVERY] == -claim


def test_the_claim_does_not_grow_after_the_write_off() -> None:
    story, day = _written_off()
    years = day + timedelta(days=900)
    assert payoff(story.it, years).total == story.it.claim
    assert standing(story.it, years).penalty == standing(story.it, day).penalty


def test_what_is_left_of_a_written_off_debt_can_be_waived() -> None:
    story, day = _written_off()
    granted(story.do(commands.Recover(money(1_00)), day))
    granted(story.do(commands.Close(), day + timedelta(days=1)))
    assert story.stands() is State.CLOSED
    assert refused(story.do(commands.Recover(money(1_00)), day + timedelta(days=2))) is Refusal.WRONG_STATE


def test_a_recovery_cannot_count_for_a_day_before_the_write_off() -> None:
    story, day = _written_off()
    assert refused(story.do(commands.Recover(money(1_00)), day - timedelta(days=1))) is Refusal.OUT_OF_ORDER


@pytest.mark.parametrize(
    ("of", "first"),
    [(terms(plan(rate_e8=0)), 1_000_00), (terms(plan(rate_e8=36_000_000)), 1_205_55)],
    ids=["0 %", "36 %"],
)
def test_the_ends_of_the_range_of_rates(of: Terms, first: int) -> None:
    story = Story(of, all_in_cost_simple=20_000_000, all_in_cost_compound=20_000_000).running()
    assert story.it.dues[0].unpaid == first
    story.pay_dues(12)
    assert story.stands() is State.CLOSED


def test_a_drawdown_may_open_an_instalment_before_one_that_was_prepaid_into() -> None:
    schedule = plan(65_25, 8, rate_e8=7_300_000, method=Method.EQUAL_PRINCIPAL, due_day=1, grace_principal=1)
    story = Story(terms(schedule)).running(amount=42_41)
    day = START + timedelta(days=10)
    granted(story.pay(story.it.dues[0].unpaid, day))
    granted(story.pay(27, day, Intent.REDUCE))
    granted(story.do(commands.Disburse(money(22_84)), day))
    assert story.it.open_from == 0
    granted(story.pay(36, day, Intent.REDUCE))
    story.pay_dues(len([due for due in story.it.dues if due.unpaid]))
    assert story.stands() is State.CLOSED
