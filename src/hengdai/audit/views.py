"""One loan's cost in all its views: as charged, without each fee, paid off early in each month, one instalment missed.

Each view is a list of flows, weighed by the same solver as the loan itself. A view that has no single rate
(nothing is left to pay for) is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from hengdai.audit.price import DAYS, HIGHEST_E8, MONTHS
from hengdai.audit.subsidy import subsidy_on
from hengdai.audit.tally import Case
from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding
from hengdai.base.text import Text
from hengdai.law.pack import Pack
from hengdai.maths.columns import RATE, all_in_columns
from hengdai.maths.relief import Relief, relieved


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a loan: its flows, and the cost they give (e8 a year)."""

    key: str
    text: Text
    flows: tuple[int, ...]
    simple_e8: int = 0
    compound_e8: int = 0


AS_CHARGED = Text("按正常履约, 全部费用计入", "normal performance, every fee counted")
MISSED = Text("第一期拖到第二期还", "the first instalment paid with the second")
WITHOUT = {
    "periodic_fee": Text("不计每期费用", "without the fee of each instalment"),
    "platform_fee": Text("不计平台每期收费", "without what the facilitator takes each month"),
    "guarantee_fee": Text("不计每期担保费", "without the guarantee fee"),
}
NOT_KEPT = Text("不计期初扣收", "without what was kept back on the first day")
NOT_LINKED = Text("不计关联扣款", "without the linked debits")
EARLY = Text("第 {number} 期提前结清", "paid off with instalment {number}")
SUBSIDY = Text("财政贴息后", "after the interest subsidy")


def views_of(cases: Sequence[Case], pack: Pack, on: date | None) -> list[list[View]]:
    """The views of each case, solved together; `on` is the day for the subsidy, else the loan's own."""
    planned = [list(_planned(case, pack, on)) for case in cases]
    every = [view for views in planned for view in views]
    if not every:
        return planned
    offsets = np.zeros(len(every) + 1, np.int64)
    np.cumsum([len(view.flows) for view in every], out=offsets[1:])
    values = np.fromiter((flow for view in every for flow in view.flows), np.int64, int(offsets[-1]))
    days = np.array([case.days for case, views in zip(cases, planned, strict=True) for _ in views], np.int64)
    cost = all_in_columns(values, offsets, MONTHS, days)
    solved = iter(zip(cost.simple_e8.tolist(), cost.compound_e8.tolist(), cost.state.tolist(), strict=True))
    return [
        [view for view in (_solved(each, *next(solved)) for each in views) if view is not None] for views in planned
    ]


def _solved(view: View, simple: int, compound: int, state: int) -> View | None:
    if state != RATE or max(abs(simple), abs(compound)) > HIGHEST_E8:
        return None
    return View(view.key, view.text, view.flows, simple, compound)


def _planned(case: Case, pack: Pack, on: date | None) -> Iterator[View]:
    flows, found = case.flows, case.finding
    yield View("normal", AS_CHARGED, flows)
    for name, text in WITHOUT.items():
        fee = found.get(name) or 0
        if fee:
            yield View(name, text, (flows[0], *(flow + fee for flow in flows[1:])))
    if found["received"] != found["principal"]:
        yield View("kept_back", NOT_KEPT, (flows[0] + found["principal"] - found["received"], *flows[1:]))
    if found.get("linked_debits"):
        yield View("linked", NOT_LINKED, case.unlinked)
    yield from _subsidised(case, pack, on)
    if len(case.rows) > 1:
        yield View("missed", MISSED, _missed(case))
        for month in range(1, len(case.rows)):
            yield View(f"early-{month}", EARLY.fill(number=month), _early(case, month))


def _missed(case: Case) -> tuple[int, ...]:
    """The first instalment paid with the second, with penalty interest on its principal for a period.

    Without a stated uplift the contract rate alone is charged, which is the least that it can be.
    """
    found = case.finding
    uplift = found.get("penalty_uplift") or 0
    part, year = (case.days, DAYS) if case.days else (1, MONTHS)
    late = case.rows[0][1] * found["contract_rate_e8"] * (100 + uplift) * part
    penalty = Rounding.HALF_UP.ratio(late, 100 * year * E8)
    first, second, *others = case.flows[1:]
    return (case.flows[0], 0, second + first - penalty, *others)


def _early(case: Case, month: int) -> tuple[int, ...]:
    """The rows up to the month, and with it the balance left and the fee for paying early."""
    balance = case.rows[month - 1][3]
    fee = Rounding.HALF_UP.ratio(balance * (case.finding.get("prepayment_fee_rate") or 0), E8)
    return (*case.flows[:month], case.flows[month] - balance - fee)


def _subsidised(case: Case, pack: Pack, on: date | None) -> Iterator[View]:
    """The interest subsidy on consumer loans: points off the contract rate, at most a share of it, capped a year."""
    found: Mapping[str, Any] = case.finding
    if found.get("product_kind") != "consumer" or not found["contract_rate_e8"] or len(case.rows) < 2:
        return
    law = subsidy_on(pack, on or found["disbursed_on"])
    if law is None:
        return
    rate = found["contract_rate_e8"]
    relief = Relief(rate, min(law.points, Rounding.DOWN.ratio(rate * law.share, E8)), law.most)
    borne = relieved([interest for _, _, interest, _ in case.rows], relief)
    paid, *others = case.flows
    yield View("subsidy", SUBSIDY, (paid, *(flow + back for flow, back in zip(others, borne, strict=True))))
