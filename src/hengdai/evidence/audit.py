"""Checking a whole log: every entry against its hash, every tile against the one above, the top against the root.

The work falls into runs of level-0 tiles that know nothing of each other (so several processes can share it), and one
short pass over the levels above. Each fault names the file and, where it can, the entry.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hengdai.base.text import Text
from hengdai.evidence.tiles import (
    WIDTH,
    Absent,
    BadTile,
    Fetch,
    bundle_path,
    edge_root,
    fetch_entries,
    fetch_wide,
    split_tile,
    subtree_root,
    tile_path,
    tile_width,
)
from hengdai.evidence.tree import EMPTY_ROOT, HASH_SIZE, leaf_hash


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of the log that is not as it was committed: which file, and what is wrong with it."""

    where: str
    what: Text

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of level-0 tiles gives: the root of each full tile as its entries have it, and the faults.

    `edge` are the leaf hashes of the partial tile when the run ends in it.
    """

    first: int
    roots: bytes
    edge: tuple[bytes, ...]
    faults: tuple[Fault, ...]


def audit_run(first: int, last: int, size: int, fetch: Fetch) -> Run:
    """Check the tiles `first` to `last` (excluded) of level 0 in a log of `size` against their entries."""
    roots, faults, edge = bytearray(), list[Fault](), tuple[bytes, ...]()
    for index in range(first, last):
        width = tile_width(0, index, size)
        stated = _tile(0, index, width, fetch, faults)
        leaves = _leaves(index, size, fetch, faults)
        faults.extend(_compare(index, leaves, stated))
        # What the entries say goes up; where they are gone, what the tile says.
        best = leaves or stated
        if not best:
            best = [bytes(HASH_SIZE)] * width
        if width == WIDTH:
            roots += subtree_root(best)
        else:
            edge = tuple(best)
    return Run(first, bytes(roots), edge, tuple(faults))


def audit_above(size: int, runs: Sequence[Run], fetch: Fetch) -> tuple[bytes, list[Fault]]:
    """Check the tiles of levels 1 and up; gives the root that the entries have, and all faults of runs and levels."""
    faults = [fault for run in runs for fault in run.faults]
    ordered = sorted(runs, key=lambda run: run.first)
    below = split_tile(b"".join(run.roots for run in ordered), size // WIDTH)
    edges: list[Sequence[bytes]] = [next((run.edge for run in ordered if run.edge), ())]
    level = 1
    while below:
        for index in range(-(-len(below) // WIDTH)):
            mine = below[index * WIDTH : (index + 1) * WIDTH]
            stated = _tile(level, index, len(mine), fetch, faults)
            faults.extend(_differences(level, index, mine, stated))
        full = len(below) // WIDTH
        edges.append(below[full * WIDTH :])
        below = [subtree_root(below[at * WIDTH : (at + 1) * WIDTH]) for at in range(full)]
        level += 1
    return edge_root(edges), faults


def audit(size: int, fetch: Fetch) -> tuple[bytes, list[Fault]]:
    """The whole check in one go: the root that the entries have, and every fault."""
    if size == 0:
        return EMPTY_ROOT, []
    return audit_above(size, [audit_run(0, -(-size // WIDTH), size, fetch)], fetch)


def _tile(level: int, index: int, width: int, fetch: Fetch, faults: list[Fault]) -> list[bytes]:
    full, partial = tile_path(level, index), tile_path(level, index, width)
    try:
        return split_tile(fetch_wide(fetch, full, partial, width * HASH_SIZE), width)
    except Absent:
        faults.append(Fault(partial, Text("哈希瓦片缺失", "the hash tile is missing")))
    except BadTile as error:
        faults.append(Fault(partial, Text(f"哈希瓦片长度有误: {error}", str(error))))
    return []


def _leaves(index: int, size: int, fetch: Fetch, faults: list[Fault]) -> list[bytes]:
    path = bundle_path(index, tile_width(0, index, size))
    try:
        return list(map(leaf_hash, fetch_entries(fetch, index, size)))
    except Absent:
        faults.append(Fault(path, Text("条目文件缺失", "the entry bundle is missing")))
    except BadTile as error:
        faults.append(Fault(path, Text(f"条目文件无法拆分: {error}", str(error))))
    return []


def _compare(index: int, leaves: Sequence[bytes], stated: Sequence[bytes]) -> Iterable[Fault]:
    if not leaves or not stated or leaves == stated:
        return
    for place, (found, said) in enumerate(zip(leaves, stated, strict=True)):
        if found != said:
            entry = index * WIDTH + place
            yield Fault(
                f"entry {entry}",
                Text(
                    f"条目 {entry} 与其哈希不符 ({bundle_path(index)} 或 {tile_path(0, index)} 被改动)",
                    f"the entry does not have the hash its tile states; {bundle_path(index)} or its tile was altered",
                ),
            )


def _differences(level: int, index: int, mine: Sequence[bytes], stated: Sequence[bytes]) -> Iterable[Fault]:
    for place, (found, said) in enumerate(zip(mine, stated, strict=bool(stated))):
        if found != said:
            child = tile_path(level - 1, index * WIDTH + place)
            yield Fault(
                tile_path(level, index, len(mine)),
                Text(f"第 {place} 个哈希与 {child} 不符", f"hash {place} is not the root of {child} below it"),
            )
