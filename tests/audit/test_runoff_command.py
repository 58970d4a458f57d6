"""`hengdai audit runoff` on whole tapes: every loan is planned or named with a reason, and all files say the same."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hengdai.maths.cost import all_in_days
from tests.audit.tapes import write
from tests.audit.test_command import run as audit

MAP = """
[tape]
pack = "cn"
currency = "CNY"
[constants]
lender_kind = "bank"
product_kind = "consumer"
internet_loan = true
[columns]
loan_id = { header = "借据号" }
lender = { header = "资金方" }
partner = { header = "平台" }
principal = { header = "本金", unit = "major" }
payout = { header = "到账", unit = "major" }
rate = { header = "年利率", unit = "percent" }
count = { header = "期数" }
disbursed_on = { header = "放款日" }
periodic_fee = { header = "月费", unit = "major" }
platform_fee = { header = "平台费", unit = "major" }
[columns.method]
header = "方式"
words = { "等额本息" = "equal_instalment", "到期还" = "bullet" }
"""
PLAIN = {
    "借据号": "C1", "资金方": "甲银行", "平台": "子", "本金": "10000", "到账": "10000", "年利率": "12", "期数": "12",
    "放款日": "2026-01-15", "月费": "0", "平台费": "0", "方式": "等额本息",
}  # fmt: skip
SINCE, BY = "2026-06-01", "2026-11-30"
TAPE: tuple[dict[str, str], ...] = (
    {},
    {"借据号": "P1", "到账": "", "月费": "150"},
    {"借据号": "P2", "到账": ""},
    {"借据号": "D1", "本金": "1000", "到账": "950", "期数": "14天", "方式": "到期还", "放款日": "2026-05-25"},
    {"借据号": "D2", "本金": "1000", "到账": "1000", "期数": "14天", "方式": "到期还", "放款日": "2026-05-25"},
    {"借据号": "D3", "本金": "1000", "到账": "950", "期数": "14天", "方式": "到期还", "放款日": "2026-02-01"},
    {"借据号": "R1", "放款日": "2025-09-30", "月费": "150"},
    {"借据号": "R2", "放款日": "2025-10-01", "月费": "150"},
    {"借据号": "R3", "放款日": "2025-09-30", "月费": "150", "期数": "24"},
    {"借据号": "F1", "平台费": "150", "月费": "50", "平台": "丑"},
    {"借据号": "T1", "期数": "0"},
    {"借据号": "X1", "本金": "3,0000"},
)


class Plan:
    """What a run left in its folder."""

    def __init__(self, folder: Path, said: str) -> None:
        self.said = said
        self.told: dict[str, Any] = json.loads((folder / "runoff.json").read_text("utf-8"))
        self.rows = pl.read_csv(folder / "runoff.csv").with_columns(pl.col("loan_id").cast(pl.String))
        self.left_out = pl.read_csv(folder / "runoff-left-out.csv", schema_overrides={"reason": pl.String})
        self.rejects = pl.read_csv(folder / "rejects.csv")
        self.page = {name: (folder / f"runoff{name}.html").read_text("utf-8") for name in ("", ".en")}

    def loan(self, loan_id: str) -> dict[str, Any]:
        """The row of one loan of the plan."""
        return self.rows.filter(pl.col("loan_id") == loan_id).row(0, named=True)


def planned(folder: Path, rows: Any, *options: str) -> Plan:
    """The plan for these rows, each laid over a plain loan."""
    write(folder / "tape.csv", [PLAIN | row for row in rows])
    (folder / "own.toml").write_text(MAP, "utf-8")
    done = audit(folder, "runoff", "tape.csv", "--map", "own.toml", "--since", SINCE, "--by", BY, "--out", "out",
                 "--no-pdf", *options)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Plan(folder / "out", done.stdout)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(tmp_path_factory.mktemp("runoff"), TAPE, "--as-if", "2026-06-01")


def test_every_row_is_planned_or_within_or_named_with_a_reason(plan: Plan) -> None:
    told = plan.told
    assert told["audited"] + told["rejected"] == len(TAPE)
    assert told["audited"] == told["within_cap"] + told["loans"] + sum(told["left_out"].values())
    assert plan.rows.height == told["loans"] == told["above"] + told["ended_before"]
    assert dict(Counter(plan.left_out["reason"])) == told["left_out"] == {"no_cost": 1, "doubtful": 1}
    assert plan.rejects["found"].to_list() == ["3,0000"] and told["within_cap"] == 2
    named = dict(plan.left_out.select("loan_id", "reason_zh").iter_rows())
    assert named["P2"].endswith("到账金额未填, 成本仅为下限") and "算不出成本" in named["T1"]
    assert all(f"{count}" in plan.page[".en"] for count in told["left_out"].values())


def test_the_files_the_page_and_the_command_say_the_same_sums(plan: Plan) -> None:
    told, rows = plan.told, plan.rows
    money = f"CNY {told['price'] / 100:,.2f}"
    assert rows["price"].sum() == told["price"] == sum(month["price"] for month in told["months"])
    assert all(money in re.sub("<[^>]+>", "", page) for page in plan.page.values())
    assert dict(rows.group_by("remedy").len().iter_rows()) == told["remedies"]
    for name in ("lender", "partner"):
        sums = rows.group_by(name).agg(pl.len(), pl.sum("price"), pl.sum("principal"))
        assert {key: list(part.values()) for key, part in told[name].items()} == {k: v for k, *v in sums.iter_rows()}
    for month in told["months"]:
        mine = rows.filter((pl.col("month") == month["month"]) & (pl.col("remedy") != "run_out"))
        assert (mine.height, mine["price"].sum()) == (month["mended"], month["price"])
        if month["mended"]:
            assert f"{month['month']} {month['mended']} mended for CNY {month['price'] / 100:,.2f}" in plan.said
    for remedy, each in told["alternatives"].items():
        able = rows[f"price_{remedy}"].drop_nulls()
        assert (able.len(), able.sum()) == (each["loans"], each["price"]) and each["clause"]
    assert told["months"][-1]["left"] == 0


def test_a_loan_whose_payout_is_missing_is_planned_at_a_lower_bound_and_says_so(plan: Plan) -> None:
    assert plan.loan("P1")["doubt"] == "payout_missing" and plan.told["lower_bounds"] == 1
    assert "成本仅为下限" in plan.page[""] and "a lower bound" in plan.page[".en"] and "a lower bound" in plan.said


def test_loans_of_fourteen_days_are_mended_by_the_rate_of_fourteen_days(plan: Plan) -> None:
    early, over = plan.loan("D1"), plan.loan("D3")
    assert (early["passed"], early["to_come"], early["remedy"]) == (1, 0, "refund")
    assert over["price"] == early["price"] and over["passed"] == 1
    paid = -round(1000_00 * (1 + 0.12 * 14 / 360))
    after = all_in_days((950_00, paid + early["price"]), 14).simple_e8
    assert after == early["cost_after_e8"] <= 24_000_000 < early["cost_e8"]


def test_only_the_loan_of_before_the_notice_that_ends_in_time_runs_out(plan: Plan) -> None:
    remedies = {name: plan.loan(name)["remedy"] for name in ("R1", "R2", "R3")}
    assert remedies["R1"] == "run_out" and "run_out" not in (remedies["R2"], remedies["R3"])
    assert plan.loan("R1")["price"] == 0 and plan.loan("R1")["day"] == "2026-09-30"
    assert [month["ended"] for month in plan.told["months"]] == [0, 0, 0, 1, 0]
    assert "金规〔2025〕9号" in plan.told["alternatives"]["run_out"]["clause"]


def test_a_forbidden_charge_of_the_platform_stops_whatever_the_remedy(plan: Plan) -> None:
    loan = plan.loan("F1")
    assert loan["to_come"] * 15_000 <= loan["price"] < loan["price_refund"] + 1
    assert "任何机构都不得如此收费" in plan.page[""]
    assert loan["cost_after_e8"] <= 24_000_000


def test_loans_without_a_cap_are_named_and_nobody_calls_the_book_clean(tmp_path: Path) -> None:
    plan = planned(tmp_path, [{"借据号": "R1", "放款日": "2024-09-30", "月费": "150"}, {}])
    assert plan.told["left_out"] == {"no_cap": 1} and plan.told["within_cap"] == 1 and plan.rows.height == 0
    assert "no loan is known to be above the cap" in plan.said and "--as-if" in plan.said
    assert "there is nothing to run off" not in plan.page[".en"]


def test_a_tape_with_nothing_above_the_line_leaves_whole_files_and_says_so(tmp_path: Path) -> None:
    plan = planned(tmp_path, [{}, {"借据号": "C2"}])
    assert (plan.told["within_cap"], plan.told["loans"], plan.told["price"]) == (2, 0, 0)
    assert plan.rows.height == 0 == plan.left_out.height and "price_refund" in plan.rows.columns
    assert "no loan is above the cap" in plan.said and "无须清退" in plan.page[""]


def test_a_plan_that_begins_before_its_loans_were_paid_out_says_so(tmp_path: Path) -> None:
    plan = planned(tmp_path, [{"月费": "150", "放款日": "2026-07-15"}, {"借据号": "C2"}])
    assert "before the day of the data or of the payout of some of its loans (1, the last on 2026-07-15)" in plan.said
    assert "--since" in plan.page[""]


def test_a_loan_that_the_chosen_remedy_does_not_mend_is_told_by_the_command(tmp_path: Path) -> None:
    plan = planned(tmp_path, [{"月费": "150"}], "--remedy", "run_out")
    assert plan.loan("C1")["remedy"] == "refund" and "cannot be mended by the remedies" in plan.said


def test_a_picture_of_an_earlier_plan_does_not_lie_beside_a_later_one(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "runoff.pdf").write_bytes(b"%PDF an earlier plan")
    planned(tmp_path, [{"月费": "150"}])
    assert not (tmp_path / "out" / "runoff.pdf").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "tape.csv"), "not a folder"),
        (("--debits", "nowhere.csv"), "nowhere.csv: 文件不存在"),
        (("--debits", "tape.csv"), "--entities"),
        (("--since", "2026-12-01"), "is before the day it begins"),
        (("--since", "1990-01-01"), "more than ten years"),
    ],
)
def test_a_slip_in_the_call_is_told_in_words_and_ends_with_two(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    write(tmp_path / "tape.csv", [PLAIN])
    (tmp_path / "own.toml").write_text(MAP, "utf-8")
    done = audit(tmp_path, "runoff", "tape.csv", "--map", "own.toml", "--by", BY, "--no-pdf", *options)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "tape.csv").read_text("utf-8").startswith("借据号")


def test_a_folder_that_cannot_be_written_is_told_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "out" / "runoff.html").mkdir(parents=True)
    write(tmp_path / "tape.csv", [PLAIN])
    (tmp_path / "own.toml").write_text(MAP, "utf-8")
    done = audit(tmp_path, "runoff", "tape.csv", "--map", "own.toml", "--since", SINCE, "--by", BY, "--out", "out",
                 "--no-pdf")  # fmt: skip
    assert done.returncode == 2 and "runoff.html: 是目录, 不是文件 / a folder and no file" in done.stderr
