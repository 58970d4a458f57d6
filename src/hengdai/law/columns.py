"""Judging in columns: the same conditions as SQL, compiled by Polars, over as many subjects as there are rows.

Each rule is cut at the days on which its figures change; between two cuts it is one expression with its figures
bound. The plain twin is :func:`hengdai.law.judge.judge`; both give the same outcomes, row by row.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

import polars as pl

from hengdai.law.fact import SMALLEST_RATE, FactEntry
from hengdai.law.kinds import DayOf, Outcome, Stage, Unit
from hengdai.law.pack import Pack
from hengdai.law.rule import Rule
from hengdai.law.sql import sql

OUTCOMES = pl.Enum([outcome.value for outcome in Outcome])
_CODES = {outcome: pl.lit(outcome.value, OUTCOMES) for outcome in Outcome}
_COVERED = "_covered"
_FIRST, _LAST = date.min, date(9999, 12, 30)
_COMPILED_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the expressions are built for: the pack, the first and last day in each day column, who has gaps."""

    pack: Pack
    reach: Mapping[DayOf, tuple[date, date] | None]
    gapped: frozenset[DayOf]
    covered: bool


def outcomes(
    pack: Pack, frame: pl.DataFrame, stage: Stage, days: Mapping[DayOf, str] | str, live: frozenset[str]
) -> pl.DataFrame:
    """One column of outcomes (:data:`OUTCOMES`) per rule asked at `stage`; rules not in `live` sleep."""
    named = dict.fromkeys(DayOf, days) if isinstance(days, str) else dict(days)
    rules = pack.at(stage)
    for column in named.values():
        if frame.schema.get(column) != pl.Date:
            found = frame.schema.get(column, "nothing")
            raise TypeError(f"列 {column} 应为日期 / the column {column} must hold dates, found {found}")
    subjects = frame.select(
        *[_believed(pack.facts[name], frame).alias(name) for name in pack.facts_needed(stage)],
        *[_day(which, named, stage).alias(_column(which)) for which in DayOf],
        _is_covered(pack, named).alias(_COVERED),
    )
    if not frame.height:
        return pl.DataFrame(schema={rule.id: OUTCOMES for rule in rules})
    reach, gapped = _reach(subjects, _turns(pack, stage))
    asked = _Asked(pack, reach, gapped, bool(subjects[_COVERED].all()))
    return subjects.lazy().select(_compiled(asked, stage, live)).collect()


def _compiled(asked: "_Asked", stage: Stage, live: frozenset[str]) -> list[pl.Expr]:
    """The outcome of every rule as an expression; kept, since the batches of one book ask the same."""
    compiled = asked.pack.compiled
    key = (stage, tuple(asked.reach.items()), asked.gapped, asked.covered, live)
    found: list[pl.Expr] | None = compiled.get(key)
    if found is None:
        if len(compiled) >= _COMPILED_KEPT:
            compiled.clear()
        rules = asked.pack.at(stage)
        awake = [rule for rule in rules if rule.id in live]
        found = compiled[key] = [
            _outcome(asked, rule, awake).alias(rule.id) if rule.id in live else _asleep(asked).alias(rule.id)
            for rule in rules
        ]
    return found


def dtype(entry: FactEntry) -> pl.DataType:
    """The Polars type in which a fact is judged."""
    if entry.unit is Unit.CODE:
        return pl.Enum(entry.values)
    kinds = {Unit.YES_NO: pl.Boolean(), Unit.TEXT: pl.String(), Unit.DATE: pl.Date()}
    return kinds.get(entry.unit, pl.Int64())


def _believed(entry: FactEntry, frame: pl.DataFrame) -> pl.Expr:
    """The column of a fact with everything unbelievable (type, code, range) made missing."""
    wanted = dtype(entry)
    nothing = pl.lit(None, wanted)
    if entry.id not in frame.columns:
        return nothing
    given = frame.schema[entry.id]
    column = pl.col(entry.id)
    if entry.unit is Unit.CODE or entry.unit is Unit.TEXT:
        textual = isinstance(given, (pl.String, pl.Categorical, pl.Enum))
        return column.cast(pl.String).cast(wanted, strict=False) if textual else nothing
    if not entry.unit.is_whole:
        return column if given == wanted else nothing
    if not given.is_integer():
        return nothing
    whole = column.cast(pl.Int64, strict=False)
    fits = whole.is_between(entry.low, entry.high)
    if entry.unit.is_rate:
        fits = fits & ((whole == 0) | (whole.abs() >= SMALLEST_RATE))
    return pl.when(fits).then(whole)


def _column(which: DayOf) -> str:
    return f"_day_{which.value}"


def _day(which: DayOf, named: Mapping[DayOf, str], stage: Stage) -> pl.Expr:
    """The day column of `which`, where it has not come yet the latest one known (as `Days.of`)."""
    given = pl.col(named[which]) if which in named else pl.lit(None, pl.Date)
    if not which.yet_to_come(stage):
        return given
    known = [pl.col(named[day]) for day in reversed(DayOf.in_life()) if day in named]
    return pl.coalesce(given, *known)


def _is_covered(pack: Pack, named: Mapping[DayOf, str]) -> pl.Expr:
    tests = [(pl.col(column) >= pack.covers_from).fill_null(True) for column in sorted(set(named.values()))]
    return reduce(lambda one, other: one & other, tests, pl.lit(True))


def _turns(pack: Pack, stage: Stage) -> list[date]:
    """The days on which a rule of the stage or one of its figures changes, in order."""
    found: list[date] | None = pack.compiled.get(("turns", stage))
    if found is None:
        turns: set[date] = {_FIRST}
        for rule in pack.at(stage):
            turns |= {rule.start, (rule.end or _LAST) + timedelta(days=1)} | _turns_of(pack, rule)
        found = pack.compiled["turns", stage] = sorted(turns)
    return found


def _reach(subjects: pl.DataFrame, turns: list[date]) -> tuple[dict[DayOf, tuple[date, date] | None], frozenset[DayOf]]:
    """The first and last day of each day column, widened as far as no rule changes; and the columns with gaps."""
    reach: dict[DayOf, tuple[date, date] | None] = {}
    for which in DayOf:
        first, last = subjects[_column(which)].min(), subjects[_column(which)].max()
        if isinstance(first, date) and isinstance(last, date):
            after = bisect_right(turns, last)
            until = turns[after] - timedelta(days=1) if after < len(turns) else date.max
            reach[which] = turns[bisect_right(turns, first) - 1], until
        else:
            reach[which] = None
    return reach, frozenset(which for which in DayOf if subjects[_column(which)].null_count())


def _cuts(pack: Pack, rule: Rule, reach: tuple[date, date]) -> list[tuple[date, date]]:
    """Stretches `[first, last]` of days within the rule's force and `reach` on which no figure changes."""
    first, last = max(rule.start, reach[0]), min(rule.end or _LAST, reach[1])
    starts = [first, *sorted(turn for turn in _turns_of(pack, rule) if first < turn <= last)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [last]
    return list(zip(starts, ends, strict=True)) if first <= last else []


def _turns_of(pack: Pack, rule: Rule) -> set[date]:
    """The days on which a figure of the rule changes."""
    turns: set[date] = set()
    for name in rule.figures:
        figure = pack.parameter(name)
        turns |= {span.start for span in figure.spans}
        turns |= {span.end + timedelta(days=1) for span in figure.spans if span.end is not None}
        turns |= {figure.stale_from} if figure.stale_from is not None else set()
    return turns


def _bound(asked: _Asked, rule: Rule) -> tuple[pl.Expr, pl.Expr]:
    """Whether the rule applies and whether it holds, each with the figures of the row's day; null: unknown."""
    reach = asked.reach[rule.day_of]
    stretches = _cuts(asked.pack, rule, reach) if reach is not None else []
    day = pl.col(_column(rule.day_of))
    applies, holds = pl.lit(None, pl.Boolean), pl.lit(None, pl.Boolean)
    for number, (_, last) in enumerate(reversed(stretches)):
        start = stretches[len(stretches) - 1 - number][0]
        values = asked.pack.bind(rule, start).values
        when = pl.sql_expr(sql(rule.when, values)) if rule.when is not None else pl.lit(True)
        must = pl.sql_expr(sql(rule.holds, values))
        applies = when if number == 0 else pl.when(day <= last).then(when).otherwise(applies)
        holds = must if number == 0 else pl.when(day <= last).then(must).otherwise(holds)
    return applies, holds


def _in_force(asked: _Asked, rule: Rule) -> pl.Expr | None:
    """Whether the row's day is within the rule's dates; `None` when it is for all rows."""
    reach = asked.reach[rule.day_of]
    last = rule.end or _LAST
    if reach is not None and rule.start <= reach[0] and reach[1] <= last:
        return None
    return pl.col(_column(rule.day_of)).is_between(rule.start, last).fill_null(True)


def _applies(asked: _Asked, rule: Rule) -> pl.Expr:
    """True, false or null, the rule's own dates included; null where the day is missing."""
    force = _in_force(asked, rule)
    applies = _bound(asked, rule)[0]
    if rule.day_of in asked.gapped:
        applies = pl.when(pl.col(_column(rule.day_of)).is_not_null()).then(applies)
    return applies if force is None else pl.when(force).then(applies).otherwise(pl.lit(False))


def _outcome(asked: _Asked, rule: Rule, awake: list[Rule]) -> pl.Expr:
    """The outcome of one rule as one of :data:`OUTCOMES`."""
    applies, holds = _applies(asked, rule), _bound(asked, rule)[1]
    if rule.day_of in asked.gapped:
        holds = pl.when(pl.col(_column(rule.day_of)).is_not_null()).then(holds)
    breached = applies & ~holds if rule.open is None else pl.lit(value=False)
    off = ~applies
    over = [_applies(asked, other) for other in awake if _outranks(other, rule)]
    if over:
        displaced = reduce(lambda one, other: one | other, over)
        off, breached = off | displaced, breached & ~displaced
    answer = (
        pl.when(off).then(_CODES[Outcome.NOT_APPLICABLE])
        .when(holds).then(_CODES[Outcome.HOLDS])
        .when(breached).then(_CODES[Outcome.BREACHED])
        .otherwise(_CODES[Outcome.UNDETERMINED])
    )  # fmt: skip
    return _where_covered(asked, answer)


def _outranks(other: Rule, rule: Rule) -> bool:
    if rule.among is None or other.among is None or rule.among.question != other.among.question:
        return False
    return other.among.rank > rule.among.rank


def _asleep(asked: _Asked) -> pl.Expr:
    answer = pl.when(pl.col(_COVERED).is_not_null()).then(_CODES[Outcome.NOT_APPLICABLE])
    return _where_covered(asked, answer)


def _where_covered(asked: _Asked, answer: pl.Expr) -> pl.Expr:
    if asked.covered:
        return answer
    return pl.when(pl.col(_COVERED)).then(answer).otherwise(_CODES[Outcome.UNDETERMINED])
