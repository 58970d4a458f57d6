"""What the verbs need of the world: a clock, ids, law packs and a store. Each port states its duties."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from hengdai.app.actor import Actor
from hengdai.app.work import Work
from hengdai.law.pack import Pack

T = TypeVar("T")


class Clock(Protocol):
    """The business date and the instant. The only source of both; a test or a replay sets its own."""

    def today(self) -> date:
        """The business date; it never goes back."""
        ...

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        ...


class Ids(Protocol):
    """New names of things."""

    def next(self) -> str:
        """A UUIDv7 (RFC 9562 §5.7) as text; later ones sort after earlier ones of the same process."""
        ...


class PackShelf(Protocol):
    """The law packs that this installation can judge by."""

    def known(self) -> tuple[str, ...]:
        """The jurisdictions that are installed, by id."""
        ...

    def pack(self, pack_id: str) -> Pack:
        """The installed text of that jurisdiction; an unknown one raises `LookupError` naming those known."""
        ...

    def by_digest(self, digest: str) -> Pack:
        """The pack of that digest; `LookupError` when this installation does not hold that text."""
        ...

    def hold(self, digest: str, texts: Mapping[str, str]) -> Pack:
        """Read texts that the book keeps under that digest, and hold them for the life of the process.

        Texts of another digest raise :class:`hengdai.law.errors.LawIsMissing`, texts that are no pack `PackRefused`.
        """
        ...

    def texts(self, digest: str) -> dict[str, str]:
        """File name to text of the pack of that digest, to be stored beside the first judgement made by it."""
        ...


class Store(Protocol):
    """The book. Everything that changes goes through :meth:`transact`; nothing else commits."""

    async def transact(self, actor: Actor, function: Callable[[Work], Awaitable[T]]) -> T:
        """Run `function` in one transaction as `actor` and commit; an exception rolls everything back.

        The function may run more than once (serialisation failure, deadlock, two writers on one loan),
        so it must do nothing but ask and record through the `Work` it is given.
        """
        ...

    def begin(self, actor: Actor) -> AbstractAsyncContextManager[Work]:
        """One read-only transaction that sees one state of the book; a write in it is refused by the database."""
        ...


class Vault(Protocol):
    """The keys of persons, one each, kept by an organisation outside the database and its backups.

    Sealing changes nothing and may be done again. A person without a key who was not erased raises `CannotOpen`.
    """

    def enrol(self, org: str, person: str) -> None:
        """Give the person a key if she has none; raises `CannotOpen` for one who was erased."""
        ...

    def seal(self, org: str, person: str, place: str, plain: bytes) -> bytes | None:
        """`plain` under the person's key, to be opened at `place` alone; None for one who was erased."""
        ...

    def open(self, org: str, person: str, place: str, sealed: bytes) -> bytes | None:
        """What was sealed at `place`; None for one who was erased. Changed bytes raise `CannotOpen`."""
        ...

    def digest(self, org: str, person: str, content: bytes) -> str:
        """A digest under the person's key (hex), which nobody can find by trying; `CannotOpen` for one erased."""
        ...

    def erase(self, org: str, person: str) -> None:
        """Destroy the person's key for good. Done before, it is done again without harm."""
        ...

    def rotate(self, org: str, erased: Iterable[str]) -> int:
        """Wrap the keys of all but the `erased` anew and destroy the old organisation key; how many were wrapped."""
        ...

    def watermark_key(self, org: str) -> bytes:
        """The organisation's key for watermarks (32 bytes)."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """Everything a verb works with; built once by whoever starts the process."""

    store: Store
    clock: Clock
    ids: Ids
    packs: PackShelf
    vault: Vault
