"""What an audit adds up to: counts and sums that batches add to in any order, and the worst loans with their flows.

Memory does not grow with the tape, only with the number of partners, products, months and rules in it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from hengdai.audit.batch import Answer, Audited
from hengdai.audit.compare import Matter
from hengdai.audit.intake import ROW, SOURCE
from hengdai.audit.plan import day_of
from hengdai.law.kinds import Outcome

STEP_E8 = 1_000
"""Costs are counted by thousandths of a percent: step n holds what is above n of them and up to n + 1."""
LAST_STEP = 200_000
"""Two hundred percent and more are one step."""
GROUPS = ("partner", "product", "month", "lender")
WORST = 50
BIGGEST_GROUPS = 5_000


@dataclass(slots=True)
class Group:
    """One partner, product, month or lender: loans, those breached, those above the cap, and the money."""

    loans: int = 0
    breached: int = 0
    over: int = 0
    principal: int = 0
    refund: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One of the worst loans: its finding, the flows it was weighed by, and the rows of its plan."""

    finding: Mapping[str, Any]
    flows: tuple[int, ...]
    rows: tuple[tuple[str, int, int, int], ...]
    """Due date, principal, interest and balance left of each row."""
    fee_each: int = 0
    rank: tuple[int, int] = (0, 0)
    days: int = 0
    """The days of a period; 0 for a month."""
    unlinked: tuple[int, ...] = ()
    """The flows without the debits that were linked."""


@dataclass(slots=True)
class Tally:
    """The sums of an audit so far. Money in minor units, rates in e8."""

    rows: int = 0
    loans: int = 0
    rejected: int = 0
    rejected_columns: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    costs: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: Counter[tuple[str, str]] = field(default_factory=Counter)
    caps: Counter[tuple[int, str]] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    rounding: Counter[str] = field(default_factory=Counter)
    """Loans above the cap by no more than a minor unit an instalment: instalments rounded to the coin do that."""
    patterns: Counter[str] = field(default_factory=Counter)
    linked: int = 0
    unread_debits: int = 0
    """Debits that could not be read: with any of them no disguised charge is ruled out. They are no rows of a tape."""
    principal: int = 0
    groups: dict[str, dict[str, Group]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    worst: list[Case] = field(default_factory=list)

    def reject(self, rejects: pl.DataFrame, rows: int) -> None:
        """Count the rows of a batch that could not be read, by column."""
        self.rejected += rows
        self.rejected_columns.update(rejects["column"].to_list())

    def leave_out(self, debits: pl.DataFrame) -> None:
        """Count debits that could not be read, given a row a cell."""
        self.unread_debits += debits.n_unique([SOURCE, ROW]) if debits.height else 0

    def add(self, audited: Audited) -> None:
        """Count one audited batch."""
        found = audited.findings
        self.loans += found.height
        self.principal += int(found["principal"].sum())
        self.answers.update(dict(found["answer"].value_counts().iter_rows()))
        steps = ((found["simple_e8"].drop_nulls() - 1) // STEP_E8).clip(-1, LAST_STEP)
        self.costs.update(dict(steps.value_counts().iter_rows()))
        self._law(audited)
        self._money(found)
        for each in audited.differences:
            counted = each.matter.drop_nulls().value_counts()
            self.differences.update({(each.name, str(matter)): count for matter, count in counted.iter_rows()})
        for name in GROUPS:
            self._group(name, found)
        self._keep_worst(audited)

    def _law(self, audited: Audited) -> None:
        weighed = audited.weighed
        loans = np.bincount(weighed.kind, minlength=weighed.kinds.height)
        for rule in weighed.rules:
            told = weighed.kinds[rule.id].to_physical().to_numpy()
            counts = [int(loans[told == code].sum()) for code in range(len(Outcome))]
            self.outcomes.update({(rule.id, o.value): n for o, n in zip(Outcome, counts, strict=True) if n})
        self.missing.update(weighed.missing)

    def _money(self, found: pl.DataFrame) -> None:
        caps = found.filter(pl.col("cap_simple_e8").is_not_null())["cap_simple_e8", "cap_by"]
        counted = caps.group_by("cap_simple_e8", "cap_by").len()
        self.caps.update({(cap, by): count for cap, by, count in counted.iter_rows()})
        for method in ("simple", "compound"):
            self.over[method] += int((found[f"over_{method}_e8"] > 0).sum())
            self.refunds[method] += int(found[f"refund_{method}"].sum() or 0)
            slight = (found[f"over_{method}_e8"] > 0) & (found[f"refund_{method}"] <= found["count"])
            self.rounding[method] += int(slight.sum())
        if "linked_debits" in found.columns:
            self.linked += int(found["linked_debits"].sum())
            listed = found.filter(pl.col("patterns") != "")["patterns"].str.split(";").explode()
            self.patterns.update(dict(listed.value_counts().iter_rows()))

    def _group(self, name: str, found: pl.DataFrame) -> None:
        sums = found.group_by(pl.col(name).fill_null("")).agg(
            pl.len().alias("loans"),
            (pl.col("answer") == Answer.BREACHED.value).sum().alias("breached"),
            (pl.col("over_simple_e8") > 0).sum().alias("over"),
            pl.col("principal").sum().alias("principal"),
            pl.col("refund_simple").sum().alias("refund"),
        )
        mine = self.groups[name]
        for key, *amounts in sums.iter_rows():
            # A column that is different in every row is no group: what comes after many goes together.
            group = mine.setdefault(key if key in mine or len(mine) < BIGGEST_GROUPS else "…", Group())
            for part, amount in zip(("loans", "breached", "over", "principal", "refund"), amounts, strict=True):
                setattr(group, part, getattr(group, part) + int(amount or 0))

    def _keep_worst(self, audited: Audited) -> None:
        """The loans that pass the cap the most; where none does, the dearest."""
        found = audited.findings
        over = found["over_simple_e8"].fill_null(0).to_numpy()
        cost = found["simple_e8"].fill_null(-(2**62)).to_numpy()
        # Only the first few are wanted in their order: those at the excess of the last of them, and above it.
        last = np.partition(over, -WORST)[-WORST] if len(over) > WORST else over.min(initial=0)
        among = np.flatnonzero(over >= last)
        least = self.worst[-1].rank if len(self.worst) == WORST else None
        for at in among[np.lexsort((-cost[among], -over[among]))[:WORST]].tolist():
            rank = (int(over[at]), int(cost[at]))
            if least is not None and rank <= least:
                break  # the others of this batch are no worse, and of equals the first stays
            if found["simple_e8"][at] is not None:
                self.worst.append(_case(audited, at, rank))
        self.worst.sort(key=lambda case: case.rank, reverse=True)
        del self.worst[WORST:]

    @property
    def findings(self) -> int:
        """Loans, rows and debits that somebody must look at."""
        return self.loans - self.answers[Answer.CLEAN.value] + self.rejected + self.unread_debits

    def breaches(self) -> list[tuple[str, int]]:
        """Breached rules and their counts, most first."""
        found = [(rule, count) for (rule, outcome), count in self.outcomes.items() if outcome == Outcome.BREACHED.value]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def material(self) -> list[tuple[str, int, int]]:
        """Differences by name: how many are material and how many small."""
        names = dict.fromkeys(name for name, _ in self.differences)
        found = [
            (n, self.differences[n, Matter.MATERIAL.value], self.differences[n, Matter.SMALL.value]) for n in names
        ]
        return [each for each in found if each[1] or each[2]]

    def quantile_e8(self, numerator: int, denominator: int) -> int | None:
        """The cost below which that part of the loans lies, to a thousandth of a percent; None without any cost."""
        total, seen = sum(self.costs.values()), 0
        for step in sorted(self.costs):
            seen += self.costs[step]
            if seen * denominator >= total * numerator:
                return (step + 1) * STEP_E8
        return None


def _case(audited: Audited, at: int, rank: tuple[int, int]) -> Case:
    plans = audited.plans
    span = slice(int(plans.offsets[at]), int(plans.offsets[at + 1]))
    columns = (plans.due, plans.principal, plans.interest, plans.closing)
    rows = [tuple(int(value) for value in row) for row in zip(*(column[span] for column in columns), strict=True)]
    told = tuple((day_of(due).isoformat(), principal, interest, closing) for due, principal, interest, closing in rows)
    loan = audited.loans.row(at, named=True)
    each = sum(loan[name] or 0 for name in ("periodic_fee", "platform_fee", "guarantee_fee"))
    finding = audited.findings.row(at, named=True) | {
        name: loan[name]
        for name in ("periodic_fee", "platform_fee", "guarantee_fee", "upfront_fee", "platform_upfront",
                     "guarantee_upfront", "prepayment_fee_rate", "penalty_uplift", "product_kind")
    }  # fmt: skip
    flows = audited.prices.flows
    unlinked = replace(flows, values=audited.prices.unlinked)
    return Case(finding, tuple(flows.of(at)), told, each, rank, int(flows.days[at]), tuple(unlinked.of(at)))
