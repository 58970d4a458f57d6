"""The night: what its set-based statements leave is exactly what the plain functions say, however it is interrupted."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.command import Declined
from hengdai.app.end_of_day import end_of_day
from hengdai.app.jobs import JobStatus
from hengdai.app.pay import pay
from hengdai.app.position import position
from hengdai.app.work import LoanRecord
from hengdai.base.identity import LoanId
from hengdai.base.money import CNY, Money
from hengdai.base.rounding import Rounding
from hengdai.loan.earn import interest_earned
from hengdai.loan.standing import Bucket, standing
from hengdai.loan.state import State
from hengdai.maths.terms import Method, ScheduleTerms
from hengdai.product.terms import Intent
from tests.app.desk import BANK, FIRST_DAY, Desk, body

PLAN = (
    "period", "period_start", "period_due", "period_interest", "unbooked",
    "overdue_principal", "overdue_interest", "overdue_fee", "first_unpaid_due", "outstanding",
)  # fmt: skip


def plan(n: int) -> ScheduleTerms:
    """Terms that differ in everything the night looks at, rounding included."""
    methods = (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_FIRST, Method.FLAT_FEE, Method.BULLET)
    flat = methods[n % 5] is Method.FLAT_FEE
    return ScheduleTerms(
        100_003 + 7_919 * n, 0 if flat else 9_000_000 + 331_000 * n, methods[n % 5], 3 + n % 4, FIRST_DAY,
        rounding=list(Rounding)[n % len(Rounding)], flat_fee_e8=500_000 if flat else 0,
    )  # fmt: skip


async def book_of(desk: Desk, loans: int) -> list[str]:
    names = [f"L{n}" for n in range(loans)]
    for n, name in enumerate(names):
        await desk.active(name, schedule=plan(n), fees=())
    return names


async def records(desk: Desk, names: list[str]) -> list[LoanRecord]:
    found = []
    async with desk.store.begin(desk.bank) as work:
        for name in names:
            record = await work.loan(LoanId(name))
            assert record is not None
            found.append(record)
    return found


async def stored(desk: Desk) -> dict[str, dict[str, Any]]:
    async with desk.store.begin(desk.bank) as work:
        return {str(row["loan_id"]): dict(row) async for row in work.every_position(BANK)}


async def live_a_day(desk: Desk, names: list[str], chance: random.Random) -> None:
    """Some borrowers pay what is due, some a part, some settle; the others do nothing."""
    today = desk.clock.today()
    for record in await records(desk, names):
        if record.loan.state is not State.ACTIVE:
            continue
        due = next((due for due in record.loan.dues if due.unpaid), None)
        if due is not None and due.due <= today and chance.random() < 0.2:
            amount = due.unpaid if chance.random() < 0.5 else max(1, due.unpaid // 2)
            body(await pay(desk.office, desk.call(record.id), Money(amount, CNY)))
        elif chance.random() < 0.01:
            more = Money(record.loan.outstanding // 2, CNY)  # refused where it is no more than what is due
            await pay(desk.office, desk.call(record.id), more, Intent.REDUCE)


async def check_day(desk: Desk, names: list[str]) -> None:
    today = desk.clock.today()
    views = await stored(desk)
    unposted = 0
    for record in await records(desk, names):
        want = position(record.loan, today)
        have = views[record.id]
        for name in PLAN:
            assert have[name] == getattr(want, name), (record.id, today, name)
        if record.loan.state is State.ACTIVE:
            assert have["bucket"] == list(Bucket).index(standing(record.loan, today).bucket)
            earned = interest_earned(record.loan, today) - record.loan.totals.interest_earned
            assert want.unposted(today) == earned, (record.id, today)
            unposted += earned
    async with desk.store.begin(desk.bank) as work:
        entries = await work.entries(BANK, LoanId(""))
    unanswered = {entry.id: entry for entry in entries if entry.reverses is None}
    for entry in entries:
        if entry.reverses is not None:
            del unanswered[entry.reverses]
    assert sum(entry.amounts[0] for entry in unanswered.values()) == unposted


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_night_leaves_what_the_plain_functions_say(desk: Desk, seed: int) -> None:
    names = await book_of(desk, 10)
    chance = random.Random(seed)
    for _ in range(75):
        await live_a_day(desk, names, chance)
        await end_of_day(desk.office, desk.bank)
        await check_day(desk, names)
        desk.clock.put(desk.clock.today() + timedelta(days=chance.choice((1, 1, 1, 2))))


async def test_missed_days_are_closed_one_after_another_and_a_closed_day_stays(desk: Desk) -> None:
    names = await book_of(desk, 3)
    await end_of_day(desk.office, desk.bank)
    desk.clock.put(FIRST_DAY + timedelta(days=40))
    reports = await end_of_day(desk.office, desk.bank)
    assert [report.key.day for report in reports] == [FIRST_DAY + timedelta(days=n) for n in range(1, 41)]
    await check_day(desk, names)
    before = await desk.balances()
    again = await end_of_day(desk.office, desk.bank)
    assert [report.status for report in again] == [JobStatus.ALREADY_DONE]
    assert await desk.balances() == before


async def test_a_day_to_come_is_not_closed(desk: Desk) -> None:
    with pytest.raises(Declined):
        await end_of_day(desk.office, desk.bank, date(2026, 12, 31))


class Killed(BaseException):
    """Stands for a process that ends."""


class Dying(PostgresStore):
    """Ends in the middle of its n-th transaction, once everything of it is written and before it is committed."""

    def __init__(self, store: PostgresStore, fatal: int) -> None:
        super().__init__(store._engine)
        self._left = fatal

    async def transact(self, actor, function):  # type: ignore[no-untyped-def]
        async def dying(work):  # type: ignore[no-untyped-def]
            done = await function(work)
            self._left -= 1
            if self._left == 0:
                raise Killed
            return done

        return await super().transact(actor, dying)


@pytest.mark.parametrize("fatal", range(1, 9))
async def test_a_night_killed_at_any_transaction_is_finished_by_another_worker_with_the_same_result(
    desk: Desk, fatal: int
) -> None:
    names = await book_of(desk, 3)
    await end_of_day(desk.office, desk.bank)
    desk.clock.put(FIRST_DAY + timedelta(days=1))
    dying = Desk(Dying(desk.store, fatal), clock=desk.clock)
    with pytest.raises(Killed):
        await end_of_day(dying.office, desk.bank, lease_seconds=0)
    reports = await end_of_day(desk.office, desk.bank)
    assert [step.name for step in reports[-1].steps] == ["begin", "roll", "arrears", "accrue", "close"]
    await check_day(desk, names)
