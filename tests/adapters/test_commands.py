"""One effect for each idempotency key, and the same bytes for ever, against a real database under real contention."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.ids import TimeOrderedIds
from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.adapters.postgres.tables import account_balance
from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Status, Turned, run
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.identity import OrgId

pytestmark = pytest.mark.asyncio

ACTOR = Actor(OrgId("bank"), Role.OPERATOR)


def office(store: PostgresStore) -> Office:
    return Office(store, SetClock(date(2026, 1, 31)), TimeOrderedIds(), FolderShelf(), FileVault(Path("nowhere")))


async def add(work: Work, amount: int) -> Mapping[str, object]:
    """Adds to an account and answers a fresh id, so that a second effect or a second answer would show."""
    adding = insert(account_balance).values(
        org=work.actor.org, account="a", currency="CNY", via=work.actor.org, stripe=0, balance=amount
    )
    more = account_balance.c.balance + amount
    keys = list(account_balance.primary_key.columns)
    await work.connection.execute(adding.on_conflict_do_update(index_elements=keys, set_={"balance": more}))  # type: ignore[attr-defined]
    return {"id": TimeOrderedIds().next(), "amount": amount}


async def call(
    store: PostgresStore, key: str, amount: int = 5, *, actor: Actor = ACTOR, route: str = "add", refuse: bool = False
) -> Outcome:
    async def verb(work: Work) -> Mapping[str, object]:
        done = await add(work, amount)
        if refuse:
            raise Declined(No.because(Turned.NOT_FOUND, what="x"))
        return done

    return await run(office(store), Call(actor, route, key, {"amount": amount}), verb)


async def balance(store: PostgresStore, actor: Actor = ACTOR) -> int:
    async with store.begin(actor) as work:
        rows = await work.rows("balances", org=actor.org)
    return sum(int(str(row["balance"])) for row in rows)


async def test_fifty_parallel_equal_requests_make_one_effect_and_fifty_equal_answers(store: PostgresStore) -> None:
    outcomes = await asyncio.gather(*(call(store, "k") for _ in range(50)))
    assert await balance(store) == 5
    assert len({outcome.body for outcome in outcomes}) == 1
    assert sorted(outcome.status for outcome in outcomes) == [Status.DONE] + [Status.REPLAYED] * 49


async def test_fifty_parallel_different_requests_on_one_account_all_count(store: PostgresStore) -> None:
    outcomes = await asyncio.gather(*(call(store, f"k{n}", n) for n in range(1, 51)))
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert await balance(store) == 50 * 51 // 2


@pytest.mark.parametrize(("amount", "route"), [(6, "add"), (5, "another")])
async def test_a_key_used_for_another_request_is_refused(store: PostgresStore, amount: int, route: str) -> None:
    await call(store, "k")
    second = await call(store, "k", amount, route=route)
    assert second.status is Status.REFUSED
    assert second.refusal is not None and second.refusal.code == "KEY_REUSED"
    assert await balance(store) == 5


async def test_a_refused_call_leaves_nothing_and_does_not_burn_its_key(store: PostgresStore) -> None:
    first = await call(store, "k", refuse=True)
    assert first.status is Status.REFUSED
    assert await balance(store) == 0
    assert (await call(store, "k")).status is Status.DONE
    assert (await call(store, "k", 7)).refusal is not None


async def test_a_call_that_breaks_leaves_nothing_and_does_not_burn_its_key(store: PostgresStore) -> None:
    async def broken(work: Work) -> Mapping[str, object]:
        await add(work, 5)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await run(office(store), Call(ACTOR, "add", "k", {"amount": 5}), broken)
    assert await balance(store) == 0
    assert (await call(store, "k")).status is Status.DONE


async def test_equal_keys_of_two_organisations_are_two_keys(store: PostgresStore) -> None:
    other = Actor(OrgId("other"), Role.OPERATOR)
    assert (await call(store, "k")).status is Status.DONE
    assert (await call(store, "k", actor=other)).status is Status.DONE
    assert (await balance(store), await balance(store, other)) == (5, 5)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EXAMINER])
async def test_a_role_that_only_reads_commands_nothing(store: PostgresStore, role: Role) -> None:
    outcome = await call(store, "k", actor=Actor(OrgId("bank"), role))
    assert outcome.refusal is not None and outcome.refusal.code == "FORBIDDEN"


@pytest.mark.parametrize("key", ["", "x" * 201, "line\nbreak"])
async def test_a_key_that_is_none_is_refused(store: PostgresStore, key: str) -> None:
    outcome = await call(store, key)
    assert outcome.refusal is not None and outcome.refusal.code == "KEY_MISSING"
