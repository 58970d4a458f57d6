"""From the rows of a book to what the verbs speak of: frozen terms, facts that the lender attests, commands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hengdai.base.calendar import MonthEnd
from hengdai.base.identity import EventId, OrgId, ProductCode
from hengdai.base.money import Money, currency
from hengdai.base.reason import Problem
from hengdai.base.rounding import Rounding
from hengdai.base.text import Text
from hengdai.law.pack import Pack
from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.loan import Loan
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import BrokenFirst, Frequency, PeriodInterest, Unit
from hengdai.maths.terms import CALCULATOR, Method, Residue, ScheduleTerms
from hengdai.partner.listing import Listing
from hengdai.product.terms import (
    Component,
    Fee,
    FeeTiming,
    Intent,
    LateTerms,
    Parties,
    PayeeRole,
    PrepaymentTerms,
    Terms,
)

Row = Mapping[str, Any]
BOUNCED = "book"
"""Why a payment of a book was reversed: the book says so and no more."""


class WrongTerms(ValueError):
    """A row whose terms cannot be put together; `problem` says which column, what was found, what would be right."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def terms_of(row: Row, fees: Sequence[Row], pack: Pack) -> Terms:
    """The terms of one application, under the text of `pack`; raises :class:`WrongTerms`."""
    return Terms(
        product=ProductCode(row["product"]),
        currency=row["currency"],
        schedule=_schedule(row),
        parties=Parties(
            OrgId(row["funder"]), row["lender_kind"], OrgId(row["facilitator"]), row["guarantor"], row["merchant"]
        ),
        fees=tuple(
            Fee(fee["code"], OrgId(fee["payee"]), PayeeRole(fee["role"]), FeeTiming(fee["timing"]), fee["amount"])
            for fee in fees
        ),
        late=LateTerms(row["late_multiplier"], row["late_grace_days"], row["late_basis"]),
        prepayment=PrepaymentTerms(row["prepayment_fee"], row["prepayment_free_after"]),
        allocation=_allocation(row["allocation"]),
        loan_use=row["loan_use"],
        product_kind=row["product_kind"],
        pack=pack.id,
        pack_digest=pack.digest,
        calculator=CALCULATOR,
    )


def _schedule(row: Row) -> ScheduleTerms:
    return ScheduleTerms(
        principal=row["principal"],
        rate_e8=row["annual_rate"],
        method=Method(row["method"]),
        count=row["count"],
        start=row["disbursed"] or row["signed"] or row["applied"],
        first_due=row["first_due"],
        due_day=row["due_day"],
        frequency=Frequency(row["every"], Unit(row["unit"])),
        month_end=MonthEnd(row["month_end"]),
        day_count=DayCount(row["day_count"]),
        period_interest=PeriodInterest(row["period_interest"]),
        broken_first=BrokenFirst(row["broken_first"]),
        rounding=Rounding(row["rounding"]),
        multiple=row["multiple"],
        residue=Residue(row["residue"]),
        grace_principal=row["grace_principal"],
        flat_fee_e8=row["flat_fee_rate"],
        instalment=row["instalment"],
    )


def _allocation(text: str) -> tuple[Component, ...]:
    names = [name.strip() for name in text.split(",")]
    known = [component.value for component in Component]
    if sorted(names) != sorted(known):
        right = ", ".join(known)
        raise WrongTerms(Problem("allocation", repr(text), Text(f"各列一次: {right}", f"each once: {right}")))
    return tuple(Component(name) for name in names)


def attested(row: Row, terms: Terms, listings: Sequence[Listing], day: date) -> dict[str, object]:
    """What the lender vouches for beside the terms: the nature of the loan, and what its own partner list says.

    A partner without a row in force on `day` has no approval and no licence: `none`, never unknown.
    """
    parties = terms.parties
    facilitator = _in_force(listings, parties.facilitator, PayeeRole.FACILITATOR, day)
    facts: dict[str, object] = {
        "internet_loan": row["internet"],
        "unsecured": row["unsecured"],
        "partner_approval_level": facilitator.approved_by.value if facilitator else "none",
        "fees_disclosed": row["disclosed"] is not None,
        "lender_decided_itself": row["lender_decided"],
        "temporary_increase_agreed": row["temporary_increase"],
        "long_cash_cycle": row["long_cash_cycle"],
    }
    if parties.guarantor is not None:
        guarantor = _in_force(listings, parties.guarantor, PayeeRole.GUARANTOR, day)
        facts["guarantor_licence"] = (guarantor.licence if guarantor else "") or "none"
    return {name: value for name, value in facts.items() if value is not None}


def _in_force(listings: Sequence[Listing], partner: str, role: PayeeRole, day: date) -> Listing | None:
    for listing in listings:
        if listing.partner == partner and listing.role is role and listing.covers(day):
            return listing
    return None


def command_of(row: Row, amount: int | None, payment: EventId | None, loan: Loan) -> Command | None:
    """The command that an event of the book stands for; None when a field that it needs is empty."""
    money = None if amount is None else Money(amount, currency(loan.terms.currency))
    match row["kind"]:
        case "paid":
            return commands.Pay(money, Intent(row["intent"])) if money and row["intent"] else None
        case "refunded":
            return commands.Refund(money) if money else None
        case "recovered":
            return commands.Recover(money) if money else None
        case "disbursed":
            return commands.Disburse(money) if money else None
        case "payment_reversed":
            return commands.ReversePayment(payment, BOUNCED) if payment else None
        case "charged_off":
            return commands.ChargeOff()
        case "settled":
            return commands.Close()
        case "restructured":
            return _restructure(row)
        case kind:
            raise LookupError(kind)


def _restructure(row: Row) -> Command | None:
    count, rate, first_due = row["count"], row["annual_rate"], row["first_due"]
    if count is None or rate is None or first_due is None:
        return None
    return commands.Restructure(count, rate, first_due)
