"""Loans whose term is told in days: how it is read, what the plan is, and what they cost over a year of 365 days."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hengdai.audit.batch import Audited, Terms, audit_batch
from hengdai.audit.intake import SOURCE, take_in
from hengdai.audit.mapping import parse_mapping
from hengdai.audit.plan import day_of
from hengdai.audit.refund import Compounding, period_growth
from hengdai.audit.tally import Tally
from hengdai.audit.term import months_begun
from hengdai.audit.views import views_of
from hengdai.maths.cost import all_in_days
from tests.audit.tapes import COLUMNS, CONSTANTS, LOAN, PACK, audited

DAYS: dict[str, dict[str, Any]] = {
    "method": {
        "header": "方式",
        "words": {"到期还": "bullet", "等额本息": "equal_instalment", "先息": "interest_first"},
    },
    "term_unit": {"header": "单位", "words": {"月": "month", "天": "day"}},
    "period_days": {"header": "每期天数"},
    "first_due": {"header": "首期"},
    "prepayment_fee_rate": {"header": "违约金", "unit": "percent"},
}


def judged(*rows: dict[str, str], **constants: object) -> tuple[Audited, pl.DataFrame]:
    """The audit of these rows laid over a plain loan, and the rejects."""
    whole = [{**LOAN, "借据号": f"A{n}", "方式": "到期还", **row} for n, row in enumerate(rows, 1)]
    headers = list(dict.fromkeys(name for row in whole for name in row))
    columns = {name: spec for name, spec in (COLUMNS | DAYS).items() if spec["header"] in headers}
    own = {name: value for name, value in CONSTANTS.items() if name != "method"} | constants
    mapping = parse_mapping({"columns": columns, "constants": own}, "test", PACK.facts)
    raw = pl.DataFrame([{name: row.get(name, "") for name in headers} for row in whole])
    raw = raw.with_row_index("row_number", 1).with_columns(pl.lit("tape").alias(SOURCE))
    taken = take_in(raw, mapping, 2)
    return audit_batch(taken.loans, Terms(PACK, mapping.mapped, "CNY")), taken.rejects


def only(*rows: dict[str, str], **constants: object) -> dict[str, Any]:
    found, rejects = judged(*rows, **constants)
    assert rejects.height == 0, rejects
    return found.findings.row(0, named=True)


@pytest.mark.parametrize(
    "row",
    [{"期数": "14天"}, {"期数": "14 日"}, {"期数": "１４ days"}, {"期数": "14", "单位": "天"},
     {"期数": "1", "每期天数": "14"}],
)  # fmt: skip
def test_fourteen_days_are_one_repayment_however_they_are_told(row: dict[str, str]) -> None:
    found, _ = judged({"本金": "2000", "年利率": "10.8", **row})
    assert found.findings.select("count", "period_days").row(0) == (1, 14)
    plan = found.plans
    # 2,000 at 10.8 % for 14 days of 360 is 8.40.
    assert [day_of(int(due)) for due in plan.due] == [date(2026, 1, 29)]
    assert (plan.principal.tolist(), plan.interest.tolist()) == ([200_000], [840])


def test_the_reported_loan_of_fourteen_days_costs_eleven_times_the_year() -> None:
    row = {"本金": "2000", "到账": "1400", "年利率": "10.8", "期数": "14天", "方式": "等额本息", "月供": "2008.22"}
    found = only(row)
    exact = all_in_days([140_000, -200_822], 14)
    assert (found["simple_e8"], found["compound_e8"]) == (exact.simple_e8, exact.compound_e8)
    assert round(found["simple_e8"], -6) == 1_133_000_000
    # Given back with the repayment, the refund brings 1,400 to the cap of 24 %: 1,400 x (1 + 24 % x 14/365).
    assert found["refund_simple"] == 200_822 - 141_288


def test_instalments_fall_every_so_many_days() -> None:
    found, _ = judged({"期数": "3", "每期天数": "30", "方式": "等额本息", "年利率": "18"})
    plan = found.plans
    assert [day_of(int(due)) for due in plan.due] == [date(2026, 2, 14), date(2026, 3, 16), date(2026, 4, 15)]
    assert int(plan.principal.sum()) == 1_000_000
    # 18 % over 360 is 1.5 % for 30 days; over 365 that is 18.25 % a year.
    assert abs(found.findings["simple_e8"][0] - 18_250_000) < 1_000


def test_months_and_days_stand_beside_each_other_on_one_tape() -> None:
    found, _ = judged(
        {"期数": "12", "方式": "等额本息"}, {"期数": "90天"}, {"期数": "6个月", "方式": "先息"}, {"期数": "12"}
    )
    assert found.findings["period_days"].to_list() == [None, 90, None, None]
    assert found.plans.sizes.tolist() == [12, 1, 6, 1]
    alone = [only({"期数": "90天"}), only({"期数": "12", "方式": "等额本息"})]
    assert [found.findings["simple_e8"][1], found.findings["simple_e8"][0]] == [each["simple_e8"] for each in alone]


def test_a_first_due_day_of_its_own_begins_the_plan_in_days() -> None:
    found, _ = judged({"期数": "2", "每期天数": "30", "方式": "先息", "首期": "2026-02-20"})
    assert [day_of(int(due)) for due in found.plans.due] == [date(2026, 2, 20), date(2026, 3, 22)]


@pytest.mark.parametrize(
    ("row", "cell"),
    [({"期数": "14天", "单位": "月"}, "14天"), ({"期数": "14", "单位": ""}, ""),
     ({"期数": "14天", "每期天数": "7"}, "14天"), ({"期数": "0天"}, "0天"), ({"期数": "14", "单位": "年"}, "年")],
)  # fmt: skip
def test_a_unit_that_is_not_clear_is_turned_away(row: dict[str, str], cell: str) -> None:
    found, rejects = judged({"期数": "12"} | row)
    assert found.findings.height == 0
    assert rejects["found"].to_list() == [cell]


@pytest.mark.parametrize(("term", "months"), [("30天", 1), ("31天", 1), ("32天", 2), ("365天", 12), ("366天", 13)])
def test_the_law_is_told_the_months_that_have_begun(term: str, months: int) -> None:
    found, _ = judged({"期数": term})
    assert found.loans.select(months_begun()).to_series().to_list() == [months]


@pytest.mark.parametrize("days", [1, 7, 14, 30, 73, 365, 730])
@pytest.mark.parametrize("cap_e8", [12_000_000, 24_000_000, 36_000_000])
def test_a_period_grows_by_the_cap_over_a_year(days: int, cap_e8: int) -> None:
    simple, compound = (period_growth(cap_e8, how, days) for how in Compounding)
    assert simple == 1 + Fraction(cap_e8 * days, 365 * 10**8)
    year = (1 + Fraction(cap_e8, 10**8)) ** days
    # Rounded down in the ninety-sixth bit, and not further.
    assert compound**365 <= year < (compound + Fraction(1, 2**96)) ** 365


def test_every_view_of_a_plan_in_days_is_over_a_year_of_days() -> None:
    found, _ = judged({"期数": "3", "每期天数": "30", "方式": "等额本息", "年利率": "18", "违约金": "3"})
    tally = Tally()
    tally.add(found)
    (views,) = views_of(tally.worst, PACK, None)
    named = {view.key: view for view in views}
    early = named["early-1"]
    assert early.simple_e8 == all_in_days(early.flows, 30).simple_e8
    assert named["missed"].simple_e8 > 0


def test_a_tape_of_days_goes_through_whole(tmp_path: Path) -> None:
    result = audited(tmp_path, {"期数": "14天"}, {"借据号": "A2", "期数": "7天"}, {"借据号": "A3"})
    assert result.tally.loans == 3
    assert result.findings["period_days"].to_list() == [14, 7, None]
