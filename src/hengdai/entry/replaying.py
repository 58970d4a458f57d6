"""A replay as plain values, for every door: which answers were given again, which of them differ and where."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from hengdai.adapters.packs import FolderShelf
from hengdai.app.bundled_case import bundled_case
from hengdai.app.reperform import Answer, Kind
from hengdai.app.replay_loan import Replay, replayed
from hengdai.base.text import Text
from hengdai.evidence.bundle import Verification
from hengdai.law.pack import Pack

KINDS: Mapping[Kind, Text] = {
    Kind.PRICE: Text("综合融资成本", "all-in cost"),
    Kind.VERDICT: Text("法律判定", "judgements by the law"),
    Kind.GATE: Text("关口放行", "what each gate let through"),
    Kind.DISCLOSURE: Text("成本明示表", "disclosure table"),
    Kind.SIGNATURE: Text("签约条款", "terms signed"),
    Kind.EVENT: Text("经过", "events"),
    Kind.ENTRY: Text("凭证", "entries"),
}
_SHOWN = 20


def replay_json(replay: Replay) -> dict[str, object]:
    """The replay as JSON values: counts by kind, and every answer that is not the one given then."""
    counted = Counter(answer.kind for answer in replay.answers)
    same = Counter(answer.kind for answer in replay.answers if answer.same)
    return {
        "loan": replay.id,
        "funder": replay.org,
        "same": replay.same,
        "answers": [{"kind": kind.value, "given": counted[kind], "same": same[kind]} for kind in Kind if counted[kind]],
        "differing": [_differing(answer) for answer in replay.answers if not answer.same],
    }


def _differing(answer: Answer) -> dict[str, object]:
    places = [] if answer.failed else answer.differing()[:_SHOWN]
    return {
        "kind": answer.kind.value,
        "where": answer.where,
        "failed": answer.failed or None,
        "places": [{"path": path, "recorded": recorded, "again": again} for path, recorded, again in places],
    }


def replay_bundle(found: Verification, folders: list[Path]) -> Replay:
    """The replay of a bundle that was read, with the packs installed here and those of `folders`.

    Raises `IncompleteCase` when the file does not hold the whole loan.
    """
    case = bundled_case(found.subject, found.records)
    shelves = [FolderShelf(), *(FolderShelf(folder) for folder in folders)]
    packs: dict[str, Pack] = {}
    for shelf in shelves:
        for name in shelf.known():
            pack = shelf.pack(name)
            packs[pack.digest] = pack
    return replayed(case, packs, None, None)
