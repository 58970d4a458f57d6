"""Facts as JSON and back, strict and versioned: what was stored is read exactly, or the reading stops and says why."""

from typing import Any

from hengdai.loan import events
from hengdai.loan.events import Fact
from hengdai.loan.state import Kind
from hengdai.product.codec import terms_digest, terms_from_json, terms_to_json
from hengdai.product.record import Json, Unreadable, read, write

__all__ = ["FACT_VERSION", "Unreadable", "fact_from_json", "fact_to_json", "terms_digest", "terms_from_json",
           "terms_to_json"]  # fmt: skip

FACT_VERSION = 1
"""The form of the JSON; a later form gets a new number and a reader of its own, and this one stays readable."""

_FACTS: dict[str, type[Fact]] = {
    each.kind.value: each
    for each in (
        events.Offered, events.Refused, events.Disclosed, events.Signed, events.Withdrawn, events.Disbursed,
        events.Paid, events.PaymentReversed, events.Refunded, events.Restructured, events.ChargedOff,
        events.Recovered, events.Settled,
    )
}  # fmt: skip


def fact_to_json(fact: Fact) -> Json:
    """The fact as plain JSON values: `v`, `kind` and its fields."""
    return {"v": FACT_VERSION, "kind": fact.kind.value, **write(fact)}


def fact_from_json(value: Json) -> Fact:
    """The fact that was written; another version, an unknown kind, a missing or unknown field raise `Unreadable`."""
    body: dict[str, Any] = dict(value)
    version, kind = body.pop("v", None), body.pop("kind", None)
    if version != FACT_VERSION:
        raise Unreadable("$.v", version, f"版本 {FACT_VERSION}", f"version {FACT_VERSION}")
    if kind not in _FACTS:
        known = ", ".join(Kind)
        raise Unreadable("$.kind", kind, f"其中之一: {known}", f"one of {known}")
    return read(_FACTS[kind], body)
