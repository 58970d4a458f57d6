"""Published loans after their events: payments of a daily-interest loan, and plans that are recalculated.

A daily-interest loan takes charges first, then interest, then principal. Interest runs on principal alone by actual
days, is carried unrounded and rounded down when a payment meets it; money beyond the debt is owed back and bears
nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hengdai.base.calendar import month_after
from hengdai.maths.foreign_inputs import day_of, frequency_of, minor, number
from hengdai.maths.foreign_plans import Foreign
from hengdai.maths.foreign_recalculated import Facts, Payment
from hengdai.maths.periods import MONTHLY
from hengdai.maths.verdicts import Record, Refused


def replay(inputs: Record) -> Iterator[Mapping[str, object]]:
    """The loan after each event, under the keys of the published rows; amounts in major units."""
    daily = number(inputs["daily_rate_pct"]) / 100
    start = last = date.fromisoformat(inputs["disbursement_date"])
    principal, interest, charges = number(inputs["principal"]), Fraction(0), Fraction(0)
    for event in inputs["events"]:
        day = date.fromisoformat(event["date"])
        interest += max(principal, Fraction(0)) * daily * (day - last).days
        charges, last = charges + number(event.get("charge", 0)), day
        paid = number(event.get("amount", 0))
        to_charges = min(max(paid, Fraction(0)), charges)
        to_interest = min(max(paid, Fraction(0)) - to_charges, _cents_down(interest))
        to_principal = paid - to_charges - to_interest
        charges -= to_charges
        # What is below a cent is dropped once all whole cents are paid.
        interest = Fraction(0) if paid and to_interest == _cents_down(interest) else interest - to_interest
        principal -= to_principal
        yield {
            "date": event["date"],
            "day": Fraction((day - start).days),
            "paid": paid,
            "charges_paid": to_charges,
            "interest": to_interest,
            "principal": to_principal,
            "charges_balance_after": charges,
            "interest_balance_after": interest,
            "outstanding_after": principal,
            "settlement_figure": charges + _cents_down(interest) + principal,
        }


def _cents_down(amount: Fraction) -> Fraction:
    return Fraction(int(amount * 100), 100)


_PAYS = frozenset({"repayment", "payment", "payoff", "pay-off", "settlement", "prepayment", "preclosure"})
_LOOKS = frozenset({"close_of_business", "cob", "nothing paid", "as_of"})
_READ = frozenset({"type", "date", "amount", "payments_so_far", "from_due_date", "new_due_date", "new_rate"})
_EARLY = re.compile(r"pre-?clos|rest (?:frequency|date)|end of (?:the )?period")
_RESTS = re.compile(r"^daily|repayment period")


def facts_of(inputs: Record, unit: int) -> Facts:
    """The payments and the day looked at; :class:`Refused` for an event that is not on our list."""
    payments, days = [], []
    for event in inputs["events"]:
        kind, day = str(event["type"]).lower(), day_of(event["date"])
        odd = [name for name in event if name not in _READ]
        if odd or kind not in _PAYS | _LOOKS | {"reschedule"} or event.get("new_rate") is not None:
            raise Refused(f"event {kind} {', '.join(odd)}: 未收录的事件 / an event that is not on our list")
        if kind in _PAYS:
            payments.append(Payment(day, minor(event["amount"], unit)))
        days.append(day)
    if sorted(days) != days or any(payment.amount <= 0 for payment in payments):
        raise ValueError("事件须按日期排列且金额为正 / events by rising days with positive amounts expected")
    early, rests = (str(inputs.get(name) or "").lower() for name in ("preclosure_interest", "interest_recalculation"))
    for name, said, words in (("preclosure_interest", early, _EARLY), ("interest_recalculation", rests, _RESTS)):
        if said and not words.search(said):
            raise Refused(f"{name} {said}: 未收录的重算规则 / a rule of recalculation that is not on our list")
    return Facts(payments, days[-1], "rest" in early or "period" in early, "period" in rests)


def stretched(loan: Foreign, inputs: Record) -> Foreign:
    """The loan whose first moved period is longer: whole months as the others, odd days over the days of a month."""
    before = [loan.bounds[0], *(day_of(day) for day in inputs["original_due_dates"])]
    sides = enumerate(zip(before, loan.bounds, strict=True))
    k = next((k for k, (old, new) in sides if old != new), None)
    rules = inputs.get("day_count") or {}
    if k is None or rules.get("days_in_month") != "DAYS_30" or frequency_of(inputs) != MONTHLY:
        return loan
    start, due = loan.bounds[k - 1], loan.bounds[k]
    months = 0
    while month_after(start, months + 1) <= due:
        months += 1
    reached = month_after(start, months)
    odd = Fraction((due - reached).days, (month_after(start, months + 1) - reached).days)
    factors = list(loan.factors)
    factors[k - 1] *= months + odd
    return replace(loan, factors=tuple(factors))
