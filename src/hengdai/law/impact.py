"""A candidate text over history: which subjects would turn, by clause, amount and partner. Nothing is bound by it."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hengdai.law.judge import NOTHING_SWITCHED_ON, Settings, judge_columns
from hengdai.law.kinds import DayOf, Outcome, Stage
from hengdai.law.pack import Pack
from hengdai.law.rule import Rule

_STOPPING = (Outcome.BREACHED.value, Outcome.UNDETERMINED.value)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a candidate would have done. `subjects` counts rows judged, `stopped_live` and `stopped_new` those stopped.

    `by_rule` has the columns rule, partner, newly_stopped, newly_stopped_amount, released, released_amount (minor
    units); `turned` has one row for each subject and rule that turned: row, rule, live, candidate.
    """

    subjects: int
    stopped_live: int
    stopped_new: int
    by_rule: pl.DataFrame
    turned: pl.DataFrame


@dataclass(frozen=True, slots=True)
class History:
    """Subjects of the past: columns of facts, the day columns, and the columns that name partner and amount.

    `days` is one column for every day that may count, or a column by :class:`DayOf`. Amounts are minor units.
    """

    frame: pl.DataFrame
    days: Mapping[DayOf, str] | str
    partner: str = "facilitator"
    amount: str = "principal"


def impact(
    live: Pack, candidate: Pack, history: History, *, stage: Stage, settings: Settings = NOTHING_SWITCHED_ON
) -> Impact:
    """Judge a history by both texts and compare what would stop, rule by rule and partner by partner."""
    before, after = (_stops(pack, history, stage, settings) for pack in (live, candidate))
    frame = history.frame
    partner = pl.col(history.partner) if history.partner in frame.columns else pl.lit("")
    subject = frame.select(
        pl.int_range(pl.len()).alias("row"),
        partner.cast(pl.String).alias("partner"),
        pl.col(history.amount).cast(pl.Int64).alias("amount"),
    )
    rules = list(dict.fromkeys([*before.columns, *after.columns]))
    parts = [_turned(rule, before, after, subject) for rule in rules]
    turned = pl.concat(parts) if parts else _nothing()
    return Impact(
        frame.height, _any(before), _any(after), _by_rule(turned), turned.select("row", "rule", "live", "candidate")
    )


def _stops(pack: Pack, history: History, stage: Stage, settings: Settings) -> pl.DataFrame:
    """One yes-or-no column per rule: would it stop the subject?"""
    own = Settings(settings.switches & pack.known_switches)
    outcomes = judge_columns(pack, history.frame, stage=stage, days=history.days, settings=own)
    return outcomes.select(_stopping(rule, own).alias(rule.id) for rule in pack.at(stage))


def _stopping(rule: Rule, settings: Settings) -> pl.Expr:
    effects = {outcome: rule.effect_under(outcome, settings.switches).stops for outcome in Outcome}
    stops = [outcome.value for outcome in Outcome if outcome.value in _STOPPING and effects[outcome]]
    return pl.col(rule.id).cast(pl.String).is_in(stops)


def _any(stops: pl.DataFrame) -> int:
    return int(stops.select(pl.any_horizontal(pl.all()).sum()).item()) if stops.width and stops.height else 0


def _turned(rule: str, before: pl.DataFrame, after: pl.DataFrame, subject: pl.DataFrame) -> pl.DataFrame:
    def column(stops: pl.DataFrame, name: str) -> pl.Series:
        found = stops[rule] if rule in stops.columns else pl.repeat(value=False, n=subject.height, eager=True)
        return found.alias(name)

    both = subject.with_columns(column(before, "live"), column(after, "candidate"), pl.lit(rule).alias("rule"))
    return both.filter(pl.col("live") != pl.col("candidate"))


def _by_rule(turned: pl.DataFrame) -> pl.DataFrame:
    stopped, released = pl.col("candidate"), pl.col("live")
    return (
        turned.group_by("rule", "partner")
        .agg(
            stopped.sum().alias("newly_stopped"),
            pl.col("amount").filter(stopped).sum().alias("newly_stopped_amount"),
            released.sum().alias("released"),
            pl.col("amount").filter(released).sum().alias("released_amount"),
        )
        .sort("rule", "partner")
    )


def _nothing() -> pl.DataFrame:
    kinds = {"row": pl.Int64, "partner": pl.String, "amount": pl.Int64, "live": pl.Boolean, "candidate": pl.Boolean}
    return pl.DataFrame(schema={**kinds, "rule": pl.String})
