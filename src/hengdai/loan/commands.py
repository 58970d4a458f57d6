"""What can be asked of a loan. A command is a wish; :func:`hengdai.loan.decide.decide` answers with facts or a refusal.

`kind` names the event that a granted command leads to, so that a command and a state have one place in
:data:`hengdai.loan.state.TRANSITIONS`. Amounts are money: a wrong currency must be seen, not guessed away.
"""

from dataclasses import dataclass
from datetime import date

from hengdai.base.identity import EventId, LoanId
from hengdai.base.money import Money
from hengdai.loan.state import Kind
from hengdai.product.terms import Intent, Terms


@dataclass(frozen=True, slots=True)
class Offer:
    """Apply for these terms, for this borrower (an opaque reference); judged at the stage application."""

    loan: LoanId
    terms: Terms
    borrower: str
    kind = Kind.OFFERED


@dataclass(frozen=True, slots=True)
class ConfirmDisclosure:
    """The borrower has read the disclosure table whose digest this is (综合融资成本明示表)."""

    digest: str
    kind = Kind.DISCLOSED


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign the contract over the terms of this digest; judged at the stage signing."""

    terms_digest: str
    kind = Kind.SIGNED


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Step back before money has moved."""

    why: str
    kind = Kind.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Disburse:
    """Draw `amount` down; judged at the stage disbursement. Deducted fees are kept back from it."""

    amount: Money
    kind = Kind.DISBURSED


@dataclass(frozen=True, slots=True)
class Pay:
    """`amount` came from the borrower, meant as `intent`."""

    amount: Money
    intent: Intent = Intent.INSTALMENT
    kind = Kind.PAID


@dataclass(frozen=True, slots=True)
class ReversePayment:
    """The payment recorded by that event bounced or was booked in error."""

    payment: EventId
    why: str
    kind = Kind.PAYMENT_REVERSED


@dataclass(frozen=True, slots=True)
class Refund:
    """The merchant returns `amount` because goods went back."""

    amount: Money
    kind = Kind.REFUNDED


@dataclass(frozen=True, slots=True)
class Restructure:
    """Put the rest of the debt on a new plan: `count` instalments from `first_due` at `rate_e8` a year."""

    count: int
    rate_e8: int
    first_due: date
    kind = Kind.RESTRUCTURED


@dataclass(frozen=True, slots=True)
class ChargeOff:
    """Write the rest of the debt off the lender's books; the borrower still owes it."""

    kind = Kind.CHARGED_OFF


@dataclass(frozen=True, slots=True)
class Recover:
    """`amount` came in on a written-off debt."""

    amount: Money
    kind = Kind.RECOVERED


@dataclass(frozen=True, slots=True)
class Close:
    """Waive what is left of a written-off debt and close the loan."""

    kind = Kind.SETTLED


Command = (
    Offer
    | ConfirmDisclosure
    | Sign
    | Withdraw
    | Disburse
    | Pay
    | ReversePayment
    | Refund
    | Restructure
    | ChargeOff
    | Recover
    | Close
)
