"""From the domain's values to the API's answers: minor units become decimal strings, and nothing is decided."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hengdai.base.money import Currency, Money
from hengdai.base.money import currency as currency_of
from hengdai.base.rate import Rate
from hengdai.base.reason import Finding, Reason
from hengdai.entry.http import out
from hengdai.entry.reading import BUCKETS
from hengdai.ledger.entry import Entry
from hengdai.loan.codec import fact_to_json, terms_digest
from hengdai.loan.events import Event, PaymentReversed
from hengdai.loan.loan import Due, Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import standing
from hengdai.maths.schedule import Row
from hengdai.product.cost import quote
from hengdai.product.terms import Terms


def amount(minor: int, unit: Currency) -> str:
    """Minor units as a decimal string of major units: `"1234.50"`."""
    return f"{Money(minor, unit).decimal():.{unit.digits}f}"


def percent(e8: int | None, digits: int = 6) -> str | None:
    """A rate as a percent string without the sign: `"14.600000"`; None stays None."""
    return None if e8 is None else Rate(e8).percent_text(digits).removesuffix("%")


def reason(given: Reason) -> out.ReasonOut:
    """One step of an explanation."""
    return out.ReasonOut(zh=given.text.zh, en=given.text.en, cite=given.cite, figures=dict(given.figures))


def finding(loan_id: str, figure: str, day: date, found: Finding[str]) -> out.FindingOut:
    """A figure with its reasons."""
    because = [reason(each) for each in found.because]
    return out.FindingOut(loan=loan_id, figure=figure, day=day, value=str(found.value), because=because)


def loan(org: str, found: Loan, day: date, cost: tuple[int | None, int | None]) -> out.LoanOut:
    """One loan on a day; `cost` is its all-in cost, simple and compound."""
    terms, totals = found.terms, found.totals
    unit = currency_of(terms.currency)
    return out.LoanOut(
        id=found.id,
        funder=org,
        borrower=found.borrower,
        state=found.state.value,
        currency=terms.currency,
        product=terms.product,
        product_kind=terms.product_kind,
        loan_use=terms.loan_use,
        parties=_parties(terms),
        principal=amount(terms.schedule.principal, unit),
        rate=percent(found.rate_e8) or "",
        method=terms.schedule.method.value,
        count=terms.schedule.count,
        all_in_simple=percent(cost[0]),
        all_in_compound=percent(cost[1]),
        disbursed=amount(totals.disbursed, unit),
        repaid=amount(totals.repaid, unit),
        outstanding=amount(totals.outstanding, unit),
        written_off=amount(totals.written_off, unit),
        recovered=amount(totals.recovered, unit),
        started_on=found.started_on,
        charged_off_on=found.charged_off_on,
        closed_on=found.closed_on,
        standing=_standing(found, day, unit),
        terms_digest=terms_digest(terms),
        disclosure_digest=found.disclosure_digest,
        pack=terms.pack,
        pack_digest=terms.pack_digest,
        calculator=terms.calculator,
    )


def _parties(terms: Terms) -> out.PartiesOut:
    parties = terms.parties
    return out.PartiesOut(
        funder=parties.funder,
        lender_kind=parties.lender_kind,
        facilitator=parties.facilitator,
        guarantor=parties.guarantor,
        merchant=parties.merchant,
    )


def _standing(found: Loan, day: date, unit: Currency) -> out.StandingOut:
    at = standing(found, max(day, found.last_day))
    return out.StandingOut(
        day=at.day,
        days_past_due=at.dpd,
        bucket=at.bucket.value,
        overdue=amount(at.overdue, unit),
        first_unpaid_due=at.first_unpaid_due,
    )


def due(found: Due, unit: Currency) -> out.DueOut:
    """One instalment."""
    owed = found.principal + found.interest + found.fee + found.penalty_due
    return out.DueOut(
        number=found.number,
        start=found.start,
        due=found.due,
        principal=amount(found.principal, unit),
        interest=amount(found.interest, unit),
        fee=amount(found.fee, unit),
        penalty=amount(found.penalty_due, unit),
        total=amount(owed, unit),
        paid=amount(owed - found.unpaid, unit),
        unpaid=amount(found.unpaid, unit),
    )


def loan_row(row: Mapping[str, Any]) -> out.LoanRowOut:
    """A loan in a list."""
    unit = currency_of(row["currency"])
    return out.LoanRowOut(
        id=row["loan_id"],
        funder=row["org"],
        borrower=row["borrower"],
        product=row["product"],
        state=row["state"],
        currency=unit.code,
        principal=amount(row["principal"], unit),
        outstanding=amount(row["outstanding"], unit),
        bucket=BUCKETS[row["bucket"]],
        applied=row["applied"],
        all_in_simple=percent(row["simple_e8"]),
    )


def plan(found: Loan) -> out.ScheduleOut:
    """The plan: dues once money went out, else the rows that were agreed."""
    unit = currency_of(found.terms.currency)
    if found.plan is not None:
        items = [due(each, unit) for each in found.dues]
        return out.ScheduleOut(loan=found.id, currency=unit.code, planned=False, items=items)
    price = quote(found.terms)
    rows = zip(price.rows, price.flows[1:], strict=True)
    items = [_agreed(row, -flow.amount, unit) for row, flow in rows]
    return out.ScheduleOut(loan=found.id, currency=unit.code, planned=True, items=items)


def _agreed(row: Row, total: int, unit: Currency) -> out.DueOut:
    return out.DueOut(
        number=row.number,
        start=row.start,
        due=row.due,
        principal=amount(row.principal, unit),
        interest=amount(row.interest, unit),
        fee=amount(total - row.total, unit),
        penalty=amount(0, unit),
        total=amount(total, unit),
        paid=amount(0, unit),
        unpaid=amount(total, unit),
    )


def events(found: tuple[Event, ...]) -> list[out.EventOut]:
    """The events in the order known; a reversed payment names the event that reversed it."""
    reversals = {event.fact.payment: event.id for event in found if isinstance(event.fact, PaymentReversed)}
    return [
        out.EventOut(
            id=event.id,
            seq=event.seq,
            day=event.day,
            known=event.known,
            kind=event.fact.kind.value,
            fact=fact_to_json(event.fact),
            reversed_by=reversals.get(event.id),
        )
        for event in sorted(found, key=lambda event: event.seq)
    ]


def entries(found: tuple[Entry, ...], unit: Currency) -> list[out.EntryOut]:
    """The entries in the order booked, with both ends of every correction linked."""
    reversals = {entry.reverses: entry.id for entry in found if entry.reverses is not None}
    return [
        out.EntryOut(
            id=entry.id,
            event=entry.event,
            day=entry.day,
            booked=entry.booked,
            postings=[
                out.PostingOut(account=account, amount=amount(minor, unit))
                for account, minor in zip(entry.accounts, entry.amounts, strict=True)
            ],
            reverses=entry.reverses,
            reversed_by=reversals.get(entry.id),
        )
        for entry in found
    ]


def payoff_of(found: Loan, day: date) -> out.PayoffOut:
    """The pay-off of a day, line by line."""
    unit = currency_of(found.terms.currency)
    quote = payoff(found, day)
    lines = [out.PayoffLineOut(amount=amount(minor, unit), reason=reason(why)) for minor, why in quote.lines]
    return out.PayoffOut(loan=found.id, day=day, currency=unit.code, total=amount(quote.total, unit), lines=lines)
