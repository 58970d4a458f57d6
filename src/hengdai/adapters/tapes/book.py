"""A book folder read as a tape: its loans that were paid out, with the fees of each and the partner lists of the day.

The events are not read: an audit tests what was agreed and charged against what the law allows. Loans that were never
paid out are no part of the tape.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from hengdai.adapters.tapes.read import Torn, batches

MANIFEST = "book.toml"
_FEES = {
    ("guarantor", "each_instalment"): "guarantee_fee",
    ("guarantor", "upfront"): "guarantee_upfront",
    ("guarantor", "deducted"): "guarantee_upfront",
    ("facilitator", "each_instalment"): "platform_fee",
    ("facilitator", "upfront"): "platform_upfront",
    ("facilitator", "deducted"): "platform_upfront",
}
_OTHERS = {"each_instalment": "periodic_fee", "upfront": "upfront_fee", "deducted": "upfront_fee"}
_COLUMNS = ("guarantee_fee", "guarantee_upfront", "platform_fee", "platform_upfront", "periodic_fee", "upfront_fee")


def is_book(path: Path) -> bool:
    """Whether the path is the folder of a book."""
    return path.is_dir() and (path / MANIFEST).is_file()


def table_of(folder: Path, name: str) -> Path | None:
    """The file of a book's table; None when the book has none."""
    found = [folder / f"{name}{end}" for end in (".parquet", ".csv", ".csv.gz")]
    return next((path for path in found if path.is_file()), None)


def scan(path: Path) -> pl.LazyFrame:
    """A table as a lazy frame; the columns of a CSV are text."""
    return pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)


class BookTape:
    """The loans of a book folder as a tape; its mapping is the packaged `book`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._torn = folder, Torn()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    def batches(self) -> Iterator[pl.DataFrame]:
        """The loans that were paid out, with fees and lists."""
        loans = table_of(self._folder, "loans")
        if loans is None:
            raise FileNotFoundError(f"{self._folder}: 没有 loans 表 / there is no table of loans")
        for batch in batches(loans, None, self._torn):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            paid_out = frame.filter(pl.col("disbursed").cast(pl.String).fill_null("") != "")
            yield self._listed(self._with_fees(paid_out))

    def torn(self) -> Sequence[tuple[int, str]]:
        """Rows that could not be split into the fields of the header, each told once."""
        return self._torn.take()

    def _with_fees(self, loans: pl.DataFrame) -> pl.DataFrame:
        path = table_of(self._folder, "fees")
        if path is None:
            return loans.with_columns(pl.lit(0).alias(name) for name in _COLUMNS)
        mine = scan(path).join(loans.lazy().select("loan"), on="loan", how="semi").collect()
        kind = pl.concat_str(["role", "timing"], separator="/")
        names = {f"{role}/{timing}": name for (role, timing), name in _FEES.items()}
        column = kind.replace_strict(names, default=pl.col("timing").replace_strict(_OTHERS, default=None))
        told = mine.with_columns(column.alias("column"), pl.col("amount").cast(pl.Int64))
        sums = told.group_by("loan").agg(
            pl.col("amount").filter(pl.col("column") == name).sum().alias(name) for name in _COLUMNS
        )
        joined = loans.join(sums, on="loan", how="left", maintain_order="left")
        return joined.with_columns(pl.col(_COLUMNS).fill_null(0))

    def _listed(self, loans: pl.DataFrame) -> pl.DataFrame:
        """Whether facilitator and guarantor stood on the funder's list on the day of the application."""
        path = table_of(self._folder, "partners")
        if path is None:
            nothing = pl.lit(None, pl.Boolean)
            return loans.with_columns(nothing.alias("partner_listed"), nothing.alias("guarantor_listed"),
                                      pl.lit(None, pl.String).alias("guarantor_licence"),
                                      pl.lit(None, pl.String).alias("approved_by"))  # fmt: skip
        days = [pl.col(name).cast(pl.String).str.to_date(strict=False) for name in ("from", "to")]
        rows = scan(path).collect().with_columns(days)
        for who, flag in (("facilitator", "partner_listed"), ("guarantor", "guarantor_listed")):
            loans = _on_list(loans, rows.filter(pl.col("role") == who), who, flag)
        return loans.with_columns(pl.when(pl.col("facilitator").is_not_null()).then(pl.col("partner_listed")))


def _on_list(loans: pl.DataFrame, rows: pl.DataFrame, who: str, flag: str) -> pl.DataFrame:
    applied = pl.col("applied").cast(pl.String).str.to_date(strict=False)
    entries = rows.select(
        pl.col("funder"), pl.col("partner").alias(who), pl.col("from"), pl.col("to"),
        pl.col("approved_by" if who == "facilitator" else "licence"),
    )  # fmt: skip
    told = "approved_by" if who == "facilitator" else "licence"
    joined = loans.select("loan", "funder", who, applied.alias("on")).join(entries, on=["funder", who], how="inner")
    inside = (pl.col("from") <= pl.col("on")) & (pl.col("to").is_null() | (pl.col("on") <= pl.col("to")))
    found = joined.filter(inside).unique("loan", keep="first", maintain_order=True).select("loan", told)
    name = "approved_by" if who == "facilitator" else "guarantor_licence"
    found = found.rename({told: name}).with_columns(pl.lit(value=True).alias(flag))
    loans = loans.join(found, on="loan", how="left", maintain_order="left").with_columns(pl.col(flag).fill_null(False))
    if who == "guarantor":
        # The licence of a guarantor on the list without one is "none"; of one nobody listed it is unknown.
        unlicensed = pl.col(flag) & pl.col("guarantor_licence").is_null()
        loans = loans.with_columns(
            pl.when(unlicensed).then(pl.lit("none")).otherwise("guarantor_licence").alias("guarantor_licence")
        )
    return loans
