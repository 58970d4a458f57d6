"""Tape against recomputation: each figure of the tape that can be checked, and how much its difference matters.

Rounding differences are shown and pass; small ones are counted; material ones are findings. The lines are constants
below, the same for every tape, so that two audits compare.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from hengdai.audit.arrears import CLASSES, Arrears
from hengdai.audit.attest import DISPLAY_E8, UNREAD
from hengdai.audit.plan import Bools, Ints, Plans, first_rows, present, whole
from hengdai.audit.price import EACH, ONCE, Prices
from hengdai.base.text import Text
from hengdai.maths.charged import ROUNDING


class Matter(StrEnum):
    """How much a difference matters."""

    NONE = "none"
    ROUNDING = "rounding"
    SMALL = "small"
    MATERIAL = "material"


SMALL_MONEY = 100
"""One yuan: a difference in money up to this, or up to the share of the principal below, is small."""
SMALL_SHARE = 10_000
"""One ten-thousandth of the principal."""
SMALL_RATE_E8 = 100_000
"""A tenth of a percentage point."""
LEAST_RATE_E8 = 1_000_000
"""One percent a year: nobody lends below it, so a rate of 0.24 under the unit percent is more likely a fraction."""
SMALL_DAYS = 3
"""The days of grace that lenders usually give."""

NAMES = {
    "terms": Text("条款无法成表", "terms make no plan"),
    "received": Text("到账金额不成立", "money received makes no sense"),
    "negative": Text("出现负数费用", "a fee or amount is negative"),
    "payout_missing": Text("到账金额未填, 成本仅为下限", "money received is not given; the cost is a lower bound"),
    UNREAD: Text("本笔有扣款无法读取, 成本仅为下限", "a debit of this loan was not read; the cost is a lower bound"),
    "amortises": Text("按带上每期应还, 还不清本金", "the stated instalments do not pay the loan off"),
    "rate_unit": Text("合同年利率低于 1%, 单位存疑", "a contract rate below 1 % a year: perhaps in another unit"),
    "instalment": Text("每期应还", "instalment"),
    "payout": Text("到账金额与本金减费用", "payout against principal less fees"),
    "stated_cost": Text("明示综合融资成本", "all-in cost as disclosed"),
    "headline": Text("宣传利率低于真实成本", "advertised rate below the true cost"),
    "outstanding": Text("贷款余额", "outstanding principal"),
    "interest_paid": Text("已还利息超过计划利息", "interest paid beyond the plan"),
    "days_past_due": Text("逾期天数", "days past due"),
    "class5": Text("五级分类偏轻", "five-category class too mild"),
    "not_computed": Text("成本无法计算", "no cost could be computed"),
}
"""The differences by name; the first ones say that a loan could not be recomputed at all."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One compared figure over a batch: `tape` and `ours` where `compared`, and how much the difference matters."""

    name: str
    compared: Bools
    tape: Ints
    ours: Ints
    matter: pl.Series


def differences(
    loans: pl.DataFrame, plans: Plans, prices: Prices, arrears: Arrears, mapped: frozenset[str],
    links: pl.DataFrame | None = None,
) -> list[Difference]:  # fmt: skip
    """Every difference that tape and debits allow to look for; `mapped` are the columns that the tape has."""
    unread = [] if links is None else [_flag(UNREAD, links[UNREAD].to_numpy(), prices.extra)]
    return [*_senseless(loans, plans, prices), *_doubtful(loans, plans, prices, mapped), *unread,
            *_money(loans, plans, prices), *_rates(loans, prices), *_behaviour(loans, arrears)]  # fmt: skip


def _senseless(loans: pl.DataFrame, plans: Plans, prices: Prices) -> Iterator[Difference]:
    nothing = np.zeros(loans.height, np.int64)
    has_method = present(loans, "method")
    yield _flag("terms", has_method & ~plans.made, nothing)
    yield _flag("received", plans.made & ((prices.net <= 0) | (prices.kept_back < 0)), prices.net)
    negative = np.zeros(loans.height, np.bool_)
    for name in (*EACH, *ONCE, "payout", "instalment", "paid_total", "outstanding"):
        negative |= whole(loans, name) < 0
    yield _flag("negative", negative, nothing)
    yield _flag("not_computed", ~prices.known, nothing)


def _doubtful(loans: pl.DataFrame, plans: Plans, prices: Prices, mapped: frozenset[str]) -> Iterator[Difference]:
    """Figures that were taken as they stand and cannot well be meant so."""
    if "payout" in mapped:
        yield _flag("payout_missing", ~present(loans, "payout"), prices.net)
    flows = prices.flows
    paid = plans.made & present(loans, "instalment") & (np.add.reduceat(flows.values, flows.offsets[:-1]) > 0)
    yield _flag("amortises", paid, whole(loans, "principal"))
    rate = whole(loans, "rate")
    yield _flag("rate_unit", (rate > 0) & (rate < LEAST_RATE_E8), rate)


def _money(loans: pl.DataFrame, plans: Plans, prices: Prices) -> Iterator[Difference]:
    total = first_rows(plans, plans.principal + plans.interest)
    principal = whole(loans, "principal")
    yield _of_money(
        "instalment", plans.made & present(loans, "instalment"), whole(loans, "instalment"), total, principal
    )
    declared = np.zeros(loans.height, np.int64)
    for name in ONCE:
        declared += whole(loans, name)
    payout = whole(loans, "payout")
    told = present(loans, "payout") & (payout != principal)
    yield _of_money("payout", told, payout, principal - declared, principal)
    left = present(loans, "outstanding") & present(loans, "paid_principal")
    left &= ~loans["status"].fill_null("").is_in(["closed", "charged_off"]).to_numpy()
    rest = principal - whole(loans, "paid_principal")
    yield _of_money("outstanding", left, whole(loans, "outstanding"), rest, principal)
    paid = whole(loans, "paid_interest")
    more = plans.made & present(loans, "paid_interest") & (paid > prices.interest)
    yield _of_money("interest_paid", more, paid, prices.interest, principal)


def _rates(loans: pl.DataFrame, prices: Prices) -> Iterator[Difference]:
    stated = whole(loans, "stated_cost")
    # The disclosure may be simple or compound; the one it is nearer to is the one it meant.
    nearer = np.abs(stated - prices.compound_e8) < np.abs(stated - prices.simple_e8)
    ours = np.where(nearer, prices.compound_e8, prices.simple_e8)
    yield _of_rate("stated_cost", prices.known & present(loans, "stated_cost"), stated, ours)
    headline = whole(loans, "headline_rate")
    below = prices.known & present(loans, "headline_rate") & (headline < prices.simple_e8)
    yield _of_rate("headline", below, headline, prices.simple_e8)


def _behaviour(loans: pl.DataFrame, arrears: Arrears) -> Iterator[Difference]:
    stated = whole(loans, "days_past_due")
    gap = np.abs(stated - arrears.days)
    told = arrears.known & present(loans, "days_past_due")
    yield Difference("days_past_due", told, stated, arrears.days, _matter(told, gap, 0, np.full(len(gap), SMALL_DAYS)))
    order = {name: place for place, name in enumerate(CLASSES)}
    claimed = loans["class5"].replace_strict(order, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    milder = (claimed >= 0) & (arrears.at_least >= 0) & (claimed < arrears.at_least)
    yield _flag("class5", milder, arrears.at_least, claimed.astype(np.int64))


def _of_money(name: str, compared: Bools, tape: Ints, ours: Ints, principal: Ints) -> Difference:
    small = np.maximum(SMALL_MONEY, principal // SMALL_SHARE)
    return Difference(name, compared, tape, ours, _matter(compared, np.abs(tape - ours), ROUNDING, small))


def _of_rate(name: str, compared: Bools, tape: Ints, ours: Ints) -> Difference:
    gap = np.abs(tape - ours)
    return Difference(name, compared, tape, ours, _matter(compared, gap, DISPLAY_E8, np.full(len(gap), SMALL_RATE_E8)))


def _flag(name: str, found: Bools, ours: Ints, tape: Ints | None = None) -> Difference:
    """A difference that matters wherever it is found."""
    matter = pl.select(pl.when(pl.Series(found)).then(pl.lit(Matter.MATERIAL.value)).otherwise(None)).to_series()
    return Difference(name, found, np.zeros_like(ours) if tape is None else tape, ours, matter)


def _matter(compared: Bools, gap: Ints, rounding: int, small: Ints) -> pl.Series:
    """The class of each compared gap, null where nothing was compared."""
    frame = pl.DataFrame({"compared": compared, "gap": gap, "small": small})
    answer = (
        pl.when(~pl.col("compared")).then(None)
        .when(pl.col("gap") == 0).then(pl.lit(Matter.NONE.value))
        .when(pl.col("gap") <= rounding).then(pl.lit(Matter.ROUNDING.value))
        .when(pl.col("gap") <= pl.col("small")).then(pl.lit(Matter.SMALL.value))
        .otherwise(pl.lit(Matter.MATERIAL.value))
    )  # fmt: skip
    return frame.select(answer.alias("matter"))["matter"]
