"""Disguised charges: which of the borrowers' debits belong to their loans, with a score, the reasons and the pattern.

Each sign adds its weight; from :data:`THRESHOLD` on a debit counts as the loan's. The weights are integers chosen so
that a tie of ownership alone does not link an honest purchase, and neither does the date alone: it takes two kinds of
sign. Patterns VIO-01 to VIO-10 are those seen in supervision: 双融担, 权益, 转介绍, 砍头息, 咨询费, 月供服务费,
搭售, 关联方拆分, 低利率展示, 结账页不写资金方.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from hengdai.audit.attest import CHARGES, PLATFORM, SHOWN, TOTAL, UNREAD
from hengdai.audit.plan import occurring, whole
from hengdai.audit.price import Extra
from hengdai.audit.register import Register
from hengdai.audit.term import last_day
from hengdai.base.text import Text

THRESHOLD = 60
TELLING = ("own_party", "tied_to_party", "tied_to_trade", "second_guarantor", "words")
"""A debit with none of these signs is somebody's purchase, however near the loan's dates it lies."""
WINDOW_DAYS = 30
"""Debits from a month before the application to a month after the last instalment are looked at."""

PARTIES = ("partner", "guarantor", "lender")
GUARANTORS = ("guarantee", "guarantor")
_BENEFITS = "权益|优先审批|提额|提升额度|极速放款|加速审核|会员包月"
_MEMBER = "会员|VIP|vip"
_REFERRAL = "推荐|转介|导流"
_GUARANTEE = "担保|增信|保证金|风险金"
_CONSULTING = "咨询|顾问|评审|评估费"
_SERVICE = "服务费|月供|平台费|信息费|技术支持|技术服务|手续费|通道费|管理费"
_INSURANCE = "保险|保费|意外险"
_STRONG = "|".join((_BENEFITS, _REFERRAL, _GUARANTEE, _CONSULTING, _SERVICE, _INSURANCE))
_SUSPECT_KINDS = ("membership", "guarantee", "guarantor", "consulting", "insurance_agency", "technology", "facilitator")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that a debit belongs to a loan: its weight and how it is told."""

    weight: int
    text: Text


SIGNS: Mapping[str, Sign] = {
    "own_party": Sign(60, Text("收款方即本笔贷款的平台、增信或放款机构", "the payee is a party of this loan")),
    "tied_to_party": Sign(
        35, Text("收款方与本笔贷款一方有股权、控制或共用关系", "the payee is tied to a party of this loan")
    ),
    "tied_to_trade": Sign(
        30, Text("收款方与助贷、增信或放款机构有关联", "the payee is tied to a lender, facilitator or guarantor")
    ),
    "second_guarantor": Sign(25, Text("收款方为另一增信机构", "the payee is another guarantor")),
    "suspect_kind": Sign(10, Text("收款方行业常见于变相收费", "the payee's trade often takes disguised charges")),
    "words": Sign(
        25,
        Text(
            "摘要含服务、担保、权益、咨询、保险等字样",
            "the text speaks of service, guarantee, benefits, advice, insurance",
        ),
    ),
    "member_words": Sign(10, Text("摘要含会员字样", "the text speaks of membership")),
    "after_payout": Sign(25, Text("放款后一日内扣划", "taken within a day of the payout")),
    "near_application": Sign(20, Text("申请前后三日内", "within three days of the application")),
    "same_hour": Sign(10, Text("与申请同一小时", "in the same hour as the application")),
    "with_instalments": Sign(20, Text("随还款日重复扣收", "recurs with the instalments")),
    "chain": Sign(20, Text("一小时内多家先后收费", "several payees charge within an hour")),
}


@dataclass(frozen=True, slots=True)
class Linked:
    """Debits that belong to loans: `loan_id`, `at`, `payee`, `amount`, `text`, `score`, `signs`, `pattern`, `own`."""

    links: pl.DataFrame


def telling_payees(register: Register) -> frozenset[str]:
    """The payees whose debits may have a telling sign, whatever the loan; parties of the loan itself come on top."""
    guarantors = register.kinds.filter(pl.col("kind").is_in(GUARANTORS))["payee"]
    return frozenset(register.ties["payee"]) | frozenset(register.near_trade["payee"]) | frozenset(guarantors)


def telling_words(texts: pl.Series) -> pl.Series:
    """Which texts are a telling sign by themselves."""
    return texts.str.contains(_STRONG)


def parties_of(loans: pl.DataFrame) -> frozenset[str]:
    """Everybody who takes part in one of the loans."""
    return frozenset(name for column in PARTIES for name in loans[column].unique().drop_nulls())


def link(loans: pl.DataFrame, debits: pl.DataFrame, register: Register) -> Linked:
    """Score every debit of these loans and keep those at or above the threshold."""
    scored = score(loans, debits, register)
    kept = scored.filter(pl.col("score") >= THRESHOLD)
    return Linked(kept.sort("loan_id", "at", "payee", "amount", "text"))


def score(loans: pl.DataFrame, debits: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Every debit in the window of its loan that has a telling sign, with its score and the pattern it would be."""
    seen = _with_signs(_in_window(loans, debits), register)
    total, told = _summed(seen)
    shown = seen.with_columns(total, told, _pattern().alias("pattern"), pl.col("is_partner").alias("own"))
    return shown.select("loan_id", "at", "payee", "amount", "text", "score", "signs", "pattern", "own")


def _summed(seen: pl.DataFrame) -> list[pl.Series]:
    """The `score` and the `signs` of each debit, made up once for each combination of signs that occurs."""
    bits = [pl.col(name).cast(pl.Int64) * 2**place for place, name in enumerate(SIGNS)]
    found, place = occurring(seen.select(pl.sum_horizontal(bits)).to_series().to_numpy())
    named = [[name for at, name in enumerate(SIGNS) if signs >> at & 1] for signs in found.tolist()]
    totals = np.array([sum(SIGNS[name].weight for name in names) for names in named], np.int64)
    told = pl.Series("signs", [";".join(names) for names in named], pl.String)
    return [pl.Series("score", totals[place]), told.gather(place)]


def _in_window(loans: pl.DataFrame, debits: pl.DataFrame) -> pl.DataFrame:
    terms = loans.select(
        "loan_id", "lender", "partner", "guarantor", "disbursed_on", "applied_at",
        pl.coalesce(pl.col("applied_at").dt.date(), "disbursed_on").alias("applied_on"),
        last_day().alias("last_due"),
    )  # fmt: skip
    joined = debits.join(terms, on="loan_id", how="inner").with_columns(pl.col("at").dt.date().alias("on"))
    margin = pl.duration(days=WINDOW_DAYS)
    return joined.filter(pl.col("on").is_between(pl.col("applied_on") - margin, pl.col("last_due") + margin))


def _with_signs(seen: pl.DataFrame, register: Register) -> pl.DataFrame:
    """One flag a sign; what is not known is no sign."""
    seen = seen.join(register.kinds, on="payee", how="left").join(register.near_trade, on="payee", how="left")
    ties = register.ties.with_columns(tied=pl.lit(value=True)).select("party", "payee", "tied")
    for party in PARTIES:
        renamed = ties.rename({"party": party, "tied": f"tied_{party}"})
        seen = seen.join(renamed, on=[party, "payee"], how="left")
    own = pl.any_horizontal([(pl.col("payee") == pl.col(p)).fill_null(False) for p in PARTIES])
    tied = pl.any_horizontal([pl.col(f"tied_{p}").fill_null(False) for p in PARTIES])
    trade = pl.col("kind").is_in(GUARANTORS).fill_null(False)
    text = pl.col("text").fill_null("")
    since_payout = (pl.col("on") - pl.col("disbursed_on")).dt.total_days()
    since_application = (pl.col("on") - pl.col("applied_on")).dt.total_days()
    seen = seen.with_columns(
        own_party=own,
        is_partner=(pl.col("payee") == pl.col("partner")).fill_null(False),
        tied_to_party=tied & ~own,
        tied_to_trade=pl.col("near_trade").fill_null(False) & ~tied & ~own,
        second_guarantor=trade & (pl.col("payee") != pl.col("guarantor")).fill_null(True),
        suspect_kind=pl.col("kind").is_in(_SUSPECT_KINDS).fill_null(False) & ~own,
        words=text.str.contains(_STRONG),
        member_words=text.str.contains(_MEMBER) & ~text.str.contains(_STRONG),
        after_payout=since_payout.is_between(0, 1),
        near_application=since_application.abs() <= 3,
        same_hour=((pl.col("at") - pl.col("applied_at")).dt.total_seconds().abs() <= 3_600).fill_null(False),
    )
    # Everybody's shopping is most of the table; without a telling sign it scores nothing and needs no second look.
    return _together(seen.filter(pl.any_horizontal(TELLING)))


def _together(seen: pl.DataFrame) -> pl.DataFrame:
    """The signs that several debits of one loan make together."""
    due_day = (pl.col("on").dt.day() - pl.col("disbursed_on").dt.day()).abs()
    near_due = due_day.is_between(0, 3) | (due_day >= 27)
    same = ("loan_id", "payee", "amount")
    sold = pl.col("kind").is_in(["membership"]).fill_null(False) & pl.col("near_trade").fill_null(False)
    hour = pl.col("at").dt.truncate("1h")
    # Few debits are near a due day and fewer sell: only those are compared with one another.
    numbered = seen.lazy().with_row_index("row")
    recurring = numbered.filter(near_due).filter(pl.len().over(same) >= 2)
    chained = numbered.filter(sold).filter(pl.col("payee").n_unique().over("loan_id", hour) >= 2)
    return seen.with_columns(
        with_instalments=_marked(seen.height, recurring),
        chain=_marked(seen.height, chained),
    )


def _marked(height: int, rows: pl.LazyFrame) -> pl.Series:
    """True where one of the rows stands."""
    marks = np.zeros(height, np.bool_)
    marks[rows.select("row").collect()["row"].to_numpy()] = True
    return pl.Series(marks)


def _pattern() -> pl.Expr:
    """The pattern that the signs make up, the most telling first."""
    text, kind = pl.col("text").fill_null(""), pl.col("kind").fill_null("")
    guarantee = kind.is_in(GUARANTORS) & pl.col("second_guarantor")
    consulting = (kind == "consulting") | text.str.contains(_CONSULTING)
    ordered = (
        ("VIO-03", pl.col("chain") | text.str.contains(_REFERRAL)),
        ("VIO-04", guarantee & pl.col("after_payout") & ~pl.col("with_instalments")),
        ("VIO-01", guarantee),
        ("VIO-05", consulting),
        ("VIO-07", (kind == "insurance_agency") | text.str.contains(_INSURANCE)),
        ("VIO-02", (kind == "membership") | text.str.contains(_MEMBER) | text.str.contains(_BENEFITS)),
        ("VIO-06", pl.col("own_party")),
    )
    answer = pl.lit("VIO-08")
    for name, holds in reversed(ordered):
        answer = pl.when(holds).then(pl.lit(name)).otherwise(answer)
    return answer


def sums_of(loans: pl.DataFrame, found: Linked, doubtful: pl.Series, shown: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row a loan, in the order of `loans`: the sum of each pattern, of all, of the platform's own, and patterns.

    `doubtful` marks the loans of which a debit could not be read: their sums are the least that they can be.
    """
    sums = found.links.group_by("loan_id").agg(
        *[pl.col("amount").filter(pl.col("pattern") == name).sum().alias(name) for name in CHARGES],
        pl.col("amount").sum().alias(TOTAL),
        pl.col("amount").filter(pl.col("own")).sum().alias(PLATFORM),
        pl.col("pattern").unique().sort().alias("_patterns"),
    )
    joined = loans.select("loan_id").join(sums, on="loan_id", how="left", maintain_order="left")
    money = [*CHARGES, TOTAL, PLATFORM]
    told = joined.with_columns(pl.col(money).fill_null(0), pl.col("_patterns").fill_null([]))
    if shown is not None:
        told = told.join(shown.select("loan_id", *SHOWN), on="loan_id", how="left", maintain_order="left")
        told = told.with_columns(_seen_patterns())
    told = told.with_columns(pl.col("_patterns").list.join(";").alias("patterns"), doubtful.alias(UNREAD))
    return told.drop("_patterns", "loan_id")


def _seen_patterns() -> pl.Expr:
    """Patterns that take no money: they stand in what the borrower was shown."""
    pre_ticked, headline, lender = (pl.col(name) for name in SHOWN)
    flags = (("VIO-07", pre_ticked), ("VIO-09", headline), ("VIO-10", ~lender))
    lists = [
        pl.when(flag.fill_null(False)).then(pl.lit([name])).otherwise(pl.lit([], pl.List(pl.String)))
        for name, flag in flags
    ]
    return pl.concat_list([pl.col("_patterns"), *lists]).list.unique().list.sort().alias("_patterns")


def extra_of(loans: pl.DataFrame, found: Linked) -> Extra:
    """The linked debits as money on days, for the cost."""
    places = loans.select("loan_id").with_row_index("place")
    joined = found.links.join(places, on="loan_id", how="inner")
    days = joined.select(pl.col("at").dt.date().alias("on"))
    return Extra(whole(joined, "place"), whole(days, "on"), whole(joined, "amount"), whole(loans, "disbursed_on"))
