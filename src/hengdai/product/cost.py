"""What the borrower pays, all of it: the flows of normal performance and their all-in cost (综合融资成本).

By the PBoC method (中国人民银行公告〔2021〕第3号): all interest and fees, whoever takes them; simple (单利) is the
rate per period times the periods of a year, compound (复利) the same compounded. Contingent charges are no part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hengdai.base.identity import OrgId
from hengdai.maths import cost
from hengdai.maths.cost import NoRate
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import Unit
from hengdai.maths.schedule import Row, ScheduleTerms, bounds_of, schedule
from hengdai.product.terms import FeeTiming, Terms

HIGHEST_E8 = 10**15
"""Ten million times a year. Beyond it a rate only says that the terms are absurd; canonical bytes cannot hold it."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Money on a day from the borrower's side: positive comes to the borrower, negative goes out; minor units."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of an offer under normal performance, minor units and e8.

    `flows` begin with what the borrower receives on the first day. `simple_e8` and `compound_e8` are None when no
    single rate exists (nothing is paid for the money, or the money is gone before it comes) or it is beyond
    :data:`HIGHEST_E8`; the law then has no fact, and no fact is no pass.
    """

    rows: tuple[Row, ...]
    flows: tuple[Flow, ...]
    interest: int
    fees_by_payee: Mapping[OrgId, int]
    simple_e8: int | None
    compound_e8: int | None

    @property
    def fees(self) -> int:
        """All fees of the whole life together."""
        return sum(self.fees_by_payee.values())

    @property
    def cost(self) -> int:
        """Interest and fees together: all that the money costs."""
        return self.interest + self.fees


@lru_cache(maxsize=512)
def quote(terms: Terms) -> Quote:
    """The price of these terms; terms that make no schedule raise :class:`hengdai.maths.sense.Nonsense`."""
    rows = schedule(terms.schedule)
    first, usual, last = (_taken(terms, *each) for each in (
        (FeeTiming.DEDUCTED, FeeTiming.UPFRONT), (FeeTiming.EACH_INSTALMENT,), (FeeTiming.AT_END,),
    ))  # fmt: skip
    flows = [Flow(terms.schedule.start, terms.schedule.principal - first)]
    flows += [Flow(row.due, -row.total - usual - (last if row is rows[-1] else 0)) for row in rows]
    simple, compound = _all_in(terms.schedule, tuple(flows))
    by_payee: dict[OrgId, int] = {}
    for fee in terms.fees:
        times = len(rows) if fee.timing is FeeTiming.EACH_INSTALMENT else 1
        by_payee[fee.payee] = by_payee.get(fee.payee, 0) + fee.amount * times
    return Quote(rows, tuple(flows), sum(row.interest for row in rows), by_payee, simple, compound)


def _taken(terms: Terms, *timings: FeeTiming) -> int:
    return sum(fee.amount for fee in terms.fees if fee.timing in timings)


def periods_per_year(plan: ScheduleTerms) -> int | None:
    """How many periods of the plan make a year; None when they do not divide it evenly (such as 10 days)."""
    whole = {Unit.MONTHS: 12, Unit.WEEKS: 52, Unit.DAYS: 360}[plan.frequency.unit]
    return whole // plan.frequency.every if whole % plan.frequency.every == 0 else None


def _all_in(plan: ScheduleTerms, flows: tuple[Flow, ...]) -> tuple[int | None, int | None]:
    """The simple and the compound rate a year, e8; None where none exists."""
    amounts = {flow.day: flow.amount for flow in flows}
    periods = periods_per_year(plan)
    try:
        if periods is None:
            found = cost.dated([(flow.day, flow.amount) for flow in flows], DayCount.ACT_365)
            return None, _sane(found.effective_e8)
        # A bullet pays once, at the end of all its periods; the empty periods are part of its time.
        timeline = [amounts.get(day, 0) for day in bounds_of(plan)]
        rate = cost.all_in(timeline, periods)
    except NoRate:
        return None, None
    return _sane(rate.simple_e8), _sane(rate.compound_e8)


def _sane(rate_e8: int) -> int | None:
    return rate_e8 if abs(rate_e8) <= HIGHEST_E8 else None
