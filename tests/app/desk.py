"""A small office for tests: a funder, a facilitator on its list, a guarantor, and a loan led as far as a test needs."""

import itertools
import json
import tempfile
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.ids import TimeOrderedIds
from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.actor import Actor, Role
from hengdai.app.admit_partner import admit_partner
from hengdai.app.change import LoanCall
from hengdai.app.command import Outcome, Status
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.offer import Application, offer
from hengdai.app.ports import Office
from hengdai.app.sign import sign
from hengdai.base.identity import LoanId, OrgId, ProductCode
from hengdai.base.money import CNY, Money
from hengdai.maths.terms import CALCULATOR, Method, ScheduleTerms
from hengdai.partner.listing import Approval, Listing
from hengdai.product.terms import (
    Component,
    Fee,
    FeeTiming,
    LateTerms,
    Parties,
    PayeeRole,
    PrepaymentTerms,
    Terms,
)

BANK, PLAT, GUAR, OTHER = (OrgId(name) for name in ("bank", "plat", "guar", "other"))
BANKER, PLATFORM = Actor(BANK, Role.ADMIN), Actor(PLAT, Role.OPERATOR)
STRANGER, EXAMINER = Actor(OTHER, Role.ADMIN), Actor(OrgId("examiner"), Role.EXAMINER)
FIRST_DAY = date(2026, 1, 5)
SHELF = FolderShelf()


def terms(**changed: Any) -> Terms:
    """A year's loan of 12,000.00 at 12 % with a monthly guarantee fee of 10.00; `changed` replaces fields."""
    plan = ScheduleTerms(1_200_000, 12_000_000, Method.EQUAL_INSTALMENT, 12, FIRST_DAY)
    fee = Fee("guarantee_fee", GUAR, PayeeRole.GUARANTOR, FeeTiming.EACH_INSTALMENT, 1_000)
    usual = Terms(
        product=ProductCode("year-loan"),
        currency="CNY",
        schedule=plan,
        parties=Parties(BANK, "bank", PLAT, GUAR),
        fees=(fee,),
        late=LateTerms(),
        prepayment=PrepaymentTerms(),
        allocation=(Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL),
        loan_use="consumption",
        product_kind="consumer",
        pack="toy",
        pack_digest="",
        calculator=CALCULATOR,
    )
    return replace(usual, **changed)


def yuan(text: str) -> Money:
    return Money.parse(text, CNY)


def body(outcome: Outcome) -> dict[str, Any]:
    """The answer, which must have been done."""
    assert outcome.status in (Status.DONE, Status.REPLAYED), outcome.refusal
    answer: dict[str, Any] = json.loads(outcome.body)
    return answer


def code(outcome: Outcome) -> str:
    """The code of a refusal, which it must have been."""
    assert outcome.refusal is not None, outcome.body
    return outcome.refusal.code


@dataclass
class Desk:
    """An office on a fresh book, with the actors of the tests."""

    store: PostgresStore
    clock: SetClock = field(default_factory=lambda: SetClock(FIRST_DAY))
    keys: Any = field(default_factory=lambda: (f"key-{n}" for n in itertools.count(1)))
    vault: FileVault = field(default_factory=lambda: FileVault(Path(tempfile.mkdtemp(prefix="hengdai-test-"))))
    bank: Actor = BANKER
    plat: Actor = PLATFORM
    other: Actor = STRANGER
    examiner: Actor = EXAMINER

    def __post_init__(self) -> None:
        self.office = Office(self.store, self.clock, TimeOrderedIds(), SHELF, self.vault)

    def key(self) -> str:
        return str(next(self.keys))

    def call(self, loan: str, day: date | None = None, actor: Actor | None = None) -> LoanCall:
        """A call of the funder about that loan under a fresh key."""
        return LoanCall(actor or self.bank, self.key(), LoanId(loan), day)

    async def admit(self, partner: OrgId, role: PayeeRole, until: date | None = None) -> None:
        listing = Listing(
            BANK, partner, role, "licence", Approval.HEAD_OFFICE, date(2025, 1, 1), until, "https://bank.example/list"
        )
        body(await admit_partner(self.office, self.bank, self.key(), listing))

    async def admit_partners(self) -> None:
        """Put the facilitator and the guarantor on the list."""
        await self.admit(PLAT, PayeeRole.FACILITATOR)
        await self.admit(GUAR, PayeeRole.GUARANTOR)

    async def offered(self, loan: str = "L1", **changed: Any) -> dict[str, Any]:
        """Apply; the answer."""
        application = Application(terms(**changed), "borrower-1", LoanId(loan))
        return body(await offer(self.office, self.bank, self.key(), application))

    async def active(self, loan: str = "L1", **changed: Any) -> dict[str, Any]:
        """A loan that was offered, disclosed, signed and paid out in full today; the offer's answer."""
        answer = await self.offered(loan, **changed)
        body(await confirm_disclosure(self.office, self.call(loan), answer["disclosure_digest"]))
        body(await sign(self.office, self.call(loan), answer["terms_digest"]))
        amount = terms(**changed).schedule.principal
        body(await disburse(self.office, self.call(loan), Money(amount, CNY)))
        return answer

    async def balances(self, org: OrgId = BANK) -> dict[str, int]:
        """The balance of every account of the book, zeros left out."""
        async with self.store.begin(Actor(org, Role.VIEWER)) as work:
            rows = await work.rows("balances", org=org)
        return {str(row["account"]): int(str(row["balance"])) for row in rows if row["balance"]}
