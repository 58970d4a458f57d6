"""The bundle of a loan for whoever sees that loan, or why there is none."""

from hengdai.adapters.evidence.exporter import NotSealedYet
from hengdai.app.actor import Actor
from hengdai.base.text import Text
from hengdai.entry.evidence_desk import viewer_of
from hengdai.entry.platform import Platform
from hengdai.entry.reading import Reading
from hengdai.entry.sealing import Unsealable

_MISSING = Text("没有这笔借款, 或它不属于您", "there is no such loan, or it is not yours")
_NO_DIRECTORY = Text("此服务未指定存证目录", "this server has no evidence directory")
_NOTHING = Text("尚未封存", "nothing is sealed yet")


class NoBundle(Exception):
    """There is no bundle; `missing` when there is no such loan for the actor."""

    def __init__(self, what: Text, *, missing: bool = False) -> None:
        super().__init__(str(what))
        self.text, self.missing = what, missing


async def bundle_of(platform: Platform, actor: Actor, loan_id: str) -> bytes:
    """The bundle of a loan that the actor sees; raises :class:`NoBundle`."""
    record = await Reading(platform.office, actor).loan(loan_id)
    if record is None:
        raise NoBundle(_MISSING, missing=True)
    if platform.evidence is None:
        raise NoBundle(_NO_DIRECTORY)
    try:
        made = await platform.evidence.bundle(record.org, loan_id, viewer_of(actor))
    except Unsealable as error:
        raise NoBundle(error.text) from None
    except NotSealedYet as error:
        raise NoBundle(error.what) from None
    if made is None:
        raise NoBundle(_NOTHING)
    return made
