"""The states of a loan, the kinds of event that move it, and the one table of all moves.

Arrears is not a state: it is a function of the day and of the oldest unpaid due
date (see :mod:`hengdai.loan.standing`), so nothing has to happen at night for a
loan to be late.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a loan stands in its life."""

    APPLIED = "applied"
    REFUSED = "refused"
    OFFERED = "offered"
    DISCLOSED = "disclosed"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    ACTIVE = "active"
    CHARGED_OFF = "charged_off"
    CLOSED = "closed"


class Kind(StrEnum):
    """What can happen to a loan."""

    OFFERED = "offered"
    REFUSED = "refused"
    DISCLOSED = "disclosed"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    DISBURSED = "disbursed"
    PAID = "paid"
    PAYMENT_REVERSED = "payment_reversed"
    REFUNDED = "refunded"
    RESTRUCTURED = "restructured"
    CHARGED_OFF = "charged_off"
    RECOVERED = "recovered"
    SETTLED = "settled"


TRANSITIONS: dict[tuple[State, Kind], State] = {
    (State.APPLIED, Kind.OFFERED): State.OFFERED,
    (State.APPLIED, Kind.REFUSED): State.REFUSED,
    (State.OFFERED, Kind.DISCLOSED): State.DISCLOSED,
    (State.OFFERED, Kind.WITHDRAWN): State.WITHDRAWN,
    (State.DISCLOSED, Kind.SIGNED): State.SIGNED,
    (State.DISCLOSED, Kind.WITHDRAWN): State.WITHDRAWN,
    (State.SIGNED, Kind.DISBURSED): State.ACTIVE,
    (State.SIGNED, Kind.WITHDRAWN): State.WITHDRAWN,
    (State.ACTIVE, Kind.DISBURSED): State.ACTIVE,
    (State.ACTIVE, Kind.PAID): State.ACTIVE,
    (State.ACTIVE, Kind.PAYMENT_REVERSED): State.ACTIVE,
    (State.ACTIVE, Kind.REFUNDED): State.ACTIVE,
    (State.ACTIVE, Kind.RESTRUCTURED): State.ACTIVE,
    (State.ACTIVE, Kind.CHARGED_OFF): State.CHARGED_OFF,
    (State.ACTIVE, Kind.SETTLED): State.CLOSED,
    (State.CHARGED_OFF, Kind.RECOVERED): State.CHARGED_OFF,
    (State.CHARGED_OFF, Kind.SETTLED): State.CLOSED,
    # A payment that bounces after the loan had closed opens it again: the debt was never paid.
    (State.CLOSED, Kind.PAYMENT_REVERSED): State.ACTIVE,
}

FINAL = frozenset({State.REFUSED, State.WITHDRAWN, State.CLOSED})
