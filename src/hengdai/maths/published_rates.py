"""Published rates and day counts, computed by each record's own convention.

Everything is decided by a record's `convention` and inputs, never by its name.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from hengdai.maths import intervals
from hengdai.maths.cost import annual_effective, timed
from hengdai.maths.day_count import DayCount, days, year_fraction
from hengdai.maths.root import Flow, NoRate, Roots, solve
from hengdai.maths.verdicts import Differs, Record, Refused


def judge_rate(record: Record) -> None:
    """Raise :class:`Differs` when the record's rate or day count comes out otherwise than published."""
    found = _day_count(record) if record["record_type"] == "day_count" else rate_of(record)
    expected = Fraction(record["expected" if record["record_type"] == "day_count" else "expected_rate"])
    if abs(found - expected) > Fraction(record.get("tolerance", 0)):
        raise Differs(f"{record['convention']}: computed {float(found):.12g}, published {float(expected):.12g}")


def rate_of(record: Record) -> Fraction:
    """The rate of a record's cash flows by its convention; with several roots the one nearest zero."""
    convention = str(record["convention"])
    flows = record["cash_flows"]
    try:
        if convention == "IRR_PERIODIC":
            return solve(_unit_flows(flows, Fraction(1)), Roots.NEAREST_ZERO).mid
        if convention in _NOMINAL:
            per_year = _snapped(record.get("unit_periods_per_year", 12))
            return solve(_unit_flows(flows, per_year), Roots.NEAREST_ZERO).mid * per_year
        if convention in _EFFECTIVE:
            return annual_effective(timed(_year_flows(flows, _EFFECTIVE[convention]), Roots.NEAREST_ZERO))
    except NoRate as none:
        raise Differs(str(none)) from none
    raise Refused(f"{convention}: 未收录的口径 / a convention that is not on our list")


_NOMINAL = frozenset({"US_REGZ_ACTUARIAL", "NOMINAL_X12", "IN_KFS_APR", "CN_SIMPLE_X12"})


def _by(convention: DayCount) -> Callable[[date, date], Fraction]:
    return lambda start, end: year_fraction(convention, start, end)


_EFFECTIVE: dict[str, Callable[[date, date], Fraction]] = {
    "EU_APR": intervals.eu_interval,
    "EU_APR_DAYS365": _by(DayCount.ACT_365),
    "EU_APR_DAYS365.25": _by(DayCount.ACT_365_25),
    "MX_CAT": intervals.eu_interval,
    "BR_CET": _by(DayCount.ACT_365),
    "CN_COMPOUND": intervals.eu_interval,
    "XIRR_365": _by(DayCount.ACT_365),
    "XIRR_ACT_365": _by(DayCount.ACT_365),
    "XIRR_ACT_360": _by(DayCount.ACT_360),
    "XIRR_ACT_364": _by(DayCount.ACT_364),
    "XIRR_ACT_365.25": _by(DayCount.ACT_365_25),
    "XIRR_ACT_ACT_ISDA": _by(DayCount.ACT_ACT_ISDA),
    "XIRR_30_360": _by(DayCount.THIRTY_360),
    "XIRR_30_360_US": _by(DayCount.THIRTY_360_US),
    "XIRR_30E_360": _by(DayCount.THIRTY_E_360),
    "XIRR_30_360_ISDA": _by(DayCount.THIRTY_360_ISDA),
}

_DAY_COUNTS = {
    "30_360": DayCount.THIRTY_360,
    "30_360_US": DayCount.THIRTY_360_US,
    "30E_360": DayCount.THIRTY_E_360,
    "30_360_ISDA": DayCount.THIRTY_360_ISDA,
    "30E_360_ISDA": DayCount.THIRTY_360_ISDA,
    "ACT_360": DayCount.ACT_360,
    "ACT_364": DayCount.ACT_364,
    "ACT_365": DayCount.ACT_365,
    "ACT_365.25": DayCount.ACT_365_25,
    "ACT_ACT_ISDA": DayCount.ACT_ACT_ISDA,
}
_EU_PERIODS = {"MONTH": (1, 0), "YEAR": (12, 0), "WEEK": (0, 1)}


def _day_count(record: Record) -> Fraction:
    """Days or years between a record's dates."""
    name, start, end = str(record["convention"]), _date(record["start"]), _date(record["end"])
    if name.startswith("EU_APR_INTERVAL_"):
        return intervals.eu_interval(start, end, *_EU_PERIODS[name.removeprefix("EU_APR_INTERVAL_")])
    if name not in _DAY_COUNTS:
        raise Refused(f"{name}: 未收录的计息天数规则 / a day count that is not on our list")
    if record["unit"] == "days":
        return Fraction(days(_DAY_COUNTS[name], start, end, _termination(record)))
    return year_fraction(_DAY_COUNTS[name], start, end, _termination(record))


def _termination(record: Record) -> date | None:
    """The deal's last day: a field of its own, or words of the note."""
    if "termination" in record:
        return _date(record["termination"])
    _, found, text = str(record.get("note", "")).partition("termination date ")
    return _date(text[:10]) if found else None


def _date(text: Any) -> date:
    return date.fromisoformat(str(text))


def _whole(flows: Iterable[Record]) -> list[int]:
    """Signed whole amounts on one scale: advances out, payments and charges in."""
    exact = [Fraction(flow["amount"]) * (-1 if flow["kind"] == "advance" else 1) for flow in flows]
    scale = lcm(*(amount.denominator for amount in exact))
    return [int(amount * scale) for amount in exact]


def _snapped(number: Any) -> Fraction:
    """A printed decimal as the simple fraction it stands for (k/12 + days/366, 8/14, 365/15), else as it is printed."""
    exact = Fraction(number)
    simple = exact.limit_denominator(20_000)
    return simple if abs(simple - exact) < Fraction(1, 10**11) else exact


def _unit_flows(flows: Sequence[Record], per_year: Fraction) -> list[Flow]:
    """Flows at whole unit periods and parts of one, read from `t` and `f` or counted from the dates."""
    amounts = _whole(flows)
    if any("t" not in flow for flow in flows):
        unit, zero = intervals.unit_period(per_year), min(_date(flow["date"]) for flow in flows)
        moments = [unit.between(zero, _date(flow["date"])) for flow in flows]
    else:
        moments = [_split(_snapped(flow["t"]) + _snapped(flow.get("f", 0))) for flow in flows]
    return [Flow(amount, *moment) for amount, moment in zip(amounts, moments, strict=True)]


def _split(moment: Fraction) -> tuple[int, Fraction]:
    return int(moment), moment - int(moment)


def _year_flows(flows: Sequence[Record], between: Callable[[date, date], Fraction]) -> list[tuple[Fraction, int]]:
    """Flows at moments in years, read from `t` or counted from the earliest date."""
    if any("t" not in flow for flow in flows):
        zero = min(_date(flow["date"]) for flow in flows)
        moments = [between(zero, _date(flow["date"])) for flow in flows]
    else:
        moments = [_snapped(flow["t"]) for flow in flows]
    return list(zip(moments, _whole(flows), strict=True))


def annual_rate(inputs: Record, kind: str) -> Fraction:
    """The yearly rate of a schedule record: `apr` by Regulation Z unit periods, `apr_effective` by the EU equation."""
    advance = inputs.get("advance")
    if kind == "apr" and isinstance(advance, dict):
        per_year = _per_year(str(inputs["unit_period"]))
        flows: list[Record] = [
            {**advance, "kind": "advance"},
            *({**each, "kind": "payment"} for each in inputs["payments"]),
        ]
        return solve(_unit_flows(flows, per_year), Roots.NEAREST_ZERO).mid * per_year
    net = Fraction(inputs["amount"]) - Fraction(inputs.get("upfront_fee", 0))
    lent: Record = {"amount": net, "kind": "advance", "t": 0, "date": inputs.get("date")}
    if "payments" in inputs:
        dated: list[Record] = [{**each, "kind": "payment"} for each in inputs["payments"]]
        flows = [{key: value for key, value in lent.items() if key != "t"}, *dated]
        return annual_effective(timed(_year_flows(flows, _by(DayCount.ACT_365)), Roots.NEAREST_ZERO))
    step = Fraction(1, _A_YEAR[str(inputs["frequency"])])
    level = {"amount": inputs["instalment"], "kind": "payment"}
    flows = [lent, *({**level, "t": step * k} for k in range(1, int(inputs["count"]) + 1))]
    return annual_effective(timed(_year_flows(flows, intervals.eu_interval), Roots.NEAREST_ZERO))


_A_YEAR = {"DAY": 365, "WEEK": 52, "FORTNIGHT": 26, "SEMIMONTH": 24, "MONTH": 12, "QUARTER": 4, "YEAR": 1}


def _per_year(unit_period: str) -> Fraction:
    """How many unit periods a year has: `MONTH`, `SEMIMONTH`, `WEEK2`, `2 WEEKS`, `QUARTER` …"""
    digits = "".join(filter(str.isdigit, unit_period)) or "1"
    name = "".join(filter(str.isalpha, unit_period)).rstrip("S")
    if name not in _A_YEAR:
        raise Refused(f"unit_period {unit_period}: 未收录的单位期间 / a unit period that is not on our list")
    return Fraction(_A_YEAR[name], int(digits))
