"""Which law judges a book now: the text in force, what its funder switched on, and a text that runs beside it."""

import asyncio
from dataclasses import dataclass
from datetime import date

from hengdai.app.command import Declined, No, Turned
from hengdai.app.ports import PackShelf
from hengdai.app.work import Work
from hengdai.base.identity import OrgId
from hengdai.law.errors import LawIsMissing, PackRefused
from hengdai.law.judge import NOTHING_SWITCHED_ON, Settings
from hengdai.law.pack import Pack


@dataclass(frozen=True, slots=True)
class LiveLaw:
    """The law of one jurisdiction in one funder's book.

    `shadow` is a text on trial, which binds nobody; `lender_kind` the licence that the funder said it lends by;
    `closed` the last day that its book closed, where that is seen.
    """

    pack: Pack
    settings: Settings = NOTHING_SWITCHED_ON
    shadow: Pack | None = None
    lender_kind: str | None = None
    closed: date | None = None

    def demand(self, lender_kind: str, today: date) -> None:
        """Raise :class:`Declined` for terms of another licence than the funder's, and where time has gone back."""
        if self.lender_kind not in (None, lender_kind):
            problem = f"lender_kind {lender_kind}; 该账簿为 / this book is of {self.lender_kind}"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem))
        if self.closed is not None and today < self.closed:
            problem = f"今天 {today} 早于已日终的 {self.closed} / today, {today}, is before {self.closed}, a closed day"
            raise Declined(No.because(Turned.LAW_SILENT, problem=problem))

    @property
    def shadow_settings(self) -> Settings:
        """The funder's switches that the text on trial knows too."""
        known = frozenset() if self.shadow is None else self.shadow.known_switches
        return Settings(self.settings.switches & known)


async def live_law(packs: PackShelf, work: Work, org: OrgId, pack_id: str, *, opening: bool = False) -> LiveLaw:
    """The law that judges the book of `org`: the last text published there, else the one installed.

    Fails closed: raises :class:`Declined` for a jurisdiction nobody knows, a published text that is not stored or was
    altered, and a switch that the text does not know. A book that has set or published the law of some place lends
    under no other, unless its funder is `opening` it there. A text on trial that cannot be had is left out.
    """
    rows = await work.law_of(org, pack_id)
    if rows.places and pack_id not in rows.places and not opening:
        problem = f"{pack_id}; 该账簿适用 / this book is under {', '.join(rows.places)}"
        raise Declined(No.because(Turned.LAW_SILENT, problem=problem))
    try:
        pack = packs.pack(pack_id) if rows.digest is None else await text_of(packs, work, rows.digest)
    except LawIsMissing as missing:
        raise Declined(No.because(Turned.LAW_SILENT, problem=missing)) from None
    except LookupError as unknown:
        raise Declined(No.because(Turned.UNREADABLE, problem=unknown.args[0])) from None
    strange = rows.switches - pack.known_switches
    if strange:
        problem = f"未知开关 / unknown switch {', '.join(sorted(strange))}"
        raise Declined(No.because(Turned.LAW_SILENT, problem=problem))
    shadow = None
    if rows.shadow is not None:
        try:
            shadow = await text_of(packs, work, rows.shadow)
        except LawIsMissing:
            shadow = None
    return LiveLaw(pack, Settings(rows.switches), shadow, rows.lender_kind, rows.closed)


async def text_of(packs: PackShelf, work: Work, digest: str) -> Pack:
    """The pack of that digest, from the shelf or from the book; read once in the life of a process.

    Raises :class:`LawIsMissing` when neither has it, or when what the book keeps under that digest is another text.
    """
    try:
        return packs.by_digest(digest)
    except LookupError:
        texts = await work.pack_texts(digest)
    if texts is None:
        raise LawIsMissing(digest, "未存 / not stored")
    try:
        # A large text takes some hundred milliseconds: the other requests of this process go on meanwhile.
        return await asyncio.to_thread(packs.hold, digest, texts)
    except PackRefused as refused:
        raise LawIsMissing(digest, str(refused.problems[0])) from None
