"""Which law judges a book now: the text in force, what its funder switched on, and a text that runs beside it."""

import asyncio
from dataclasses import dataclass

from hengdai.app.command import Declined, No, Turned
from hengdai.app.ports import PackShelf
from hengdai.app.work import Work
from hengdai.base.identity import OrgId
from hengdai.law.errors import LawIsMissing, PackRefused
from hengdai.law.judge import NOTHING_SWITCHED_ON, Settings
from hengdai.law.pack import Pack


@dataclass(frozen=True, slots=True)
class LiveLaw:
    """The law of one jurisdiction in one funder's book. `shadow` is a text on trial, which binds nobody."""

    pack: Pack
    settings: Settings = NOTHING_SWITCHED_ON
    shadow: Pack | None = None

    @property
    def shadow_settings(self) -> Settings:
        """The funder's switches that the text on trial knows too."""
        known = frozenset() if self.shadow is None else self.shadow.known_switches
        return Settings(self.settings.switches & known)


async def live_law(packs: PackShelf, work: Work, org: OrgId, pack_id: str) -> LiveLaw:
    """The law that judges the book of `org`: the last text published there, else the one installed.

    Fails closed: raises :class:`Declined` for a jurisdiction nobody knows, a published text that is not stored or was
    altered, and a switch that the text does not know. A text on trial that cannot be had is left out: it binds nobody.
    """
    rows = await work.law_of(org, pack_id)
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
    return LiveLaw(pack, Settings(rows.switches), shadow)


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
