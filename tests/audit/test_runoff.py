"""The run-off plan: every remedy brings the loan to the cap, the cheapest is taken, and the months reach zero."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.audit.above import Span, old_loans
from hengdai.audit.runoff import Old, Remedy, step_of
from hengdai.audit.timetable import days_of, timetable
from hengdai.maths.cost import NoRate, all_in
from tests.audit.tapes import PACK, audited

CAP = 24_000_000
DEAR = Old("A1", (1_000_000, *[-105_000] * 12), CAP, 4, 5_000)


def cost(flows: tuple[int, ...]) -> int:
    return all_in(flows, 12).simple_e8


@pytest.mark.parametrize("remedy", [each for each in Remedy if each is not Remedy.RUN_OUT])
def test_each_remedy_brings_the_loan_to_the_cap(remedy: Remedy) -> None:
    step = step_of(DEAR, (remedy,))
    assert step is not None and step.remedy is remedy
    assert cost(step.flows) <= CAP < cost(DEAR.flows)


@settings(max_examples=60, deadline=None)
@given(
    net=st.integers(200_000, 3_000_000), over=st.integers(1, 400_000), count=st.integers(2, 24),
    passed=st.integers(0, 23), fee=st.integers(0, 20_000), remedy=st.sampled_from(Remedy),
)  # fmt: skip
def test_a_mended_loan_is_never_above_the_cap(
    net: int, over: int, count: int, passed: int, fee: int, remedy: Remedy
) -> None:
    old = Old("A1", (net, *[-(net + over) // count] * count), CAP, min(passed, count - 1), fee)
    step = step_of(old, (remedy,))
    if step is None:
        return
    try:
        assert cost(step.flows) <= CAP
    except NoRate:
        # Money comes back as one sum larger than an instalment: no single rate, so the value at the cap decides.
        growth = 1 + CAP / 12e8
        assert sum(flow / growth**month for month, flow in enumerate(step.flows)) >= -1


def test_a_loan_within_the_cap_needs_nothing() -> None:
    assert step_of(Old("A1", (1_000_000, *[-90_000] * 12), CAP, 4)) is None


def test_the_cheapest_of_the_allowed_remedies_is_taken_and_the_others_are_told() -> None:
    step = step_of(DEAR)
    assert step is not None and step.price == min(step.prices.values())
    assert set(step.prices) == set(Remedy) - {Remedy.RUN_OUT}


def test_a_loan_whose_instalments_are_all_paid_can_only_be_refunded() -> None:
    step = step_of(Old("A1", DEAR.flows, CAP, 12), (Remedy.RATE_CUT,))
    assert step is not None and step.remedy is Remedy.REFUND and set(step.prices) == {Remedy.REFUND}


START, BY = date(2026, 11, 23), date(2027, 3, 31)
DUE = tuple(date(2026 + (8 + n) // 12, (8 + n) % 12 + 1, 5) for n in range(12))


def test_the_plan_mends_every_loan_and_ends_at_zero() -> None:
    olds = [Old(f"A{n}", DEAR.flows, CAP, n, due=DUE) for n in range(10)]
    told = timetable(olds, START, BY)
    assert [month.left for month in told.months][-1] == 0
    assert sum(month.mended for month in told.months) == 10 == len(told.loans)
    assert told.price == sum(loan.step.price for loan in told.loans)


def test_a_remedy_is_priced_on_the_day_it_is_given() -> None:
    told = timetable([replace(DEAR, loan_id=f"A{n}", due=DUE, passed=0) for n in range(4)], START, BY)
    refunds = [loan.step.prices[Remedy.REFUND] for loan in told.loans]
    assert [loan.step.passed for loan in told.loans] == [4, 5, 6, 7]
    assert refunds == sorted(refunds) and refunds[0] < refunds[-1]
    assert all(cost(loan.step.flows) <= CAP for loan in told.loans)


def test_no_month_of_the_plan_is_after_its_last_day() -> None:
    assert days_of(START, date(2026, 11, 30)) == [date(2026, 11, 30)]
    assert days_of(START, START) == [START]
    assert days_of(START, date(2027, 1, 10)) == [date(2026, 12, 23), date(2027, 1, 10)]


@pytest.mark.parametrize(("by", "said"), [(date(2026, 11, 22), "is before"), (date(2207, 12, 31), "ten years")])
def test_a_plan_that_goes_backwards_or_on_for_ever_is_refused(by: date, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        days_of(START, by)


def test_a_settlement_asks_no_more_than_the_contract_leaves_open() -> None:
    # 12 % with a monthly fee: at the cap more would be owed than the principal that is left.
    old = Old("A1", (1_000_000, *[-95_000] * 12), CAP, 6, 6_151, balances=(1_000_000, *[514_900] * 12))
    step = step_of(old, (Remedy.SETTLEMENT,))
    assert step is not None and step.remedy is Remedy.SETTLEMENT and step.amount == 514_900
    free = step_of(replace(old, balances=()), (Remedy.SETTLEMENT,))
    assert free is not None and free.amount > step.amount


@pytest.mark.parametrize("remedy", [Remedy.FEE_WAIVER, Remedy.RATE_CUT, Remedy.REFUND])
def test_a_charge_that_nobody_may_make_stops_under_every_remedy(remedy: Remedy) -> None:
    step = step_of(replace(DEAR, forbidden_each=5_000), (remedy,))
    assert step is not None and step.remedy is remedy
    assert all(flow >= -100_000 for flow in step.flows[5:])


def test_fees_are_waived_only_as_far_as_needed() -> None:
    step = step_of(replace(DEAR, fee_each=90_000), (Remedy.FEE_WAIVER,))
    assert step is not None and step.back == 0 and step.amount < 90_000
    assert cost(step.flows) <= CAP


def test_a_loan_that_is_repaid_at_once_is_lowered_in_its_last_payment() -> None:
    step = step_of(Old("A1", (1_000_000, 0, 0, -1_100_000), CAP, 1), (Remedy.RATE_CUT,))
    assert step is not None and step.remedy is Remedy.RATE_CUT and step.flows[2] == 0
    assert cost(step.flows) <= CAP


def test_a_loan_that_may_run_out_costs_nothing_and_leaves_with_its_last_instalment() -> None:
    old = replace(DEAR, due=DUE[:4] * 3, may_run_out=True)
    told = timetable([replace(old, due=(*[START] * 11, date(2027, 1, 5)))], START, BY)
    assert told.loans[0].step.remedy is Remedy.RUN_OUT and told.price == 0
    assert [month.left for month in told.months] == [1, 0, 0, 0] and told.months[1].ended == 1


def above(folder: Path, *rows: dict[str, str], start: date = START, **more: object) -> list[Old]:
    found: list[Old] = []
    audited(folder, *rows, watch=lambda each: found.extend(old_loans(each, Span(start, BY), PACK)), **more)  # type: ignore[arg-type]
    return found


def test_what_falls_due_before_the_plan_begins_has_passed_though_the_tape_is_older(tmp_path: Path) -> None:
    (old,) = above(tmp_path, {"月费": "100", "数据日": "2026-05-20"}, start=date(2026, 8, 20))
    assert old.passed == 7


def test_a_closed_loan_has_nothing_to_come(tmp_path: Path) -> None:
    (old,) = above(tmp_path, {"月费": "100"}, status="closed")
    step = step_of(old)
    assert old.to_come == 0 and step is not None and set(step.prices) == {Remedy.REFUND}


def test_only_a_loan_of_before_the_cap_that_ends_in_time_may_run_out(tmp_path: Path) -> None:
    rows = ({"借据号": "A1", "放款日": "2025-09-30"}, {"借据号": "A2", "放款日": "2025-10-01"},
            {"借据号": "A3", "放款日": "2025-09-30", "期数": "36"})  # fmt: skip
    olds = above(tmp_path, *({"月费": "100"} | row for row in rows), as_if=date(2026, 10, 1))
    assert [old.may_run_out for old in olds] == [True, False, False]


def test_every_remedy_of_the_chinese_pack_stands_on_a_clause() -> None:
    assert all(PACK.parameter(f"runoff_{remedy.value}").on(START) for remedy in Remedy)
