"""What was computed against what was published: every figure that is printed, to the digits printed."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hengdai.base.rounding import Rounding
from hengdai.maths.foreign_inputs import number
from hengdai.maths.foreign_plans import Plan
from hengdai.maths.schedule import Row
from hengdai.maths.verdicts import Differs, Record, Refused

_CELLS: Mapping[str, Callable[[Row], int]] = {
    "principal": lambda row: row.principal,
    "interest": lambda row: row.interest,
    "total": lambda row: row.total,
    "payment": lambda row: row.total,
    "instalment": lambda row: row.total,
    "outstanding_after": lambda row: row.closing,
    "balance_after": lambda row: row.closing,
    "outstanding_before": lambda row: row.opening,
    "balance_before": lambda row: row.opening,
}
_TOTALS: Mapping[str, Callable[[Plan], int]] = {
    "emi": lambda plan: plan.level,
    "level_payment": lambda plan: plan.level,
    "first_payment": lambda plan: plan.rows[0].total,
    "final_payment": lambda plan: plan.rows[-1].total,
    "total_interest": lambda plan: sum(row.interest for row in plan.rows),
    "total_principal": lambda plan: sum(row.principal for row in plan.rows),
    "total_payment": lambda plan: sum(row.total for row in plan.rows),
}
_FACTS: Mapping[str, Callable[[Row], object]] = {
    "n": lambda row: row.number,
    "days": lambda row: (row.due - row.start).days,
    "from_date": lambda row: str(row.start),
    "due_date": lambda row: str(row.due),
}
_SAYS = frozenset({"rows", "rows_are_partial", "rows_complete", "rows_rounded_to_0dp", "number_of_rows", "due_dates"})


def compare_rate(expected: Record, found: Fraction) -> None:
    """A yearly rate in percent, to the digits printed or within the tolerance named."""
    printed = str(expected["apr_pct"])
    digits = len(printed.partition(".")[2])
    tolerance = number(expected.get("tolerance_pct_points") or 0) or Fraction(1, 2 * 10**digits)
    if abs(found - number(printed)) > tolerance:
        raise Differs(f"computed {float(found):.8g} %, published {printed} %")


def compare_cells(found: Sequence[Mapping[str, object]], wanted: Sequence[Record]) -> None:
    """Rows of named figures, event by event; a figure that we do not compute refuses the record."""
    if len(found) != len(wanted):
        raise Differs(f"computed {len(found)} rows, published {len(wanted)}")
    for mine, theirs in zip(found, wanted, strict=True):
        for key, value in theirs.items():
            if value is None:
                continue
            if key not in mine:
                raise Refused(f"{key}: 未收录的数字 / a figure that is not on our list")
            if not _cell_is(mine[key], str(value)):
                raise Differs(f"{theirs.get('date', '')} {key}: computed {_shown(mine[key])}, published {value}")


def _cell_is(found: object, printed: str) -> bool:
    """Whether a figure is the printed one, to the digits printed; dates and words as they stand."""
    if not isinstance(found, Fraction):
        return found == printed
    return Rounding.HALF_UP.one(found * 10 ** len(printed.partition(".")[2])) == int(printed.replace(".", ""))


def _shown(found: object) -> str:
    return f"{float(found):.6g}" if isinstance(found, Fraction) else str(found)


def compare_plan(expected: Record, plan: Plan, decimals: int, lent: int) -> None:
    """Raise :class:`Differs` at the first figure that is not the published one."""
    unit = 10**decimals
    wanted = expected.get("rows") or []
    _compare_rows(wanted, plan, unit, whole=bool(expected.get("rows_rounded_to_0dp")))
    if wanted and not (expected.get("rows_are_partial") or expected.get("rows_complete") is False):
        _same("number of rows", Fraction(len(plan.rows)), len(wanted), whole=False)
    for name, value in expected.items():
        _compare_total(name, value, plan, unit)
    if sum(row.principal for row in plan.rows) != lent:
        raise Differs("本金之和不等于放款额 / the principal parts do not sum to what was lent")


def _compare_total(name: str, value: Any, plan: Plan, unit: int) -> None:
    """One figure of the whole plan; `_rounded_0dp` in its name compares whole units."""
    bare = name.removesuffix("_rounded_0dp")
    if name == "number_of_rows":
        _same(name, Fraction(len(plan.rows)), value, whole=False)
    elif name == "due_dates":
        if [str(row.due) for row in plan.rows] != value:
            raise Differs(f"{name}: computed {[str(row.due) for row in plan.rows]}, published {value}")
    elif bare in _TOTALS:
        _same(name, Fraction(_TOTALS[bare](plan), unit), value, whole=bare != name)
    elif name not in _SAYS and not _is_word(value):
        raise Refused(f"{name}: 未收录的数字 / a figure that is not on our list")


def _is_word(value: Any) -> bool:
    """Whether what is said is a remark and no figure."""
    return isinstance(value, bool) or (isinstance(value, str) and not re.match(r"\s*[-+]?\d", value))


def _compare_rows(wanted: Sequence[Record], plan: Plan, unit: int, *, whole: bool) -> None:
    by_number = {row.number: row for row in plan.rows}
    for theirs in wanted:
        row = by_number.get(int(theirs["n"]))
        if row is None:
            raise Differs(f"row {theirs['n']}: computed {len(plan.rows)} rows")
        for key, value in theirs.items():
            if key in _CELLS:
                _same(f"row {row.number} {key}", Fraction(_CELLS[key](row), unit), value, whole=whole)
            elif key not in _FACTS:
                raise Refused(f"{key}: 未收录的数字 / a figure that is not on our list")
            elif not _open(key, value) and str(_FACTS[key](row)) != str(value):
                raise Differs(f"row {row.number} {key}: computed {_FACTS[key](row)}, published {value}")


def _open(key: str, value: Any) -> bool:
    """Whether a day is left open by the record, which then counts in days from a start that it does not name."""
    return key.endswith("_date") and not _is_date(value)


def _is_date(text: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(text)))


def _same(name: str, found: Fraction, wanted: Any, *, whole: bool) -> None:
    shown = Fraction(Rounding.HALF_UP.one(found)) if whole else found
    if shown != number(wanted):
        raise Differs(f"{name}: computed {float(shown):.6f}, published {wanted}")
