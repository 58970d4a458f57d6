"""Durable work: each step once, whatever dies in between, and nobody works under a lease that is not his."""

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
from hengdai.app.jobs import Job, JobStatus, Step, run_job
from hengdai.app.journal import JobKey, Lost
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.check import Defect
from hengdai.base.identity import OrgId

pytestmark = pytest.mark.asyncio

ACTOR = Actor(OrgId("bank"), Role.OPERATOR)
KEY = JobKey(OrgId("bank"), "count", date(2026, 1, 31))


class Killed(BaseException):
    """Stands for a process that ends in the middle of a step."""


def office(store: PostgresStore) -> Office:
    return Office(store, SetClock(date(2026, 1, 31)), TimeOrderedIds(), FolderShelf(), FileVault(Path("nowhere")))


async def mark(work: Work, name: str) -> Mapping[str, object]:
    """An effect that can be counted: the balance of an account named like the step grows by one each time."""
    adding = insert(account_balance).values(org="bank", account=name, currency="CNY", via="bank", stripe=0, balance=1)
    more = account_balance.c.balance + 1
    keys = list(account_balance.primary_key.columns)
    await work.connection.execute(adding.on_conflict_do_update(index_elements=keys, set_={"balance": more}))  # type: ignore[attr-defined]
    return {"name": name}


def steps(*names: str, dies_in: str | None = None) -> list[Step]:
    def step(name: str) -> Step:
        async def work(session: Work) -> Mapping[str, object]:
            figures = await mark(session, name)
            if name == dies_in:
                raise Killed
            return figures

        return Step(name, work)

    return [step(name) for name in names]


async def effects(store: PostgresStore) -> dict[str, int]:
    async with store.begin(ACTOR) as work:
        return {str(row["account"]): int(str(row["balance"])) for row in await work.rows("balances", org="bank")}


@pytest.mark.parametrize("dies_in", ["a", "b", "c"])
async def test_a_job_killed_in_any_step_is_taken_over_and_each_effect_happens_once(
    store: PostgresStore, dies_in: str
) -> None:
    with pytest.raises(Killed):
        await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b", "c", dies_in=dies_in)), lease_seconds=0)
    report = await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b", "c")))
    assert report.status is JobStatus.DONE
    assert [step.name for step in report.steps] == ["a", "b", "c"]
    assert await effects(store) == {"a": 1, "b": 1, "c": 1}


async def test_a_finished_job_is_not_done_again(store: PostgresStore) -> None:
    first = await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b")))
    second = await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b")))
    assert (first.status, second.status) == (JobStatus.DONE, JobStatus.ALREADY_DONE)
    assert first.steps == second.steps
    assert await effects(store) == {"a": 1, "b": 1}


async def test_a_job_that_another_worker_holds_is_left_to_it(store: PostgresStore) -> None:
    with pytest.raises(Killed):
        await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b", dies_in="b")), lease_seconds=3600)
    report = await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b")))
    assert report.status is JobStatus.HELD
    assert await effects(store) == {"a": 1}


async def test_a_slow_worker_that_was_overtaken_is_fenced_and_leaves_no_trace(store: PostgresStore) -> None:
    async def slow(session: Work) -> Mapping[str, object]:
        return await mark(session, "slow")

    async def overtaken(session: Work) -> Mapping[str, object]:
        return await mark(session, "first")

    overtaking = Job(KEY, 1, [Step("first", overtaken), Step("slow", slow)])

    async def first(session: Work) -> Mapping[str, object]:
        return await mark(session, "first")

    class Pausing(PostgresStore):
        """Lets another worker take the job over between two steps."""

        count = 0

        async def transact(self, actor, function):  # type: ignore[no-untyped-def]
            self.count += 1
            if self.count == 4:
                await run_job(office(store), ACTOR, overtaking)
            return await super().transact(actor, function)

    pausing = Pausing(store._engine)
    with pytest.raises(Lost):
        await run_job(office(pausing), ACTOR, Job(KEY, 1, [Step("first", first), Step("slow", slow)]), lease_seconds=0)
    assert await effects(store) == {"first": 1, "slow": 1}


async def test_a_job_begun_by_another_version_of_the_steps_is_not_continued(store: PostgresStore) -> None:
    with pytest.raises(Killed):
        await run_job(office(store), ACTOR, Job(KEY, 1, steps("a", "b", dies_in="b")), lease_seconds=0)
    with pytest.raises(Defect, match="version"):
        await run_job(office(store), ACTOR, Job(KEY, 2, steps("a", "new", "b")), lease_seconds=0)
