"""The loans of an audited batch that are above the line, as the run-off plan wants them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from hengdai.audit.batch import Audited
from hengdai.audit.plan import Bools, whole
from hengdai.audit.price import EACH
from hengdai.audit.runoff import Old
from hengdai.audit.unplanned import doubt_of
from hengdai.base.calendar import month_after
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.kinds import Effect, Outcome
from hengdai.law.pack import Pack

PLATFORM_CHARGE = "platform_charge_to_borrower"
RUN_OUT = "runoff_run_out"
"""The figure of a pack that names the caps whose older loans may run to their end."""
TOLD = ("lender", "partner", "product", "disbursed_on", "principal", "received", "simple_e8", "over_simple_e8",
        "cap_by", "doubt")  # fmt: skip
_ASKED = ("status", "method", "principal", "period_days", "disbursed_on", "as_of")


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a plan: the first one, and the last on which a loan may still be above the line."""

    start: date
    last: date


def old_loans(audited: Audited, span: Span, pack: Pack) -> list[Old]:
    """The loans of a batch above their cap on the day the plan begins.

    The tape may be of an earlier day: what falls due until the plan begins counts as passed. A loan that the tape
    calls closed has nothing to come.
    """
    over = audited.findings["over_simple_e8"].fill_null(0).to_numpy()
    fees = sum((whole(audited.loans, name) for name in EACH), start=np.zeros(audited.loans.height, np.int64))
    stopped = np.where(_forbidden(audited), whole(audited.loans, "platform_fee"), 0)
    running = _older(pack, span.start)
    which = np.flatnonzero(over > 0)
    names = audited.findings["loan_id"][which].to_list()
    told_of = (
        audited.findings[which].with_columns(doubt_of(pl.col("differences")).alias("doubt")).select(TOLD).to_dicts()
    )
    loans = audited.loans[which].select(_ASKED).to_dicts()
    found = []
    for at, name, told, loan in zip(which.tolist(), names, told_of, loans, strict=True):
        due, balances = _rows(audited, at, loan)
        if loan["status"] == "closed":
            due = tuple(min(day, span.start) for day in due)
        older = told["cap_by"] in running and told["disbursed_on"] < running[told["cap_by"]]
        may = older and due[-1] <= span.last and not stopped[at]
        old = Old(
            name, tuple(audited.prices.flows.of(at)), int(audited.weighed.cap_simple[at]), 0, int(fees[at]),
            int(audited.prices.flows.days[at]), int(stopped[at]), due, balances, may, told,
        )  # fmt: skip
        told["told_on"] = max(loan["as_of"] or loan["disbursed_on"], loan["disbursed_on"])
        found.append(old.on(span.start))
    return found


def _forbidden(audited: Audited) -> Bools:
    """Where what the platform charges breaks a rule that stops the loan: no remedy may let it go on."""
    weighed = audited.weighed
    rules = [rule.id for rule in weighed.rules if PLATFORM_CHARGE in rule.facts and rule.effect is Effect.BLOCK]
    if not rules:
        return np.zeros(len(weighed.kind), np.bool_)
    breached = weighed.kinds.select(pl.any_horizontal(pl.col(rules) == Outcome.BREACHED.value)).to_series()
    return np.asarray(breached.fill_null(False).to_numpy()[weighed.kind], np.bool_)


def _older(pack: Pack, on: date) -> Mapping[str, date]:
    """The caps whose text lets loans written before their first day run out, with that day."""
    try:
        named = pack.parameter(RUN_OUT).on(on).value
    except (LookupError, LawIsSilent, LawIsStale):
        return {}
    return {rule: pack.rule(rule).start for rule in named} if isinstance(named, tuple) else {}


def _rows(audited: Audited, at: int, loan: Mapping[str, Any]) -> tuple[tuple[date, ...], tuple[int, ...]]:
    """The day of each flow after the first, and what ends the contract after each flow."""
    plans = audited.plans
    rows = slice(int(plans.offsets[at]), int(plans.offsets[at + 1]))
    due = plans.due[rows].astype("datetime64[D]").tolist()
    if loan["method"] != "bullet":
        return tuple(due), (loan["principal"], *plans.closing[rows].tolist())
    last, interest = due[0], int(plans.interest[rows][0])
    periods = len(audited.prices.flows.of(at)) - 1
    # Interest of a single repayment grows with the time that was used of it.
    grown = tuple(loan["principal"] + interest * number // periods for number in range(periods))
    return (*(min(_after(loan, number), last) for number in range(1, periods)), last), (*grown, 0)


def _after(loan: Mapping[str, Any], periods: int) -> date:
    """The day after so many periods of a loan that is repaid at once."""
    if loan["period_days"]:
        return loan["disbursed_on"] + timedelta(days=loan["period_days"] * periods)  # type: ignore[no-any-return]
    return month_after(loan["disbursed_on"], periods)
