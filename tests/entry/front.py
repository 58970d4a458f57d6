"""A platform with two funders and their people, and clients that speak to its HTTP door."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.app.actor import Role
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId
from hengdai.entry.http.server import build
from hengdai.entry.platform import Platform
from hengdai.entry.sealing import seal_book

TODAY = date(2026, 11, 2)
ORGANISATIONS = (
    ("bank-a", "甲银行", "funder"),
    ("bank-b", "乙银行", "funder"),
    ("platform", "平台", "facilitator"),
    ("office", "检查机构", "examiner"),
)
_numbers = itertools.count(1)


def application(**changes: Any) -> dict[str, Any]:
    """An application that the law lets through; `changes` replace fields of the schedule."""
    schedule = {
        "principal": "12000.00", "rate": "14.6", "method": "equal_instalment", "count": 12, "start": TODAY.isoformat(),
    }  # fmt: skip
    parties = {"funder": "bank-a", "lender_kind": "bank", "facilitator": "platform"}
    kind = {"product": "cash-12", "product_kind": "consumer", "loan_use": "consumption", "pack": "toy"}
    terms = {**kind, "parties": parties, "schedule": {**schedule, **changes}}
    return {"borrower": "b-1", "terms": terms}


@dataclass
class Front:
    """The door and a key for each role; `post` makes a fresh idempotency key unless one is given."""

    client: httpx.AsyncClient
    keys: dict[str, str]
    clock: SetClock
    who: str = "operator"
    answers: list[httpx.Response] = field(default_factory=list)

    async def get(self, path: str, who: str | None = None) -> httpx.Response:
        """Ask as that role."""
        return await self.client.get(f"/v1{path}", headers=self._headers(who))

    async def post(self, path: str, body: Any, who: str | None = None, key: str | None = None) -> httpx.Response:
        """Command as that role."""
        headers = {**self._headers(who), "Idempotency-Key": key or f"key-{next(_numbers)}"}
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    def _headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who or self.who]}"}

    async def signed(self, **changes: Any) -> str:
        """A loan offered, disclosed and signed; its id."""
        offered = (await self.post("/applications", application(**changes))).json()
        loan = str(offered["loan"])
        confirmation = {"disclosure_digest": offered["disclosure_digest"]}
        confirmed = await self.post(f"/loans/{loan}/disclosure/confirmation", confirmation)
        signed = await self.post(f"/loans/{loan}/signature", {"terms_digest": offered["terms_digest"]})
        assert (confirmed.status_code, signed.status_code) == (201, 201), signed.text
        return loan

    async def disbursed(self, **changes: Any) -> str:
        """A loan whose money is out."""
        loan = await self.signed(**changes)
        paid_out = await self.post(
            f"/loans/{loan}/disbursements", {"amount": changes.get("principal", "12000.00"), "currency": "CNY"}
        )
        assert paid_out.status_code == 201, paid_out.text
        return loan


async def people(platform: Platform) -> dict[str, str]:
    """Found the organisations, put the platform on the list of bank-a, and issue a key for each role."""
    now = platform.office.clock.now()
    for id, name, kind in ORGANISATIONS:
        await platform.door.found(Organisation(OrgId(id), name, kind), now)
    whose = {
        "viewer": ("bank-a", Role.VIEWER), "operator": ("bank-a", Role.OPERATOR), "admin": ("bank-a", Role.ADMIN),
        "facilitator": ("platform", Role.OPERATOR), "stranger": ("bank-b", Role.ADMIN),
        "examiner": ("office", Role.EXAMINER),
    }  # fmt: skip
    return {name: await platform.door.issue(OrgId(org), role, name, now) for name, (org, role) in whose.items()}


async def list_partner(front: Front) -> None:
    """The platform is on the list of bank-a."""
    partner = {
        "partner": "platform", "role": "facilitator", "licence": "备-1", "approved_by": "head_office",
        "listed_from": "2025-10-01", "published_url": "https://bank-a.example/partners",
    }  # fmt: skip
    assert (await front.post("/partners", partner, "admin")).status_code == 201


async def seal(platform: Platform) -> EvidenceHome:
    """Seal the platform's book into its evidence directory, without a witness."""
    assert platform.evidence is not None
    home = EvidenceHome.begin(platform.evidence.directory, "evidence.local/book")
    await seal_book(platform.evidence.leaves, home, lambda: datetime.now(UTC))
    return home


@contextmanager
def serving(app: FastAPI, port: int) -> Iterator[str]:
    """The application on a real socket of this machine, in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=50)) as client:
            client.get("/v1/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


__all__ = ["TODAY", "Front", "application", "build", "list_partner", "people", "seal", "serving"]
