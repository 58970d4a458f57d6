"""Commands that do one thing in a book as one organisation: open it, call a verb, show what became of it."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Outcome
from hengdai.app.ports import Office
from hengdai.base.identity import OrgId
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import settings_of
from hengdai.entry.cli.talk import data_json, stop
from hengdai.entry.wiring import installation

T = TypeVar("T")
Key = Annotated[str | None, typer.Option("--key", help="幂等键, 缺省则生成 / idempotency key; made when left out")]


def acting(data_dir: Path | None, dsn: str | None, org: str, work: Callable[[Office, Actor], Awaitable[T]]) -> T:
    """Do `work` in the book as an admin of `org`: whoever owns the machine may."""

    async def opened() -> T:
        async with installation(settings_of(data_dir, dsn)) as platform:
            return await work(platform.office, Actor(OrgId(org), Role.ADMIN))

    return asyncio.run(opened())


def fresh(key: str | None) -> str:
    """The key that was given, or a new one."""
    return key or f"cli-{uuid.uuid4()}"


def shown(outcome: Outcome) -> None:
    """The answer as JSON on stdout; a refusal on stderr ends the command."""
    if outcome.refusal is not None:
        stop(Exit.REFUSED, outcome.refusal.text)
    data_json(json.loads(outcome.body))
