"""The yearly rate of a published loan, from what was lent and what is repaid."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from hengdai.maths import intervals
from hengdai.maths.foreign_days import years_between
from hengdai.maths.foreign_inputs import counted
from hengdai.maths.published_rates import effective_rate, nominal_rate
from hengdai.maths.verdicts import Record, Refused


def annual_rate(inputs: Record, kind: str, convention: str) -> Fraction:
    """The yearly rate of a schedule record: `apr` by Regulation Z unit periods, `apr_effective` by the EU equation."""
    flows = [*_lent(inputs), *_charged(inputs), *_repaid(inputs)]
    if kind == "apr" and "unit_period" in inputs:
        return nominal_rate(flows, per_year(inputs["unit_period"]))
    return effective_rate(flows, _between(convention))


def _lent(inputs: Record) -> list[Record]:
    """What was paid out: one advance, several, or an amount on a day; level payments are counted from moment 0."""
    moment = {"date": inputs["date"]} if inputs.get("date") and "payments" in inputs else {"t": 0}
    given = inputs.get("advances") or inputs.get("advance")
    if not isinstance(given, (list, Mapping)):
        given = {"amount": given or inputs["amount"], **moment}
    return [{**each, "kind": "advance"} for each in ([given] if isinstance(given, Mapping) else given)]


def _charged(inputs: Record) -> list[Record]:
    """What was kept back with the first advance, and charges of their own days."""
    kept = inputs.get("upfront_fee")
    first = _lent(inputs)[0]
    charges: list[Record] = [{**each, "kind": "charge"} for each in inputs.get("charges", [])]
    return [*charges, {**first, "amount": kept, "kind": "charge"}] if kept else charges


def _repaid(inputs: Record) -> list[Record]:
    """Payments on their days, or level ones counted from the advance in parts of a year."""
    if "payments" in inputs:
        return [{**each, "kind": "payment"} for each in inputs["payments"]]
    step = 1 / per_year(inputs["frequency"])
    amount, count = inputs["instalment"], counted(inputs["count"])
    return [{"t": step * k, "amount": amount, "kind": "payment"} for k in range(1, count + 1)]


def _between(convention: str) -> Callable[[date, date], Fraction]:
    """Days over 365 unless the convention says another year or whole periods counted back."""
    text = convention.lower()
    if "365.25" in text:
        return partial(years_between, "ACT_365.25")
    if "counted back" in text or "interval" in text:
        return intervals.eu_interval
    return partial(years_between, "ACT_365")


_A_YEAR = {
    "DAY": 365, "DAILY": 365, "WEEK": 52, "FORTNIGHT": 26, "BIWEEK": 26, "SEMIMONTH": 24, "HALFMONTH": 24, "MONTH": 12,
    "BIMONTH": 6, "QUARTER": 4, "HALFYEAR": 2, "SEMIANNUAL": 2, "YEAR": 1, "ANNUAL": 1,
}  # fmt: skip


def per_year(given: Any) -> Fraction:
    """How many such periods a year has: `MONTH`, `SEMIMONTH`, `WEEK2`, `2 WEEKS`, `{"every": 2, "unit": "WEEKS"}` …"""
    text = f"{given['every']} {given['unit']}" if isinstance(given, Mapping) else str(given)
    digits = "".join(re.findall(r"\d+", text)) or "1"
    name = "".join(re.findall(r"[A-Z]+", text.upper()))
    for ending in ("", "S", "LY", "Y"):
        bare = name.removesuffix(ending) if ending else name
        if bare in _A_YEAR and 1 <= int(digits) <= 366:
            return Fraction(_A_YEAR[bare], int(digits))
    raise Refused(f"unit_period {text}: 未收录的单位期间 / a unit period that is not on our list")


__all__ = ["annual_rate", "per_year"]
