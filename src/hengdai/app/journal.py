"""The journal of durable work: its rows, and what a transaction must offer to keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hengdai.base.identity import OrgId


@dataclass(frozen=True, slots=True)
class JobKey:
    """Which work, for which day of whose book."""

    org: OrgId
    kind: str
    day: date

    @property
    def id(self) -> str:
        """The job's name within the organisation."""
        return f"{self.kind}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Hold:
    """A job held by a worker: which taking this is (`fence`), and the version of the steps it was begun with."""

    key: JobKey
    owner: str
    fence: int
    version: int
    lease_seconds: float


class Lost(Exception):
    """The job was taken over by another worker; what this transaction did is rolled back."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"任务已被接管 / job {hold.key.id} was taken over from {hold.owner} (fence {hold.fence})")


@dataclass(frozen=True, slots=True)
class StepDone:
    """A row of the journal."""

    number: int
    name: str
    figures: Mapping[str, object]


class Journal(Protocol):
    """The part of a transaction that begins, continues and finishes durable work."""

    async def take_job(self, key: JobKey, version: int, owner: str, lease_seconds: float) -> Hold | None:
        """Begin the job, or take over one whose lease ran out; None while another holds it, or it is finished."""
        ...

    async def job_finished(self, key: JobKey) -> bool:
        """Whether every step of the job is done."""
        ...

    async def steps_done(self, key: JobKey) -> tuple[StepDone, ...]:
        """The journal of the job, in order."""
        ...

    async def keep_job(self, hold: Hold) -> None:
        """Renew the lease and hold the job until the transaction ends; raises :class:`Lost` for a former owner."""
        ...

    async def step_done(self, hold: Hold, number: int, name: str, figures: Mapping[str, object]) -> None:
        """Write the journal row of a step, beside the step's effects."""
        ...

    async def finish_job(self, hold: Hold) -> None:
        """Mark the job finished; raises :class:`Lost` for a former owner."""
        ...
