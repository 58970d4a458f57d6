"""Durable work: a job row with a lease, and a journal of its steps.

A step's journal row is written in the same transaction as its effects, so it is done once or not at all.
A worker that lost its lease is fenced: its next step finds another fence in the job row and is rolled back.
"""

from collections.abc import Mapping

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.session import Session
from hengdai.adapters.postgres.tables import job, job_step
from hengdai.app.journal import Hold, JobKey, Lost, StepDone

# Leases run by the database's clock: the only one that all workers share.
_TAKE = text("""
UPDATE job SET owner = :owner, fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => :seconds)
WHERE org = :org AND job_id = :job_id AND finished IS NULL
  AND (owner IS NULL OR owner = :owner OR lease_until < clock_timestamp())
RETURNING fence, version
""")
_KEEP = text("""
UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
WHERE org = :org AND job_id = :job_id AND owner = :owner AND fence = :fence AND finished IS NULL
""")
_FINISH = text("""
UPDATE job SET finished = clock_timestamp(), owner = NULL, lease_until = NULL
WHERE org = :org AND job_id = :job_id AND owner = :owner AND fence = :fence
""")


class Jobs(Session):
    """The part of a transaction that begins, continues and finishes durable work."""

    async def take_job(self, key: JobKey, version: int, owner: str, lease_seconds: float) -> Hold | None:
        """Begin the job, or take over one whose lease ran out; None while another holds it, or it is finished."""
        new = {"org": key.org, "job_id": key.id, "kind": key.kind, "day": key.day, "version": version, "fence": 0}
        await self.connection.execute(insert(job).values(new).on_conflict_do_nothing())
        wanted = {"org": key.org, "job_id": key.id, "owner": owner, "seconds": lease_seconds}
        row = (await self.connection.execute(_TAKE, wanted)).one_or_none()
        return None if row is None else Hold(key, owner, row.fence, row.version, lease_seconds)

    async def job_finished(self, key: JobKey) -> bool:
        """Whether every step of the job is done."""
        asked = select(job.c.finished).where(job.c.org == key.org, job.c.job_id == key.id)
        return (await self.connection.execute(asked)).scalar_one_or_none() is not None

    async def steps_done(self, key: JobKey) -> tuple[StepDone, ...]:
        """The journal of the job, in order."""
        asked = select(job_step).where(job_step.c.org == key.org, job_step.c.job_id == key.id)
        found = (await self.connection.execute(asked.order_by(job_step.c.number))).mappings()
        return tuple(StepDone(row["number"], row["name"], row["figures"]) for row in found)

    async def keep_job(self, hold: Hold) -> None:
        """Renew the lease and lock the job row until the transaction ends; raises :class:`Lost` for a former owner."""
        wanted = _of(hold) | {"seconds": hold.lease_seconds}
        if (await self.connection.execute(_KEEP, wanted)).rowcount != 1:
            raise Lost(hold)

    async def step_done(self, hold: Hold, number: int, name: str, figures: Mapping[str, object]) -> None:
        """Write the journal row of a step, beside the step's effects."""
        values = {"org": hold.key.org, "job_id": hold.key.id, "number": number, "name": name, "fence": hold.fence}
        await self.connection.execute(
            insert(job_step).values(**values, done=func.clock_timestamp(), figures=dict(figures))
        )

    async def finish_job(self, hold: Hold) -> None:
        """Mark the job finished."""
        if (await self.connection.execute(_FINISH, _of(hold))).rowcount != 1:
            raise Lost(hold)


def _of(hold: Hold) -> dict[str, object]:
    return {"org": hold.key.org, "job_id": hold.key.id, "owner": hold.owner, "fence": hold.fence}
