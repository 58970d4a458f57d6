"""Writing a synthetic book: block after block, each from its own seed, so memory does not grow with the book."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from hengdai.adapters.books import columns as tables
from hengdai.adapters.books.manifest import Manifest
from hengdai.adapters.books.writer import BookWriter, Format
from hengdai.adapters.synthetic import world
from hengdai.adapters.synthetic.applications import METHODS, PRODUCTS, Applications, draw, parties
from hengdai.adapters.synthetic.behaviour import live
from hengdai.adapters.synthetic.draw import Generator, Texts, seeded, seeds_of, text
from hengdai.adapters.synthetic.hidden import hide
from hengdai.base.text import Text

BLOCK = 50_000
_NOTE = Text(
    "合成账本: 机构、借款人与行为均为虚构; 违规由生成器埋入, 真相见 truth 表",
    "a synthetic book: parties, borrowers and behaviour are invented; the violations were planted and stand in `truth`",
)
GUARANTEE_FEE, PLATFORM_FEE = "cn.guarantee_fee", "cn.platform_fee"
_KINDS = ("consumer", "consumer", "business")
_USES = ("consumption", "goods", "working_capital")


def write_book(folder: Path, loans: int, seed: int, format: Format, progress: Callable[[int], None]) -> str:
    """Write a book of `loans` applications; the same arguments give the same bytes. Returns the book's digest.

    `progress` is told how many loans were written so far.
    """
    writer = BookWriter(folder, format)
    for table, frame in (
        (tables.ORGANISATIONS, world.organisations()),
        (tables.PARTNERS, world.partners()),
        (tables.ENTITIES, world.entities()),
        (tables.RELATIONS, world.relations()),
    ):
        writer.put(table, frame)
    seeds = seeds_of(seed, -(-loans // BLOCK))
    for number, child in enumerate(seeds):
        first = number * BLOCK
        _write_block(writer, seeded(child), first, min(BLOCK, loans - first))
        progress(min(first + BLOCK, loans))
    return writer.finish(Manifest(f"synthetic-{loans}-{seed}", "cn", "CNY", "minor", "e8", (_NOTE,)))


def _write_block(writer: BookWriter, rng: Generator, first: int, size: int) -> None:
    drawn = draw(rng, first, size)
    events, end = live(rng, drawn)
    hidden = hide(rng, drawn, end)
    ids = drawn.ids()
    writer.put(tables.LOANS, _loans(drawn))
    writer.put(tables.EVENTS, _named(events, ids))
    writer.put(tables.FEES, _fees(drawn))
    writer.put(tables.DEBITS, _timed(_named(hidden.debits, ids)))
    writer.put(tables.SHOWN, _timed(_named(hidden.shown, ids)))
    writer.put(tables.TRUTH, _named(hidden.truth, ids))


def _named(frame: pl.DataFrame, ids: Texts) -> pl.DataFrame:
    """Rows that know their loan's place in the block, with the loan's id instead."""
    names = pl.Series("loan", ids.tolist(), pl.String)
    return frame.with_columns(names.gather(frame["at"]).alias("loan"))


def _timed(frame: pl.DataFrame) -> pl.DataFrame:
    """Moments (seconds in Chinese local time) as instants with their offset."""
    instant = pl.from_epoch("moment").dt.to_string("%Y-%m-%dT%H:%M:%S+08:00")
    return frame.with_columns(instant.alias("at"))


def _loans(drawn: Applications) -> pl.DataFrame:
    """The loans table of a block: what was drawn, and the terms that all products share."""
    named = {"loan": drawn.ids(), "product": text(PRODUCTS, drawn.product), "product_kind": text(_KINDS, drawn.product)}
    named |= {"loan_use": text(_USES, drawn.product), "method": text(METHODS, drawn.method), **parties(drawn)}
    named["lender_kind"] = text([each.kind for each in world.FUNDERS], drawn.funder)
    days = {name: getattr(drawn, name) for name in ("applied", "disclosed", "signed", "withdrawn", "disbursed")}
    frame = pl.DataFrame(
        {**{name: values.tolist() for name, values in named.items()}, **days,
         "principal": drawn.principal, "annual_rate": drawn.rate, "count": drawn.count,
         "flat_fee_rate": drawn.flat_fee, "due_day": drawn.fixed_day, "internet": drawn.internet},
        schema_overrides=dict.fromkeys(named, pl.String),
    )  # fmt: skip
    microloan = pl.col("lender_kind") == "microloan"
    return frame.with_columns(
        pl.col("due_day").replace(0, None),
        borrower=pl.lit("B") + pl.col("loan").str.slice(1),
        currency=pl.lit("CNY"),
        every=pl.lit(1),
        unit=pl.lit("months"),
        first_due=pl.lit(None, pl.Date),
        day_count=pl.lit("act/360"),
        period_interest=pl.lit("whole_period"),
        broken_first=pl.lit("actual_days"),
        month_end=pl.lit("last_day"),
        rounding=pl.lit("half_up"),
        multiple=pl.lit(1),
        residue=pl.lit("last"),
        grace_principal=pl.lit(0),
        instalment=pl.lit(None, pl.Int64),
        late_multiplier=pl.lit(150_000_000),
        late_grace_days=pl.when(microloan).then(0).otherwise(3),
        late_basis=pl.lit(360),
        prepayment_fee=pl.when(microloan).then(0).otherwise(1_000_000),
        prepayment_free_after=pl.lit(3),
        allocation=pl.lit("penalty,fee,interest,principal"),
        unsecured=pl.lit(value=True),
        lender_decided=pl.lit(value=True),
        temporary_increase=pl.lit(value=False),
        long_cash_cycle=pl.col("product_kind") == "business",
        first_payout=pl.lit(None, pl.Int64),
    )


def _fees(drawn: Applications) -> pl.DataFrame:
    """The fees agreed: the guarantor's, and the facilitator's where one was written into the contract."""
    ids, who = drawn.ids(), parties(drawn)
    frames = []
    for amount, payee, role, code in (
        (drawn.guarantee_fee, who["guarantor"], "guarantor", GUARANTEE_FEE),
        (drawn.platform_fee, who["facilitator"], "facilitator", PLATFORM_FEE),
    ):
        at = np.flatnonzero(amount > 0)
        columns = {"at": at, "loan": ids[at].tolist(), "payee": payee[at].tolist(), "amount": amount[at]}
        frame = pl.DataFrame(columns, schema_overrides={"loan": pl.String, "payee": pl.String})
        frames.append(frame.with_columns(code=pl.lit(code), role=pl.lit(role), timing=pl.lit("each_instalment")))
    return pl.concat(frames).sort("at", "role")
