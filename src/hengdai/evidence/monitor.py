"""Watching a log from outside, as any party can: each checkpoint must have grown from the last one seen, entries drawn
at random must be in it, all witnesses must hold one history, and the books must be what the log says was posted.

All of it is pure: who watches fetches, draws the sample and keeps `Watch` between looks.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hengdai.base.text import Text
from hengdai.evidence.checkpoint import Checkpoint, open_checkpoint
from hengdai.evidence.note import BadNote, BadSignature
from hengdai.evidence.policy import Policy
from hengdai.evidence.seal import Prove
from hengdai.evidence.tiles import WIDTH, Absent, BadTile, Fetch, TileHashes, fetch_entries
from hengdai.evidence.tree import NotProven, check_growth, check_inclusion, leaf_hash, prove_inclusion


class Concern(StrEnum):
    """What a monitor raises an alarm about."""

    UNREADABLE = "unreadable"
    SHRUNK = "shrunk"
    NO_GROWTH = "no_growth"
    SPLIT_VIEW = "split_view"
    UNSEALED = "unsealed"
    ENTRY = "entry"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not be: what, where, and in words."""

    concern: Concern
    where: str
    text: Text


@dataclass(frozen=True, slots=True)
class Watch:
    """What the monitor knows of a log: whose word counts, and the last checkpoint it believed."""

    policy: Policy
    seen: Checkpoint | None = None


def look(watch: Watch, shown: bytes, prove: Prove) -> tuple[Watch, list[Alarm]]:
    """Judge the checkpoint that the log shows now. Only one that has grown from the last is believed from then on."""
    where = watch.policy.log.name
    try:
        checkpoint, _, quorum = watch.policy.open(shown)
    except (BadNote, BadSignature) as error:
        return watch, [Alarm(Concern.UNREADABLE, where, Text(f"检查点不可信: {error}", str(error)))]
    alarms = [] if quorum.met else [_unsealed(where, checkpoint.size, quorum.missing)]
    broken = _grown(watch.seen, checkpoint, prove)
    return (watch, [*alarms, broken]) if broken else (replace(watch, seen=checkpoint), alarms)


def compare(policy: Policy, views: Mapping[str, bytes], prove: Prove) -> list[Alarm]:
    """Compare the checkpoints that the witnesses (by name) serve: all must lie on one growing history."""
    alarms: list[Alarm] = []
    trees: list[tuple[str, Checkpoint]] = []
    for name, data in views.items():
        try:
            trees.append((name, open_checkpoint(data, policy.log)[0]))
        except (BadNote, BadSignature) as error:
            alarms.append(Alarm(Concern.UNREADABLE, name, Text(f"见证方所示检查点不可信: {error}", str(error))))
    trees.sort(key=lambda pair: pair[1].size)
    for (_, older), (name, newer) in itertools.pairwise(trees):
        broken = _grown(older, newer, prove)
        if broken:
            alarms.append(replace(broken, where=name))
    return alarms


def sample(checkpoint: Checkpoint, indexes: Iterable[int], fetch: Fetch) -> list[Alarm]:
    """Fetch the entries at `indexes` and check that each is in the tree of the believed `checkpoint`."""
    hashes = TileHashes(checkpoint.size, fetch)
    alarms = []
    for index in indexes:
        try:
            entry = fetch_entries(fetch, index // WIDTH, checkpoint.size)[index % WIDTH]
            proof = prove_inclusion(index, checkpoint.size, hashes)
            check_inclusion(index, checkpoint.size, leaf_hash(entry), proof, checkpoint.root)
        except (Absent, BadTile, NotProven, IndexError) as error:
            text = Text(f"条目 {index} 不在已封存的日志中: {error}", f"entry {index} is not in the sealed log: {error}")
            alarms.append(Alarm(Concern.ENTRY, f"{checkpoint.origin} entry {index}", text))
    return alarms


def reconcile(logged: Mapping[str, int], booked: Mapping[str, int]) -> list[Alarm]:
    """Compare balances by account (minor units): as the postings in the log add up, and as the ledger has them."""
    alarms = []
    for account in sorted({*logged, *booked}):
        found, expected = booked.get(account, 0), logged.get(account, 0)
        if found != expected:
            text = Text(
                f"账户余额 {found}, 存证合计 {expected}", f"the ledger has {found}, the log adds up to {expected}"
            )
            alarms.append(Alarm(Concern.BALANCE, account, text))
    return alarms


def _grown(older: Checkpoint | None, newer: Checkpoint, prove: Prove) -> Alarm | None:
    if older is None:
        return None
    where = newer.origin
    if newer.size < older.size:
        text = Text(f"日志由 {older.size} 缩至 {newer.size}", f"the log shrank from {older.size} to {newer.size}")
        return Alarm(Concern.SHRUNK, where, text)
    if newer.size == older.size:
        if newer.root == older.root:
            return None
        text = Text(f"同一规模 {newer.size} 出现两个树根", f"two roots for size {newer.size}")
        return Alarm(Concern.SPLIT_VIEW, where, text)
    try:
        check_growth(older.size, older.root, newer.size, newer.root, prove(older.size, newer.size))
    except (NotProven, LookupError) as error:
        text = Text(f"无法证明由 {older.size} 增长而来: {error}", f"it did not grow from size {older.size}: {error}")
        return Alarm(Concern.NO_GROWTH, where, text)
    return None


def _unsealed(where: str, size: int, missing: Sequence[str]) -> Alarm:
    names = ", ".join(missing)
    return Alarm(Concern.UNSEALED, where, Text(f"规模 {size} 未达见证人数, 缺 {names}", f"size {size} lacks {names}"))
