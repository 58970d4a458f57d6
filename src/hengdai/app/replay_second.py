"""Law in columns beside law one by one: the judgements of a chunk are made again by the other engine and compared.

The rows were judged by :func:`hengdai.law.judge.judge`; here the same facts go through
:func:`hengdai.law.judge.judge_columns`. A difference is a defect of ours and stops the replay.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hengdai.app.live_law import LiveLaw
from hengdai.app.work import JudgementRow
from hengdai.base.check import check
from hengdai.law.judge import judge_columns
from hengdai.law.kinds import DayOf, Stage, Unit
from hengdai.law.pack import Pack

_DAYS = {DayOf(name): f"day of {name}" for name in ("application", "contract", "origination")}


def compare(law: LiveLaw, rows: Sequence[JudgementRow]) -> None:
    """Raise :class:`hengdai.base.check.Defect` unless both engines give every one of these judgements alike."""
    for stage in Stage:
        judged = [row for row in rows if row.stage == stage.value]
        if judged:
            _compare(law, stage, judged)


def _compare(law: LiveLaw, stage: Stage, rows: Sequence[JudgementRow]) -> None:
    said: list[Mapping[str, Any]] = [row.said for row in rows]
    frame = _frame(law.pack, stage, said)
    again = judge_columns(law.pack, frame, stage=stage, days=_DAYS, settings=law.settings)
    outcomes = [{verdict["rule"]: verdict["outcome"] for verdict in each["verdicts"]} for each in said]
    for rule in again.columns:
        before = [each.get(rule) for each in outcomes]
        after = again[rule].cast(pl.String).to_list()
        for row, one, other in zip(rows, before, after, strict=True):
            check(one == other, "both law engines give one verdict", id=row.id, rule=rule, single=one, columns=other)


def _frame(pack: Pack, stage: Stage, said: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The facts that the stage asks for and the days, one row for each judgement."""
    columns: dict[str, pl.Series] = {}
    for name in pack.facts_needed(stage):
        values = [each["facts"].get(name) for each in said]
        if pack.facts[name].unit is Unit.DATE:
            values = [None if value is None else date.fromisoformat(value) for value in values]
        if any(value is not None for value in values):
            columns[name] = pl.Series(name, values, strict=True)
    for column, which in ((column, which.value) for which, column in _DAYS.items()):
        days = [each["days"][which] for each in said]
        columns[column] = pl.Series(column, days, pl.String).str.to_date()
    return pl.DataFrame(columns)
