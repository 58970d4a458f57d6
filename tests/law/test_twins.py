"""The same condition, three ways: plain Python one by one, Polars in columns, and the same text on DuckDB."""

from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.adapters.packs import FolderShelf
from hengdai.law.columns import dtype
from hengdai.law.fact import FactEntry
from hengdai.law.judge import Days, Settings, judge, judge_columns
from hengdai.law.kinds import DayOf, Outcome, Stage, Unit
from hengdai.law.pack import Pack
from hengdai.law.sql import sql

SHELF = FolderShelf()
PACKS = [SHELF.pack(name) for name in SHELF.known()]
TURNS = {
    pack.id: sorted(
        {pack.covers_from}
        | {rule.start for rule in pack.rules}
        | {span.start for figure in pack.parameters.values() for span in figure.spans}
        | {figure.stale_from for figure in pack.parameters.values() if figure.stale_from is not None}
    )
    for pack in PACKS
}


def _values(pack: Pack, entry: FactEntry) -> st.SearchStrategy[Any]:
    """Values near every line a rule may draw, missing ones, and some that nobody should believe."""
    if entry.unit is Unit.YES_NO:
        return st.sampled_from([True, False, None])
    if entry.unit is Unit.CODE:
        return st.sampled_from([*entry.values, None, "nobody-knows"])
    if entry.unit is Unit.TEXT:
        words = [w for figure in pack.word_lists.values() for s in figure.spans for w in s.value]  # type: ignore[union-attr]
        return st.sampled_from(["", "好", None, *[f"说{word}了" for word in words]])
    if entry.unit is Unit.DATE:
        lines = [s.value for f in pack.parameters.values() if f.unit is Unit.DATE for s in f.spans]
        near = [day + timedelta(days=step) for day in lines if isinstance(day, date) for step in (-1, 0, 1)]
        return st.sampled_from([None, *near])
    lines = [s.value for f in pack.parameters.values() if f.unit is entry.unit for s in f.spans]
    near_lines = [line + step for line in lines if isinstance(line, int) for step in (-1, 0, 1)]
    return st.sampled_from([None, 0, 1, 24, -5, 10**17, *near_lines])


def subjects(pack: Pack, stage: Stage) -> st.SearchStrategy[dict[str, Any]]:
    names = {name: _values(pack, pack.facts[name]) for name in pack.facts_needed(stage)}
    near = [turn + timedelta(days=step) for turn in TURNS[pack.id] for step in (-1, 0, 1)]
    day = st.sampled_from([each for each in near if each >= pack.covers_from])
    days = {f"on_{which.value}": st.one_of(st.none(), day) for which in DayOf if which is not DayOf.APPLICATION}
    return st.fixed_dictionaries({**names, **days, "on_application": day})


def frame_of(pack: Pack, rows: list[dict[str, Any]]) -> pl.DataFrame:
    def kind(name: str) -> pl.DataType:
        if name.startswith("on_"):
            return pl.Date()
        kept = dtype(pack.facts[name])
        return pl.String() if isinstance(kept, pl.Enum) else kept

    return pl.DataFrame(rows, schema={name: kind(name) for name in rows[0]})


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_columns_and_single_judgements_agree_row_by_row(pack: Pack, data: st.DataObject) -> None:
    stage = data.draw(st.sampled_from([stage for stage in Stage if pack.at(stage)]))
    rows = data.draw(st.lists(subjects(pack, stage), min_size=1, max_size=6))
    switched = Settings(frozenset(data.draw(st.sets(st.sampled_from(sorted(pack.switches))))))
    days = {which: f"on_{which.value}" for which in DayOf}
    found = judge_columns(pack, frame_of(pack, rows), stage=stage, days=days, settings=switched)
    for at, row in enumerate(rows):
        known = Days(**{which.value: row[f"on_{which.value}"] for which in DayOf})
        one = judge(pack, row, stage=stage, days=known, settings=switched)
        assert {v.rule_id: v.outcome.value for v in one.verdicts} == found.row(at, named=True)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_same_text_gives_the_same_answers_on_duckdb(pack: Pack, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(pack.rules))
    day = max(rule.start, pack.covers_from)
    values = pack.bind(rule, day).values
    entries = {name: _values(pack, pack.facts[name]) for name in rule.facts}
    rows = data.draw(st.lists(st.fixed_dictionaries(entries), min_size=1, max_size=8))
    believed = [{n: v if pack.facts[n].believes(v) else None for n, v in row.items()} for row in rows]
    frame = frame_of(pack, believed)
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO REGEXP_LIKE(text, words) AS regexp_matches(text, words)")
        connection.register("subjects", frame.to_arrow())
        query = f"SELECT {sql(rule.holds, values)} AS holds FROM subjects"
        answers = [row[0] for row in connection.execute(query).fetchall()]
    assert answers == [rule.condition(row, values) for row in believed]
    assert answers == frame.select(pl.sql_expr(sql(rule.holds, values)).alias("holds"))["holds"].to_list()


def test_rows_before_the_pack_begins_are_undetermined_throughout() -> None:
    toy = SHELF.pack("toy")
    frame = pl.DataFrame({"partner_listed": [True, True], "day": [date(1999, 12, 31), date(2000, 1, 1)]})
    found = judge_columns(toy, frame, stage=Stage.APPLICATION, days="day")
    assert set(found.row(0)) == {Outcome.UNDETERMINED.value}
    assert found["toy.partner-listed"].to_list() == ["undetermined", "holds"]


def test_columns_of_a_wrong_type_are_not_believed() -> None:
    toy = SHELF.pack("toy")
    wrong = {"all_in_cost_simple": [0.24], "principal": ["1000"], "partner_listed": [1], "day": [date(2026, 1, 1)]}
    found = judge_columns(toy, pl.DataFrame(wrong), stage=Stage.APPLICATION, days="day")
    for rule in ("toy.cost-cap", "toy.amount", "toy.partner-listed"):
        assert found[rule].to_list() == ["undetermined"]


def test_a_day_column_that_holds_no_dates_is_refused() -> None:
    toy = SHELF.pack("toy")
    for frame in (pl.DataFrame({"day": ["2026-01-01"]}), pl.DataFrame({"other": [1]})):
        with pytest.raises(TypeError, match="the column day must hold dates"):
            judge_columns(toy, frame, stage=Stage.APPLICATION, days="day")


def test_no_rows_give_no_outcomes() -> None:
    toy = SHELF.pack("toy")
    empty = pl.DataFrame(schema={"day": pl.Date})
    assert judge_columns(toy, empty, stage=Stage.APPLICATION, days="day").height == 0
