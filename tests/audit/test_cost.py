"""What a loan on a tape costs: the worked examples of the trade, fees, deductions, and exact refunds."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.audit.refund import Compounding, refund
from hengdai.maths.cost import NoRate, all_in
from tests.audit.tapes import audited

# T6 and T11 to T12 are not tapes: six instalments without the plan's last-row residue, an early payoff, fourteen days.
EXAMPLES = {
    "T1": ({"本金": "100000", "年利率": "10.9", "月供": "8833.30", "前期费": "1000"}, "12.80", "13.58"),
    "T2": ({"年利率": "24", "月供": "945.60"}, "24.00", "26.82"),
    "T3": ({"年利率": "36", "月供": "1004.62"}, "36.00", "42.58"),
    "T4": ({"本金": "20000", "年利率": "24", "月供": "1891.19", "月费": "75"}, "31.67", "36.69"),
    "T5": ({"年利率": "24", "月供": "945.60", "月费": "75"}, "39.18", "47.05"),
    "T7": ({"年利率": "20", "月供": "926.35", "前期费": "199"}, "23.91", "26.71"),
    "T8": ({"年利率": "7.2", "担保费": "80"}, "24.12", "26.98"),
    "T9": ({"本金": "50000", "年利率": "12", "期数": "24", "到账": "48500"}, "15.09", "16.18"),
    "T10": ({"本金": "30000", "年利率": "15", "期数": "24", "月费": "150"}, "25.23", "28.36"),
    "T13": ({"本金": "400", "年利率": "35", "期数": "36", "月供": "18.23"}, "35.60", "42.02"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_published_example_comes_out_to_the_last_digit_printed(name: str, tmp_path: Path) -> None:
    row, simple, compound = EXAMPLES[name]
    found = audited(tmp_path, row).only()
    assert f"{found['simple_e8'] / 10**6:.2f}" == simple
    assert f"{found['compound_e8'] / 10**6:.2f}" == compound


def test_a_loan_below_the_line_holds_and_one_above_it_is_breached(tmp_path: Path) -> None:
    below = audited(tmp_path, {"年利率": "23.99"}).only()
    above = audited(tmp_path, {"年利率": "24", "月供": "945.65"}).only()
    assert (below["cap_simple_e8"], below["over_simple_e8"], below["refund_simple"]) == (24_000_000, 0, 0)
    assert "cn.lf-009" in above["breached"].split(";") and above["refund_simple"] > 12


def test_a_loan_that_passes_the_line_by_the_rounding_of_its_instalments_is_breached_and_counted_apart(
    tmp_path: Path,
) -> None:
    result = audited(tmp_path, {"年利率": "24"})
    assert 0 < result.only()["over_simple_e8"] < 100
    assert (result.tally.over["simple"], result.tally.rounding["simple"]) == (1, 1)


def test_money_kept_back_from_the_payout_raises_the_cost_and_is_attested(tmp_path: Path) -> None:
    whole = audited(tmp_path, {"到账": "10000"}).only()
    kept = audited(tmp_path, {"到账": "9400"}).only()
    assert kept["kept_back"] == 60_000 and kept["received"] == 940_000
    assert kept["simple_e8"] > whole["simple_e8"]
    assert "cn.jud-004" in kept["breached"] and "cn.jud-004" not in whole["breached"] + whole["undetermined"]


def test_a_fee_that_is_kept_back_is_not_counted_twice(tmp_path: Path) -> None:
    declared = audited(tmp_path, {"前期费": "300"}).only()
    both = audited(tmp_path, {"前期费": "300", "到账": "9700"}).only()
    assert declared["simple_e8"] == both["simple_e8"]


def test_without_a_method_nothing_is_computed_and_nothing_passes(tmp_path: Path) -> None:
    result = audited(tmp_path, {}, {"借据号": "A2"})
    assert result.tally.answers["clean"] == 2
    unknown = audited(tmp_path, {"期数": "0"}).only()
    assert unknown["simple_e8"] is None and unknown["answer"] != "clean"
    assert "cn.lf-009" in unknown["undetermined"].split(";")


def test_a_payout_of_nothing_has_no_cost_and_is_a_finding(tmp_path: Path) -> None:
    found = audited(tmp_path, {"到账": "0", "前期费": "10000"}).only()
    assert found["simple_e8"] is None and "received:material" in found["differences"].split(";")


def test_before_the_law_was_in_force_its_cap_does_not_govern(tmp_path: Path) -> None:
    old = audited(tmp_path, {"年利率": "30", "放款日": "2025-09-30"}).only()
    new = audited(tmp_path, {"年利率": "30", "放款日": "2025-10-01"}).only()
    assert "cn.lf-009" not in old["breached"].split(";") and "cn.lf-009" in new["breached"].split(";")


def test_a_loan_can_be_judged_as_if_written_on_another_day(tmp_path: Path) -> None:
    found = audited(tmp_path, {"年利率": "30", "放款日": "2011-03-01"}, as_if=date(2026, 1, 1)).only()
    assert "cn.lf-009" in found["breached"].split(";")


def test_before_the_pack_covers_a_day_every_rule_is_undetermined(tmp_path: Path) -> None:
    found = audited(tmp_path, {"年利率": "30", "放款日": "2011-03-01"}).only()
    assert found["breached"] == "" and "cn.lf-009" in found["undetermined"].split(";")
    assert found["answer"] != "clean"


@settings(max_examples=60, deadline=None)
@given(
    net=st.integers(50_000, 5_000_000), instalment=st.integers(100, 900_000), count=st.integers(1, 36),
    cap=st.integers(1_000_000, 60_000_000), at=st.integers(0, 36), compounding=st.sampled_from(Compounding),
)  # fmt: skip
def test_the_refund_brings_the_cost_to_the_cap_and_one_fen_less_does_not(
    net: int, instalment: int, count: int, cap: int, at: int, compounding: Compounding
) -> None:
    flows, month = [net, *[-instalment] * count], min(at, count - 1)
    back = refund(flows, cap, month, compounding)

    def cost(given: int) -> int | None:
        after = list(flows)
        after[month] += given
        try:
            exact = all_in(after, 12)
        except NoRate:
            return None
        return exact.simple_e8 if compounding is Compounding.SIMPLE else exact.compound_e8

    before, after = cost(0), cost(back)
    if back == 0:
        assert before is None or before <= cap
    elif after is not None and (less := cost(back - 1)) is not None:
        assert after <= cap <= less
