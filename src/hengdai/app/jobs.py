"""Durable work: a named list of steps, each done once, whatever dies in between.

The journal stands in the same database as the effects. A worker holds a job by a lease; when it dies,
another takes the job over at the first step that is not in the journal. The fence counts the takings:
a worker that was slow rather than dead finds a newer fence and is rolled back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hengdai.app.actor import Actor
from hengdai.app.journal import Hold, JobKey, StepDone
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.check import check

LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """A named piece of work within one transaction; its figures are kept in the journal (canonical JSON values)."""

    name: str
    work: Callable[[Work], Awaitable[Mapping[str, object]]]


class JobStatus(StrEnum):
    """What became of running a job."""

    DONE = "done"
    ALREADY_DONE = "already_done"
    HELD = "held"
    """Another worker holds it."""


@dataclass(frozen=True, slots=True)
class JobReport:
    """What became of a job, and its journal."""

    key: JobKey
    status: JobStatus
    steps: tuple[StepDone, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A key, the version of its list of steps (a job begun by another version is not continued), and the steps."""

    key: JobKey
    version: int
    steps: Sequence[Step]


async def run_job(office: Office, actor: Actor, job: Job, lease_seconds: float = LEASE_SECONDS) -> JobReport:
    """Do the steps that are not in the journal yet. Raises :class:`Lost` when another worker took over meanwhile."""
    owner = office.ids.next()
    key = job.key

    async def take(work: Work) -> Hold | None:
        return await work.take_job(key, job.version, owner, lease_seconds)

    async def journal(work: Work) -> tuple[StepDone, ...]:
        return await work.steps_done(key)

    hold = await office.store.transact(actor, take)
    if hold is None:
        finished = await office.store.transact(actor, lambda work: work.job_finished(key))
        status = JobStatus.ALREADY_DONE if finished else JobStatus.HELD
        return JobReport(key, status, await office.store.transact(actor, journal))
    done = await office.store.transact(actor, journal)
    _same_steps(job, hold, done)
    for number in range(len(done), len(job.steps)):
        await office.store.transact(actor, _doing(hold, number, job.steps[number]))
        await asyncio.sleep(0)
    await office.store.transact(actor, lambda work: work.finish_job(hold))
    return JobReport(key, JobStatus.DONE, await office.store.transact(actor, journal))


def _doing(hold: Hold, number: int, step: Step) -> Callable[[Work], Awaitable[None]]:
    async def do(work: Work) -> None:
        await work.keep_job(hold)
        figures = await step.work(work)
        await work.step_done(hold, number, step.name, figures)

    return do


def _same_steps(job: Job, hold: Hold, done: tuple[StepDone, ...]) -> None:
    check(hold.version == job.version, "a job is continued by the version that began it", begun=hold.version)
    planned = [step.name for step in job.steps[: len(done)]]
    check([step.name for step in done] == planned, "the journal holds the first steps of the list", planned=planned)
