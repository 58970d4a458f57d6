"""The log grows by pure steps; tiles lie where the specification says; other people's logs are read."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.base.check import Defect
from hengdai.evidence.checkpoint import open_checkpoint
from hengdai.evidence.conformance import prove_storage
from hengdai.evidence.keys import VerifierKey
from hengdai.evidence.log import EMPTY_EDGE, Batch, DamagedLog, Sequencer, StaleSource, grow, load_edge
from hengdai.evidence.storage import Head, Moved
from hengdai.evidence.tiles import (
    MAX_ENTRY,
    BadTile,
    EntryTooLong,
    TileHashes,
    bundle_path,
    fetch_entries,
    pack_entry,
    split_tile,
    tile_path,
    tiles_of,
    unpack_bundle,
)
from hengdai.evidence.tree import EMPTY_ROOT, check_growth, check_inclusion, leaf_hash, prove_growth, root_of, tree_root
from tests.evidence.conftest import load_json


def entries(count: int, start: int = 0) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(start, start + count)]


def grown(directory: Path, *counts: int) -> Sequencer:
    sequencer = Sequencer(FileLogStore(directory))
    for count in counts:
        head = sequencer.head
        sequencer.append(Batch(entries(count, head.size), head.taken, head.taken + count))
    return sequencer


def test_the_paths_of_the_specification_hold() -> None:
    assert tile_path(0, 0) == "tile/0/000"
    assert tile_path(1, 273, 112) == "tile/1/273.p/112"
    assert bundle_path(1234067) == "tile/entries/x001/x234/067"
    assert bundle_path(1000, 1) == "tile/entries/x001/000.p/1"


def test_seventy_thousand_entries_make_the_tiles_that_the_specification_counts() -> None:
    # tlog-tiles, worked example: 273 full tiles and one of 112; one full and one of 17; one of 1.
    found: dict[int, list[int]] = {}
    for level, _, width in tiles_of(70_000):
        found.setdefault(level, []).append(width)
    assert (len(found[0]), found[0][-1]) == (274, 112)
    assert found[1] == [256, 17]
    assert found[2] == [1]


@pytest.mark.parametrize("size", range(16))
def test_the_tessera_log_reads_with_every_partial_tile(vectors: Path, size: int) -> None:
    store = FileReader(vectors / "tlog-tiles/log")
    key = VerifierKey.parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    checkpoint, _ = open_checkpoint(store(f"checkpoint.{size}"), key)
    hashes = TileHashes(size, store)
    assert tree_root(size, hashes) == checkpoint.root
    if size:
        leaves = [leaf_hash(entry) for entry in fetch_entries(store, 0, size)]
        assert root_of(leaves) == checkpoint.root
    for older in range(size + 1):
        before, _ = open_checkpoint(store(f"checkpoint.{older}"), key)
        check_growth(older, before.root, size, checkpoint.root, prove_growth(older, size, hashes))


class FileReader:
    """Files of somebody's log, read only."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, path: str) -> bytes:
        return (self._directory / path).read_bytes()


def test_the_published_log_of_300_entries_reads(vectors: Path) -> None:
    store = FileReader(vectors / "generated/log300")
    key = VerifierKey.parse(load_json(vectors / "generated/log300/vkeys.json")["log"])
    checkpoint, _ = open_checkpoint(store("checkpoint"), key)
    every = fetch_entries(store, 0, 300) + fetch_entries(store, 1, 300)
    assert root_of([leaf_hash(entry) for entry in every]) == checkpoint.root
    growth = grow(EMPTY_EDGE, every)
    assert growth.edge.root() == checkpoint.root
    for path, data in growth.files.items():
        assert data == store(path), f"our {path} differs from theirs"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=600), max_size=6))
def test_however_the_entries_are_cut_into_batches_the_tree_is_the_same(counts: list[int]) -> None:
    edge, files, size = EMPTY_EDGE, dict[str, bytes](), 0
    for count in counts:
        growth = grow(edge, entries(count, size))
        edge, size = growth.edge, size + count
        files.update(growth.files)
    leaves = [leaf_hash(entry) for entry in entries(size)]
    assert edge.root() == root_of(leaves)
    whole = grow(EMPTY_EDGE, entries(size)).files
    assert {path: files[path] for path in whole} == whole


def test_three_levels_of_tiles_hold_together() -> None:
    size = 256 * 256 + 300
    growth = grow(grow(EMPTY_EDGE, entries(65_000)).edge, entries(size - 65_000, 65_000))
    whole = grow(EMPTY_EDGE, entries(size))
    assert growth.edge == whole.edge
    hashes = TileHashes(size, whole.files.__getitem__)
    assert tree_root(size, hashes) == whole.edge.root() == root_of([leaf_hash(entry) for entry in entries(size)])
    assert {path for path in whole.files if path.startswith("tile/2")} == {"tile/2/000.p/1"}


def test_an_entry_may_have_65535_bytes_and_no_more() -> None:
    assert unpack_bundle(pack_entry(b"x" * MAX_ENTRY) + pack_entry(b""), 2) == [b"x" * MAX_ENTRY, b""]
    with pytest.raises(EntryTooLong, match="65535"):
        grow(EMPTY_EDGE, [b"short", b"x" * (MAX_ENTRY + 1)])


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", b"\x00\x01ab", b"\x00\x01a\x00", b""])
def test_a_bundle_that_does_not_end_where_its_entries_do_is_refused(bundle: bytes) -> None:
    with pytest.raises(BadTile):
        unpack_bundle(bundle, 1)


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(BadTile):
        split_tile(b"x" * 63, 2)


def test_the_file_store_keeps_every_duty_of_a_store(tmp_path: Path) -> None:
    places = iter(range(100))
    prove_storage(
        lambda: FileLogStore(tmp_path / str(next(places))),
        lambda store: FileLogStore(store.directory) if isinstance(store, FileLogStore) else store,
    )


def test_what_was_appended_is_proven_from_the_files(tmp_path: Path) -> None:
    sequencer = grown(tmp_path, 1, 255, 1, 300, 0, 700)
    head = sequencer.head
    for index in (0, 1, 255, 256, 511, 700, head.size - 1):
        leaf = leaf_hash(entries(1, index)[0])
        check_inclusion(index, head.size, leaf, sequencer.proof_of(index), head.root)
    for old in (0, 1, 256, 257, 557, head.size):
        root = root_of([leaf_hash(entry) for entry in entries(old)])
        check_growth(old, root, head.size, head.root, sequencer.growth_proof(old, head.size))


def test_a_log_that_is_opened_again_goes_on_where_it_stood(tmp_path: Path) -> None:
    for count in (3, 253, 1, 511):
        grown(tmp_path, count)
    assert grown(tmp_path).head.root == root_of([leaf_hash(entry) for entry in entries(768)])


def test_a_batch_that_was_taken_already_is_refused(tmp_path: Path) -> None:
    sequencer = grown(tmp_path, 5)
    for after, upto in ((0, 5), (4, 9), (6, 9)):
        with pytest.raises(StaleSource):
            sequencer.append(Batch(entries(1), after, upto))
    assert sequencer.append(Batch([], 5, 8)) == range(5, 5)
    assert sequencer.head == Head(5, sequencer.head.root, 8)
    with pytest.raises(Defect):
        sequencer.append(Batch(entries(1), 8, 7))


def test_of_two_sequencers_the_slower_one_appends_nothing(tmp_path: Path) -> None:
    fast, slow = grown(tmp_path, 5), grown(tmp_path)
    fast.append(Batch([b"fast"], 5, 6))
    with pytest.raises(Moved):
        slow.append(Batch([b"slow"], 5, 6))
    assert slow.head == fast.head
    slow.append(Batch([b"slow"], 6, 7))
    assert fetch_entries(FileLogStore(tmp_path).read, 0, 7)[5:] == [b"fast", b"slow"]


def test_a_damaged_right_edge_stops_the_log(tmp_path: Path) -> None:
    head = grown(tmp_path, 300).head
    tile = tmp_path / "tile/0/001.p/44"
    tile.write_bytes(b"\x00" + tile.read_bytes()[1:])
    with pytest.raises(DamagedLog):
        load_edge(head, FileLogStore(tmp_path))


def test_partial_tiles_go_once_their_full_one_is_there(tmp_path: Path) -> None:
    sequencer = grown(tmp_path, 100, 100, 100)
    assert not (tmp_path / "tile/0/000.p").exists()
    assert (tmp_path / "tile/entries/000").exists()
    assert tree_root(200, TileHashes(200, FileLogStore(tmp_path).read)) == root_of([leaf_hash(e) for e in entries(200)])
    assert len(fetch_entries(FileLogStore(tmp_path).read, 0, 200)) == 200
    assert sequencer.head.size == 300


def test_the_empty_log_has_the_empty_root(tmp_path: Path) -> None:
    assert Sequencer(FileLogStore(tmp_path)).head == Head(0, EMPTY_ROOT, 0)
