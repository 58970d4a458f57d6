"""Text columns of a foreign tape as exact typed columns, and the cells that could not be read.

Nothing is guessed: the mapping states the unit of money and rates and the form
of dates. Full-width digits, thousands marks, currency words and a percent sign
are read; what is left unread is a reject with what was found and what would be right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from hengdai.audit.tape import Column, Type
from hengdai.base.text import Text


class Unit(StrEnum):
    """What a number on the tape counts; the mapping must say it for money and rates."""

    MAJOR = "major"
    MINOR = "minor"
    PERCENT = "percent"
    FRACTION = "fraction"
    PERCENT_MONTH = "percent_month"
    PERCENT_DAY = "percent_day"
    E8 = "e8"


# A year has twelve months and, for daily rates quoted in China (日利率), 360 days.
_RATE_TO_E8: Mapping[Unit, tuple[int, int]] = {
    Unit.PERCENT: (6, 1),
    Unit.FRACTION: (8, 1),
    Unit.PERCENT_MONTH: (6, 12),
    Unit.PERCENT_DAY: (6, 360),
    Unit.E8: (0, 1),
}
EXCEL = "excel"
"""The format of days that a sheet exported as numbers."""
MONEY_UNITS = (Unit.MAJOR, Unit.MINOR)
RATE_UNITS = tuple(_RATE_TO_E8)
SHARE_UNITS = (Unit.PERCENT, Unit.FRACTION, Unit.E8)

ZONE = "Asia/Shanghai"
REPEATED = 8
"""So many cells of one text on the average, and each text is read once instead."""
_BLANK = ("", "-", "--", "/", "n/a", "na", "nan", "null", "none", "无", "空")
_CURRENCY_MARKS = r"(?i)(人民币|cny|rmb|usd|[¥￥$元圆])"
_NUMBER = r"^(?<sign>[-+]?)(?<whole>\d+)(?:\.(?<part>\d*))?$"
_TRUE = ("1", "true", "t", "yes", "y", "是", "有")
_FALSE = ("0", "false", "f", "no", "n", "否", "无")


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column of a tape is read: its header there, its unit, the day format, and foreign words for choices.

    `rounded` says that decimals beyond the smallest coin are rounded half-up instead of being refused.
    """

    column: Column
    header: str
    unit: Unit | None = None
    format: str | None = None
    words: Mapping[str, str] | None = None
    rounded: bool = False


def expected(reading: Reading) -> Text:
    """What a cell of that column should look like, for the person who mends it."""
    column = reading.column
    if column.type is Type.MONEY:
        return Text("金额, 如 1234.50 或 1,234.50元", "an amount such as 1234.50 or 1,234.50元")
    if column.type in (Type.RATE, Type.SHARE):
        return Text(f"利率数字, 单位 {reading.unit}", f"a rate as a number, unit {reading.unit}")
    if reading.format == EXCEL:
        return Text("Excel 日期序号, 如 46037", "a day number of Excel such as 46037")
    if column.type in (Type.DATE, Type.INSTANT):
        form = reading.format or "%Y-%m-%d"
        return Text(f"日期, 格式 {form}", f"a day in the form {form}")
    if column.type is Type.COUNT:
        return Text("非负整数", "a whole number, not negative")
    if column.type is Type.FLAG:
        return Text("是 或 否", "yes or no")
    if column.type is Type.CHOICE:
        return Text(f"其一: {', '.join(column.choices)}", f"one of {', '.join(column.choices)}")
    return Text("非空文字", "text that is not empty")


def tidy(column: pl.Series) -> pl.Series:
    """The cells as text in compatibility form (full-width to half-width), trimmed; a blank word becomes null."""
    text = column.cast(pl.String)
    if text.str.contains(r"[^\x00-\x7F]").any():
        text = text.str.normalize("NFKC")
    text = text.str.strip_chars()
    return _keep(text, ~text.str.to_lowercase().is_in(_BLANK))


def read(column: pl.Series, reading: Reading, digits: int = 2) -> tuple[pl.Series, pl.Series]:
    """The typed cells of a column and where they could not be read.

    Money is in minor units, rates in e8 a year, null where blank or unread. Unread is a cell that holds something else
    than its type, or nothing where something must stand.
    """
    must = reading.column.required or reading.column.filled
    stored = stored_as(column, reading, digits)
    if stored is not None:
        missing = stored.is_null()
        return stored, missing if must else missing & column.is_not_null()
    return _by_value(column, lambda cells: _read_text(cells, reading, digits, must))


Cells = tuple[pl.Series, pl.Series]


def _read_text(column: pl.Series, reading: Reading, digits: int, must: bool) -> Cells:
    text = tidy(column)
    typed = _typed(text, reading, digits)
    missing = typed.is_null()
    return typed, missing if must else missing & text.is_not_null()


def _by_value(column: pl.Series, work: Callable[[pl.Series], Cells]) -> Cells:
    """What `work` makes of the cells, done once for each text where these come again and again."""
    values = column.unique() if column.dtype == pl.String else column
    if values.len() * REPEATED > column.len():
        return work(column)
    typed, unread = work(values)
    same = typed.dtype == pl.String and typed.equals(values, null_equal=True)
    told = column if same else column.replace_strict(values, typed, return_dtype=typed.dtype)
    if not unread.any():
        return told, pl.Series([False]).new_from_index(0, column.len())
    return told, column.replace_strict(values, unread, return_dtype=pl.Boolean)


def stored_as(column: pl.Series, reading: Reading, digits: int = 2) -> pl.Series | None:
    """A column that is stored as what it means, without the way over text; None for one that has to be read as text.

    An instant with an offset is brought to Chinese local time, as those of debits are.
    """
    kind, dtype = reading.column.type, column.dtype
    if kind is Type.FLAG and dtype == pl.Boolean:
        return column
    if kind in (Type.DATE, Type.INSTANT) and dtype.is_temporal() and dtype.base_type() in (pl.Date, pl.Datetime):
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            column = column.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
        return column.cast(pl.Date() if kind is Type.DATE else pl.Datetime("us"))
    if not dtype.is_integer():
        return None
    if kind is Type.COUNT:
        return _scaled_whole(column, 0, least=0)
    if kind is Type.MONEY and reading.unit in MONEY_UNITS:
        return _scaled_whole(column, digits if reading.unit is Unit.MAJOR else 0)
    if kind in (Type.RATE, Type.SHARE) and reading.unit is not None and reading.unit in _RATE_TO_E8:
        places, times = _RATE_TO_E8[reading.unit]
        return _scaled_whole(column, places) * times
    return None


def _scaled_whole(column: pl.Series, places: int, least: int | None = None) -> pl.Series:
    """Whole numbers as integers of 10^-places; those of more than eighteen digits then are unread, as in text."""
    most = 10 ** (18 - places) - 1
    number = column.cast(pl.Int64, strict=False)
    scaled: pl.Series = _keep(number, number.is_between(-most if least is None else least, most)) * 10**places
    return scaled


def _typed(text: pl.Series, reading: Reading, digits: int) -> pl.Series:
    kind = reading.column.type
    if kind is Type.MONEY:
        return _money(text, reading, digits)
    if kind in (Type.RATE, Type.SHARE):
        return _rate(text, reading.unit)
    if kind in (Type.DATE, Type.INSTANT) and reading.format == EXCEL:
        return _excel_day(text, kind)
    if kind is Type.DATE:
        return text.str.to_date(reading.format or "%Y-%m-%d", strict=False)
    if kind is Type.INSTANT:
        return text.str.to_datetime(reading.format or "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    if kind is Type.COUNT:
        # A term in days is not a number of months: "14天" is left to :mod:`hengdai.audit.term`.
        count = _scaled(text.str.replace(r"(?i)\s*(期|个月|月|months?)$", "").str.strip_chars(), 0)
        return _keep(count, count >= 0)
    if kind is Type.FLAG:
        words = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
        return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    if kind is Type.CHOICE:
        words_of = {**{choice: choice for choice in reading.column.choices}, **(reading.words or {})}
        return text.replace_strict(words_of, default=None, return_dtype=pl.String)
    return text


def _excel_day(text: pl.Series, kind: Type) -> pl.Series:
    """Days, and parts of a day, since 1899-12-30, as Excel counts them from March 1900 on; other numbers are unread."""
    days = _scaled(text, 9, rounded=True)
    days = _keep(days, days.is_between(61 * 10**9, 10**14))
    moment = (days * 86_400 + 5 * 10**8) // 10**9 - 25_569 * 86_400
    return pl.select(pl.from_epoch(moment, "s")).to_series().cast(pl.Date() if kind is Type.DATE else pl.Datetime("us"))


def _keep(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values where it is so, null elsewhere."""
    return pl.select(pl.when(where).then(values)).to_series()


def _bare_number(text: pl.Series) -> pl.Series:
    """Digits with at most one decimal point: currency words, spaces and thousands marks taken away.

    "1.234,50" and "1 234,50" are read as 1234.50 (a comma before one or two final digits is decimal);
    a comma before exactly three digits is a thousands mark.
    """
    if text.str.contains(_NUMBER).all():
        return text
    frame = pl.DataFrame({"text": text})
    unmarked = pl.col("text").str.replace_all(_CURRENCY_MARKS, "").str.strip_chars().str.replace(r"^([-+])\s+", "${1}")
    frame = frame.with_columns(unmarked.alias("text"))
    spaced = pl.col("text").str.contains(r"^[-+]?\d{1,3}([\s']\d{3})+([.,]\d*)?$")
    together = pl.col("text").str.replace_all(r"[\s']", "")
    frame = frame.with_columns(pl.when(spaced).then(together).otherwise("text").alias("bare"))
    bare = pl.col("bare")
    decimal_comma = bare.str.contains(r"^[-+]?\d{1,3}(\.\d{3})*,\d{1,2}$") | bare.str.contains(r"^[-+]?\d+,\d{1,2}$")
    grouped = bare.str.contains(r"^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$")
    plain = (
        pl.when(decimal_comma)
        .then(bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(grouped)
        .then(bare.str.replace_all(",", "", literal=True))
        .otherwise(bare)
    )
    return frame.select(plain.alias("bare"))["bare"]


def _scaled(text: pl.Series, places: int, *, rounded: bool = False) -> pl.Series:
    """A decimal text as an exact integer of 10^-places; more decimals than that (unless zeros) are unread.

    With `rounded` they are rounded half-up (away from zero) instead.
    """
    parts = _bare_number(text).str.extract_groups(_NUMBER).struct.unnest()
    frame = parts.select(
        pl.col("sign"), pl.col("whole"), pl.col("part").fill_null("").str.strip_chars_end("0").alias("part")
    )
    fits = pl.col("whole").is_not_null() & (pl.col("whole").str.len_chars() + places <= 18)
    if not rounded:
        fits = fits & (pl.col("part").str.len_chars() <= places)
    digits = pl.concat_str([pl.col("whole"), pl.col("part").str.slice(0, places).str.pad_end(places, "0")])
    number = pl.when(fits).then(digits).otherwise(None).cast(pl.Int64, strict=False)
    if rounded:
        number = number + pl.col("part").str.slice(places, 1).is_in(["5", "6", "7", "8", "9"]).cast(pl.Int64)
    return frame.select(pl.when(pl.col("sign") == "-").then(-number).otherwise(number).alias("number"))["number"]


def _money(text: pl.Series, reading: Reading, digits: int) -> pl.Series:
    if reading.unit is Unit.MAJOR:
        return _scaled(text, digits, rounded=reading.rounded)
    if reading.unit is Unit.MINOR:
        return _scaled(text, 0, rounded=reading.rounded)
    raise ValueError(f"unit of a money column must be major or minor, found {reading.unit}")


def _rate(text: pl.Series, unit: Unit | None) -> pl.Series:
    """A rate in the stated unit as e8 a year; a percent sign contradicting a fraction unit leaves it unread."""
    if unit is None or unit not in _RATE_TO_E8:
        raise ValueError(f"unit of a rate column must be one of {', '.join(_RATE_TO_E8)}, found {unit}")
    places, times = _RATE_TO_E8[unit]
    signed = text.str.ends_with("%")
    number = _scaled(text.str.strip_chars_end("% "), places) * times
    return _keep(number, ~signed) if unit is Unit.FRACTION else number
