"""Rows of a foreign tape as typed columns, and those that could not be read with the cell that says why.

Every row that comes in goes out once: among the typed rows or among the rejects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hengdai.audit.clean import Reading, expected, read
from hengdai.audit.mapping import FACT, TapeMapping
from hengdai.audit.tape import BY_NAME, COLUMNS, Column, Type
from hengdai.audit.term import DAY, by_periods, days_in
from hengdai.base.reason import Problem
from hengdai.base.text import Text

ROW, SOURCE, NUMBER = "row", "source", "row_number"
"""`row_number` is the pseudo-header under which a tape without loan numbers may map its rows as such."""
REJECTS = pl.Schema(
    {SOURCE: pl.String, ROW: pl.Int64, "column": pl.String, "found": pl.String, "expected_zh": pl.String,
     "expected_en": pl.String}
)  # fmt: skip
TORN = Text("与表头相同的列数, 引号成对, 编码一致", "as many fields as the header, quotes in pairs, one encoding")
_DTYPES: dict[Type, pl.DataType] = {
    Type.TEXT: pl.String(), Type.CHOICE: pl.String(), Type.MONEY: pl.Int64(), Type.RATE: pl.Int64(),
    Type.SHARE: pl.Int64(), Type.COUNT: pl.Int64(), Type.DATE: pl.Date(), Type.INSTANT: pl.Datetime("us"),
    Type.FLAG: pl.Boolean(),
}  # fmt: skip
Cell = tuple[Reading, pl.Series, pl.Series]
"""How a column is read, its typed values, and where they could not be read."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One batch taken in: `loans` has every column of the tape (null where there is none), `rejects` a row a cell."""

    loans: pl.DataFrame
    rejects: pl.DataFrame

    @property
    def rejected_rows(self) -> int:
        """How many rows did not come through."""
        return self.rejects.n_unique([SOURCE, ROW]) if self.rejects.height else 0


def torn_rows(source: str, torn: Sequence[tuple[int, str]]) -> pl.DataFrame:
    """Rows that could not be split into fields (number and what was found), as rejects without a column."""
    rows = [(source, row, "", found, TORN.zh, TORN.en) for row, found in torn]
    return pl.DataFrame(rows, schema=REJECTS, orient="row")


def missing_headers(mapping: TapeMapping, headers: Sequence[str], where: str) -> list[Problem]:
    """The headers that the mapping names and the tape does not have."""
    shown = ", ".join(headers)
    return [
        Problem(f"{where} [{name}]", repr(reading.header), Text(f"表头之一: {shown}", f"one of the headers {shown}"))
        for name, reading in mapping.readings.items()
        if reading.header not in headers
    ]


def take_in(raw: pl.DataFrame, mapping: TapeMapping, digits: int) -> Taken:
    """The typed rows and the rejects of a batch with `source` and `row_number` beside the tape's own columns."""
    readings = mapping.readings.values()
    raw = raw.with_columns(pl.col(NUMBER).cast(pl.Int64).alias(ROW))
    cells = [(reading, *read(raw[reading.header], reading, digits)) for reading in readings]
    cells, in_days = _with_terms_in_days(raw, mapping, cells)
    bad = pl.select(pl.any_horizontal([unread for _, _, unread in cells])).to_series()
    rejects = pl.concat([_rejects(raw, unread, reading) for reading, _, unread in cells]).sort(SOURCE, ROW)
    columns = [typed.cast(_DTYPES[reading.column.type]).alias(reading.column.name) for reading, typed, _ in cells]
    loans = raw.select(SOURCE, ROW).with_columns(columns).with_columns(_absent(mapping))
    loans = loans.with_columns(pl.when(in_days).then(pl.lit(DAY)).otherwise("term_unit").alias("term_unit"))
    return Taken(by_periods(loans.filter(~bad)), rejects)


def _with_terms_in_days(raw: pl.DataFrame, mapping: TapeMapping, cells: list[Cell]) -> tuple[list[Cell], pl.Series]:
    """The cells with a term such as `14天` read as 14, and which rows tell their term so.

    Where a column gives the unit or the days of a period, a unit in the cell says it twice and stays unread.
    """
    nowhere = pl.Series([False]).new_from_index(0, raw.height)
    if mapping.mapped & {"term_unit", "period_days"} or "count" not in mapping.readings:
        return cells, nowhere
    days = days_in(raw[mapping.readings["count"].header])
    told = days.is_not_null()
    return [
        (reading, typed.fill_null(days), unread & ~told) if reading.column.name == "count" else (reading, typed, unread)
        for reading, typed, unread in cells
    ], told


def _absent(mapping: TapeMapping) -> list[pl.Expr]:
    """Constants, and nulls of the right type for what is neither read nor constant."""
    columns: dict[str, Column] = dict(BY_NAME)
    made = []
    for name, value in mapping.constants.items():
        kind = columns[name].type if name in columns else None
        dtype = _DTYPES[kind] if kind is not None else None
        made.append(pl.lit(value, dtype).alias(name))
    names = mapping.mapped
    return made + [
        pl.lit(None, _DTYPES[column.type]).alias(column.name) for column in COLUMNS if column.name not in names
    ]


def _rejects(raw: pl.DataFrame, unread: pl.Series, reading: Reading) -> pl.DataFrame:
    if not unread.any():
        return pl.DataFrame(schema=REJECTS)
    right = expected(reading)
    return raw.filter(unread).select(
        SOURCE,
        ROW,
        pl.lit(reading.header).alias("column"),
        pl.col(reading.header).cast(pl.String).fill_null("").alias("found"),
        pl.lit(right.zh).alias("expected_zh"),
        pl.lit(right.en).alias("expected_en"),
    )


def fact_columns(loans: pl.DataFrame) -> list[str]:
    """Names of the columns that carry facts of the pack's catalogue."""
    return [name for name in loans.columns if name.startswith(FACT)]
