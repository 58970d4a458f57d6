"""Growing a log: a pure step from state and entries to new state and the files to keep, and a sequencer over a store.

The state holds the right edge: the partial entry bundle and the partial hash tile of every level. A step appends
entries, completes tiles, writes the new partial ones and yields the root. Which entries have been taken from the source
(the table of events) is part of the head, so each event becomes a leaf exactly once, in commit order, whoever crashes.

    sequencer = Sequencer(store)
    sequencer.append(Batch(entries, after=0, upto=17))
    sequencer.proof_of(12)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hengdai.base.check import check
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.keys import SignatureType, Signer
from hengdai.evidence.note import Note, sign_note
from hengdai.evidence.storage import Head, LogStore, Moved
from hengdai.evidence.tiles import (
    WIDTH,
    Absent,
    TileHashes,
    bundle_path,
    edge_root,
    fetch_wide,
    pack_entry,
    split_tile,
    subtree_root,
    tile_path,
    tile_width,
    unpack_bundle,
)
from hengdai.evidence.tree import EMPTY_ROOT, HASH_SIZE, leaf_hash, prove_growth, prove_inclusion


class StaleSource(Exception):
    """The batch does not follow what the log has taken: it was taken already, or something before it was not."""


class DamagedLog(Exception):
    """The right edge on the disk does not give the committed root; nothing is appended to such a log."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of the source's positions (`after`, `upto`], in commit order. Positions without an entry are allowed."""

    entries: Sequence[bytes]
    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a log of `size`: packed entries of the partial bundle, hashes of the partial tile per level."""

    size: int
    bundle: bytes
    tails: tuple[tuple[bytes, ...], ...]

    def root(self) -> bytes:
        """The root of the tree."""
        return edge_root(self.tails)


EMPTY_EDGE = Edge(0, b"", ())


@dataclass(frozen=True, slots=True)
class Growth:
    """What a step gives: the new edge, and every file that is new or has grown."""

    edge: Edge
    files: dict[str, bytes]


def grow(edge: Edge, entries: Sequence[bytes]) -> Growth:
    """Append `entries`; one longer than 65,535 bytes raises `EntryTooLong` and nothing is appended."""
    files: dict[str, bytes] = {}
    tails = [list(tail) for tail in edge.tails] or [[]]
    packed, size, at = [edge.bundle], edge.size, 0
    while at < len(entries):
        some = entries[at : at + WIDTH - len(tails[0])]
        packed.extend(map(pack_entry, some))
        tails[0].extend(map(leaf_hash, some))
        at, size = at + len(some), size + len(some)
        if len(tails[0]) == WIDTH:
            files[bundle_path(size // WIDTH - 1)] = b"".join(packed)
            packed = []
            _carry(tails, size, files)
    bundle = b"".join(packed)
    if entries:
        _partial(tails, size, bundle, files)
    return Growth(Edge(size, bundle, tuple(tuple(tail) for tail in tails)), files)


def load_edge(head: Head | None, store: LogStore) -> Edge:
    """The edge of what is committed, read back from the partial files and checked against the committed root."""
    if head is None or head.size == 0:
        return EMPTY_EDGE
    size, tails = head.size, []
    level = 0
    while size >> 8 * level:
        width = (size >> 8 * level) % WIDTH
        index = (size >> 8 * level) // WIDTH
        paths = tile_path(level, index), tile_path(level, index, width or WIDTH)
        data = fetch_wide(store.read, *paths, width * HASH_SIZE) if width else b""
        tails.append(tuple(split_tile(data, width)))
        level += 1
    edge = Edge(size, _partial_bundle(size, store), tuple(tails))
    if edge.root() != head.root:
        raise DamagedLog(f"存证日志已损坏 / the tiles of size {size} do not give the committed root; run fsck")
    return edge


class Sequencer:
    """Appends to one log. Several may run on one store: the head moves by compare-and-set and the loser reads again."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._head = store.head()
        self._edge = load_edge(self._head, store)

    @property
    def head(self) -> Head:
        """What this sequencer last saw committed."""
        return self._head or Head(0, EMPTY_ROOT, 0)

    def refresh(self) -> Head:
        """Read the committed head again, whoever moved it."""
        head = self._store.head()
        if head != self._head:
            self._edge = load_edge(head, self._store)
            self._head = head
        return self.head

    def append(self, batch: Batch) -> range:
        """Commit the batch durably and give the indexes of its entries.

        Raises :class:`StaleSource` when the log has not taken exactly up to `batch.after`, `Moved` when another
        sequencer was faster (then nothing was appended; refresh and decide anew).
        """
        check(0 <= batch.after <= batch.upto, "a batch goes forward", after=batch.after, upto=batch.upto)
        if batch.after != self.head.taken:
            raise StaleSource(f"the log has taken up to {self.head.taken}, the batch follows {batch.after}")
        growth = grow(self._edge, batch.entries)
        after = Head(growth.edge.size, growth.edge.root(), batch.upto)
        try:
            self._store.commit(self._head, after, growth.files)
        except Moved:
            self.refresh()
            raise
        first = self._edge.size
        self._head, self._edge = after, growth.edge
        return range(first, after.size)

    def proof_of(self, index: int, size: int | None = None) -> list[bytes]:
        """The inclusion proof of entry `index` in the tree of `size` (default: all that is committed)."""
        whole = self.head.size if size is None else size
        return prove_inclusion(index, whole, TileHashes(whole, self._store.read))

    def growth_proof(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of size `new` begins with that of size `old`."""
        return prove_growth(old, new, TileHashes(new, self._store.read))


def sign_checkpoint(origin: str, head: Head, signers: Sequence[Signer], time: int) -> Note:
    """The checkpoint of `head`, signed with each signer; `time` (seconds since 1970) goes into cosignature lines only.

    Ed25519 and SM2 sign the text; ML-DSA-44 signs the structure of a cosignature.
    """
    checkpoint = Checkpoint(origin, head.size, head.root)
    plain = [signer for signer in signers if signer.key.kind in (SignatureType.ED25519, SignatureType.OTHER)]
    names = {signer.key.name for signer in plain if signer.key.kind is SignatureType.ED25519}
    check(origin in names, "a log signs with an Ed25519 key of its own name", origin=origin)
    note = sign_note(str(checkpoint), *plain)
    return note.with_lines(*(cosign(signer, checkpoint, time) for signer in signers if signer not in plain))


def _carry(tails: list[list[bytes]], size: int, files: dict[str, bytes]) -> None:
    """Write each tile that has become full and hand its root up one level."""
    for level in range(8):
        tail = tails[level]
        if len(tail) < WIDTH:
            return
        files[tile_path(level, (size >> 8 * level) // WIDTH - 1)] = b"".join(tail)
        if level + 1 == len(tails):
            tails.append([])
        tails[level + 1].append(subtree_root(tail))
        tails[level] = []


def _partial(tails: list[list[bytes]], size: int, bundle: bytes, files: dict[str, bytes]) -> None:
    """Write the partial bundle and the partial tile of every level that has one."""
    if bundle or tails[0]:
        files[bundle_path(size // WIDTH, len(tails[0]))] = bundle
    for level, tail in enumerate(tails):
        if tail:
            files[tile_path(level, (size >> 8 * level) // WIDTH, len(tail))] = b"".join(tail)


def _partial_bundle(size: int, store: LogStore) -> bytes:
    width = size % WIDTH
    if not width:
        return b""
    index = size // WIDTH
    check(tile_width(0, index, size) == width, "the last bundle holds what the others leave", size=size)
    try:
        packed = store.read(bundle_path(index, width))
        unpack_bundle(packed, width)
    except Absent:
        entries = unpack_bundle(store.read(bundle_path(index)), WIDTH)[:width]
        packed = b"".join(map(pack_entry, entries))
    return packed
