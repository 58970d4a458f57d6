"""The law over a batch: the outcome of every rule that the facts allow, the cap of every loan, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hengdai.audit.plan import Ints, day_of, occurring
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
    """Outcomes of a batch: `kinds` has a row for each combination of outcomes that occurs, and a column a rule.

    Loan i has those of row ``kind[i]``; millions of loans share some hundreds of combinations. Caps are e8 a year or
    :data:`NO_CAP`, `by` is the rule that set it. `missing` counts, by rule and fact, the loans left undetermined for
    want of that fact.
    """

    kinds: pl.DataFrame
    kind: Ints
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
    rules = tuple(rule for stage in STAGES for rule in pack.at(stage))
    kinds, kind = _kinds(pl.concat(parts, how="horizontal"))
    simple, compound, by = _caps(_Judged(pack, rules, kinds, kind, on.switches), frame)
    return Weighed(kinds, kind, rules, simple, compound, by, _missing(rules, kinds, kind, facts))


def _kinds(outcomes: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """The combinations of outcomes that occur, in the order of their first rows, and which of them each row has."""
    codes = outcomes.with_columns(pl.all().to_physical().cast(pl.UInt64))
    # Four outcomes are two bits, so that one word holds those of thirty-two rules.
    words = [codes.columns[begin : begin + 32] for begin in range(0, codes.width, 32)]
    keys = codes.select(
        pl.sum_horizontal(pl.col(name) * 4**place for place, name in enumerate(word)).alias(word[0]) for word in words
    )
    first = keys.with_row_index("at").select(pl.col("at").first().over(keys.columns))["at"].to_numpy()
    rows = np.unique(first)
    return outcomes[rows], np.searchsorted(rows, first).astype(np.int64)


def _days(loans: pl.DataFrame, as_if: date | None) -> list[pl.Series]:
    if as_if is not None:
        return [pl.Series(name, [as_if], pl.Date).new_from_index(0, loans.height) for name in sorted({*_DAYS.values()})]
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the caps are found in: the rules, and the outcomes by kind."""

    pack: Pack
    rules: tuple[Rule, ...]
    kinds: pl.DataFrame
    kind: Ints
    strict: frozenset[str]


def _caps(judged: _Judged, frame: pl.DataFrame) -> tuple[Ints, Ints, pl.Series]:
    """The lowest cap that governs each loan, simple among rules that stop a loan, compound among all."""
    height = len(judged.kind)
    caps = {SIMPLE: np.full(height, NO_CAP, np.int64), COMPOUND: np.full(height, NO_CAP, np.int64)}
    names, by = [""], np.zeros(height, np.int64)
    days = {
        name: occurring(frame[name].to_physical().cast(pl.Int64).fill_null(-1).to_numpy()) for name in {*_DAYS.values()}
    }
    for fact, found in caps.items():
        for rule in cap_rules(judged.rules, fact):
            if fact == SIMPLE and rule.effect_under(Outcome.BREACHED, judged.strict) is not Effect.BLOCK:
                continue
            governing = judged.kinds[rule.id].is_in([Outcome.HOLDS.value, Outcome.BREACHED.value]).to_numpy()
            if not governing.any():
                continue
            value = _values(judged.pack, rule, *days[_DAYS[rule.day_of]])
            lower = governing[judged.kind] & (value != NO_CAP) & ((found == NO_CAP) | (value < found))
            found[lower] = value[lower]
            if fact == SIMPLE:
                by[lower] = len(names)
                names.append(rule.id)
    return caps[SIMPLE], caps[COMPOUND], pl.Series(names, dtype=pl.String).gather(by)


def _values(pack: Pack, rule: Rule, since: Ints, place: Ints) -> Ints:
    """The right side of a cap rule on each loan's day: `since` 1970, at its `place`; -1 where there is none."""
    assert isinstance(rule.holds, Compare)
    figure = plain(rule.holds.right)
    out = np.full(len(since), NO_CAP, np.int64)
    for number, day in enumerate(since):
        value = figure({}, pack.bind(rule, day_of(int(day))).values) if day >= 0 else None
        if isinstance(value, int):
            out[number] = value
    return out[place]


def _missing(
    rules: tuple[Rule, ...], kinds: pl.DataFrame, kind: Ints, facts: pl.DataFrame
) -> Mapping[tuple[str, str], int]:
    """Loans undetermined by rule and absent fact; a rule that lacks no fact counts under an empty name."""
    found: dict[tuple[str, str], int] = {}
    loans = np.bincount(kind, minlength=kinds.height)
    # How many loans of each kind lack a fact.
    lacking = {
        name: np.bincount(kind[facts[name].is_null().to_numpy()], minlength=kinds.height) for name in facts.columns
    }
    for rule in rules:
        open_ = (kinds[rule.id] == Outcome.UNDETERMINED.value).to_numpy()
        if not open_.any():
            continue
        counts = {name: int(lacking.get(name, loans)[open_].sum()) for name in rule.facts}
        found |= {(rule.id, name): count for name, count in counts.items() if count}
        if not any(counts.values()):
            found[rule.id, ""] = int(loans[open_].sum())
    return found
