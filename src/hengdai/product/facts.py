"""The facts that terms and their price attest to the law. Names are those of the packs' catalogues of facts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from hengdai.base.rate import E8
from hengdai.base.rounding import Rounding
from hengdai.maths.periods import Unit
from hengdai.product.codec import terms_digest
from hengdai.product.cost import Quote
from hengdai.product.terms import Fee, FeeTiming, PayeeRole, Terms

LawFacts = dict[str, object]


@dataclass(frozen=True, slots=True)
class PartnerStatus:
    """Whether each partner is on the funder's list on the day; None where there is no such partner or nobody knows."""

    facilitator_listed: bool | None = None
    guarantor_listed: bool | None = None


def law_facts(
    terms: Terms, quote: Quote, status: PartnerStatus, *, disclosure_confirmed: bool | None = None,
    attested: Mapping[str, object] | None = None,
) -> LawFacts:  # fmt: skip
    """What is known of these terms: minor units, e8 rates, codes, yes or no. What is not known is left out.

    `attested` are facts that others vouch for (the borrower's age, other debts); they cannot replace a fact of ours.
    """
    known: LawFacts = {
        "terms_digest": terms_digest(terms),
        "currency": terms.currency,
        "principal": terms.schedule.principal,
        "term_months": term_months(terms),
        "instalments": len(quote.rows),
        "annual_rate": terms.schedule.rate_e8,
        "method": terms.schedule.method.value,
        "repayment_method": terms.schedule.method.value,
        "lender_kind": terms.parties.lender_kind,
        "loan_use": terms.loan_use,
        "product_kind": terms.product_kind,
        "all_in_cost_simple": quote.simple_e8,
        "all_in_cost_compound": quote.compound_e8,
        "platform_charge_to_borrower": charged_by(terms, quote, PayeeRole.FACILITATOR),
        "guarantee_fee": charged_by(terms, quote, PayeeRole.GUARANTOR),
        "guarantee_fee_counted": True,  # every fee of the terms is in the flows that the cost is solved from
        "disguised_guarantee_fee": charged_by(
            replace(terms, fees=tuple(fee for fee in terms.fees if not fee.code.endswith(OPEN_FEES))),
            quote,
            PayeeRole.GUARANTOR,
        ),
        "guarantor_count": guarantors(terms),
        "merchant_charge_to_borrower": charged_by(terms, quote, PayeeRole.MERCHANT),
        "deducted_from_payout": deducted(terms),
        "upfront_deduction": deducted(terms),
        "penalty_multiplier": terms.late.multiplier_e8,
        "penalty_uplift": penalty_uplift(terms),
        "guarantor_present": terms.parties.guarantor is not None,
        "partner_listed": status.facilitator_listed,
        "guarantor_listed": status.guarantor_listed,
        "disclosure_confirmed": disclosure_confirmed,
    }
    given = {**(attested or {}), **known}
    return {name: value for name, value in given.items() if value is not None}


OPEN_FEES = ("guarantee_fee", "insurance_premium")
"""What an enhancer may charge under its own name; anything else it takes is disguised (金规〔2025〕9号 art. 6)."""


def deducted(terms: Terms) -> int:
    """What is kept back from the payout, in minor units; a fee paid beside it is not."""
    return sum(fee.amount for fee in terms.fees if fee.timing is FeeTiming.DEDUCTED)


def penalty_uplift(terms: Terms) -> int:
    """By how many percent penalty interest stands above the contract rate.

    A part of a percent counts whole, so that what is above a cap by any part of one is above it.
    """
    return Rounding.CEILING.ratio(terms.late.multiplier_e8 - E8, E8 // 100)


def guarantors(terms: Terms) -> int:
    """How many institutions stand behind the loan or take a guarantor's fee for it."""
    named = {terms.parties.guarantor} - {None}
    return len(named | {fee.payee for fee in terms.fees if fee.role is PayeeRole.GUARANTOR})


def charged_by(terms: Terms, quote: Quote, role: PayeeRole) -> int:
    """What is taken from the borrower over the whole life in that role, or by the party of that role in any other.

    In minor units. A platform that names itself otherwise on a fee is the platform all the same.
    """
    parties = terms.parties
    party = {
        PayeeRole.FUNDER: parties.funder,
        PayeeRole.FACILITATOR: parties.facilitator,
        PayeeRole.GUARANTOR: parties.guarantor,
        PayeeRole.MERCHANT: parties.merchant,
    }.get(role)
    return sum(_whole(fee, quote) for fee in terms.fees if fee.role is role or fee.payee == party)


def forbidden_charges(terms: Terms, quote: Quote, may_charge: Mapping[str, Collection[str]]) -> int:
    """What is charged under a name that the law gives to others, or to nobody, in minor units.

    `may_charge` maps the law's kinds of charge to the roles that may take them; a fee that the law does not name counts
    in the cost and is asked about there.
    """
    return sum(
        _whole(fee, quote)
        for fee in terms.fees
        if fee.code in may_charge and fee.role.value not in may_charge[fee.code]
    )


def _whole(fee: Fee, quote: Quote) -> int:
    """A fee over the whole life."""
    return fee.amount * (len(quote.rows) if fee.timing is FeeTiming.EACH_INSTALMENT else 1)


def term_months(terms: Terms) -> int:
    """The term in months, rounded up: 30 days begin a month."""
    frequency, count = terms.schedule.frequency, terms.schedule.count
    if frequency.unit is Unit.MONTHS:
        return frequency.every * count
    days = frequency.every * count * (7 if frequency.unit is Unit.WEEKS else 1)
    return -(-days // 30)
