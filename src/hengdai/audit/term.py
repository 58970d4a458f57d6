"""Terms that are told in days: one repayment after so many of them, or one every so many.

A tape tells them in three ways: the cell of the term says `14天`, a column beside it says that its unit is the day, or
a column of its own holds the days of a period. What is not told in days is in months.
"""

import polars as pl

from hengdai.audit.clean import tidy
from hengdai.maths.sense import MAX_COUNT, MAX_EVERY

MONTH, DAY = "month", "day"
_IN_DAYS = r"(?i)^([1-9]\d{0,3})\s*(?:天|日|days?|d)$"


def days_in(column: pl.Series) -> pl.Series:
    """The number of cells such as `14天`, null for any other."""
    if column.dtype != pl.String:
        return pl.Series(column.name, [None] * len(column), pl.Int64)
    return tidy(column).str.extract(_IN_DAYS).cast(pl.Int64)


def by_periods(loans: pl.DataFrame) -> pl.DataFrame:
    """Loans whose term is a number of days as one period of that length; the others as they are.

    Where the tape says how long a period is, the count is a number of periods and stands.
    """
    alone = (pl.col("term_unit") == DAY) & pl.col("period_days").is_null() & (pl.col("count") > 0)
    return loans.with_columns(
        pl.when(alone).then("count").otherwise("period_days").alias("period_days"),
        pl.when(alone).then(1).otherwise("count").alias("count"),
    )


def last_day() -> pl.Expr:
    """The day of the last instalment of typed loans, by their terms alone; terms of no sense end somewhere."""
    months = pl.col("disbursed_on").dt.offset_by(pl.col("count").clip(0, MAX_COUNT).cast(pl.String) + "mo")
    return pl.when(pl.col("period_days") > 0).then(_by_days()).otherwise(months)


def months_begun() -> pl.Expr:
    """The term of typed loans in months, one that has begun as a whole one."""
    begun, ends = pl.col("disbursed_on"), _by_days()
    months = (ends.dt.year() - begun.dt.year()) * 12 + ends.dt.month().cast(pl.Int64) - begun.dt.month().cast(pl.Int64)
    into = (ends.dt.day() > begun.dt.day()).cast(pl.Int64)
    return pl.when(pl.col("period_days") > 0).then(months + into).otherwise("count")


def _by_days() -> pl.Expr:
    days = pl.col("count").clip(0, MAX_COUNT) * pl.col("period_days").clip(0, MAX_EVERY)
    return pl.col("disbursed_on") + pl.duration(days=days)
