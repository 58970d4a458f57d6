"""One application to an offer with its verdicts, and reading an old loan: `python benchmarks/online.py`.

Reach: offer p99 within 20 ms without the database and 60 ms with it; a loan with 1,000 transactions read within
100 ms; a payment recorded late on a five-year loan derived again within 50 ms, the database not counted.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hengdai.adapters.clock import SetClock
from hengdai.adapters.ids import TimeOrderedIds
from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import open_server
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.actor import Actor, Role
from hengdai.app.admit_partner import admit_partner
from hengdai.app.change import LoanCall
from hengdai.app.command import Outcome, Status
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.derive import Happening, derive
from hengdai.app.disburse import disburse
from hengdai.app.judging import judged_by, status_of
from hengdai.app.live_law import LiveLaw
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.ports import Office
from hengdai.app.sign import sign
from hengdai.base.identity import EventId, LoanId, OrgId, ProductCode
from hengdai.base.money import CNY, Money
from hengdai.entry.wiring import Settings
from hengdai.law.judge import Days
from hengdai.law.kinds import Stage
from hengdai.loan.commands import Offer
from hengdai.loan.decide import decide
from hengdai.loan.entries import correction, journal
from hengdai.loan.events import Event, Paid
from hengdai.loan.fold import fold
from hengdai.maths.terms import CALCULATOR, Method, ScheduleTerms
from hengdai.partner.listing import Approval, Listing
from hengdai.product.cost import quote
from hengdai.product.disclosure import disclosure
from hengdai.product.facts import law_facts
from hengdai.product.terms import Component, Intent, LateTerms, Parties, PayeeRole, PrepaymentTerms, Terms

BANK, PLAT = OrgId("bank"), OrgId("plat")
DAY = date(2026, 1, 5)
ACTOR = Actor(BANK, Role.ADMIN)
LISTING = Listing(BANK, PLAT, PayeeRole.FACILITATOR, "-", Approval.HEAD_OFFICE, DAY, None, "https://bank.example/list")


def terms(number: int, count: int = 12) -> Terms:
    """Terms that no other application has, so that nothing remembered helps."""
    plan = ScheduleTerms(1_000_000 + number, 12_000_000, Method.EQUAL_INSTALMENT, count, DAY)
    return Terms(
        ProductCode("p"), "CNY", plan, Parties(BANK, "bank", PLAT), (), LateTerms(), PrepaymentTerms(),
        (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL), "consumption", "consumer",
        "toy", "", CALCULATOR,
    )  # fmt: skip


def told(what: str, taken: list[float], reach: float) -> None:
    """One line: median, p99, what it should reach."""
    ordered = sorted(taken)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    median = statistics.median(taken)
    print(f"{what}: median {median * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms (reach {reach:.0f} ms), n {len(taken)}")


def done(outcome: Outcome) -> dict[str, str]:
    """The answer of a call that must succeed."""
    if outcome.status is Status.REFUSED:
        raise RuntimeError(outcome.body.decode())
    answer: dict[str, str] = json.loads(outcome.body)
    return answer


async def timed(count: int, work: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds of each of `count` calls, after twenty that warm up."""
    taken = []
    for number in range(-20, count):
        begun = time.perf_counter()
        await work(number)
        taken.append(time.perf_counter() - begun)
    return taken[20:]


async def without_database(office: Office, count: int) -> None:
    """Price, facts, verdicts, decision, derivation and disclosure table."""
    pack = office.packs.pack("toy")

    async def one(number: int) -> None:
        asked = replace(terms(5_000_000 + number), pack_digest=pack.digest)
        price = quote(asked)
        facts = law_facts(asked, price, status_of(asked, (LISTING,), DAY))
        said = judged_by(LiveLaw(pack), facts, stage=Stage.APPLICATION, days=Days(DAY), id="j", day=DAY)
        answer = decide(None, Offer(LoanId("l"), asked, "b"), day=DAY, today=DAY, clearance=said.clearance)
        assert isinstance(answer, tuple)
        when = Happening(DAY, office.clock.now(), DAY)
        derive(LoanId("l"), None, answer, when, name=lambda: EventId("e"), booked=())
        disclosure(asked, price).digest()

    told("offer without database", await timed(count, one), 20)


async def with_database(office: Office, count: int) -> None:
    """The whole verb, committed."""

    async def one(number: int) -> None:
        done(await offer(office, ACTOR, f"offer-{number}", Application(terms(1_000 + number), "borrower")))

    told("offer with database", await timed(count, one), 60)


async def old_loan(office: Office, clock: SetClock) -> None:
    """A five-year loan with 1,000 payments: read, and derived again after one recorded late."""
    loan = LoanId("old")
    asked = terms(0, 60)
    answer = done(await offer(office, ACTOR, "old-1", Application(asked, "borrower", loan)))
    done(await confirm_disclosure(office, LoanCall(ACTOR, "old-2", loan), answer["disclosure_digest"]))
    done(await sign(office, LoanCall(ACTOR, "old-3", loan), answer["terms_digest"]))
    done(await disburse(office, LoanCall(ACTOR, "old-4", loan), Money(asked.schedule.principal, CNY)))
    begun = time.perf_counter()
    for number in range(1_000):
        clock.put(DAY + timedelta(days=number * 7 // 4 + 1))
        done(await pay(office, LoanCall(ACTOR, f"old-pay-{number}", loan), Money(1_200, CNY)))
    print(f"1,000 payments on one loan: {(time.perf_counter() - begun):.1f} s")

    async def read(_: int) -> None:
        async with office.store.begin(ACTOR) as work:
            await work.loan(loan)

    told("read a loan of 1,000 transactions", await timed(50, read), 100)
    async with office.store.begin(ACTOR) as work:
        record, booked = await work.loan(loan), await work.entries(BANK, loan)
    assert record is not None
    few = tuple(each for each in record.events if each.seq % 16 == 0 or each.seq <= 4)
    of_few = journal(loan, few)

    async def again(_: int) -> None:
        late = Event(EventId("late"), 2_000, DAY + timedelta(days=40), office.clock.now(), Paid(100, Intent.INSTALMENT))
        fold(loan, (*few, late))
        correction(of_few, journal(loan, (*few, late)), clock.today())

    told(f"late payment on a five-year loan ({len(few)} events), derived again", await timed(50, again), 50)

    async def all_again(_: int) -> None:
        fold(loan, record.events)
        correction(booked, journal(loan, record.events), clock.today())

    told("the same over 1,000 payments", await timed(20, all_again), 500)


async def run(dsn: str, count: int) -> None:
    """Everything, on a fresh book."""
    engine = connect(dsn)
    await migrate(engine)
    clock = SetClock(DAY)
    office = Office(PostgresStore(engine), clock, TimeOrderedIds(), FolderShelf(), Settings().vault())
    done(await admit_partner(office, ACTOR, "admit", LISTING))
    await without_database(office, count)
    await with_database(office, count)
    await old_loan(office, clock)
    await engine.dispose()


def main() -> None:
    """Print one line for each figure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=500)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        with open_server(directory) as server:
            asyncio.run(run(server.dsn, options.parse_args().count))


if __name__ == "__main__":
    main()
