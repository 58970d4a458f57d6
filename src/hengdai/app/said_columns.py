"""Recorded judgements as columns: what was said one by one is asked again of many at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hengdai.law.columns import dtype
from hengdai.law.fact import FactEntry
from hengdai.law.kinds import DayOf, Unit

DAYS = {which: f"_{which.value}" for which in (DayOf.APPLICATION, DayOf.CONTRACT, DayOf.ORIGINATION)}
"""The day columns of :func:`columns`."""


def said_of(value: Any) -> Mapping[str, Any]:
    """A stored answer as data: the driver gives JSON as text, or read already."""
    said: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return said


def columns(entries: Iterable[FactEntry], said: Sequence[Mapping[str, Any]]) -> list[pl.Series]:
    """The facts and the days of recorded judgements; what the catalogue does not believe is unknown."""
    return [*(_facts(entry, said) for entry in entries), *(_days(which, name, said) for which, name in DAYS.items())]


def _facts(entry: FactEntry, said: Sequence[Mapping[str, Any]]) -> pl.Series:
    values = [each["facts"].get(entry.id) for each in said]
    if entry.unit is Unit.DATE:
        values = [_iso(value) for value in values]
    believed = [value if value is not None and entry.believes(value) else None for value in values]
    return pl.Series(entry.id, believed, dtype(entry))


def _days(which: DayOf, name: str, said: Sequence[Mapping[str, Any]]) -> pl.Series:
    return pl.Series(name, [_iso(each["days"].get(which.value)) for each in said], pl.Date)


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
