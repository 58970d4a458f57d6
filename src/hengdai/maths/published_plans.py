"""Published schedules, computed by each record's own convention and compared figure by figure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from hengdai.maths import foreign_flat, foreign_plans
from hengdai.maths.comparing import compare_cells, compare_plan, compare_rate
from hengdai.maths.foreign_costs import first_days, fixed_year, period_costs
from hengdai.maths.foreign_events import facts_of, replay, stretched
from hengdai.maths.foreign_inputs import counted, day_of, due_dates, minor, number, start_of, whole
from hengdai.maths.foreign_methods import Kind, Method, method_of, rounds_of
from hengdai.maths.foreign_plans import Foreign, Plan
from hengdai.maths.foreign_recalculated import recalculated
from hengdai.maths.published_costs import annual_rate
from hengdai.maths.schedule import Method as OurMethod
from hengdai.maths.schedule import ScheduleTerms
from hengdai.maths.sense import MAX_COUNT
from hengdai.maths.verdicts import Differs, Record, Refused

_READ = frozenset(
    [
        "advance",
        "advances",
        "amount",
        "annual_nominal_rate_pct",
        "charges",
        "count",
        "daily_rate_pct",
        "date",
        "day_count",
        "disbursement_date",
        "disbursements",
        "down_payment_pct",
        "due_dates",
        "events",
        "financed_fee",
        "first_due_date",
        "fixed_instalment",
        "fixed_principal_pct",
        "frequency",
        "grace_on_interest_payment",
        "grace_on_principal",
        "instalment",
        "interest_calculation_period",
        "interest_recalculation",
        "method",
        "month_end_strategy",
        "non_working_days",
        "number_of_repayments",
        "original_due_dates",
        "payments",
        "period_from_dates",
        "preclosure_interest",
        "principal",
        "principal_shares_pct",
        "rate_per_period_pct",
        "rounding",
        "schedule_start_date",
        "unit_period",
        "upfront_fee",
        "charge_interest_in_grace",
    ]
)
"""Inputs that are read, or say nothing beyond others that are (`financed_fee` is in the principal)."""


def judge_plan(record: Record) -> None:
    """Raise :class:`Differs` when a schedule, its dates or its rate come out otherwise than published.

    A difference under an input that we do not know is no finding of ours: the record is refused by that input's name.
    """
    kinds: Mapping[str, Callable[[Record], None]] = {
        "initial_schedule": _judge_rows,
        "multi_disbursement": _judge_rows,
        "schedule_after_events": _judge_events,
        "due_dates_only": _judge_dates,
        "apr": _judge_rate,
        "apr_effective": _judge_rate,
    }
    if record["kind"] not in kinds:
        raise Refused(f"kind {record['kind']}: 未收录的类别 / a kind of record that is not on our list")
    unknown = sorted(name for name, given in record["inputs"].items() if name not in _READ and given not in (None, 0))
    try:
        kinds[record["kind"]](record)
    except Differs as differs:
        if unknown:
            names = ", ".join(unknown)
            raise Refused(f"inputs {names}: 未收录的参数 / an input that is not on our list ({differs})") from differs
        raise


def _judge_rate(record: Record) -> None:
    compare_rate(
        record["expected"], annual_rate(record["inputs"], record["kind"], str(record.get("convention", ""))) * 100
    )


def _judge_dates(record: Record) -> None:
    wanted = [day_of(day) for day in record["expected"]["due_dates"]]
    found = due_dates(record["inputs"], counted(record["inputs"].get("number_of_repayments", len(wanted))))
    if list(found) != wanted:
        raise Differs(f"computed {[str(day) for day in found]}, published {[str(day) for day in wanted]}")


def _judge_rows(record: Record) -> None:
    loan, plan = plan_of(record)
    lent = sum(amount for _, amount in loan.draws) or loan.terms.principal
    compare_plan(record["expected"], plan, loan.rounds.decimals, lent)


def _judge_events(record: Record) -> None:
    """What events did: to a daily-interest loan event by event, to another loan in the plan that they leave."""
    inputs, convention = record["inputs"], str(record.get("convention", ""))
    if "daily_rate_pct" in inputs:
        compare_cells(list(replay(inputs)), record["expected"]["rows"])
        return
    method = method_of(inputs)
    if method.kind not in (Kind.PROGRESSIVE, Kind.LEVEL) or method.flat or method.down:
        raise Refused(
            f"method {inputs['method']}, recalculated: 未收录的重算 / a recalculation that is not on our list"
        )
    loan = _loan(inputs, method, convention)
    before = {**inputs, "due_dates": inputs.get("original_due_dates") or inputs.get("due_dates")}
    level = plan_of({**record, "inputs": before})[1].level
    if "original_due_dates" in inputs:
        loan = stretched(loan, inputs)
    plan = recalculated(loan, level, facts_of(inputs, 10**loan.rounds.decimals))
    compare_plan(record["expected"], plan, loan.rounds.decimals, loan.terms.principal)


def plan_of(record: Record) -> tuple[Foreign, Plan]:
    """The record's loan and its rows by the method it names."""
    inputs, convention = record["inputs"], str(record.get("convention", ""))
    method = method_of(inputs)
    loan = _by_calculation_period(_loan(inputs, method, convention), inputs, method)
    find = _plan_by(method, loan, convention)
    plan: Callable[[Foreign], Plan] = lambda rest: foreign_plans.interest_by_days(rest, find(rest))  # noqa: E731
    if method.down:
        return loan, foreign_plans.after_down_payment(loan, _down_share(inputs), plan)
    return loan, plan(loan)


def _by_calculation_period(loan: Foreign, inputs: Record, method: Method) -> Foreign:
    """Where interest is counted daily beside a level instalment, that one still comes from the rate per period."""
    period = str(inputs.get("interest_calculation_period") or "SAME_AS_REPAYMENT_PERIOD")
    if period == "SAME_AS_REPAYMENT_PERIOD" or method.kind is not Kind.LEVEL or method.flat:
        return loan
    if period != "DAILY":
        raise Refused(f"interest_calculation_period {period}: 未收录的计息周期 / an interval that is not on our list")
    level = foreign_plans.level_once(loan).level
    daily = period_costs(inputs, loan.bounds, plain=False)
    return replace(loan, factors=daily, terms=replace(loan.terms, instalment=level))


def _down_share(inputs: Record) -> Fraction:
    named = re.search(r"([\d.]+) ?%", str(inputs["method"]))
    given = inputs.get("down_payment_pct") or (named and named[1])
    if given is None:
        raise ValueError("须给出首付比例 / down_payment_pct expected")
    return number(given) / 100


def _plan_by(method: Method, loan: Foreign, convention: str) -> Callable[[Foreign], Plan]:
    """The function that makes the rows."""
    anew = "remaining count" in convention or not loan.rounds.named
    if method.flat:
        if method.kind is Kind.SHARES:
            return foreign_flat.by_shares
        return foreign_flat.in_two_parts if loan.rounds.named else foreign_flat.divided_each_period
    if len(loan.draws) > 1:
        return foreign_plans.with_draws
    if method.kind is Kind.PRINCIPAL and anew:
        return foreign_plans.divided_each_period
    if method.kind is Kind.LEVEL and loan.rounds.residue == "Approximate":
        return foreign_plans.solved_each_period
    return {
        Kind.LEVEL: foreign_plans.level_once,
        Kind.PROGRESSIVE: foreign_plans.smoothed,
        Kind.PRINCIPAL: foreign_plans.level_once,
        Kind.SHARES: foreign_plans.by_shares,
        Kind.PERCENTAGE: foreign_plans.level_once,
        Kind.UNTIL_PAID: foreign_plans.until_paid,
        Kind.DAILY: foreign_plans.searched_level,
    }[method.kind]


def _loan(inputs: Record, method: Method, convention: str) -> Foreign:
    """The inputs as a loan; the record's rounding where it names one, the method's usual one where it does not."""
    rounds = rounds_of(inputs, method)
    unit = 10**rounds.decimals
    count = counted(inputs.get("number_of_repayments") or (MAX_COUNT if method.kind is Kind.UNTIL_PAID else 1))
    bounds = _bounds(inputs, count, method)
    principal = minor(inputs["principal"], unit)
    if principal < 1:
        raise ValueError(f"本金须为正 / a positive principal expected, found {inputs['principal']}")
    ours = OurMethod.EQUAL_PRINCIPAL if method.kind in _PRINCIPAL_FIRST else OurMethod.EQUAL_INSTALMENT
    terms = ScheduleTerms(
        principal, 0, ours, count, bounds[0],
        rounding=rounds.interest, multiple=rounds.multiple, interest_multiple=rounds.interest_multiple,
        grace_principal=_grace(inputs.get("grace_on_principal"), count), instalment=_fixed(inputs, principal, unit),
    )  # fmt: skip
    by_days = method.kind not in (Kind.LEVEL, Kind.PRINCIPAL) or (method.flat and fixed_year(inputs) is not None)
    return Foreign(
        terms,
        bounds,
        (Fraction(0),) * count if method.free else period_costs(inputs, bounds, plain=not by_days),
        rounds,
        principal,
        tuple((day_of(d["date"]), minor(d["amount"], unit)) for d in inputs.get("disbursements") or []),
        _shares(inputs, convention),
        first_days(inputs, bounds) if "daily_rate_pct" not in inputs else None,
        inputs.get("charge_interest_in_grace") is False,
        _grace(inputs.get("grace_on_interest_payment"), count),
        "period_from_dates" in inputs,
    )


_PRINCIPAL_FIRST = (Kind.PRINCIPAL, Kind.SHARES, Kind.PERCENTAGE)


def _bounds(inputs: Record, count: int, method: Method) -> tuple[date, ...]:
    """The start and the due dates, without the day of a down payment."""
    start = start_of(inputs)
    begun = [day_of(day) for day in inputs.get("period_from_dates") or []]
    dues = due_dates(inputs, count)
    if method.down and isinstance(inputs.get("due_dates"), list):
        dues = dues[1:]
    bounds = (min([start, *begun]), *dues)
    if len(dues) != count or dues[0] < bounds[0] or any(later <= earlier for earlier, later in pairwise(dues)):
        raise ValueError(f"须有 {count} 个递增的到期日 / {count} rising due dates from the start on expected")
    return bounds


def _grace(given: object, count: int) -> int:
    return whole(given or 0, 0, count - 1)


def _fixed(inputs: Record, principal: int, unit: int) -> int | None:
    """A part that is given and not solved: the instalment, or a percentage of the principal."""
    if "fixed_instalment" in inputs:
        return minor(inputs["fixed_instalment"], unit)
    if "fixed_principal_pct" in inputs:
        return int(principal * number(inputs["fixed_principal_pct"]) / 100)
    return None


_SHARES = re.compile(r"shares? (?:of )?((?:[\d.]+ ?%?, ?)+[\d.]+) ?%")


def _shares(inputs: Record, convention: str) -> tuple[Fraction, ...]:
    """Shares of principal: a field of their own, or words of the convention."""
    named = _SHARES.search(convention)
    given = inputs.get("principal_shares_pct") or (re.findall(r"\d[\d.]*", named[1]) if named else [])
    return tuple(number(share) / 100 for share in given)


__all__ = ["judge_plan", "plan_of"]
