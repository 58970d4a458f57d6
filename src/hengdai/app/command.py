"""A command row first: the same key and payload give the same bytes, whoever asks and however often.

A key belongs to the actor's organisation, the route and the digest of the payload.
A refused or failed call records nothing, so it does not burn its key.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeVar

from hengdai.app.actor import Actor, Role
from hengdai.app.ports import Office
from hengdai.app.work import CommandRow, Work
from hengdai.base.canonical import canonical, digest
from hengdai.base.text import Text


class Status(StrEnum):
    """What became of a call."""

    DONE = "done"
    REPLAYED = "replayed"
    REFUSED = "refused"


class Turned(Enum):
    """Why a call was not even tried, in the order they are looked at."""

    FORBIDDEN = Text("角色 {role} 不得执行该操作, 需要 {needed}", "role {role} may not do this; it takes {needed}")
    KEY_MISSING = Text("缺少幂等键: 1 至 200 个可见字符", "an idempotency key of 1 to 200 visible characters is needed")
    KEY_REUSED = Text("幂等键 {key} 已用于另一请求", "idempotency key {key} was used for another request")
    NOT_FOUND = Text("未找到 {what}", "{what} was not found")
    UNREADABLE = Text("请求有误: {problem}", "the request is wrong: {problem}")
    NAMES_A_PERSON = Text(
        "借款人编号应为自编编号, 不得为证件号码或手机号",
        "a borrower goes by a reference of your own, never by an identity number or a phone",
    )
    LAW_SILENT = Text("法规未覆盖: {problem}", "the law does not reach: {problem}")
    LAW_CHANGED = Text(
        "判定之后现行法规已更换: 判定时 {judged}, 现为 {live}",
        "the law changed after this was judged: {judged} then, {live} now",
    )
    NOT_YOURS = Text("只有 {who} 可以这样做", "only {who} may do this")
    GIVEN_ONCE = Text(
        "该键的内容已交付, 不再重复; 请以新键再次请求",
        "what this key asked for was given once; ask again under a fresh key",
    )


@dataclass(frozen=True, slots=True)
class No:
    """A refusal: a code that programs read, a text that people read, and the figures in it."""

    code: str
    text: Text
    figures: Mapping[str, str]

    @classmethod
    def because(cls, turned: Turned, **figures: object) -> "No":
        """A refusal of this module, its text filled."""
        shown = {name: str(value) for name, value in figures.items()}
        return cls(turned.name, turned.value.fill(**shown), shown)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: `body` is the canonical JSON to answer; `refusal` says why when refused."""

    status: Status
    body: bytes
    refusal: No | None = None


class Declined(Exception):
    """Raised by a verb to leave its transaction: everything it recorded is rolled back."""

    def __init__(self, no: No) -> None:
        super().__init__(str(no.text))
        self.no = no


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a verb: who, which route, under which key, asking what (canonical JSON values)."""

    actor: Actor
    route: str
    key: str
    payload: Mapping[str, object]
    needs: Role = Role.OPERATOR


T = TypeVar("T")
Verb = Callable[[Work], Awaitable[Mapping[str, object]]]


async def run(office: Office, call: Call, verb: Verb) -> Outcome:
    """Do `verb` once for this key, or give the answer it had; the verb raises :class:`Declined` to refuse.

    The verb's answer is a mapping with a canonical form (RFC 8785); its bytes are kept with the command.
    """
    if not call.actor.may(call.needs):
        return refused(No.because(Turned.FORBIDDEN, role=call.actor.role, needed=call.needs))
    if not 1 <= len(call.key) <= 200 or not call.key.isprintable():
        return refused(No.because(Turned.KEY_MISSING))
    row = CommandRow(office.ids.next(), call.key, call.route, digest(call.payload), office.clock.now())

    async def once(work: Work) -> Outcome:
        if not await work.claim(row):
            return await _replayed(work, row)
        body = canonical(await verb(work))
        await work.answer(row.key, body)
        return Outcome(Status.DONE, body)

    try:
        return await office.store.transact(call.actor, once)
    except Declined as declined:
        return refused(declined.no)


async def run_giving(
    office: Office, call: Call, verb: Callable[[Work], Awaitable[tuple[Mapping[str, object], T]]]
) -> tuple[Outcome, T | None]:
    """Like :func:`run` for a verb that also gives something which is recorded nowhere, and so is given once."""
    given: list[T] = []

    async def once(work: Work) -> Mapping[str, object]:
        said, thing = await verb(work)
        given[:] = [thing]
        return said

    outcome = await run(office, call, once)
    if outcome.status is Status.REPLAYED:
        return refused(No.because(Turned.GIVEN_ONCE)), None
    return outcome, given[0] if outcome.status is Status.DONE else None


async def _replayed(work: Work, row: CommandRow) -> Outcome:
    known = await work.recorded(row.key)
    if known is None or (known.route, known.payload_digest) != (row.route, row.payload_digest):
        return refused(No.because(Turned.KEY_REUSED, key=row.key))
    return Outcome(Status.REPLAYED, known.body)


def refused(no: No) -> Outcome:
    """The outcome of a refusal, with a body that says code, text in both languages, and figures."""
    body = {"code": no.code, "zh": no.text.zh, "en": no.text.en, "figures": dict(no.figures)}
    return Outcome(Status.REFUSED, canonical(body), no)
