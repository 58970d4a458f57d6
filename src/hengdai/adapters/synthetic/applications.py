"""Who applies for what: products, parties, prices and days, drawn in columns for one block of loans.

Prices follow the law as the industry met it: until 2025-09-30 dear loans with platform fees
are common; from 2025-10-01 (金规〔2025〕9号) nearly all stay below 24 %, and those that do not are refused.
"""

from dataclasses import dataclass, replace

import numpy as np

from hengdai.adapters.synthetic.draw import (
    NEVER,
    Days,
    Flags,
    Generator,
    Ints,
    Reals,
    Texts,
    between,
    chance,
    day,
    due_date,
    level,
    pick,
    text,
)
from hengdai.adapters.synthetic.world import FACILITATORS, FIRST_DAY, FUNDERS, GUARANTORS, LAST_APPLICATION, MERCHANTS

RULE_DAY = np.datetime64("2025-10-01", "D")
METHODS = ("equal_instalment", "equal_principal", "interest_first", "bullet", "flat_fee")
EQUAL, BULLET, FLAT = 0, 3, 4
PRODUCTS = ("CASH", "SCENE", "BIZ")
CASH, SCENE, BIZ = range(3)
_TERMS = ((3, 6, 9, 12, 18, 24), (3, 6, 9, 12, 12, 12), (6, 12, 12, 24, 24, 36))
_SPRING = np.datetime64("2026-02-17", "D")


@dataclass(frozen=True, slots=True)
class Applications:
    """One block of applications, column by column; money in fen, rates e8, indices into the world's tuples."""

    first: int
    product: Ints
    funder: Ints
    facilitator: Ints
    guarantor: Ints
    """-1: nobody guarantees."""
    merchant: Ints
    principal: Ints
    rate: Ints
    method: Ints
    count: Ints
    fixed_day: Ints
    flat_fee: Ints
    guarantee_fee: Ints
    platform_fee: Ints
    applied: Days
    disclosed: Days
    signed: Days
    withdrawn: Days
    disbursed: Days
    risk: Reals
    internet: Flags

    @property
    def size(self) -> int:
        """How many applications."""
        return len(self.product)

    def ids(self) -> Texts:
        """The loan ids: their number in the book."""
        return np.asarray(
            [f"L{number:08d}" for number in range(self.first + 1, self.first + self.size + 1)], dtype=object
        )

    def instalment(self) -> Reals:
        """About what one instalment comes to, fees included."""
        plain = level(self.principal.astype(np.float64), self.rate / 1e8, self.count)
        return plain + self.guarantee_fee + self.platform_fee

    def due(self, number: int | Ints) -> Days:
        """The due date of instalment `number` of every loan that was paid out."""
        return due_date(self.disbursed, np.broadcast_to(number, self.size), self.fixed_day)


def draw(rng: Generator, first: int, size: int) -> Applications:
    """Draw `size` applications, numbered from `first`."""
    product = pick(rng, size, (0.62, 0.28, 0.10))
    funder = pick(rng, size, [each.weight for each in FUNDERS])
    count = np.asarray(_TERMS)[product, pick(rng, size, (1, 2, 1, 5, 1, 2))]
    method = pick(rng, size, (0.80, 0.08, 0.06, 0.03, 0.03))
    fixed_day = np.where(chance(rng, size, 0.35), np.asarray((5, 8, 15, 20))[pick(rng, size, (1, 1, 1, 1))], 0)
    blank = np.zeros(size, np.int64)
    never = np.full(size, NEVER)
    drawn = Applications(
        first, product, funder, pick(rng, size, (0.40, 0.32, 0.26, 0.02)), _guarantors(rng, funder),
        np.where(product == SCENE, pick(rng, size, (1,) * len(MERCHANTS)), -1), _principals(rng, product), blank,
        method, count, fixed_day, blank, blank, blank, _applied(rng, size), never, never, never, never,
        rng.beta(1.3, 14.0, size), chance(rng, size, np.where(product == BIZ, 0.5, 0.97)),
    )  # fmt: skip
    return _days(rng, _prices(rng, drawn))


def _guarantors(rng: Generator, funder: Ints) -> Ints:
    kinds = np.asarray([each.kind for each in FUNDERS], dtype=object)[funder]
    share = np.select([kinds == "bank", kinds == "trust", kinds == "consumer_finance"], [0.72, 0.6, 0.4], 0.08)
    return np.where(chance(rng, len(funder), share), pick(rng, len(funder), (0.55, 0.43, 0.02)), -1)


def _principals(rng: Generator, product: Ints) -> Ints:
    """Log-normal by product, in whole hundreds of yuan; a few consumer loans ask for more than the law allows."""
    size = len(product)
    middle = np.asarray((8.9, 8.3, 11.2))[product]
    yuan = np.exp(rng.normal(middle, np.asarray((0.75, 0.6, 0.7))[product]))
    ceiling = np.where(product == BIZ, 1_000_000, np.where(chance(rng, size, 0.004), 320_000, 200_000))
    yuan = np.where((ceiling == 320_000) & (product != BIZ), between(rng, size, 205_000, 320_000), yuan)
    return (np.clip(yuan, 500, ceiling) // 100).astype(np.int64) * 10_000


def _applied(rng: Generator, size: int) -> Days:
    """Days of application: growing, fewer at weekends, a dip at Spring Festival, a peak in November."""
    days = np.arange(day(FIRST_DAY), day(LAST_APPLICATION) + 1)
    weight = np.linspace(1.0, 1.6, len(days))
    weekday = (days.astype(np.int64) + 3) % 7
    weight[weekday >= 5] *= 0.7
    weight[np.abs((days - _SPRING).astype(np.int64)) <= 8] *= 0.3
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    weight[month == 11] *= 1.4
    return days[pick(rng, size, weight.tolist())]


def _prices(rng: Generator, drawn: Applications) -> Applications:
    """Contract rate and fees so that the all-in cost comes to a target; fees only where the plan is level."""
    size = drawn.size
    ranges = np.asarray([each.rates for each in FUNDERS])[drawn.funder]
    rate = np.round(between(rng, size, ranges[:, 0], ranges[:, 1]), 2) / 100
    old = drawn.applied < RULE_DAY
    dear = chance(rng, size, np.where(old, 0.45, 0.02))
    target = np.where(dear, between(rng, size, 0.245, 0.36), np.minimum(rate + between(rng, size, 0.02, 0.12), 0.2345))
    plain = drawn.method == EQUAL
    principal = drawn.principal.astype(np.float64)
    room = level(principal, np.maximum(target, rate), drawn.count) - level(principal, rate, drawn.count)
    by_platform = plain & (drawn.facilitator >= 0) & chance(rng, size, np.where(old, 0.35, 0.012))
    guaranteed = plain & (drawn.guarantor >= 0) & ~by_platform
    flat = drawn.method == FLAT
    return replace(
        drawn,
        rate=np.where(flat, 0, np.round(rate * 1e4).astype(np.int64) * 10_000),
        flat_fee=np.where(flat, np.round(rate / 12 * 0.54 * 1e5).astype(np.int64) * 1_000, 0),
        guarantee_fee=np.where(guaranteed, np.floor(room), 0).astype(np.int64),
        platform_fee=np.where(by_platform, np.floor(room), 0).astype(np.int64),
    )


def _days(rng: Generator, drawn: Applications) -> Applications:
    """When each step was taken; some step back, a few would sign without having seen the table, a few never draw."""
    size = drawn.size
    withdraws, blind, idle = chance(rng, size, 0.03), chance(rng, size, 0.006), chance(rng, size, 0.008)
    signed = drawn.applied + pick(rng, size, (0.8, 0.15, 0.05))
    disbursed = signed + pick(rng, size, (0.7, 0.2, 0.1))
    return replace(
        drawn,
        disclosed=np.where(blind, NEVER, drawn.applied),
        signed=np.where(withdraws, NEVER, signed),
        withdrawn=np.where(withdraws, drawn.applied + 1, NEVER),
        disbursed=np.where(withdraws | idle, NEVER, disbursed),
    )


def parties(drawn: Applications) -> dict[str, Texts]:
    """The organisations of each loan by column name; None where there is none."""
    return {
        "funder": text([each.org for each in FUNDERS], drawn.funder),
        "facilitator": text(FACILITATORS, drawn.facilitator),
        "guarantor": text((*GUARANTORS, None), drawn.guarantor),
        "merchant": text((*MERCHANTS, None), drawn.merchant),
    }
