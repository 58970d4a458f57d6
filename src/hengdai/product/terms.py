"""The terms of one loan, frozen when it is offered: whoever sells or edits a product later changes no old loan.

Amounts are whole minor units of `currency`; rates are e8 (10⁻⁸). Terms have
canonical bytes (RFC 8785) and a digest, which the disclosure table, the
signature and the evidence name.
"""

from dataclasses import dataclass
from enum import StrEnum

from hengdai.base.identity import OrgId, ProductCode
from hengdai.maths.schedule import ScheduleTerms


class PayeeRole(StrEnum):
    """In what capacity somebody takes money from the borrower."""

    FUNDER = "funder"
    FACILITATOR = "facilitator"
    GUARANTOR = "guarantor"
    MERCHANT = "merchant"
    OTHER = "other"


class FeeTiming(StrEnum):
    """When a fee is taken; it decides where the fee stands in the cash flow that prices the loan."""

    DEDUCTED = "deducted"
    """Kept back from the payout (砍头息 when it is interest): the borrower receives less than the principal."""
    UPFRONT = "upfront"
    """Paid by the borrower on the day of the payout, beside it."""
    EACH_INSTALMENT = "each_instalment"
    AT_END = "at_end"


@dataclass(frozen=True, slots=True)
class Fee:
    """One charge: `code` is a fee class of the law pack, `amount` is what is taken each time (minor units)."""

    code: str
    payee: OrgId
    role: PayeeRole
    timing: FeeTiming
    amount: int


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands around the loan. The funder is the legal lender and owns the loan's books."""

    funder: OrgId
    lender_kind: str
    facilitator: OrgId
    guarantor: OrgId | None = None
    merchant: OrgId | None = None


@dataclass(frozen=True, slots=True)
class LateTerms:
    """罚息: overdue principal earns `multiplier_e8` times the contract rate, by actual days over `basis` days a year.

    `grace_days` after a due date nothing is charged; when they pass, penalty runs from the due date.
    """

    multiplier_e8: int = 150_000_000
    grace_days: int = 0
    basis: int = 360


class Intent(StrEnum):
    """What the payer wants done with money beyond what is due: nothing, or one of the ways to pay in advance."""

    INSTALMENT = "instalment"
    SHORTEN = "shorten"
    """缩期: keep the instalment, have fewer of them."""
    REDUCE = "reduce"
    """减额: keep the number of instalments, make them smaller."""
    SETTLE = "settle"
    """结清: pay everything off today."""


@dataclass(frozen=True, slots=True)
class PrepaymentTerms:
    """提前还款违约金: a share of the principal prepaid, free once `free_after` instalments have fallen due.

    0 means that no such day is agreed: the fee never becomes free.
    """

    fee_e8: int = 0
    free_after: int = 0


class Component(StrEnum):
    """What a payment can pay; the terms say in which order."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Terms:
    """All that was agreed. `pack`/`pack_digest` name the law it was judged by, `calculator` the arithmetic."""

    product: ProductCode
    currency: str
    schedule: ScheduleTerms
    parties: Parties
    fees: tuple[Fee, ...]
    late: LateTerms
    prepayment: PrepaymentTerms
    allocation: tuple[Component, ...]
    loan_use: str
    product_kind: str
    pack: str
    pack_digest: str
    calculator: str
