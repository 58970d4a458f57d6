"""What is taken beside the contract: the ten patterns of disguised charges, honest noise, and the truth about both.

The patterns are VIO-01 to VIO-10 of the research notes on the law: 双融担, 权益, 多平台收费, 砍头息,
咨询费, 月供服务费, 默认勾选, 关联方拆分, 低利率展示, 结账页不写资金方.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hengdai.adapters.synthetic import world
from hengdai.adapters.synthetic.applications import SCENE, Applications
from hengdai.adapters.synthetic.draw import Days, Flags, Generator, Ints, between, chance, day, pick, text

PATTERNS = tuple(f"VIO-{number:02d}" for number in range(1, 11))
SHARE = 0.14
"""How many of the loans paid out carry one of the patterns."""
_WEIGHTS = (0.14, 0.22, 0.07, 0.09, 0.10, 0.12, 0.08, 0.08, 0.06, 0.04)
_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Hidden:
    """The debits, what was shown, and the truth of one block; `at` is the loan's place in the block."""

    debits: pl.DataFrame
    shown: pl.DataFrame
    truth: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the patterns draw from: the block, the day each loan ended, and the debits so far."""

    rng: Generator
    drawn: Applications
    end: Days
    debits: list[pl.DataFrame]

    def debit(self, which: Flags, moments: Ints, payee: Sequence[str] | str, amount: Ints, words: str) -> None:
        """One debit of every loan of `which`; `moments` are seconds since 1970 in Chinese local time."""
        at = np.flatnonzero(which)
        payees = [payee] * len(at) if isinstance(payee, str) else np.asarray(payee, dtype=object)[at].tolist()
        frame = pl.DataFrame(
            {
                "at": at,
                "moment": moments[at],
                "payee": payees,
                "amount": np.maximum(amount[at], 1),
                "text": [words] * len(at),
            },
            schema_overrides={
                "at": pl.Int64,
                "moment": pl.Int64,
                "payee": pl.String,
                "amount": pl.Int64,
                "text": pl.String,
            },
        )
        self.debits.append(frame)

    def monthly(self, which: Flags, payee: Sequence[str] | str, amount: Ints, words: str, most: int = 36) -> None:
        """One debit on every due date until the loan ended."""
        for month in range(1, most + 1):
            due = self.drawn.due(month)
            on = which & (month <= self.drawn.count) & (due <= self.end)
            if on.any():
                self.debit(on, _noon(self.rng, due), payee, amount, words)


def hide(rng: Generator, drawn: Applications, end: Days) -> Hidden:
    """Plant the patterns in some of the loans that were paid out, and honest purchases beside them."""
    paid_out = ~np.isnat(drawn.disbursed) & ~np.isnat(drawn.disclosed)
    end = np.where(paid_out, end, np.datetime64("1970-01-01", "D"))
    carries = paid_out & chance(rng, drawn.size, SHARE)
    pattern = np.where(carries, pick(rng, drawn.size, _WEIGHTS), -1)
    pattern = np.where((pattern == 9) & (drawn.product != SCENE), 8, pattern)
    scene = _Scene(rng, drawn, end, [])
    for number, plant in enumerate(_PLANTS):
        plant(scene, pattern == number)
    guilty = pl.concat(scene.debits)
    truth = _truth(pattern, guilty)
    scene.debits.clear()
    _honest(scene)
    debits = pl.concat([guilty, *scene.debits]).sort("at", "moment", "payee", "amount")
    return Hidden(debits, _shown(rng, drawn, pattern), truth)


def _truth(pattern: Ints, guilty: pl.DataFrame) -> pl.DataFrame:
    at = np.flatnonzero(pattern >= 0)
    taken = guilty.group_by("at").agg(pl.col("amount").sum())
    planted = pl.DataFrame(
        {"at": at, "pattern": text(PATTERNS, pattern[at]).tolist()}, schema_overrides={"pattern": pl.String}
    )
    return planted.join(taken, on="at", how="left", maintain_order="left").with_columns(pl.col("amount").fill_null(0))


def _noon(rng: Generator, days: Days) -> Ints:
    """Some moment between nine and twenty-one o'clock of those days; a day that is none stays where nobody looks."""
    return np.where(np.isnat(days), 0, days.astype(np.int64)) * _SECONDS + 32_400 + rng.integers(0, 43_200, len(days))


def payout_moment(drawn: Applications) -> Ints:
    """When the payout reached the borrower: a moment that only the loan's number decides."""
    number = np.arange(drawn.first, drawn.first + drawn.size)
    days = np.where(np.isnat(drawn.disbursed), 0, drawn.disbursed.astype(np.int64))
    return days * _SECONDS + 36_000 + number * 7_919 % 25_200


def _share(scene: _Scene, low: float, high: float) -> Ints:
    """A share of the principal in whole yuan."""
    part = scene.drawn.principal * between(scene.rng, scene.drawn.size, low, high)
    return np.floor(part / 100).astype(np.int64) * 100


def _own_club(scene: _Scene) -> Sequence[str]:
    """The membership seller that belongs to the loan's facilitator."""
    return [world.VIP_CLUBS[index % 3] for index in scene.drawn.facilitator.tolist()]


def _second_guarantor(scene: _Scene, which: Flags) -> None:
    scene.monthly(which, world.SECOND_GUARANTOR, _share(scene, 0.004, 0.008), "担保服务费(二)")


def _membership(scene: _Scene, which: Flags) -> None:
    large = which & chance(scene.rng, scene.drawn.size, 0.6)
    price = np.asarray((14_900, 29_900, 69_900, 129_900))[pick(scene.rng, scene.drawn.size, (4, 3, 2, 1))]
    days = scene.drawn.applied + scene.rng.integers(-3, 4, scene.drawn.size)
    scene.debit(large, _noon(scene.rng, days), _own_club(scene), price, "会员权益-优先审批")
    small = np.asarray((3_000, 3_900, 4_900))[pick(scene.rng, scene.drawn.size, (1, 1, 1))]
    scene.monthly(which & ~large, _own_club(scene), small, "会员权益连续包月")
    # A monthly plan whose first instalment is not yet due has taken nothing; the first month is paid at once.
    scene.debit(which & ~large, payout_moment(scene.drawn) + 60, _own_club(scene), small, "会员权益首月")


def _chain(scene: _Scene, which: Flags) -> None:
    for step, club in enumerate(world.VIP_CLUBS):
        price = np.asarray((9_900, 19_900, 29_900))[pick(scene.rng, scene.drawn.size, (1, 1, 1))]
        scene.debit(which, _noon(scene.rng, scene.drawn.applied) + step * 40, club, price, "推荐服务权益包")


def _second_after(scene: _Scene, which: Flags) -> None:
    scene.debit(
        which, payout_moment(scene.drawn) + 1, world.SECOND_GUARANTOR, _share(scene, 0.03, 0.30), "保证金/服务费"
    )


def _consulting(scene: _Scene, which: Flags) -> None:
    days = scene.drawn.disbursed + scene.rng.integers(0, 3, scene.drawn.size)
    scene.debit(
        which & (days <= day(world.AS_OF)),
        _noon(scene.rng, days),
        world.CONSULTANT,
        _share(scene, 0.02, 0.06),
        "咨询顾问费",
    )


def _monthly_service(scene: _Scene, which: Flags) -> None:
    facilitator = [world.FACILITATORS[index] for index in scene.drawn.facilitator.tolist()]
    scene.debit(which, payout_moment(scene.drawn) + 300, facilitator, _share(scene, 0.003, 0.007), "月供服务费(首期)")
    scene.monthly(which, facilitator, _share(scene, 0.003, 0.007), "月供服务费")


def _tied_insurance(scene: _Scene, which: Flags) -> None:
    scene.debit(
        which, _noon(scene.rng, scene.drawn.signed), world.INSURANCE_AGENT, _share(scene, 0.01, 0.03), "意外险保费"
    )


def _split(scene: _Scene, which: Flags) -> None:
    scene.debit(which, payout_moment(scene.drawn) + 600, world.RATE_SPLITTER, _share(scene, 0.004, 0.008), "技术支持费")
    scene.monthly(which, world.RATE_SPLITTER, _share(scene, 0.004, 0.008), "技术支持费")


def _shown_only(scene: _Scene, which: Flags) -> None:
    """Patterns 9 and 10 take no money; they stand in what was shown."""


_PLANTS: tuple[Callable[[_Scene, Flags], None], ...] = (
    _second_guarantor, _membership, _chain, _second_after, _consulting,
    _monthly_service, _tied_insurance, _split, _shown_only, _shown_only,
)  # fmt: skip


def _honest(scene: _Scene) -> None:
    """Purchases that have nothing to do with the loan, near its dates all the same."""
    words = ("影音会员月费", "超市购物", "出行车费", "话费充值")
    for index, (payee, word) in enumerate(zip(world.STRANGERS, words, strict=True)):
        buys = chance(scene.rng, scene.drawn.size, 0.06)
        days = scene.drawn.applied + scene.rng.integers(-20, 40, scene.drawn.size)
        amount = np.asarray((1_500, 2_500, 12_800, 5_000))[index] + scene.rng.integers(0, 40, scene.drawn.size) * 100
        scene.debit(buys & (days <= day(world.AS_OF)), _noon(scene.rng, days), payee, amount, word)


def _shown(rng: Generator, drawn: Applications, pattern: Ints) -> pl.DataFrame:
    """What each borrower saw first: the yearly rate and the lender's name, save where a pattern hides them."""
    low = pattern == 8
    daily = np.round((drawn.rate / 360) / 1_000).astype(np.int64) * 1_000
    channel = np.where(drawn.merchant >= 0, "checkout", "app")
    return pl.DataFrame(
        {
            "at": np.arange(drawn.size),
            "moment": _noon(rng, drawn.applied) - 600,
            "channel": channel.tolist(),
            "lender_named": pattern != 9,
            "headline_rate": np.where(low, daily, drawn.rate + drawn.flat_fee * 22),
            "headline_per": np.where(low, "day", "year").tolist(),
            "preticked": pattern == 6,
        },
        schema_overrides={"channel": pl.String, "headline_per": pl.String},
    )
