"""A log as static files: hash tiles and entry bundles of C2SP tlog-tiles.

A hash tile at level L and index N holds up to 256 hashes: its i-th is the hash of the 2**(8 L) entries from
(256 N + i) * 2**(8 L) on. A tile with fewer than 256 is partial and carries its width in its path. An entry bundle
is the tile's counterpart on level 0: up to 256 entries, each a uint16 big-endian length and its bytes.

    tile/0/x001/x234/067         full      tile/1/000.p/44          partial, 44 hashes
    tile/entries/x001/x234/067   full      tile/entries/000.p/44    partial, 44 entries
"""

from collections.abc import Callable, Iterator, Sequence

from hengdai.base.check import check
from hengdai.evidence.tree import HASH_SIZE, fold_peaks, node_hash

WIDTH = 256
MAX_ENTRY = 65_535  # the length of an entry is a uint16

Fetch = Callable[[str], bytes]


class BadTile(ValueError):
    """A tile or bundle has the wrong shape; the message says which and how."""


class Absent(LookupError):
    """The storage holds no such file. A `Fetch` raises it, so that a partial tile can be looked for in the full one."""


class EntryTooLong(ValueError):
    """An entry exceeds 65,535 bytes. Larger payloads stand beside the log and are named by hash."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Where the hash tile of `level` (0..5) and `index` lies."""
    check(0 <= level < 8, "tile levels run from 0 to 7", level=level)
    return f"tile/{level}/{_numbered(index, width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """Where the entry bundle of `index` lies."""
    return f"tile/entries/{_numbered(index, width)}"


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes that tile has in a tree of `size`: 0 (none) to 256 (full)."""
    return max(0, min(WIDTH, (size >> 8 * level) - index * WIDTH))


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Every hash tile of a tree of `size` as (level, index, width), lowest level first."""
    level = 0
    while size >> 8 * level:
        for index in range(-(-(size >> 8 * level) // WIDTH)):
            yield level, index, tile_width(level, index, size)
        level += 1


def pack_entry(entry: bytes) -> bytes:
    """The entry as it stands in a bundle; longer than 65,535 bytes raises :class:`EntryTooLong`."""
    if len(entry) > MAX_ENTRY:
        raise EntryTooLong(
            f"条目过长 / an entry has at most {MAX_ENTRY} bytes, found {len(entry)}; store it apart, log its hash"
        )
    return len(entry).to_bytes(2, "big") + entry


def unpack_bundle(bundle: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle; anything missing or left over raises :class:`BadTile`."""
    entries: list[bytes] = []
    at, end = 0, len(bundle)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        entries.append(bundle[start:at])
    if at != end or len(entries) != width:
        raise BadTile(f"entry bundle holds {len(entries)} entries and ends at byte {at} of {end}; expected {width}")
    return entries


def split_tile(tile: bytes, width: int) -> list[bytes]:
    """The `width` hashes of a tile; another length raises :class:`BadTile`."""
    if len(tile) != width * HASH_SIZE:
        raise BadTile(f"hash tile has {len(tile)} bytes; {width} hashes take {width * HASH_SIZE}")
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The hash over a complete subtree: the number of hashes must be a power of two."""
    check(len(hashes).bit_count() == 1, "a complete subtree has a power of two of hashes", count=len(hashes))
    row = hashes
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def edge_root(tails: Sequence[Sequence[bytes]]) -> bytes:
    """The root of a tree from the hashes of its partial tile on each level, lowest level first."""
    found: list[bytes] = []
    for tail in reversed(tails):
        start = 0
        while start < len(tail):
            width = 1 << (len(tail) - start).bit_length() - 1
            found.append(subtree_root(tail[start : start + width]))
            start += width
    return fold_peaks(found)


class TileHashes:
    """The `ReadHash` of a log of `size` whose files `fetch` gives. Tiles are kept once read.

    A partial tile that is gone because the full one replaced it is read from the full one. What `fetch` raises passes
    through. The hashes are as trustworthy as the files: a proof made from them is to be checked against a signed root.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self._size = size
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the 2**level entries from index * 2**level on."""
        tile_level, within = divmod(level, 8)
        first = index << within
        hashes = self._tile(tile_level, first // WIDTH)
        start = first % WIDTH
        row = hashes[start : start + (1 << within)]
        check(len(row) == 1 << within, "a complete subtree lies inside the log", level=level, index=index)
        return subtree_root(row)

    def _tile(self, level: int, index: int) -> list[bytes]:
        known = self._tiles.get((level, index))
        if known is None:
            width = tile_width(level, index, self._size)
            data = fetch_wide(self._fetch, tile_path(level, index), tile_path(level, index, width), width * HASH_SIZE)
            known = self._tiles[level, index] = split_tile(data, width)
        return known


def fetch_wide(fetch: Fetch, full: str, partial: str, length: int) -> bytes:
    """The partial file, or the beginning of the full one that has replaced it (tlog-tiles, "partial tiles")."""
    if partial == full:
        return fetch(full)
    try:
        return fetch(partial)
    except Absent:
        return fetch(full)[:length]


def fetch_entries(fetch: Fetch, index: int, size: int) -> list[bytes]:
    """The entries of bundle `index` in a log of `size`."""
    width = tile_width(0, index, size)
    try:
        return unpack_bundle(fetch(bundle_path(index, width)), width)
    except Absent:
        if width == WIDTH:
            raise
        return unpack_bundle(fetch(bundle_path(index)), WIDTH)[:width]


def _numbered(index: int, width: int) -> str:
    check(index >= 0 and 1 <= width <= WIDTH, "a tile has an index and 1 to 256 items", index=index, width=width)
    groups = []
    rest = index
    while True:
        rest, group = divmod(rest, 1000)
        groups.append(f"{group:03d}")
        if not rest:
            break
    path = "/".join([f"x{group}" for group in reversed(groups[1:])] + [groups[0]])
    return path if width == WIDTH else f"{path}.p/{width}"
