"""A daily-interest loan under payments, as a published engine keeps it: charges first, then interest, then principal.

Interest runs on principal alone by actual days, is carried unrounded and rounded down when a payment meets it; money
beyond the debt is owed back and bears nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from hengdai.maths.foreign_inputs import number
from hengdai.maths.verdicts import Record


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
            "interest_balance_after": interest,
            "outstanding_after": principal,
        }


def _cents_down(amount: Fraction) -> Fraction:
    return Fraction(int(amount * 100), 100)
