"""Figures that can be read and cannot well be meant: each loan says so, and none of them passes as clean."""

from pathlib import Path

import polars as pl
import pytest

from hengdai.audit.batch import Answer
from hengdai.audit.clean import EXCEL, Reading, read
from hengdai.audit.guess import draft, guess
from hengdai.audit.tape import BY_NAME
from tests.audit.tapes import audited

VARIED = [
    {"借据号": "A1", "到账": "10000", "分类": "正常", "数据日": "2026-06-20", "已还": "2000"},
    {"借据号": "A2", "到账": "", "分类": "", "数据日": "", "已还": ""},
    {"借据号": "A3", "到账": "9000", "年利率": "23", "分类": "次级", "数据日": "2026-06-20", "已还": "0"},
    {"借据号": "A4", "到账": "", "年利率": "0.24", "担保": "乙", "担保费": "50"},
    {"借据号": "A5", "期数": "0"},
    {"借据号": "A6", "月费": "-5", "明示成本": "12"},
]
HEADERS = dict.fromkeys(name for row in VARIED for name in row)


def test_a_loan_is_answered_alike_in_whatever_company_it_is_read(tmp_path: Path) -> None:
    whole = [dict.fromkeys(HEADERS, "") | {"年利率": "12", "期数": "12"} | row for row in VARIED]
    together = audited(tmp_path, *whole).findings.drop("row")
    alone = pl.concat([audited(tmp_path, row).findings.drop("row") for row in whole])
    assert together.equals(alone)


def test_a_payout_that_is_not_told_is_no_payout_in_full(tmp_path: Path) -> None:
    found = audited(tmp_path, {"到账": "10000"}, {"借据号": "A2", "到账": ""}).findings
    assert found["answer"].to_list() == [Answer.CLEAN.value, Answer.DIFFERENT.value]
    assert found["differences"].to_list() == ["", "payout_missing:material"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"月供": "100"}, "amortises"), ({"年利率": "0.24"}, "rate_unit"), ({"月费": "-5"}, "negative"),
        ({"期数": "0"}, "terms"), ({"本金": "-1"}, "terms"), ({"到账": "20000"}, "received"),
    ],
)  # fmt: skip
def test_each_is_named_and_none_is_clean(row: dict[str, str], said: str, tmp_path: Path) -> None:
    found = audited(tmp_path, row).only()
    assert f"{said}:material" in found["differences"].split(";")
    assert found["answer"] != Answer.CLEAN.value


@pytest.mark.parametrize(("rate", "named"), [("0", False), ("0.99", True), ("1", False)])
def test_a_rate_below_one_percent_is_asked_about_and_none_at_all_is_not(rate: str, named: bool, tmp_path: Path) -> None:
    assert ("rate_unit" in audited(tmp_path, {"年利率": rate}).only()["differences"]) is named


def test_day_numbers_of_a_sheet_are_read_where_the_mapping_says_so() -> None:
    day = Reading(BY_NAME["disbursed_on"], "x", format=EXCEL)
    typed, unread = read(pl.Series(["46037", "46037.75", "60", "2026-01-15", "123456"]), day)
    assert [str(each) for each in typed[:2]] == ["2026-01-15", "2026-01-15"]
    assert unread.to_list() == [False, False, True, True, True]
    instant = Reading(BY_NAME["applied_at"], "x", format=EXCEL)
    assert str(read(pl.Series(["46037.75"]), instant)[0][0]) == "2026-01-15 18:00:00"


def test_a_guess_says_what_makes_it_think_of_day_numbers() -> None:
    (found,) = guess(["放款日"], {"放款日": ["46037", "46038"]})
    assert found.format == EXCEL
    assert "Excel" in found.evidence


def test_a_share_whose_unit_the_sample_does_not_settle_is_drafted_with_its_choices() -> None:
    drafted = draft(guess(["每期手续费率"], {"每期手续费率": ["0.6", "0.01", "1"]}), pack="cn", currency="CNY")
    assert '# unit = "?"' in drafted
    assert "percent | fraction" in drafted


@pytest.mark.parametrize(
    ("kind", "as_of", "classes"),
    [
        # 未还一分, 首期 2026-02-15 到期: 逾期 0, 1, 90, 91, 120, 121, 180, 181 天.
        ("consumer", "2026-02-15", "normal"), ("consumer", "2026-02-16", "special_mention"),
        ("consumer", "2026-05-16", "special_mention"), ("consumer", "2026-05-17", "substandard"),
        ("consumer", "2026-11-12", "substandard"), ("consumer", "2026-11-13", "doubtful"),
        ("credit_card", "2026-05-16", "special_mention"), ("credit_card", "2026-05-17", "substandard"),
        ("credit_card", "2026-06-15", "substandard"), ("credit_card", "2026-06-16", "doubtful"),
        ("credit_card", "2026-08-14", "doubtful"), ("credit_card", "2026-08-15", "loss"),
    ],
)  # fmt: skip
def test_the_class_follows_the_days_past_due_and_cards_have_lines_of_their_own(
    kind: str, as_of: str, classes: str, tmp_path: Path
) -> None:
    row = {"数据日": as_of, "已还": "0", "分类": "正常"}
    found = audited(tmp_path, row, product_kind=kind).only()
    assert found["class5_at_least"] == classes
    assert ("class5:material" in found["differences"]) is (classes != "normal")
