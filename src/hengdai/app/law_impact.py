"""A candidate text over the recorded judgements of a book: which loans would turn, by clause, amount and partner.

Nothing is bound by it and nothing is written. Both texts answer the same recorded facts and days, so what differs
is the text alone; a fact that nobody had recorded stays unknown to both.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from hengdai.app.actor import Actor
from hengdai.app.ports import Office
from hengdai.app.said_columns import DAYS, columns, said_of
from hengdai.law.impact import History, impact
from hengdai.law.judge import Settings
from hengdai.law.kinds import Stage
from hengdai.law.pack import Pack

CHUNK = 20_000
"""Judgements weighed at once: some hundred megabytes at most."""
TURNED = {
    "org": pl.String, "loan": pl.String, "partner": pl.String, "currency": pl.String, "amount": pl.Int64,
    "stage": pl.String, "rule": pl.String, "clause": pl.String, "live": pl.Boolean, "candidate": pl.Boolean,
}  # fmt: skip
"""The columns of what turned."""


@dataclass(frozen=True, slots=True)
class LawImpact:
    """What a candidate would have done to the recorded judgements of `since` and later.

    `turned` has a row for each loan and rule whose answer would differ, at the first gate where it does: org, loan,
    partner, currency, amount (minor units), stage, rule, clause, live, candidate (whether each text stops it).
    """

    judgements: int
    stopped_live: int
    stopped_new: int
    turned: pl.DataFrame

    def by_rule(self) -> pl.DataFrame:
        """Counts of loans and sums of principal by rule, clause, partner and currency, newly stopped and released."""
        new, freed = pl.col("candidate"), pl.col("live")
        groups = self.turned.group_by("rule", "clause", "partner", "currency").agg(
            new.sum().alias("newly_stopped"),
            pl.col("amount").filter(new).sum().alias("newly_stopped_amount"),
            freed.sum().alias("released"),
            pl.col("amount").filter(freed).sum().alias("released_amount"),
        )
        return groups.sort("rule", "partner", "currency")


async def law_impact(
    office: Office, actor: Actor, live: Pack, candidate: Pack, since: date, settings: Settings | None = None
) -> LawImpact:
    """Judge by both texts what was judged by any text of that jurisdiction since a day; sees what the actor sees."""
    counts = [0, 0, 0]
    found = [pl.DataFrame(schema=TURNED)]
    async with office.store.begin(actor) as work:
        asked = work.stream("judged_since", pack=live.id, since=since)
        async for stage, rows in _chunks(asked):
            told = _weighed(live, candidate, stage, rows, settings or Settings())
            counts = [one + other for one, other in zip(counts, told[0], strict=True)]
            found.append(told[1])
    turned = pl.concat(found).unique(["org", "loan", "rule", "candidate"], keep="first", maintain_order=True)
    return LawImpact(counts[0], counts[1], counts[2], turned)


async def _chunks(
    rows: AsyncIterator[Mapping[str, Any]],
) -> AsyncIterator[tuple[Stage, Sequence[Mapping[str, Any]]]]:
    """The rows stage by stage as they come, in chunks."""
    waiting: dict[str, list[Mapping[str, Any]]] = {}
    async for row in rows:
        held = waiting.setdefault(row["stage"], [])
        held.append(row)
        if len(held) == CHUNK:
            yield Stage(row["stage"]), waiting.pop(row["stage"])
    for stage in Stage:  # in the order of a loan's life
        if waiting.get(stage.value):
            yield stage, waiting[stage.value]


def _weighed(
    live: Pack, candidate: Pack, stage: Stage, rows: Sequence[Mapping[str, Any]], settings: Settings
) -> tuple[tuple[int, int, int], pl.DataFrame]:
    said = [said_of(row["judgement"]) for row in rows]
    frame = pl.DataFrame(
        [
            *columns({**live.facts, **candidate.facts}.values(), said),
            pl.Series("_partner", [row["facilitator"] for row in rows], pl.String),
            pl.Series("_amount", [row["principal"] for row in rows], pl.Int64),
        ]
    )
    told = impact(live, candidate, History(frame, DAYS, "_partner", "_amount"), stage=stage, settings=settings)
    subjects = pl.DataFrame(
        {
            "row": range(len(rows)),
            "org": [row["org"] for row in rows],
            "loan": [row["loan_id"] for row in rows],
            "partner": [row["facilitator"] for row in rows],
            "currency": [row["currency"] for row in rows],
            "amount": [row["principal"] for row in rows],
            "stage": stage.value,
        },
        schema_overrides={"row": pl.Int64},
    )
    clauses = {rule.id: str(rule.cite) for pack in (live, candidate) for rule in pack.rules}
    turned = told.turned.join(subjects, on="row").with_columns(
        pl.col("rule").replace_strict(clauses, return_dtype=pl.String).alias("clause")
    )
    return (told.subjects, told.stopped_live, told.stopped_new), turned.select(list(TURNED)).cast(TURNED)  # type: ignore[arg-type]
