"""Reading the law: lists by day, theme, force and lender; one rule explained; facts checked line by line."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.adapters.packs import FolderShelf
from hengdai.law.kinds import Stage
from hengdai.law.report import check_lines, explain, facts, history, show, themes

SHELF = FolderShelf()
CN, TOY = SHELF.pack("cn"), SHELF.pack("toy")
TODAY = date(2026, 11, 23)


def test_the_list_of_a_day_holds_the_rules_in_force_that_day_and_no_others() -> None:
    before, after = ({line.id for line in show(CN, day)} for day in (date(2025, 9, 30), date(2025, 10, 1)))
    assert "cn.lf-009" in after - before
    assert before < after


def test_the_list_narrows_by_theme_force_and_kind_of_lender() -> None:
    assert {line.theme for line in show(CN, TODAY, theme="collection")} == {"collection"}
    assert {line.id for line in show(CN, TODAY, force="STD")} >= {"cn.col-001", "cn.col-002"}
    micro = {line.id for line in show(CN, TODAY, lender_kind="microloan")}
    assert "cn.mc-001" in micro
    assert "cn.lf-009" not in micro
    assert "cn.cp-009" in micro, "a rule for everyone stays"


def test_a_line_shows_the_figure_of_the_day_and_the_clause() -> None:
    line = next(line for line in show(CN, TODAY) if line.id == "cn.lf-009")
    assert line.figures == (
        ("cn.notice9_lenders", "bank、foreign_bank_branch、consumer_finance、trust、auto_finance"),
        ("cn.cap_financial", "24.00%"),
    )
    assert "金规〔2025〕9号" in line.clause
    assert line.uncertain


def test_a_rule_is_explained_with_condition_figures_history_and_cases() -> None:
    told = explain(TOY, "toy.cost-cap", TODAY)
    assert (told.holds, told.bound) == ("(all_in_cost_simple <= :cost_cap)", "(all_in_cost_simple <= 36000000)")
    assert [(each.start, each.value, each.now) for each in told.figures] == [
        (date(2000, 1, 1), "40.00%", False),
        (date(2015, 1, 1), "36.00%", True),
    ]
    assert told.beside == ("toy.cost-cap.small",)
    assert all(case.answer is case.expect for case in told.cases)
    assert told.cases[0].given["all_in_cost_simple"] == "36.00%"


def test_an_unknown_rule_cannot_be_explained() -> None:
    with pytest.raises(LookupError, match=r"no rule cn\.lf-999"):
        explain(CN, "cn.lf-999", TODAY)


def test_a_stale_figure_is_not_shown_as_the_one_of_the_day() -> None:
    assert not any(each.now for each in history(CN, "lpr_1y", TODAY))
    assert history(CN, "lpr_1y", date(2026, 9, 30))[-1].now


def test_the_catalogue_of_facts_says_unit_meaning_and_who_attests() -> None:
    entry = next(entry for entry in facts(CN) if entry.id == "all_in_cost_simple")
    assert (entry.unit, entry.attested_by) == ("rate/year", ("lender",))
    assert "cost" in themes(CN)


def test_lines_of_facts_are_judged_in_the_way_people_write_them() -> None:
    lines = ['{"all_in_cost_simple": "36.01%", "principal": "10,000.00", "day": "2026-01-01"}', "", '{"principal": 0}']
    found = list(check_lines(TOY, lines, stage=Stage.APPLICATION, on=TODAY))
    by = {(record["line"], record["rule"]): record for record in found}
    assert by[1, "toy.cost-cap"]["outcome"] == "breached"
    assert by[1, "toy.cost-cap"]["message"]["en"] == "all-in cost 36.01%, cap 36.00%"
    assert by[1, "toy.partner-listed"]["missing"] == ["partner_listed"]
    assert by[3, "toy.amount"]["stops"] is True
    assert all(json.dumps(record) for record in found)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "one JSON object on a line"),
        ("[1]", "one JSON object on a line"),
        ('{"price": 1}', "a name of the catalogue of facts"),
        ('{"principal": 1, "principal": 2}', "principal named twice"),
        ("[" * 100_000, "one JSON object on a line"),
        ('{"principal": ' + "9" * 5000 + "}", "one JSON object on a line"),
        ('{"all_in_cost_simple": 0.24}', "24 % is 24000000"),
        ('{"all_in_cost_simple": "0.24"}', "24 % is 24000000"),
        ('{"lender_kind": 7}', "one of bank"),
        ('{"partner_listed": "yes"}', "true or false"),
        ('{"day": "yesterday"}', "a date, as 2026-08-01"),
        ('{"day": "1999-12-31"}', "2000-01-01 or later"),
    ],
)
def test_a_bad_line_is_told_with_its_cure_and_the_rest_goes_on(line: str, said: str) -> None:
    first, *rest = check_lines(TOY, [line, '{"principal": 1}'], stage=Stage.APPLICATION, on=TODAY)
    assert said in first["problem"]
    assert {record["line"] for record in rest} == {2}


def test_a_day_before_any_law_is_told_line_by_line_and_nothing_is_judged() -> None:
    found = list(check_lines(TOY, ['{"principal": 1}', "{}"], stage=Stage.APPLICATION, on=date(1999, 12, 31)))
    assert [record["line"] for record in found] == [1, 2]
    assert all("2000-01-01 or later" in record["problem"] for record in found)


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(CN.facts)), junk, max_size=8))
def test_a_hostile_line_is_told_of_or_judged_and_what_is_unbelievable_is_never_believed(
    given_facts: dict[str, Any],
) -> None:
    found = list(check_lines(CN, [json.dumps(given_facts)], stage=Stage.APPLICATION, on=TODAY))
    assert found
    for record in found:
        if "problem" not in record:
            doubtful = {*record["missing"], *record["unbelievable"]}
            assert not doubtful & record["facts"].keys()
            assert record["outcome"] in {"holds", "breached", "undetermined"}
