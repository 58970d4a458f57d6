"""What a write is answered: the verb's own bytes, with minor units turned into decimal strings.

The turning is a pure function of the recorded bytes, so that the same key and payload
are answered the same bytes again.
"""

import json
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hengdai.app.command import Outcome, Status
from hengdai.base.canonical import canonical
from hengdai.base.money import currency as currency_of
from hengdai.entry.http.errors import refusal
from hengdai.entry.http.fields import Out
from hengdai.entry.http.render import amount, percent


class NewEventOut(Out):
    """An event that the command led to."""

    id: str
    seq: int
    kind: str
    day: date


class SaidOut(Out):
    """What the law said at the gate. Facts and figures in it are machine values: minor units, e8 rates, codes."""

    id: str
    stage: str
    pack_digest: str
    stopping: list[str]
    verdicts: list[dict[str, object]]


class ChangeOut(Out):
    """What a command did to a loan."""

    loan: str
    funder: str
    state: str
    currency: str
    outstanding: str
    events: list[NewEventOut]
    entries: list[str]
    judgement: SaidOut | None = None


class PriceOut(Out):
    """综合融资成本 / the all-in cost under normal performance, and its money."""

    simple: str | None
    compound: str | None
    interest: str
    fees: str


class ApplicationOut(ChangeOut):
    """An application's answer: offered with price and disclosure table, or refused with the clauses that stop it."""

    price: PriceOut
    terms_digest: str | None = None
    disclosure_digest: str | None = None
    disclosure: dict[str, object] | None = None


def answer(outcome: Outcome, request: Request, status: int = 201) -> Response:
    """The HTTP answer of a write; a replayed one is the same and says so in a header."""
    if outcome.refusal is not None:
        return refusal(outcome.refusal, request)
    headers = {"Idempotent-Replayed": "true"} if outcome.status is Status.REPLAYED else {}
    return Response(decimal_bytes(outcome.body), status_code=status, media_type="application/json", headers=headers)


def decimal_bytes(body: bytes) -> bytes:
    """The verb's answer with amounts and rates as the API writes them."""
    said: dict[str, Any] = json.loads(body)
    if "currency" in said:
        unit = currency_of(said["currency"])
        if "outstanding" in said:
            said["outstanding"] = amount(said["outstanding"], unit)
        if "price" in said:
            price = said["price"]
            said["price"] = {
                "simple": percent(price["simple_e8"]),
                "compound": percent(price["compound_e8"]),
                "interest": amount(price["interest"], unit),
                "fees": amount(price["fees"], unit),
            }
    return canonical(said)
