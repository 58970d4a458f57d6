"""The law over a batch: the outcome of every rule that the facts allow, the cap of every loan, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hengdai.audit.plan import Ints, day_of
from hengdai.law.expression import Compare, Fact, facts_of
from hengdai.law.judge import Settings, judge_columns
from hengdai.law.kinds import DayOf, Effect, Outcome, Stage
from hengdai.law.pack import Pack
from hengdai.law.plain import plain
from hengdai.law.rule import Rule

SIMPLE, COMPOUND = "all_in_cost_simple", "all_in_cost_compound"
STAGES = (Stage.POSTING, Stage.CLASSIFICATION)
"""The last stage of a loan's life asks all the earlier ones' rules too; classification stands by itself."""
NO_CAP = -1
_DAYS = {
    DayOf.APPLICATION: "_application", DayOf.CONTRACT: "_contract", DayOf.ORIGINATION: "_origination",
    DayOf.POSTING: "_posting", DayOf.CONTACT: "_posting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weighed:
    """Outcomes of a batch: `outcomes` has a column a rule; caps e8 a year or :data:`NO_CAP`, `by` the rule that set it.

    `missing` counts, by rule and fact, the loans left undetermined for want of that fact.
    """

    outcomes: pl.DataFrame
    rules: tuple[Rule, ...]
    cap_simple: Ints
    cap_compound: Ints
    cap_by: pl.Series
    missing: Mapping[tuple[str, str], int]


def weigh_columns(pack: Pack, facts: pl.DataFrame, loans: pl.DataFrame, as_if: date | None, on: Settings) -> Weighed:
    """Judge every loan of the batch by its own days, or all `as_if` written on one day.

    Where the tape gives no day of application or contract, the day of the payout stands for it.
    """
    frame = facts.with_columns(_days(loans, as_if))
    parts = [judge_columns(pack, frame, stage=stage, days=_DAYS, settings=on) for stage in STAGES]
    outcomes = pl.concat(parts, how="horizontal")
    rules = tuple(rule for stage in STAGES for rule in pack.at(stage))
    strict = on.switches
    simple, compound, by = _caps(pack, rules, outcomes, frame, strict)
    return Weighed(outcomes, rules, simple, compound, by, _missing(rules, outcomes, facts))


def _days(loans: pl.DataFrame, as_if: date | None) -> list[pl.Series]:
    if as_if is not None:
        return [pl.Series(name, [as_if] * loans.height, pl.Date) for name in sorted(set(_DAYS.values()))]
    paid = loans["disbursed_on"]
    applied = loans.select(pl.coalesce(pl.col("applied_at").dt.date(), pl.col("disbursed_on")))["applied_at"]
    posted = loans.select(pl.coalesce("as_of", "disbursed_on"))["as_of"]
    return [
        applied.alias("_application"),
        paid.alias("_contract"),
        paid.alias("_origination"),
        posted.alias("_posting"),
    ]


def cap_rules(rules: tuple[Rule, ...], fact: str) -> list[Rule]:
    """The rules whose whole condition is that a cost stays at or below figures of law."""
    return [
        rule
        for rule in rules
        if isinstance(rule.holds, Compare)
        and rule.holds.operator == "<="
        and rule.holds.left == Fact(fact)
        and not tuple(facts_of(rule.holds.right))
    ]


def _caps(
    pack: Pack, rules: tuple[Rule, ...], outcomes: pl.DataFrame, frame: pl.DataFrame, strict: frozenset[str]
) -> tuple[Ints, Ints, pl.Series]:
    """The lowest cap that governs each loan, simple among rules that stop a loan, compound among all."""
    height = outcomes.height
    caps = {SIMPLE: np.full(height, NO_CAP, np.int64), COMPOUND: np.full(height, NO_CAP, np.int64)}
    by = np.full(height, "", dtype=object)
    for fact, found in caps.items():
        for rule in cap_rules(rules, fact):
            if fact == SIMPLE and rule.effect_under(Outcome.BREACHED, strict) is not Effect.BLOCK:
                continue
            governs = outcomes[rule.id].is_in([Outcome.HOLDS.value, Outcome.BREACHED.value]).to_numpy()
            if not governs.any():
                continue
            value = _values(pack, rule, frame[_DAYS[rule.day_of]])
            lower = governs & (value != NO_CAP) & ((found == NO_CAP) | (value < found))
            found[lower] = value[lower]
            if fact == SIMPLE:
                by[lower] = rule.id
    return caps[SIMPLE], caps[COMPOUND], pl.Series(by.tolist(), dtype=pl.String)


def _values(pack: Pack, rule: Rule, days: pl.Series) -> Ints:
    """The right side of a cap rule on each loan's day."""
    assert isinstance(rule.holds, Compare)
    figure = plain(rule.holds.right)
    since = days.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    out = np.full(len(since), NO_CAP, np.int64)
    for day in np.unique(since):
        if day >= 0:
            value = figure({}, pack.bind(rule, day_of(int(day))).values)
            if isinstance(value, int):
                out[since == day] = value
    return out


def _missing(rules: tuple[Rule, ...], outcomes: pl.DataFrame, facts: pl.DataFrame) -> Mapping[tuple[str, str], int]:
    """Loans undetermined by rule and absent fact; a rule that lacks no fact counts under an empty name."""
    found: dict[tuple[str, str], int] = {}
    for rule in rules:
        open_ = outcomes[rule.id] == Outcome.UNDETERMINED.value
        total = int(open_.sum())
        if not total:
            continue
        lacking = 0
        for name in rule.facts:
            count = total if name not in facts.columns else int((open_ & facts[name].is_null()).sum())
            if count:
                found[rule.id, name] = count
                lacking = max(lacking, count)
        if not lacking:
            found[rule.id, ""] = total
    return found
