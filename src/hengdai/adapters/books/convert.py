"""From what a file holds to typed columns, exactly: amounts to minor units, rates to e8, and the fields in error.

Everything goes through text, so that CSV and Parquet read alike and no binary
fraction comes in. The work is columnar; only the fields in error are looked at one by one.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from hengdai.adapters.books.columns import Column, Kind, Table
from hengdai.app.replay_book import RowProblem
from hengdai.base.text import Text

ROW = "_row"
_WHOLE = r"^\d{1,18}$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_MISSING = "(空 / empty)"


@dataclass(frozen=True, slots=True)
class Units:
    """How the book writes amounts and rates.

    `digits` are those of the currency. Money `minor` is whole fen, `major` yuan with decimals; rates `e8` are
    hundred-millionths, `percent` is percent with up to six decimals, `fraction` has up to eight.
    """

    digits: int
    money: Literal["minor", "major"]
    rates: Literal["e8", "percent", "fraction"]

    def money_places(self) -> int:
        """How many decimals an amount may have."""
        return self.digits if self.money == "major" else 0

    def rate_places(self) -> int:
        """How many decimals a rate may have."""
        return {"e8": 0, "percent": 6, "fraction": 8}[self.rates]


def expected(column: Column, units: Units) -> Text:
    """What a field of that column should have looked like."""
    return column.kind.value.fill(sample=_sample(column.kind, units), choices=", ".join(column.choices))


def _sample(kind: Kind, units: Units) -> str:
    if kind is Kind.RATE:
        return {"e8": "18250000", "percent": "18.25", "fraction": "0.1825"}[units.rates]
    places = units.money_places()
    return f"1234.{'5'.ljust(places, '0')}" if places else "123450"


def convert(raw: pl.DataFrame, table: Table, units: Units) -> tuple[pl.DataFrame, list[RowProblem]]:
    """The typed columns of every row (a field in error is null) and the fields in error.

    `raw` has the table's columns as read and :data:`ROW`, the number of the data row from 1.
    """
    text = raw.select(ROW, *(_as_text(raw[name]).alias(name) for name in table.names))
    typed = text.select(ROW, *(_typed(column, units).alias(column.name) for column in table.columns))
    problems: list[RowProblem] = []
    for column in table.columns:
        problems += _in_error(text, typed, table, column, units)
    return typed, problems


def _as_text(values: pl.Series) -> pl.Series:
    """Any column as text; empty text is an empty field."""
    if values.dtype == pl.Boolean:
        values = values.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    elif values.dtype == pl.Binary:
        values = values.map_elements(lambda blob: blob.decode("utf-8", "replace"), return_dtype=pl.String)
    elif isinstance(values.dtype, pl.Datetime):
        values = values.dt.to_string("iso:strict")
    text = values.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _typed(column: Column, units: Units) -> pl.Expr:
    field = pl.col(column.name)
    match column.kind:
        case Kind.TEXT:
            good = field.str.len_chars().is_between(1, 200) & ~field.str.contains("\ufffd", literal=True)
            return pl.when(good).then(field)
        case Kind.CHOICE:
            return pl.when(field.is_in(list(column.choices))).then(field)
        case Kind.FLAG:
            return field.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
        case Kind.DAY:
            return pl.when(field.str.contains(_DAY)).then(field.str.to_date("%Y-%m-%d", strict=False))
        case Kind.INSTANT:
            return field.str.to_datetime("%+", time_zone="UTC", time_unit="us", strict=False)
        case Kind.WHOLE | Kind.COUNT:
            return _at_least(_scaled(field, 0), 0 if column.kind is Kind.WHOLE else 1)
        case Kind.RATE | Kind.DECIMAL:
            return _scaled(field, units.rate_places() if column.kind is Kind.RATE else 8)
        case Kind.MONEY | Kind.AMOUNT:
            return _at_least(_scaled(field, units.money_places()), 0 if column.kind is Kind.MONEY else 1)


def _at_least(value: pl.Expr, least: int) -> pl.Expr:
    return pl.when(value >= least).then(value)


def _scaled(field: pl.Expr, places: int) -> pl.Expr:
    """A decimal text times 10^places as Int64, or null; trailing zeros beyond the places are no extra precision."""
    if places == 0:
        whole = field.str.replace(r"\.0+$", "")
        return pl.when(whole.str.contains(_WHOLE)).then(whole).cast(pl.Int64, strict=False)
    pattern = rf"^\d{{1,{18 - places}}}(\.\d{{1,{places}}}0*)?$"
    whole = field.str.extract(r"^(\d+)")
    part = field.str.extract(r"\.(\d+)").fill_null("").str.slice(0, places).str.pad_end(places, "0")
    return pl.when(field.str.contains(pattern)).then(whole + part).cast(pl.Int64, strict=False)


def _in_error(text: pl.DataFrame, typed: pl.DataFrame, table: Table, column: Column, units: Units) -> list[RowProblem]:
    wrong = typed[column.name].is_null()
    if column.empty is not None:
        wrong &= text[column.name].is_not_null()
    if not wrong.any():
        return []
    key = "loan" if "loan" in table.names else table.names[0]
    bad = text.filter(wrong).select(ROW, key=pl.col(key), found=pl.col(column.name))
    right = expected(column, units)
    return [
        RowProblem(table.name, row, column.name, loan or "", _shown(found), right)
        for row, loan, found in bad.iter_rows()
    ]


def _shown(found: str | None) -> str:
    """What stood in the field, short enough for a message."""
    if found is None:
        return _MISSING
    return repr(found if len(found) <= 80 else found[:77] + "...")
