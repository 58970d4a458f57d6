"""Published rates and day counts, computed by each record's own convention.

Everything is decided by a record's `convention` and inputs, never by its name.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any

from hengdai.maths import intervals
from hengdai.maths.cost import annual_effective, timed
from hengdai.maths.foreign_days import by_reference_period, days_between, known, plain_name, years_between
from hengdai.maths.root import Flow, NoRate, Roots, solve
from hengdai.maths.verdicts import Differs, Record, Refused


def judge_rate(record: Record) -> None:
    """Raise :class:`Differs` when the record's rate or day count comes out otherwise than published.

    An expectation of null says that there is no single rate.
    """
    kind = record["record_type"]
    if kind not in {"rate", "day_count"}:
        raise Refused(f"record_type {kind}: 未收录的类别 / a kind of record that is not on our list")
    expected = record["expected_rate" if kind == "rate" else "expected"]
    try:
        found = rate_of(record) if kind == "rate" else _day_count(record)
    except NoRate as none:
        if expected is None:
            return
        raise Differs(str(none)) from none
    if expected is None:
        raise Differs(f"{record['convention']}: computed {float(found):.12g}, published: no rate")
    if abs(found - exact(expected)) > exact(record.get("tolerance") or 0):
        raise Differs(f"{record['convention']}: computed {float(found):.12g}, published {float(exact(expected)):.12g}")


def exact(number: Any) -> Fraction:
    """A printed number as it stands; one that is none, or too long to be a figure of a loan, raises `ValueError`."""
    if isinstance(number, (Fraction, int)) and not isinstance(number, bool):
        return Fraction(number)
    text = str(number).strip()
    if isinstance(number, bool) or not _PRINTED.fullmatch(text):
        raise ValueError(f"须为数字 / a number expected, found {text[:40]!r}")
    return Fraction(text)


_PRINTED = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?")


def rate_of(record: Record) -> Fraction:
    """The rate of a record's cash flows by its convention; with several roots the one nearest zero.

    :class:`NoRate` when there is none, :class:`Refused` for a convention that is not on our lists.
    """
    convention = str(record["convention"])
    flows = record["cash_flows"]
    name = re.sub(r"[\s-]+", "_", convention.strip().upper())
    if name in _PERIODIC:
        return annual_effective(timed(_timed_flows(flows), Roots.NEAREST_ZERO))
    times = _TIMES.fullmatch(name)
    if times or name in _NOMINAL:
        named = times[1] if times else None
        per_year = _snapped(record.get("unit_periods_per_year") or named or 12)
        if per_year <= 0:
            raise ValueError(f"每年期数须为正 / a positive unit_periods_per_year expected, found {per_year}")
        return nominal_rate(flows, per_year)
    return effective_rate(flows, _between(name, convention))


_PERIODIC = frozenset({"IRR_PERIODIC", "IRR", "PERIODIC_IRR"})
_NOMINAL = frozenset({"US_REGZ_ACTUARIAL", "US_REGZ", "IN_KFS_APR", "IN_KFS", "NOMINAL", "CN_SIMPLE"})
_TIMES = re.compile(r"(?:NOMINAL|CN_SIMPLE)_?X(\d{1,3})")
_DAYS_OF = re.compile(
    r"(?:XIRR|IRR_DATED|(?:EU|UK)_APRC?|CN_COMPOUND|BR_CET|MX_CAT)_(?:DAYS_?|ACT(?:UAL)?_DAYS_?)?(.+)"
)
_BY_INTERVALS = re.compile(r"(?:EU|UK)_APRC?(?:_INTERVAL)?_(MONTH|YEAR|WEEK)S?")
_EFFECTIVE: dict[str, Callable[[date, date], Fraction]] = {
    **dict.fromkeys(
        ("EU_APR", "EU_APRC", "UK_APR", "UK_APRC", "MX_CAT", "CN_COMPOUND", "CN_IRR"), intervals.eu_interval
    ),
    **dict.fromkeys(("XIRR", "BR_CET", "IRR_DATED"), partial(years_between, "ACT_365")),
}
_EU_PERIODS = {"MONTH": (1, 0), "YEAR": (12, 0), "WEEK": (0, 1)}


def _between(name: str, convention: str) -> Callable[[date, date], Fraction]:
    """How the convention counts years between two days."""
    if name in _EFFECTIVE:
        return _EFFECTIVE[name]
    if counted := _BY_INTERVALS.fullmatch(name):
        months, weeks = _EU_PERIODS[counted[1]]
        return lambda start, end: intervals.eu_interval(start, end, months, weeks)
    days_of = _DAYS_OF.fullmatch(name)
    if days_of and known(days_of[1]):
        return partial(years_between, days_of[1])
    raise Refused(f"{convention}: 未收录的口径 / a convention that is not on our list")


def _day_count(record: Record) -> Fraction:
    """Days or years between a record's dates."""
    name, start, end = str(record["convention"]), _date(record["start"]), _date(record["end"])
    plain, unit = plain_name(name), record.get("unit", "years")
    if counted := _BY_INTERVALS.fullmatch(re.sub(r"[\s-]+", "_", name.strip().upper())):
        return intervals.eu_interval(start, end, *_EU_PERIODS[counted[1]])
    if unit not in {"days", "years"}:
        raise Refused(f"unit {unit}: 未收录的单位 / a unit that is not on our list")
    if plain in {"ACTACTICMA", "ACTACTISMA", "ACTACTBOND"}:
        begins, ends = (record.get(key) for key in ("reference_start", "reference_end"))
        if begins is None or ends is None:
            raise Refused(f"{name}: 记录未给出参考期间 / the record gives no reference period")
        return by_reference_period(start, end, _date(begins), _date(ends))
    if unit == "days":
        return Fraction(days_between(name, start, end, _termination(record)))
    return years_between(name, start, end, _termination(record))


_TERMINATION = re.compile(r"(?:termination|maturity)(?: date)?:? (\d{4}-\d{2}-\d{2})")


def _termination(record: Record) -> date | None:
    """The deal's last day: a field of its own, or words of the note."""
    for key in ("termination", "termination_date", "maturity"):
        if record.get(key):
            return _date(record[key])
    found = _TERMINATION.search(str(record.get("note") or ""))
    return _date(found[1]) if found else None


def _date(text: Any) -> date:
    return date.fromisoformat(str(text))


_DIRECTIONS = {"advance": -1, "payment": 1, "charge": 1}


def _whole(flows: Iterable[Record]) -> list[int]:
    """Signed whole amounts on one scale: advances out, payments and charges in."""
    signed = []
    for flow in flows:
        if flow["kind"] not in _DIRECTIONS:
            raise ValueError(f"kind 须为 advance, payment 或 charge / one of these expected, found {flow['kind']!r}")
        signed.append(exact(flow["amount"]) * _DIRECTIONS[flow["kind"]])
    scale = lcm(*(amount.denominator for amount in signed))
    return [int(amount * scale) for amount in signed]


_LONGEST = 1_000_000
"""Periods: beyond a million days or weeks a moment is a slip."""


def _snapped(number: Any) -> Fraction:
    """A printed decimal as the simple fraction it stands for (k/12 + days/366, 8/14, 365/15), else as it is printed."""
    printed = exact(number)
    if abs(printed) > _LONGEST:
        raise ValueError(f"时点或期数过大 / a moment or count of at most {_LONGEST} expected, found {number}")
    simple = printed.limit_denominator(20_000)
    return simple if abs(simple - printed) < Fraction(1, 10**11) else printed


def nominal_rate(flows: Sequence[Record], per_year: Fraction) -> Fraction:
    """The rate per unit period times the unit periods of a year."""
    return solve(_unit_flows(flows, per_year), Roots.NEAREST_ZERO).mid * per_year


def effective_rate(flows: Sequence[Record], between: Callable[[date, date], Fraction]) -> Fraction:
    """The effective yearly rate of flows at moments in years (`t`), or at dates that `between` counts."""
    dated = any("t" not in flow for flow in flows)
    return annual_effective(timed(_dated_flows(flows, between) if dated else _timed_flows(flows), Roots.NEAREST_ZERO))


def _unit_flows(flows: Sequence[Record], per_year: Fraction) -> list[Flow]:
    """Flows at whole unit periods and parts of one, read from `t` and `f` or counted from the dates."""
    amounts = _whole(flows)
    if any("t" not in flow for flow in flows):
        unit, zero = intervals.unit_period(per_year), min(_date(flow["date"]) for flow in flows)
        moments = [unit.between(zero, _date(flow["date"])) for flow in flows]
    else:
        moments = [_split(_snapped(flow["t"]) + _snapped(flow.get("f") or 0)) for flow in flows]
    return [Flow(amount, *moment) for amount, moment in zip(amounts, moments, strict=True)]


def _split(moment: Fraction) -> tuple[int, Fraction]:
    if moment < 0:
        raise ValueError(f"时点不得为负 / no moment before zero expected, found {float(moment)}")
    return int(moment), moment - int(moment)


def _dated_flows(flows: Sequence[Record], between: Callable[[date, date], Fraction]) -> list[tuple[Fraction, int]]:
    """Flows at moments in years, counted from the earliest date."""
    zero = min(_date(flow["date"]) for flow in flows)
    return list(zip((between(zero, _date(flow["date"])) for flow in flows), _whole(flows), strict=True))


def _timed_flows(flows: Sequence[Record]) -> list[tuple[Fraction, int]]:
    """Flows at the moments printed."""
    return list(zip((_snapped(flow["t"]) for flow in flows), _whole(flows), strict=True))
