"""A mirror: a copy of somebody's log, entry by entry, that takes nothing its sealed checkpoint does not cover.

An examiner or a notary who mirrors can still show the history when the operator no longer wants to: the operator can
stop the log, but neither lose nor withhold what was mirrored.
"""

import urllib.error
import urllib.request
from collections.abc import Callable

from hengdai.base.text import Text
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.log import Edge, grow, load_edge
from hengdai.evidence.monitor import Alarm, Concern
from hengdai.evidence.policy import Policy
from hengdai.evidence.storage import Head, LogStore
from hengdai.evidence.tiles import WIDTH, Absent, BadTile, Fetch, TileHashes, fetch_entries
from hengdai.evidence.tree import NotProven, check_growth, prove_growth

_BUNDLES = 64  # entries are taken in runs of this many bundles
_LARGEST = WIDTH * (65_535 + 2)


def over_http(url: str, timeout: float = 20.0) -> Fetch:
    """Files of a log served at `url`; a missing one raises `Absent`, no answer `OSError`."""

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{url.rstrip('/')}/{path}", timeout=timeout) as answer:
                data: bytes = answer.read(_LARGEST + 1)
        except urllib.error.HTTPError as refusal:
            if refusal.code == 404:
                raise Absent(path) from None
            raise
        return data

    return fetch


class Mirror:
    """Keeps `store` a true copy of the log that `policy` names."""

    def __init__(self, store: LogStore, policy: Policy) -> None:
        self._store = store
        self._policy = policy

    def pull(self, fetch: Fetch, told: Callable[[int], None] = lambda _: None) -> tuple[int, list[Alarm]]:
        """Take what is new and proven. Gives the size held afterwards, and alarms."""
        head = self._store.head()
        held = head.size if head else 0
        try:
            note = fetch("checkpoint")
            checkpoint, _, quorum = self._policy.open(note)
        except (Absent, ValueError) as error:  # a bad note or a bad signature is a ValueError
            return held, [
                self._alarm(Concern.UNREADABLE, "检查点不可信", f"the checkpoint cannot be believed: {error}")
            ]
        if not quorum.met:
            missing = ", ".join(quorum.missing)
            return held, [self._alarm(Concern.UNSEALED, f"未达见证人数, 缺 {missing}", f"not sealed, lacks {missing}")]
        if checkpoint.size < held:
            return held, [self._alarm(Concern.SHRUNK, "日志变短", f"it shrank from {held} to {checkpoint.size}")]
        held, alarm = self._take(head, checkpoint, fetch, told)
        if alarm is not None:
            return held, [alarm]
        self._store.publish(checkpoint.size, note)
        return held, []

    def _take(
        self, head: Head | None, checkpoint: Checkpoint, fetch: Fetch, told: Callable[[int], None]
    ) -> tuple[int, Alarm | None]:
        """Grow from what is held to the checkpoint, run by run; each is committed once it is proven to lead there."""
        edge = load_edge(head, self._store)
        while True:
            try:
                _leads_to(edge, checkpoint, fetch)
                if edge.size == checkpoint.size:
                    return edge.size, None
                growth = grow(edge, _next_entries(edge.size, checkpoint.size, fetch))
                _leads_to(growth.edge, checkpoint, fetch)
            except (Absent, BadTile) as error:
                what = self._alarm(
                    Concern.ENTRY, f"条目缺失或损坏: {error}", f"entries are missing or damaged: {error}"
                )
                return edge.size, what
            except NotProven as error:
                return edge.size, self._alarm(
                    Concern.NO_GROWTH, f"条目与检查点不符: {error}", f"entries differ: {error}"
                )
            after = Head(growth.edge.size, growth.edge.root(), growth.edge.size)
            self._store.commit(head, after, growth.files)
            head, edge = after, growth.edge
            told(edge.size)

    def _alarm(self, concern: Concern, zh: str, en: str) -> Alarm:
        return Alarm(concern, self._policy.log.name, Text(zh, en))


def _next_entries(held: int, size: int, fetch: Fetch) -> list[bytes]:
    first = held // WIDTH
    last = min(first + _BUNDLES, -(-size // WIDTH))
    entries = [entry for index in range(first, last) for entry in fetch_entries(fetch, index, size)]
    return entries[held - first * WIDTH :]


def _leads_to(edge: Edge, checkpoint: Checkpoint, fetch: Fetch) -> None:
    """Raise `NotProven` unless the tree of `edge` grows into the sealed one; proven by its own tiles."""
    proof = prove_growth(edge.size, checkpoint.size, TileHashes(checkpoint.size, fetch))
    check_growth(edge.size, edge.root(), checkpoint.size, checkpoint.root, proof)
