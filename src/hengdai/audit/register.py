"""The register of entities: who is related to whom, at most two steps apart, and whose trade is lending.

Ties are read both ways: control, the same controller, agency, and a shared account, address or phone. Two steps reach
a sister company under one holding; further ones link half an economy and prove nothing.
"""

from dataclasses import dataclass

import polars as pl

TRADE = ("funder", "facilitator", "guarantor")
"""Kinds of entity that take part in loans; a tie to one of them is a tie to the business."""
SHARED = ("account", "address", "phone")
_SHARED_BY_MOST = 20
"""An address that more entities share is an office block."""


@dataclass(frozen=True, slots=True)
class Register:
    """Entities by kind, and ties: `ties` has `party`, `payee`, `steps` (1 or 2); `near_trade` the payees so tied."""

    kinds: pl.DataFrame
    ties: pl.DataFrame
    near_trade: pl.DataFrame


def register_of(entities: pl.DataFrame, relations: pl.DataFrame) -> Register:
    """The register from its two tables: `entity`, `kind` and perhaps account, address, phone; `entity`, `of`."""
    one_way = [relations.select(pl.col("entity").alias("party"), pl.col("of").alias("payee"))]
    one_way += [_sharing(entities, name) for name in SHARED if name in entities.columns]
    edges = pl.concat(one_way)
    both = pl.concat([edges, edges.select(pl.col("payee").alias("party"), pl.col("party").alias("payee"))]).unique()
    two = both.join(both, left_on="payee", right_on="party").select("party", pl.col("payee_right").alias("payee"))
    steps = pl.concat([both.with_columns(steps=pl.lit(1)), two.with_columns(steps=pl.lit(2))])
    ties = steps.filter(pl.col("party") != pl.col("payee")).group_by("party", "payee").agg(pl.col("steps").min())
    kinds = entities.select(pl.col("entity").alias("payee"), "kind").unique("payee", keep="first")
    trade = kinds.filter(pl.col("kind").is_in(TRADE)).select(pl.col("payee").alias("party"))
    near = ties.join(trade, on="party", how="semi").select("payee").unique()
    return Register(kinds, ties.sort("party", "payee"), near.with_columns(near_trade=pl.lit(value=True)))


def _sharing(entities: pl.DataFrame, name: str) -> pl.DataFrame:
    """Pairs of entities with the same account, address or phone."""
    told = entities.filter(pl.col(name).is_not_null() & (pl.col(name) != "")).select("entity", name)
    few = told.filter(pl.len().over(name) <= _SHARED_BY_MOST)
    pairs = few.join(few, on=name)
    return pairs.select(pl.col("entity").alias("party"), pl.col("entity_right").alias("payee"))
