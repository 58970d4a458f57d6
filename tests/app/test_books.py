"""The book against itself: the second bookkeeper, positions and judgements made anew, the past as known then."""

import random
from datetime import date, timedelta

import asyncpg
import pytest

from hengdai.app.audit_books import audit_books
from hengdai.app.charge_off import charge_off
from hengdai.app.end_of_day import end_of_day
from hengdai.app.explain import explain
from hengdai.app.pay import pay
from hengdai.app.rebuild import rebuild
from hengdai.app.reverse_payment import reverse_payment
from hengdai.app.summary import summary
from hengdai.app.verdicts import verdicts
from hengdai.base.identity import EventId, LoanId
from hengdai.base.money import CNY, Money
from tests.app.desk import BANK, FIRST_DAY, Desk, body, yuan


async def lived(desk: Desk, days: int = 50) -> list[str]:
    """A small book with payments, a reversal, a late-recorded payment, arrears and a loss; nights closed."""
    names = [f"L{n}" for n in range(6)]
    for name in names:
        await desk.active(name)
    chance, paid = random.Random(7), {}
    for _ in range(days):
        today = desk.clock.today()
        for name in names[:4]:
            if chance.random() < 0.1:
                done = await pay(desk.office, desk.call(name), Money(chance.randint(1, 40_000), CNY))
                if done.refusal is None:
                    paid[name] = body(done)["events"][0]["id"]
        if today == FIRST_DAY + timedelta(days=40):
            body(await charge_off(desk.office, desk.call(names[5])))
            body(await pay(desk.office, desk.call(names[4], FIRST_DAY + timedelta(days=31)), yuan("500.00")))
            name, event = paid.popitem()
            body(await reverse_payment(desk.office, desk.call(name), EventId(event), "bounced"))
        await end_of_day(desk.office, desk.bank)
        desk.clock.put(today + timedelta(days=1))
    return names


async def positions(desk: Desk) -> list[dict[str, object]]:
    async with desk.store.begin(desk.bank) as work:
        return [
            {name: value for name, value in row.items() if name != "as_of"} async for row in work.every_position(BANK)
        ]


async def test_the_second_bookkeeper_agrees_with_a_book_that_has_lived(desk: Desk) -> None:
    await lived(desk)
    audit = await audit_books(desk.office, desk.bank)
    assert audit.discrepancies == ()
    assert audit.agrees and audit.loans == 6 and audit.entries > 40


async def tamper(dsn: str, *statements: str) -> None:
    """As the owner of the database, past every guard."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET session_replication_role = replica")  # switches the refusing triggers off
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE account_balance SET balance = balance + 1 WHERE account = 'cash.clearing'", "cash.clearing"),
        ("UPDATE entry SET amounts = ARRAY[amounts[1] + 1, amounts[2] - 1] WHERE cardinality(amounts) = 2", "L0"),
        ("DELETE FROM entry WHERE loan_id = 'L0'", "L0"),
        ("DELETE FROM event WHERE loan_id = 'L0' AND kind = 'disbursed'", "L0"),
        ("DELETE FROM event WHERE loan_id = 'L0'", "L0"),
        ("DELETE FROM position WHERE loan_id = 'L0'", "L0"),
        ("UPDATE position SET outstanding = outstanding - 1 WHERE loan_id = 'L0'", "L0"),
        ("UPDATE position SET state = 'closed' WHERE loan_id = 'L0'", "L0"),
        ("UPDATE plan SET left_interest[2] = 0 WHERE loan_id = 'L0'", "L0"),
    ],
)
async def test_whatever_is_tampered_with_the_second_bookkeeper_names_it(
    desk: Desk, dsn: str, statement: str, said: str
) -> None:
    await desk.active("L0")
    await desk.active("L1")
    desk.clock.put(date(2026, 1, 20))
    await end_of_day(desk.office, desk.bank)
    assert (await audit_books(desk.office, desk.bank)).agrees
    await tamper(dsn, statement)
    audit = await audit_books(desk.office, desk.bank)
    assert not audit.agrees
    assert any(said in found.where for found in audit.discrepancies)


async def test_positions_thrown_away_and_made_anew_are_the_same(desk: Desk) -> None:
    await lived(desk)
    await end_of_day(desk.office, desk.bank)
    before = await positions(desk)
    assert await rebuild(desk.office, desk.bank) == 6
    assert await positions(desk) == before
    assert (await audit_books(desk.office, desk.bank)).agrees


async def test_every_judgement_stands_when_made_again_and_a_changed_one_is_named(desk: Desk, dsn: str) -> None:
    await desk.active()
    again = await verdicts(desk.office, desk.bank, LoanId("L1"))
    assert [each.row.stage for each in again] == ["application", "signing", "disbursement"]
    assert all(each.stands for each in again)
    await tamper(
        dsn,
        "UPDATE judgement SET judgement = "
        "replace(judgement::text, '\"partner_listed\":true', '\"partner_listed\":false')::json "
        "WHERE stage = 'signing'",
    )
    changed = await verdicts(desk.office, desk.bank, LoanId("L1"))
    assert [each.row.stage for each in changed if not each.stands] == ["signing"]
    assert changed[1].differing[0] == "toy.partner-listed"


async def test_the_past_is_shown_as_it_was_known_then(desk: Desk) -> None:
    await desk.active()
    desk.clock.put(date(2026, 2, 20))
    before = desk.clock.now()
    body(await pay(desk.office, desk.call("L1", date(2026, 2, 5)), yuan("500.00")))
    now = await explain(desk.office, desk.bank, LoanId("L1"), "dpd", date(2026, 2, 20))
    then = await explain(desk.office, desk.bank, LoanId("L1"), "dpd", date(2026, 2, 20), known_until=before)
    assert now is not None and then is not None
    async with desk.store.begin(desk.bank) as work:
        old = await work.loan(LoanId("L1"), known_until=before)
        new = await work.loan(LoanId("L1"))
    assert old is not None and new is not None
    assert (old.loan.totals.repaid, new.loan.totals.repaid > 0) == (0, True)


async def test_a_payment_recorded_late_leaves_what_it_would_have_left_on_time(desk: Desk) -> None:
    await desk.active("on-time")
    await desk.active("late")
    amount = yuan("1076.19")
    desk.clock.put(date(2026, 2, 5))
    body(await pay(desk.office, desk.call("on-time"), amount))
    desk.clock.put(date(2026, 3, 10))
    body(await pay(desk.office, desk.call("on-time"), amount))
    body(await pay(desk.office, desk.call("late"), yuan("200.00")))
    body(await pay(desk.office, desk.call("late", date(2026, 2, 5)), amount))
    body(await pay(desk.office, desk.call("late"), Money(amount.minor - 20_000, CNY)))
    async with desk.store.begin(desk.bank) as work:
        one, other = [await work.loan(LoanId(name)) for name in ("on-time", "late")]
    assert one is not None and other is not None
    assert one.loan.totals.repaid == other.loan.totals.repaid
    assert one.loan.outstanding == other.loan.outstanding
    assert (await audit_books(desk.office, desk.bank)).agrees


async def test_the_summary_speaks_of_the_books_that_the_actor_sees(desk: Desk) -> None:
    await desk.active()
    mine = await summary(desk.office, desk.bank)
    assert [(row["state"], row["loans"], row["outstanding"]) for row in mine.states] == [("active", 1, 1_200_000)]
    theirs = await summary(desk.office, desk.other)
    assert (theirs.states, theirs.balances) == ([], [])
    everything = await summary(desk.office, desk.examiner)
    assert everything.states == mine.states
