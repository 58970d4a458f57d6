"""The loans of an audited batch that a run-off plan leaves out, each with the reason: none may fall silently.

A loan is left out rightly when it costs no more than its cap. Where no cap governs it, where that is not known, where
it has no cost, or where its cost lies within the cap on figures that are in doubt, nobody knows that, and it is told.
"""

from collections.abc import Mapping

import polars as pl

from hengdai.audit.attest import UNREAD
from hengdai.audit.batch import Audited
from hengdai.audit.compare import NAMES
from hengdai.audit.intake import ROW, SOURCE
from hengdai.audit.weigh import SIMPLE, cap_rules
from hengdai.base.text import Text
from hengdai.law.kinds import Effect

NO_CAP, CAP_UNKNOWN, NO_COST, DOUBTFUL = "no_cap", "cap_unknown", "no_cost", "doubtful"
REASONS: Mapping[str, Text] = {
    NO_CAP: Text("当日没有管到它的上限", "no cap of the law governs it on its day"),
    CAP_UNKNOWN: Text(
        "缺少事实或当日法规未作规定, 不知是否受上限约束",
        "a fact is missing or the law of the day is silent: whether a cap governs it is not known",
    ),
    NO_COST: Text("缺少事实或条款不成立, 算不出成本", "a fact is missing or the terms make no sense: it has no cost"),
    DOUBTFUL: Text("按带上数字未超上限, 但数字存疑", "within its cap by figures of the tape that are in doubt"),
}
DOUBTS = ("payout_missing", UNREAD, "amortises", "rate_unit")
"""Differences that leave a cost in doubt; the true one is higher."""

NOBODY = pl.DataFrame(schema={SOURCE: pl.String, ROW: pl.Int64, "loan_id": pl.String, "reason": pl.String,
                              "doubt": pl.String})  # fmt: skip
"""A batch that leaves out nobody."""


def left_out(audited: Audited) -> pl.DataFrame:
    """`source`, `row`, `loan_id`, `reason` and `doubt` of the loans that are in no plan and not known to be within."""
    found, weighed = audited.findings, audited.weighed
    caps = [rule.id for rule in cap_rules(weighed.rules, SIMPLE) if rule.effect is Effect.BLOCK]
    unknown = pl.any_horizontal([pl.col("open").str.split(";").list.contains(rule) for rule in caps] or [pl.lit(False)])
    reason = (
        pl.when(pl.col("cap_simple_e8").is_null() & unknown)
        .then(pl.when(pl.col("simple_e8").is_null()).then(pl.lit(NO_COST)).otherwise(pl.lit(CAP_UNKNOWN)))
        .when(pl.col("cap_simple_e8").is_null()).then(pl.lit(NO_CAP))
        .when(pl.col("over_simple_e8").is_null()).then(pl.lit(NO_COST))
        .when((pl.col("over_simple_e8") == 0) & (pl.col("doubt") != "")).then(pl.lit(DOUBTFUL))
    )  # fmt: skip
    told = found.with_columns(doubt_of(pl.col("differences")).alias("doubt"))
    named = told.select(SOURCE, pl.col(ROW).cast(pl.Int64), "loan_id", reason.alias("reason"), "doubt")
    return named.filter(pl.col("reason").is_not_null())


def doubt_of(differences: pl.Expr) -> pl.Expr:
    """The first difference among `name:matter;…` that leaves the cost in doubt; empty where there is none."""
    names = [pl.when(differences.str.contains(f"{name}:", literal=True)).then(pl.lit(name)) for name in DOUBTS]
    return pl.coalesce(*names, pl.lit(""))


def in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of :func:`left_out` with the reason in both languages."""
    doubts = {name: NAMES[name] for name in DOUBTS}
    columns = []
    for language in ("zh", "en"):
        reason = pl.col("reason").replace_strict({name: text.in_(language) for name, text in REASONS.items()},
                                                 return_dtype=pl.String)  # fmt: skip
        doubt = pl.col("doubt").replace_strict({"": ""} | {n: f": {t.in_(language)}" for n, t in doubts.items()},
                                               return_dtype=pl.String)  # fmt: skip
        columns.append((reason + doubt).alias(f"reason_{language}"))
    return frame.with_columns(columns)
