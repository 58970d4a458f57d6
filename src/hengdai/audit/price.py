"""What every loan of a batch truly costs: flows from what was received and what is asked, all fees in, and their rate.

The first flow is the money received: the principal less everything kept back or taken on the first day (民法典 670).
The others are the instalments as charged. By 中国人民银行公告〔2021〕第3号: simple is twelve times the rate per month,
compound the same compounded; for terms in days it is the rate of a period by 365 over its days. A loan whose money
received or plan is not known has no cost; it is never guessed.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hengdai.audit.plan import THREADS, Bools, Ints, Plans, present, whole
from hengdai.maths.charged import Charges, charged_columns
from hengdai.maths.columns import RATE, all_in_columns

MONTHS = 12
DAYS = 360
"""Interest by days divides the year by 360 (银发〔2005〕129号)."""
HIGHEST_E8 = 10**15
"""Beyond ten million times a year a rate says only that the terms are absurd."""
EACH = ("periodic_fee", "platform_fee", "guarantee_fee")
ONCE = ("upfront_fee", "platform_upfront", "guarantee_upfront")


@dataclass(frozen=True, slots=True)
class Flows:
    """Ragged flows: loan i's are ``values[offsets[i]:offsets[i + 1]]``; money received first, positive.

    They lie ``days[i]`` days apart, or a month where that is 0.
    """

    values: Ints
    offsets: Ints
    days: Ints

    def of(self, loan: int) -> list[int]:
        """One loan's flows."""
        return [int(each) for each in self.values[self.offsets[loan] : self.offsets[loan + 1]]]


@dataclass(frozen=True, slots=True)
class Prices:
    """Cost of each loan; `known` says where there is one. Amounts in minor units, rates e8 a year.

    `net` is the money received, `kept_back` principal less payout where the payout is stated, `fees` all fees of the
    plan, `charged` the first instalment as charged, `extra` what linked debits add.
    """

    flows: Flows
    simple_e8: Ints
    compound_e8: Ints
    known: Bools
    net: Ints
    kept_back: Ints
    interest: Ints
    fees: Ints
    extra: Ints
    unlinked: Ints
    """The values of the flows without what linked debits add."""


def prices_of(loans: pl.DataFrame, plans: Plans, extra: "Extra | None" = None) -> Prices:
    """The cost of every loan of the batch, with what linked debits add when they are given."""
    periods = np.where(plans.made, np.clip(whole(loans, "count"), 0, None), 0)
    kept_back = np.where(present(loans, "payout"), whole(loans, "principal") - whole(loans, "payout"), 0)
    once = _sum(loans, ONCE)
    net = whole(loans, "principal") - np.maximum(kept_back, once)
    each = _sum(loans, EACH)
    level = loans["method"].fill_null("").is_in(["equal_instalment", "flat_fee"]).to_numpy()
    values, offsets = charged_columns(Charges(
        net, plans.offsets, plans.principal, plans.interest, periods, each, whole(loans, "instalment"),
        present(loans, "instalment"), level,
    ), THREADS)  # fmt: skip
    added, days, unlinked = np.zeros(len(periods), np.int64), whole(loans, "period_days"), values
    if extra is not None and len(extra.loan):
        unlinked = values.copy()
        added = extra.put(values, offsets, periods, days)
    cost = all_in_columns(values, offsets, MONTHS, days, THREADS)
    sane = (np.abs(cost.simple_e8) <= HIGHEST_E8) & (np.abs(cost.compound_e8) <= HIGHEST_E8)
    known = plans.made & (cost.state == RATE) & sane & ~_negative(loans)
    return Prices(
        Flows(values, offsets, days), cost.simple_e8, cost.compound_e8, known, net, kept_back,
        plans.sums(plans.interest), np.maximum(kept_back, once) + each * periods, added,
        unlinked,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extra:
    """Debits linked to loans: `loan` is the place in the batch, `day` since 1970, `amount` in minor units.

    `start` is the payout of every loan of the batch.
    """

    loan: Ints
    day: Ints
    amount: Ints
    start: Ints

    def put(self, values: Ints, offsets: Ints, periods: Ints, days: Ints) -> Ints:
        """Add each debit to the flow of its period (the first one up to the payout); returns the sum per loan.

        The period is the nearest whole number of twelfths of a year, or of the loan's own `days`, since the payout,
        never after the last instalment.
        """
        passed, apart = self.day - self.start[self.loan], days[self.loan]
        nearest = np.where(apart > 0, (2 * passed + apart) // np.maximum(2 * apart, 1), (passed * 24 + 365) // 730)
        np.subtract.at(values, offsets[self.loan] + np.clip(nearest, 0, periods[self.loan]), self.amount)
        total = np.zeros(len(periods), np.int64)
        np.add.at(total, self.loan, self.amount)
        return total


def _sum(loans: pl.DataFrame, names: tuple[str, ...]) -> Ints:
    total = np.zeros(loans.height, np.int64)
    for name in names:
        total += whole(loans, name)
    return total


def _negative(loans: pl.DataFrame) -> Bools:
    """Loans with an amount that cannot be negative and is."""
    found = np.zeros(loans.height, np.bool_)
    for name in (*EACH, *ONCE, "payout", "instalment"):
        found |= whole(loans, name) < 0
    return found
