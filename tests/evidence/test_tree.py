"""RFC 6962: every proof of every small tree holds, and no proof with a flipped bit does."""

import base64
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.check import Defect
from hengdai.evidence.tree import (
    EMPTY_ROOT,
    NotProven,
    check_growth,
    check_inclusion,
    leaf_hash,
    peaks,
    prove_growth,
    prove_inclusion,
    reader_of,
    root_of,
    tree_root,
)
from tests.evidence.conftest import VECTORS, load_json

SIZES = 64
LEAVES = [leaf_hash(bytes([number])) for number in range(SIZES)]
READ = reader_of(LEAVES)
ROOTS = [root_of(LEAVES[:size]) for size in range(SIZES + 1)]


def proven(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except NotProven:
        return False
    return True


@functools.cache
def flipped(value: bytes) -> tuple[bytes, ...]:
    """The hash with each single bit flipped."""
    whole = int.from_bytes(value, "big")
    return tuple((whole ^ 1 << bit).to_bytes(32, "big") for bit in range(256))


def flips(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with each single bit flipped, one after another. The list is one and the same, changed in place."""
    bad = list(proof)
    for place, value in enumerate(proof):
        for bad[place] in flipped(value):
            yield bad
        bad[place] = value


def test_the_roots_of_rfc_6962_examples_hold() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    root = root_of([leaf_hash(bytes.fromhex(entry)) for entry in entries])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_every_leaf_of_every_small_tree_is_proven(size: int) -> None:
    assert tree_root(size, READ) == ROOTS[size]
    for index in range(size):
        proof = prove_inclusion(index, size, READ)
        check_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_a_flipped_bit_in_an_inclusion_proof_never_passes(size: int) -> None:
    for index in range(size):
        for bad in flips(prove_inclusion(index, size, READ)):
            assert not proven(check_inclusion, index, size, LEAVES[index], bad, ROOTS[size])


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_a_flipped_bit_in_a_growth_proof_never_passes(size: int) -> None:
    for old in range(size + 1):
        proof = prove_growth(old, size, READ)
        check_growth(old, ROOTS[old], size, ROOTS[size], proof)
        for bad in flips(proof):
            assert not proven(check_growth, old, ROOTS[old], size, ROOTS[size], bad)


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_a_proof_is_of_one_index_one_size_and_one_length(size: int) -> None:
    for index in range(size):
        proof = prove_inclusion(index, size, READ)
        leaf, root = LEAVES[index], ROOTS[size]
        for other in range(size):
            assert other == index or not proven(check_inclusion, other, size, leaf, proof, root)
        assert not proven(check_inclusion, index, size, leaf, [*proof, leaf], root)
        assert not proof or not proven(check_inclusion, index, size, leaf, proof[:-1], root)
        assert not proven(check_inclusion, index, size, leaf_hash(b"another"), proof, root)


def test_an_older_tree_that_was_altered_does_not_grow_into_the_newer() -> None:
    for size in range(1, SIZES + 1):
        for old in range(1, size + 1):
            forged = root_of([leaf_hash(b"forged"), *LEAVES[1:old]])
            proof = prove_growth(old, size, READ)
            assert not proven(check_growth, old, forged, size, ROOTS[size], proof)


def test_size_zero_is_settled_without_a_proof() -> None:
    check_growth(0, EMPTY_ROOT, 5, ROOTS[5], [])
    assert not proven(check_growth, 0, EMPTY_ROOT, 5, ROOTS[5], [LEAVES[0]])
    assert not proven(check_growth, 0, LEAVES[0], 5, ROOTS[5], [])
    assert not proven(check_growth, 0, EMPTY_ROOT, 0, LEAVES[0], [])
    assert not proven(check_inclusion, 0, 0, LEAVES[0], [], EMPTY_ROOT)
    assert not proven(check_inclusion, -1, 3, LEAVES[0], [LEAVES[0], LEAVES[0]], ROOTS[3])
    assert not proven(check_growth, 5, ROOTS[5], 3, ROOTS[3], [])


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_hash_that_is_not_32_bytes_is_refused(length: int) -> None:
    wrong = b"x" * length
    assert not proven(check_inclusion, 0, 1, wrong, [], wrong)
    assert not proven(check_inclusion, 0, 2, LEAVES[0], [wrong], ROOTS[2])
    assert not proven(check_growth, 1, wrong, 1, wrong, [])
    assert not proven(check_growth, 1, ROOTS[1], 2, ROOTS[2], [wrong])


def test_asking_for_an_impossible_proof_is_a_defect_of_the_caller() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(Defect):
            prove_inclusion(index, size, READ)
    with pytest.raises(Defect):
        prove_growth(4, 3, READ)


@given(st.integers(min_value=1, max_value=2**62))
def test_the_complete_subtrees_cover_any_size_once(size: int) -> None:
    found = list(peaks(size))
    assert sum(1 << level for level, _ in found) == size
    assert [level for level, _ in found] == sorted({level for level, _ in found}, reverse=True)


@given(st.integers(min_value=1, max_value=400), st.data())
def test_proofs_of_larger_trees_hold(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(size)]
    read, root = reader_of(leaves), root_of(leaves)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    old = data.draw(st.integers(min_value=0, max_value=size))
    check_inclusion(index, size, leaves[index], prove_inclusion(index, size, read), root)
    check_growth(old, root_of(leaves[:old]), size, root, prove_growth(old, size, read))


def _cases(kind: str) -> list[Path]:
    return sorted((VECTORS / "merkle" / kind).rglob("*.json"))


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.mark.parametrize("path", _cases("inclusion"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_published_inclusion_vectors_are_answered_as_published(path: Path) -> None:
    case = load_json(path)
    proof = [_bytes(value) for value in case["proof"] or []]
    arguments = case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), proof, _bytes(case["root"])
    assert proven(check_inclusion, *arguments) is not case["wantErr"]


@pytest.mark.parametrize("path", _cases("consistency"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_published_consistency_vectors_are_answered_as_published(path: Path) -> None:
    case = load_json(path)
    proof = [_bytes(value) for value in case["proof"] or []]
    roots = _bytes(case["root1"]), _bytes(case["root2"])
    # One case of the wider set has words of 12 bytes for roots and expects success; a root has 32 bytes.
    expected = not case["wantErr"] and all(len(root) == 32 for root in roots)
    assert proven(check_growth, case["size1"], roots[0], case["size2"], roots[1], proof) is expected


@pytest.mark.usefixtures("vectors")
def test_the_published_merkle_vectors_were_found() -> None:
    assert len(_cases("inclusion")) > 50
    assert len(_cases("consistency")) > 40
