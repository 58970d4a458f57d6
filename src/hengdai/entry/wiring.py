"""Putting the parts together: settings from the environment, the database, the store, the clock, the law packs."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from hengdai.adapters.clock import WallClock
from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.ids import TimeOrderedIds
from hengdai.adapters.logs import configure
from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.postgres.door import Door
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.evidence_source import BookLeaves
from hengdai.adapters.postgres.server import open_server
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.ports import Clock, Office
from hengdai.entry.evidence_desk import EvidenceDesk
from hengdai.entry.keep_sealing import sealing_beside
from hengdai.entry.platform import Platform
from hengdai.evidence.sealing import Suite

CONNECTIONS = 10


def default_data_dir() -> Path:
    """HENGDAI_DATA, else `hengdai` in the user's data directory (XDG)."""
    named = os.environ.get("HENGDAI_DATA")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "hengdai"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the book is. `dsn` names a PostgreSQL (else HENGDAI_DSN, else an embedded one in `data`).

    `evidence` is the directory of its evidence; with `seal`, a process beside this one seals the book into it.
    """

    data: Path = field(default_factory=default_data_dir)
    dsn: str | None = None
    packs: Path | None = None
    evidence: Path | None = None
    seal: bool = False

    @property
    def keys(self) -> Path:
        """Where the keys of persons are: HENGDAI_KEYS, else `keys` in the data directory."""
        named = os.environ.get("HENGDAI_KEYS")
        return Path(named) if named else self.data / "keys"

    def vault(self) -> FileVault:
        """The vault of persons; what is sealed from now on is sealed by HENGDAI_CIPHER (aes-256-gcm, sm4-gcm)."""
        named = os.environ.get("HENGDAI_CIPHER") or "aes-256-gcm"
        try:
            return FileVault(self.keys, Suite[named.upper().replace("-", "_")])
        except KeyError:
            raise ValueError(f"HENGDAI_CIPHER 应为 aes-256-gcm 或 sm4-gcm / found {named!r}") from None


@asynccontextmanager
async def platform(
    dsn: str,
    *,
    packs: Path | None = None,
    clock: Clock | None = None,
    vault: FileVault | None = None,
    evidence: Path | None = None,
) -> AsyncIterator[Platform]:
    """A platform on a migrated database; its connections are closed on leaving.

    The program's log goes to standard error, as JSON lines when HENGDAI_LOG is `json`.
    """
    configure(json_lines=os.environ.get("HENGDAI_LOG") == "json")
    engine = connect(dsn, CONNECTIONS)
    store = PostgresStore(engine)
    try:
        keys = vault or Settings().vault()
        office = Office(store, clock or WallClock(), TimeOrderedIds(), FolderShelf(packs), keys)
        yield Platform(office, Door(engine), EvidenceDesk(evidence, BookLeaves(engine, keys)) if evidence else None)
    finally:
        await store.close()


@asynccontextmanager
async def installation(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Platform]:
    """The database opened (a second process on one data directory is refused), migrated, and a platform on it."""
    with open_server(settings.data, settings.dsn) as server:
        engine = connect(server.dsn, 1)
        try:
            await migrate(engine)
        finally:
            await engine.dispose()
        beside = (
            sealing_beside(settings.evidence, server.dsn, settings.keys)
            if settings.evidence and settings.seal
            else nullcontext()
        )
        async with platform(
            server.dsn, packs=settings.packs, clock=clock, vault=settings.vault(), evidence=settings.evidence
        ) as opened:
            with beside:
                yield opened


@asynccontextmanager
async def book_leaves(settings: Settings) -> AsyncIterator[BookLeaves]:
    """The leaves of the book that the settings name, migrated."""
    with open_server(settings.data, settings.dsn) as server:
        engine = connect(server.dsn, 2)
        try:
            await migrate(engine)
            yield BookLeaves(engine, settings.vault())
        finally:
            await engine.dispose()
