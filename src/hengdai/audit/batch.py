"""The audit of one batch: typed loans in, one finding a loan out. A pure function, the same on one machine or many.

A finding says what the loan costs, what the law says, where the tape differs, and what would have to be paid back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import repeat

import numpy as np
import polars as pl

from hengdai.audit.arrears import CLASSES, Arrears, arrears_of
from hengdai.audit.attest import TOTAL, Measured, facts_of
from hengdai.audit.compare import Difference, Matter, differences
from hengdai.audit.intake import ROW, SOURCE
from hengdai.audit.plan import Ints, Plans, first_rows, plans_of, whole
from hengdai.audit.price import Extra, Prices, prices_of
from hengdai.audit.refund import Compounding, period_growth
from hengdai.audit.view_columns import Seen, view_columns
from hengdai.audit.weigh import NO_CAP, SIMPLE, Weighed, cap_rules, weigh_columns
from hengdai.law.judge import Settings
from hengdai.law.kinds import Effect, Outcome, Unit
from hengdai.law.pack import Pack
from hengdai.maths.shortfall import shortfall_columns


class Answer(StrEnum):
    """What the audit says of a loan, worst first."""

    BREACHED = "breached"
    """A rule of law is breached."""
    DIFFERENT = "different"
    """A figure of the tape differs materially from the recomputation."""
    UNDETERMINED = "undetermined"
    """A cap, or a rule whose facts the tape has columns for, could not be answered."""
    CLEAN = "clean"
    """No rule that the tape's facts allow is breached, and no figure differs materially."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an audit stands on: the law, its switches, the day instead of each loan's own, and what the tape gives."""

    pack: Pack
    mapped: frozenset[str]
    currency: str
    as_if: date | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Audited:
    """One batch audited. `findings` has a row a loan; the rest is what summaries and pictures are made from."""

    findings: pl.DataFrame
    loans: pl.DataFrame
    plans: Plans
    prices: Prices
    weighed: Weighed
    differences: list[Difference]


def audit_batch(
    loans: pl.DataFrame, terms: Terms, links: pl.DataFrame | None = None, extra: Extra | None = None
) -> Audited:
    """Audit typed loans (see :mod:`hengdai.audit.intake`); `links` and `extra` come from the linked debits."""
    plans = plans_of(loans)
    prices = prices_of(loans, plans, extra)
    arrears = arrears_of(loans, plans, terms.pack)
    facts = _in_currency(facts_of(loans, Measured(prices, arrears, links, terms.mapped)), terms)
    weighed = weigh_columns(terms.pack, facts, loans, terms.as_if, terms.settings)
    compared = differences(loans, plans, prices, arrears, terms.mapped, links)
    findings = pl.DataFrame({**_described(loans), **_recomputed(loans, plans, prices, arrears)})
    findings = findings.with_columns(_over_cap(loans, prices, plans, weighed))
    seen = Seen(loans, plans, prices, terms.pack, terms.mapped, terms.as_if, links is not None)
    findings = findings.with_columns(view_columns(seen))
    if links is not None:
        findings = findings.with_columns(links[TOTAL].alias("linked_debits"), links["patterns"].alias("patterns"))
    findings = findings.with_columns([*_judged(weighed, facts), *_different(compared)])
    return Audited(findings.with_columns(_answer()), loans, plans, prices, weighed, compared)


def _in_currency(facts: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Amounts in a currency that the law does not know are no facts for it: its limits are in its own money."""
    if terms.pack.takes(terms.currency):
        return facts
    known = terms.pack.facts
    return facts.drop([name for name in facts.columns if name in known and known[name].unit is Unit.MONEY])


def _described(loans: pl.DataFrame) -> dict[str, pl.Series]:
    """Which loan it is, as the tape tells it."""
    names = (SOURCE, ROW, "loan_id", "borrower", "lender", "lender_kind", "partner", "guarantor", "product", "region",
             "method", "count", "period_days", "disbursed_on", "principal", "payout")  # fmt: skip
    told = {name: loans[name] for name in names}
    told["month"] = loans["disbursed_on"].dt.strftime("%Y-%m")
    return told | {"contract_rate_e8": loans["rate"], "headline_rate_e8": loans["headline_rate"]}


def _recomputed(loans: pl.DataFrame, plans: Plans, prices: Prices, arrears: Arrears) -> dict[str, pl.Series]:
    """What the plan and the money give; null where there is no plan."""
    made = pl.Series(plans.made)
    total = first_rows(plans, plans.principal + plans.interest)
    known, late = pl.Series(prices.known), pl.Series(arrears.known)
    allowed = pl.Series(arrears.at_least).replace_strict(dict(enumerate(CLASSES)), default=None, return_dtype=pl.String)
    return {
        "received": _only(made, prices.net),
        "instalment_tape": loans["instalment"],
        "instalment": _only(made, total),
        "interest": _only(made, prices.interest),
        "fees": _only(made, prices.fees),
        "kept_back": pl.select(pl.when(loans["payout"].is_not_null()).then(pl.Series(prices.kept_back))).to_series(),
        "simple_e8": _only(known, prices.simple_e8),
        "compound_e8": _only(known, prices.compound_e8),
        "days_past_due_tape": loans["days_past_due"],
        "days_past_due": _only(late, arrears.days),
        "class5_tape": loans["class5"],
        "class5_at_least": allowed,
    }


def _over_cap(loans: pl.DataFrame, prices: Prices, plans: Plans, weighed: Weighed) -> list[pl.Series]:
    """The cap, the cost above it, and the refund that brings the loan exactly to it, on both methods."""
    period, days = periods_passed(loans, plans), prices.flows.days
    made = [weighed.cap_by.alias("cap_by")]
    for name, cap, cost in (
        (Compounding.SIMPLE, weighed.cap_simple, prices.simple_e8),
        (Compounding.COMPOUND, weighed.cap_compound, prices.compound_e8),
    ):
        governs = pl.Series(prices.known & (cap != NO_CAP))
        over = prices.known & (cap != NO_CAP) & (cost > cap)
        back, at = np.zeros(len(cap), np.int64), np.flatnonzero(over)
        growth = [period_growth(*each) for each in zip(cap[at].tolist(), repeat(name), days[at].tolist())]
        back[at] = shortfall_columns(prices.flows.values, prices.flows.offsets, at, growth, period[at])
        made.append(_only(pl.Series(cap != NO_CAP), cap).alias(f"cap_{name}_e8"))
        made.append(_only(governs, np.where(over, cost - cap, 0)).alias(f"over_{name}_e8"))
        made.append(_only(governs, back).alias(f"refund_{name}"))
    return made


def periods_passed(loans: pl.DataFrame, plans: Plans) -> Ints:
    """The period in which money would be given back: those ended by the day of the data, all when it is not told."""
    fallen = plans.sizes
    if loans["as_of"].count():
        as_of = whole(loans, "as_of", 2**40)
        fallen = plans.sums((plans.due <= np.repeat(as_of, plans.sizes)).astype(np.int64))
    bullet = (loans["method"].fill_null("") == "bullet").to_numpy()
    periods = np.where(plans.made, np.clip(whole(loans, "count"), 0, None), 0)
    return np.where(bullet, np.where(fallen > 0, periods, 0), fallen)


def _judged(weighed: Weighed, facts: pl.DataFrame) -> list[pl.Series]:
    """Rules breached and undetermined, as lists of ids; `open` are those that a loan must not pass with.

    Those are the caps, which an audit is for, and every rule whose facts this tape has columns for.
    """
    breached = [_when(rule.id, Outcome.BREACHED) for rule in weighed.rules]
    undetermined = [_when(rule.id, Outcome.UNDETERMINED) for rule in weighed.rules]
    caps = {rule.id for rule in cap_rules(weighed.rules, SIMPLE) if rule.effect is Effect.BLOCK}
    answerable = [
        _when(rule.id, Outcome.UNDETERMINED)
        for rule in weighed.rules
        if rule.id in caps or all(name in facts.columns for name in rule.facts)
    ]
    frame = weighed.kinds.select(
        _listed(breached).alias("breached"),
        _listed(undetermined).alias("undetermined"),
        _listed(answerable).alias("open"),
    )
    return frame[weighed.kind].get_columns()


def _different(compared: list[Difference]) -> list[pl.Series]:
    """Material and small differences as `name:matter`, most telling first."""
    frame = pl.DataFrame({each.name: each.matter for each in compared})
    worth = [pl.col(each.name).is_in([Matter.MATERIAL.value, Matter.SMALL.value]) for each in compared]
    shown = [
        pl.when(differs).then(pl.concat_str([pl.lit(each.name + ":"), pl.col(each.name)]))
        for each, differs in zip(compared, worth, strict=True)
    ]
    material = pl.any_horizontal([(pl.col(each.name) == Matter.MATERIAL.value).fill_null(False) for each in compared])
    any_shown, some = frame.select(pl.any_horizontal(worth).fill_null(False).alias("any"), material.alias("material"))
    # Few loans differ: only theirs are put into words.
    told = pl.Series("differences", [""]).new_from_index(0, frame.height)
    return [told.scatter(any_shown.arg_true(), frame.filter(any_shown).select(_listed(shown)).to_series()), some]


def _answer() -> pl.Expr:
    answer = (
        pl.when(pl.col("breached") != "").then(pl.lit(Answer.BREACHED.value))
        .when("material").then(pl.lit(Answer.DIFFERENT.value))
        .when(pl.col("open") != "").then(pl.lit(Answer.UNDETERMINED.value))
        .otherwise(pl.lit(Answer.CLEAN.value))
    )  # fmt: skip
    return answer.alias("answer")


def _when(rule: str, outcome: Outcome) -> pl.Expr:
    return pl.when(pl.col(rule) == outcome.value).then(pl.lit(rule))


def _listed(parts: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_str(parts, separator=";", ignore_nulls=True) if parts else pl.lit("")


def _only(known: pl.Series, values: Ints) -> pl.Series:
    return pl.select(pl.when(known).then(pl.Series(values)).otherwise(None)).to_series()
