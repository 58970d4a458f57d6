"""The cost of every loan of a batch in all its views: :mod:`hengdai.audit.views` as columns of the findings.

A view that a loan does not have, or that has no single rate, is null. Each is weighed by the solver of the cost itself.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date

import numpy as np
import polars as pl
import pyarrow as pa

from hengdai.audit.plan import THREADS, Bools, Ints, Plans, day_of, occurring, whole
from hengdai.audit.price import DAYS, HIGHEST_E8, MONTHS, ONCE, Prices
from hengdai.audit.subsidy import Subsidy, subsidy_on
from hengdai.base.rate import E8
from hengdai.law.pack import Pack
from hengdai.maths.columns import RATE, all_in_columns
from hengdai.maths.early_columns import Early, early_columns
from hengdai.maths.relief import relieved_columns

WITHOUT = ("periodic_fee", "platform_fee", "guarantee_fee")
EARLY = "early_simple_e8"
"""One list a loan: the simple cost when it is paid off with instalment 1, 2, ... but the last."""
_FITS = 2**60


@dataclass(frozen=True, slots=True)
class Seen:
    """What the views are made from: the batch, recomputed, and what the tape and the search for debits can tell."""

    loans: pl.DataFrame
    plans: Plans
    prices: Prices
    pack: Pack
    mapped: frozenset[str]
    as_if: date | None
    linked: bool


def view_columns(seen: Seen) -> list[pl.Series]:
    """Simple and compound cost of each view, e8 a year; which columns there are depends on what is mapped alone."""
    made = [column for name, flows, has in _single(seen) for column in _weighed(seen, name, flows, has)]
    return made + _early(seen)


def compound_of(columns: list[str]) -> list[str]:
    """Those of the columns that tell a view's compound cost."""
    views = [*(f"without_{name}" for name in (*WITHOUT, "kept_back", "linked")), "after_subsidy", "missed_first"]
    return [f"{name}_compound_e8" for name in views if f"{name}_compound_e8" in columns]


def _single(seen: Seen) -> Iterator[tuple[str, Ints, Bools]]:
    """The views with one answer a loan: name, flows of the whole batch, and which loans have the view."""
    loans, prices, mapped = seen.loans, seen.prices, seen.mapped
    values, offsets = prices.flows.values, prices.flows.offsets
    for name in WITHOUT:
        if name in mapped:
            fee = whole(loans, name)
            flows = values + np.repeat(fee, np.diff(offsets))
            flows[offsets[:-1]] = values[offsets[:-1]]
            yield f"without_{name}", flows, fee != 0
    if mapped & {"payout", *ONCE}:
        back = whole(loans, "principal") - prices.net
        flows = values.copy()
        flows[offsets[:-1]] += back
        yield "without_kept_back", flows, back != 0
    if seen.linked:
        yield "without_linked", prices.unlinked, prices.extra != 0
    if "product_kind" in mapped:
        yield "after_subsidy", *_subsidised(seen)
    yield "missed_first", *_missed(seen)


def _weighed(seen: Seen, name: str, flows: Ints, has: Bools) -> list[pl.Series]:
    named = [f"{name}_simple_e8", f"{name}_compound_e8"]
    has = has & seen.prices.known
    if not has.any():
        return [pl.Series(each, dtype=pl.Int64).extend_constant(None, len(has)) for each in named]
    cost = all_in_columns(flows, seen.prices.flows.offsets, MONTHS, seen.prices.flows.days, THREADS, has)
    most = np.maximum(np.abs(cost.simple_e8), np.abs(cost.compound_e8))
    told = pl.Series(has & (cost.state == RATE) & (most <= HIGHEST_E8))
    columns = pl.DataFrame({named[0]: cost.simple_e8, named[1]: cost.compound_e8})
    return columns.select(pl.when(told).then(pl.all())).get_columns()


def _several(plans: Plans) -> Bools:
    """Loans of more than one instalment: their rows fall on their flows one by one."""
    return plans.made & (plans.sizes > 1)


def _missed(seen: Seen) -> tuple[Ints, Bools]:
    """The first instalment paid with the second, with penalty interest on its principal for a period."""
    plans, flows, has = seen.plans, seen.prices.flows, _several(seen.plans)
    at, first = np.flatnonzero(has), plans.offsets[:-1][has]
    rate, uplift = whole(seen.loans, "rate")[at], 100 + whole(seen.loans, "penalty_uplift")[at]
    days = flows.days[at]
    part, year = np.where(days > 0, days, 1), 100 * np.where(days > 0, DAYS, MONTHS) * E8
    principal = plans.principal[first]
    late = principal * rate * uplift * part
    penalty = (2 * late + year) // (2 * year)
    for i in np.flatnonzero(principal > _FITS // np.maximum(rate * uplift * part, 1)):
        exact = int(principal[i]) * int(rate[i]) * int(uplift[i]) * int(part[i])
        penalty[i] = (2 * exact + int(year[i])) // (2 * int(year[i]))
    out, second = flows.values.copy(), flows.offsets[:-1][at] + 2
    out[second] += out[second - 1] - penalty
    out[second - 1] = 0
    return out, has


def _subsidised(seen: Seen) -> tuple[Ints, Bools]:
    """The interest subsidy on consumer loans, of the law of each loan's day."""
    loans = seen.loans
    rate = whole(loans, "rate")
    consumer = (loans["product_kind"].fill_null("") == "consumer").to_numpy()
    has = consumer & (rate > 0) & _several(seen.plans)
    off, most = np.zeros(len(rate), np.int64), np.zeros(len(rate), np.int64)
    if not has.any():
        return seen.prices.flows.values, has
    paid = whole(loans, "disbursed_on")
    days, place = occurring(paid[has])
    laws = [subsidy_on(seen.pack, seen.as_if or day_of(int(day))) or Subsidy(0, 0, 0) for day in days]
    points, share, yearly = (np.array(each, np.int64)[place] for each in zip(*map(astuple, laws), strict=True))
    off[has], most[has] = np.minimum(points, rate[has] * share // E8), yearly
    return _relieved(seen, rate, off, most), has & (most > 0)


def _relieved(seen: Seen, rate: Ints, off: Ints, most: Ints) -> Ints:
    plans, flows = seen.plans, seen.prices.flows
    return relieved_columns(
        (flows.values, flows.offsets), (plans.interest, plans.offsets), np.maximum(rate, 1), off, most
    )


def _early(seen: Seen) -> list[pl.Series]:
    """The list of simple costs a month, and of the dearest month its number and its costs."""
    plans, prices = seen.plans, seen.prices
    months = np.where(_several(plans) & prices.known, plans.sizes - 1, 0)
    early = Early(plans.closing, plans.offsets[:-1], months, whole(seen.loans, "prepayment_fee_rate"))
    found = early_columns(prices.flows.values, prices.flows.offsets, early, MONTHS, prices.flows.days, THREADS)
    lacking = (found.state != RATE) | (np.abs(found.simple_e8) > HIGHEST_E8)
    told = pa.array(found.simple_e8, pa.int64(), mask=lacking)
    lists = pa.LargeListArray.from_arrays(pa.array(found.offsets, pa.int64()), told)
    column = pl.Series(EARLY, pl.from_arrow(lists))
    frame = pl.DataFrame({EARLY: column, "has": months > 0})
    return frame.select(
        pl.when("has").then(EARLY),
        pl.when("has").then(pl.col(EARLY).list.arg_max() + 1).cast(pl.Int64).alias("early_dearest_month"),
        pl.when("has").then(pl.col(EARLY).list.max()).alias("early_dearest_simple_e8"),
    ).get_columns()


__all__ = ["EARLY", "Seen", "compound_of", "view_columns"]
