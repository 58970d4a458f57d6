"""Reading figures, word lists, fee classes, calendars and duties from their rows."""

from dataclasses import dataclass, field
from datetime import date

from hengdai.base.calendar import BusinessCalendar
from hengdai.base.money import Currency
from hengdai.law.cite import Cite, Document
from hengdai.law.fact import FactEntry, written
from hengdai.law.kinds import Confidence, Force, Unit
from hengdai.law.pack import CalendarOfLaw, Duty, FeeClass
from hengdai.law.parameter import Parameter, Span, Value
from hengdai.law.rows import Row


@dataclass(slots=True)
class Reading:
    """What has been read so far and is needed to read on."""

    pack: str
    currency: Currency
    documents: dict[str, Document]
    facts: dict[str, FactEntry]
    figures: dict[str, Parameter] = field(default_factory=dict)


def cite_of(row: Row, reading: Reading, inherited: Row | None = None) -> Cite:
    """The clause of a row: `cite = "document#article"`, with source, confidence and the day it was checked.

    A row of an array may inherit all four from the row around it. No citation, no load.
    """
    written_at = row if row.has("cite") or inherited is None else inherited
    text = written_at.text("cite")
    name, mark, article = text.partition("#")
    document = reading.documents.get(name)
    if document is None or not mark:
        known = ", ".join(sorted(reading.documents))
        written_at.refuse(
            "cite",
            f"cite = {text!r}",
            f"写作 文件#条号, 文件为 {known} 之一",
            f"document#article, the document one of {known}",
        )
    row.get("cite")
    at = {
        key: row if row.has(key) or inherited is None else inherited for key in ("source", "confidence", "checked_on")
    }
    for key in at:
        row.get(key)
    return Cite(
        document,
        article,
        at["source"].text("source"),
        at["confidence"].code("confidence", Confidence),
        at["checked_on"].day("checked_on"),
    )


def named(row: Row, reading: Reading) -> str:
    """The row's id, which begins with the pack's."""
    id = row.text("id")
    if not id.startswith(f"{reading.pack}."):
        row.refuse("id", f"id = {id!r}", f"编号以 {reading.pack}. 开头", f"an id begins with {reading.pack}.")
    return id


def parameter_of(row: Row, reading: Reading) -> Parameter:
    """A figure of law with its spans."""
    unit = row.code("unit", Unit)
    if unit in (Unit.YES_NO, Unit.TEXT, Unit.CODE, Unit.WORDS):
        row.refuse(
            "unit", f"unit = {unit.value!r}", "参数须是数、日期或 codes", "a figure is a number, a date or codes"
        )
    return _dated(row, reading, unit, "value")


def word_list_of(row: Row, reading: Reading) -> Parameter:
    """A word list through time, shaped like a figure of unit words."""
    return _dated(row, reading, Unit.WORDS, "words")


def _dated(row: Row, reading: Reading, unit: Unit, key: str) -> Parameter:
    id = named(row, reading)
    for elsewhere in ("cite", "source", "confidence", "checked_on", "published", "gaps"):
        row.get(elsewhere)  # read by the spans and by the static checks
    spans = tuple(_span(item, row, reading, unit, key) for item in row.items("spans"))
    stale = row.number("stale_after") if row.has("stale_after") else None
    confirmed = row.maybe_day("confirmed_on")
    if (stale is None) != (confirmed is None):
        row.refuse(
            "stale_after",
            "stale_after",
            "stale_after 与 confirmed_on 同时写",
            "stale_after and confirmed_on go together",
        )
    return Parameter(id, row.both("title"), unit, spans, stale, confirmed)


def _span(item: Row, row: Row, reading: Reading, unit: Unit, key: str) -> Span:
    span = Span(
        named(row, reading),
        value_of(item, key, unit, reading.currency),
        unit,
        item.day("from"),
        item.maybe_day("to"),
        cite_of(item, reading, row),
        item.maybe_both("uncertain"),
    )
    item.nothing_else()
    return span


def value_of(row: Row, key: str, unit: Unit, money: Currency) -> Value:
    """A value as a lawyer writes it, by unit. Money and rates must be in their written form: no bare numbers."""
    raw = row.get(key)
    try:
        if (unit is Unit.MONEY or unit.is_rate) and not isinstance(raw, str):
            example = '"200,000.00"' if unit is Unit.MONEY else '"24%"'
            raise ValueError(f"{raw!r} 写法有误, 例: {example} / is not written as in {example}")
        value = written(raw, unit, money)
    except ValueError as error:
        row.refuse(key, f"{key} = {raw!r}", *str(error).split(" / ", 1))
    if isinstance(value, tuple) and (not value or not all(value)):
        row.refuse(
            key, f"{key} = {raw!r}", "列表不得为空, 也不得含空词", "the list may not be empty nor hold an empty word"
        )
    return value


def fee_class_of(row: Row, reading: Reading) -> FeeClass:
    """A kind of charge."""
    return FeeClass(
        named(row, reading),
        row.both("title"),
        row.flag("in_cost"),
        row.texts("may_charge"),
        row.flag("contingent"),
        cite_of(row, reading),
    )


def duty_of(row: Row, reading: Reading) -> Duty:
    """A duty that is proved by evidence."""
    cite = cite_of(row, reading)
    return Duty(
        named(row, reading),
        row.both("title"),
        row.texts("subject"),
        row.both("evidence"),
        row.code("force", Force, cite.document.force),
        row.day("from"),
        row.maybe_day("to"),
        cite,
        row.number("every_days") if row.has("every_days") else None,
    )


def calendar_of(row: Row, reading: Reading) -> CalendarOfLaw:
    """A statutory calendar: holidays on weekdays as days or ranges `[first, last]`, working weekend days."""
    first, last = row.day("first"), row.day("last")
    holidays = _days(row, "holidays")
    workdays = _days(row, "workdays")
    for key, days in (("holidays", holidays), ("workdays", workdays)):
        outside = [day for day in days if not first <= day <= last]
        if outside:
            row.refuse(key, f"{outside[0]}", f"应在 {first} 至 {last} 之内", f"a day within {first} and {last}")
    wrong = [day for day in workdays if day.weekday() < 5]
    if wrong:
        row.refuse("workdays", f"{wrong[0]}", "调休上班日应是周末", "a working day to add falls on a weekend")
    weekdays = frozenset(day for day in holidays if day.weekday() < 5)
    calendar = BusinessCalendar(weekdays, frozenset(workdays), first, last)
    return CalendarOfLaw(named(row, reading), row.both("title"), calendar, cite_of(row, reading))


def _days(row: Row, key: str) -> list[date]:
    value = row.get(key)
    if not isinstance(value, list):
        row.refuse(
            key, f"{key} = {value!r}", "需要日期或 [首日, 末日] 的列表", "a list of days or [first, last] ranges"
        )
    days: list[date] = []
    for item in value:
        ends = item if isinstance(item, list) else [item, item]
        if len(ends) != 2 or not all(isinstance(end, date) for end in ends) or ends[0] > ends[1]:
            found = " .. ".join(str(end) for end in ends)
            row.refuse(key, found, "日期或 [首日, 末日]", "a day or a range [first, last]")
        days += [date.fromordinal(n) for n in range(ends[0].toordinal(), ends[1].toordinal() + 1)]
    return days
