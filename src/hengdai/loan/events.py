"""The facts of a loan's life. An event says what happened, for which day, and when it was known; it holds no result.

What an event did to the loan (allocation, penalty, postings) is derived by the
fold, so a back-dated payment is an inserted event and a re-derivation.
"""

from dataclasses import dataclass
from datetime import date, datetime

from hengdai.base.identity import EventId
from hengdai.loan.state import Kind
from hengdai.product.terms import Intent, Terms


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer was made: these terms, to this borrower (an opaque reference, never personal data)."""

    terms: Terms
    borrower: str
    kind = Kind.OFFERED


@dataclass(frozen=True, slots=True)
class Refused:
    """The application was turned down; `rules` names the clauses that stopped it, in the pack's order."""

    terms: Terms
    borrower: str
    rules: tuple[str, ...]
    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True)
class Disclosed:
    """The borrower confirmed the disclosure table of this digest (综合融资成本明示表) before signing."""

    disclosure_digest: str
    kind = Kind.DISCLOSED


@dataclass(frozen=True, slots=True)
class Signed:
    """The contract over these terms was signed."""

    terms_digest: str
    kind = Kind.SIGNED


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The borrower or the lender stepped back before money moved."""

    why: str
    kind = Kind.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Disbursed:
    """One drawdown of `amount` minor units left the lender; deducted fees are inside it."""

    amount: int
    kind = Kind.DISBURSED


@dataclass(frozen=True, slots=True)
class Paid:
    """`amount` minor units came from the borrower, meant as `intent`."""

    amount: int
    intent: Intent
    kind = Kind.PAID


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """The payment of that event bounced or was booked in error; the fold leaves it out from then on."""

    payment: EventId
    why: str
    kind = Kind.PAYMENT_REVERSED


@dataclass(frozen=True, slots=True)
class Refunded:
    """The merchant took goods back and returned `amount` minor units to the loan."""

    amount: int
    kind = Kind.REFUNDED


@dataclass(frozen=True, slots=True)
class Restructured:
    """The rest of the debt was put on a new plan: `count` instalments from `first_due` at `rate_e8`."""

    count: int
    rate_e8: int
    first_due: date
    kind = Kind.RESTRUCTURED


@dataclass(frozen=True, slots=True)
class ChargedOff:
    """The lender wrote the rest of the debt off its books; the borrower still owes it."""

    kind = Kind.CHARGED_OFF


@dataclass(frozen=True, slots=True)
class Recovered:
    """`amount` minor units came in on a written-off debt."""

    amount: int
    kind = Kind.RECOVERED


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing is owed any more, or the lender waives what is left of a written-off debt: the loan is closed."""

    kind = Kind.SETTLED


Fact = (
    Offered
    | Refused
    | Disclosed
    | Signed
    | Withdrawn
    | Disbursed
    | Paid
    | PaymentReversed
    | Refunded
    | Restructured
    | ChargedOff
    | Recovered
    | Settled
)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with its two times: the `day` it counts for and the instant it was `known`; `seq` is the order known."""

    id: EventId
    seq: int
    day: date
    known: datetime
    fact: Fact
