"""Between the rows of the tables and the values of the verbs; no statement is run here."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from hengdai.app.position import Position
from hengdai.app.work import JudgementRow, LoanChange
from hengdai.base.identity import EntryId, EventId, LoanId, OrgId
from hengdai.ledger.entry import Entry
from hengdai.loan.codec import fact_from_json, fact_to_json, terms_digest
from hengdai.loan.events import Event
from hengdai.product.terms import Terms

Row = dict[str, Any]
STRIPES = 16


def loan_row(change: LoanChange) -> Row:
    """The row of a new loan: its parties and frozen terms."""
    terms, first = change.after.terms, change.events[0]
    return {
        "org": change.org,
        "loan_id": change.id,
        **_parties(terms),
        "lender_kind": terms.parties.lender_kind,
        "product": terms.product,
        "currency": terms.currency,
        "borrower": change.after.borrower,
        "principal": terms.schedule.principal,
        "terms_digest": terms_digest(terms),
        "pack_digest": terms.pack_digest,
        "calculator": terms.calculator,
        "simple_e8": change.cost_e8[0],
        "compound_e8": change.cost_e8[1],
        "applied": first.day,
    }


def _parties(terms: Terms) -> Row:
    parties = terms.parties
    return {"facilitator": parties.facilitator, "guarantor": parties.guarantor, "merchant": parties.merchant}


def event_rows(change: LoanChange) -> list[Row]:
    """The rows of a change's new events, each with the judgement that let it through, if it needs one."""
    return [
        {
            "org": change.org,
            "loan_id": change.id,
            "seq": event.seq,
            "event_id": event.id,
            "day": event.day,
            "known": event.known,
            "kind": event.fact.kind.value,
            "fact": fact_to_json(event.fact),
            "clearance": change.clearances.get(event.id),
        }
        for event in change.events
    ]


def event_of(row: Mapping[str, Any]) -> Event:
    """The event of a row of the table `event`."""
    return Event(EventId(row["event_id"]), row["seq"], row["day"], row["known"], fact_from_json(json_of(row["fact"])))


def judgement_rows(org: OrgId, loan: LoanId, judgements: Iterable[JudgementRow]) -> list[Row]:
    """The rows of judgements made at a loan's gates."""
    return [
        {
            "org": org,
            "loan_id": loan,
            "judgement_id": made.id,
            "stage": made.stage,
            "day": made.day,
            "pack_digest": made.pack_digest,
            "judgement": dict(made.said),
            "stopping": list(made.stopping),
        }
        for made in judgements
    ]


def judgement_of(row: Mapping[str, Any]) -> JudgementRow:
    """The judgement of a row of the table `judgement`."""
    said, stopping = json_of(row["judgement"]), tuple(row["stopping"])
    return JudgementRow(row["judgement_id"], row["stage"], row["day"], row["pack_digest"], said, stopping)


def entry_rows(org: OrgId, entries: Iterable[Entry]) -> list[Row]:
    """The rows of entries; an entry of the whole book has an empty loan."""
    return [
        {
            "org": org,
            "loan_id": made.loan or "",
            "entry_id": made.id,
            "event_id": made.event,
            "day": made.day,
            "booked": made.booked,
            "currency": made.currency,
            "accounts": list(made.accounts),
            "amounts": list(made.amounts),
            "reverses": made.reverses,
        }
        for made in entries
    ]


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The entry of a row of the table `entry`; one that does not balance cannot be built and raises."""
    return Entry(
        id=EntryId(row["entry_id"]),
        loan=LoanId(row["loan_id"]) if row["loan_id"] else None,
        event=EventId(row["event_id"]) if row["event_id"] else None,
        day=row["day"],
        booked=row["booked"],
        currency=row["currency"],
        accounts=tuple(row["accounts"]),
        amounts=tuple(row["amounts"]),
        reverses=EntryId(row["reverses"]) if row["reverses"] else None,
    )


def balance_rows(org: OrgId, via: OrgId, stripe: int, entries: Iterable[Entry]) -> list[Row]:
    """What entries add to each account, in the one order in which every writer takes the rows."""
    moved: dict[tuple[str, str], int] = {}
    for made in entries:
        for account, amount in zip(made.accounts, made.amounts, strict=True):
            moved[account, made.currency] = moved.get((account, made.currency), 0) + amount
    return [
        {"org": org, "account": account, "currency": currency, "via": via, "stripe": stripe, "balance": amount}
        for (account, currency), amount in sorted(moved.items())
        if amount
    ]


def stripe_of(loan: str) -> int:
    """Which stripe of an account a loan's entries move; the same for ever."""
    return sum(loan.encode()) % STRIPES


def position_row(org: OrgId, loan: LoanId, terms: Terms, at: Position) -> Row:
    """The row of the table `position`."""
    return {
        "org": org,
        "loan_id": loan,
        **_parties(terms),
        "lender_kind": terms.parties.lender_kind,
        "product": terms.product,
        "currency": terms.currency,
        "state": at.state.value,
        "events": at.events,
        "as_of": at.as_of,
        "disbursed": at.disbursed,
        "outstanding": at.outstanding,
        "repaid": at.repaid,
        "interest_paid": at.interest_paid,
        "written_off": at.written_off,
        "recovered": at.recovered,
        "first_unpaid_due": at.first_unpaid_due,
        "overdue_principal": at.overdue_principal,
        "overdue_interest": at.overdue_interest,
        "overdue_fee": at.overdue_fee,
        "bucket": 0,
        "period": at.period,
        "period_start": at.period_start,
        "period_due": at.period_due,
        "period_interest": at.period_interest,
        "unbooked": at.unbooked,
        "rounding": at.rounding.value,
    }


def plan_row(org: OrgId, loan: LoanId, terms: Terms, at: Position) -> Row | None:
    """The row of the table `plan`; None for a loan that is not open."""
    if at.plan is None:
        return None
    return {
        "org": org,
        "loan_id": loan,
        **_parties(terms),
        "starts": list(at.plan.starts),
        "dues": list(at.plan.dues),
        "interest": list(at.plan.interest),
        "earned_before": list(at.plan.earned_before),
        "left_principal": list(at.plan.left_principal),
        "left_interest": list(at.plan.left_interest),
        "left_fee": list(at.plan.left_fee),
    }


def json_of(value: object) -> Any:
    """A JSON column as data: the driver gives it as text, or read already."""
    return json.loads(value) if isinstance(value, str) else value


def day_of(value: object) -> date:
    """A date as stored or as ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
