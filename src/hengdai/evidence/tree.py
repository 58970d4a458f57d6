"""The Merkle tree of RFC 6962 §2.1: what a leaf's hash is, how a tree is hashed, and the two proofs.

A tree of size n holds n entries. Its hash (the root) is

    size 0:  SHA-256("")
    size 1:  SHA-256(0x00 || entry)                      the leaf hash
    size n:  SHA-256(0x01 || root(left) || root(right))  left takes the largest power of two below n

Two claims about trees can be proven with about log2(n) hashes, each in a prove/check pair:

    prove_inclusion / check_inclusion    the tree of this size and root has this leaf at this index
    prove_growth / check_growth          the newer tree begins with every entry of the older one

Proving needs hashes of complete subtrees, asked through `ReadHash(level, index)`: the hash of the 2**level
entries from index * 2**level on. Checking needs plain values only.

Every hash is exactly 32 bytes. Size 0 is settled before a proof is looked at: nothing is included in the empty
tree, and every tree grows from it without proof. (Published verifiers disagree with the vectors just there.)
A check raises `NotProven` and says which promise failed; wrong arguments of our own raise `Defect`.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from hengdai.base.check import check

HASH_SIZE = 32
MAX_PROOF = 63  # a proof in a tree of 2**63 entries; longer ones are refused unread
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadHash = Callable[[int, int], bytes]


class NotProven(ValueError):
    """A proof does not show what it claims to show; the message says which promise failed."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, as the recursion of the RFC reads. The plain twin; logs use tiles."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _left_size(len(leaves))
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def reader_of(leaves: Sequence[bytes]) -> ReadHash:
    """A `ReadHash` over leaf hashes in memory, for small trees and tests."""

    def read(level: int, index: int) -> bytes:
        start = index << level
        check(start + (1 << level) <= len(leaves), "a complete subtree lies inside the tree", level=level, index=index)
        return root_of(leaves[start : start + (1 << level)])

    return read


def peaks(size: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees, left to right, that make up a tree of `size`, as (level, index)."""
    start = 0
    while start < size:
        level = (size - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def fold_peaks(hashes: Sequence[bytes]) -> bytes:
    """The root from the hashes of :func:`peaks`; the empty root from none."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def tree_root(size: int, read: ReadHash) -> bytes:
    """The root of the tree of `size`."""
    return fold_peaks([read(level, index) for level, index in peaks(size)])


def prove_inclusion(index: int, size: int, read: ReadHash) -> list[bytes]:
    """The hashes beside the way from leaf `index` to the root of the tree of `size`, lowest first."""
    check(0 <= index < size, "the index lies inside the tree", index=index, size=size)
    beside: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        split = low + _left_size(high - low)
        if index < split:
            beside.append(_range_root(split, high, read))
            high = split
        else:
            beside.append(_range_root(low, split, read))
            low = split
    beside.reverse()
    return beside


def prove_growth(old: int, new: int, read: ReadHash) -> list[bytes]:
    """The hashes that let a holder of the root of size `old` recompute both roots, RFC 6962 §2.1.2.

    Empty when `old` is 0 or equals `new`.
    """
    check(0 <= old <= new, "a log never shrinks", old=old, new=new)
    if old in (0, new):
        return []
    proof: list[bytes] = []
    low, high, known = 0, new, True
    while True:
        if old == high:
            if not known:
                proof.append(_range_root(low, high, read))
            break
        split = low + _left_size(high - low)
        if old <= split:
            proof.append(_range_root(split, high, read))
            high = split
        else:
            proof.append(_range_root(low, split, read))
            low, known = split, False
    proof.reverse()
    return proof


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise :class:`NotProven` unless the tree of `size` with `root` has the leaf hash `leaf` at `index`."""
    _hashes_are_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise NotProven(f"index {index} lies outside a tree of size {size}")
    expected = sum(_branch(index, size))
    if len(proof) != expected:
        raise NotProven(f"inclusion proof has {len(proof)} hashes; index {index} of {size} takes {expected}")
    *_, found = (leaf, *(node for _, _, node in way_up(index, size, leaf, proof)))
    if found != root:
        raise NotProven(f"inclusion proof of index {index} does not lead to the root of size {size}")


def way_up(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes, bytes]]:
    """The way from a leaf hash to the root: for each step whether the sibling is on the left, it, and their node."""
    level, _ = _branch(index, size)
    found = leaf
    for height, sibling in enumerate(proof):
        on_the_left = height >= level or bool(index >> height & 1)
        found = node_hash(sibling, found) if on_the_left else node_hash(found, sibling)
        yield on_the_left, sibling, found


def check_growth(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise :class:`NotProven` unless the tree of `new` with `new_root` begins with that of `old` and `old_root`."""
    _hashes_are_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise NotProven(f"a log does not go from size {old} to {new}")
    if old == 0 or old == new:
        _settle_without_proof(old, old_root, new, new_root, proof)
        return
    trailing = (old & -old).bit_length() - 1
    level, rest = _branch(old - 1, new)
    level -= trailing
    expected = level + rest + (old & (old - 1) != 0)
    if len(proof) != expected:
        raise NotProven(f"consistency proof has {len(proof)} hashes; from {old} to {new} takes {expected}")
    # If the old tree is one complete subtree, its root is where the walk begins and need not be in the proof.
    seed, *beside = [old_root, *proof] if old & (old - 1) == 0 else proof
    mask = (old - 1) >> trailing
    older = newer = seed
    for height, sibling in enumerate(beside):
        if height >= level or mask >> height & 1:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
        else:
            newer = node_hash(newer, sibling)
    if older != old_root:
        raise NotProven(f"consistency proof does not lead to the root of size {old}")
    if newer != new_root:
        raise NotProven(f"consistency proof does not lead to the root of size {new}")


def _settle_without_proof(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise NotProven(f"consistency proof must be empty from size {old}, found {len(proof)} hashes")
    if old == 0 and old_root != EMPTY_ROOT:
        raise NotProven("the empty tree has another root")
    if old == new and old_root != new_root:
        raise NotProven(f"two roots for one size {old}")


def _hashes_are_hashes(hashes: Sequence[bytes]) -> None:
    if len(hashes) > MAX_PROOF + 2:
        raise NotProven(f"a proof has at most {MAX_PROOF} hashes, found {len(hashes) - 2}")
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise NotProven(f"a hash has {HASH_SIZE} bytes, found {len(value)}")


def _branch(index: int, size: int) -> tuple[int, int]:
    """Levels on which the way up has its own sibling, and siblings on the left above them (RFC 9162 §2.1.3.2)."""
    level = (index ^ (size - 1)).bit_length()
    return level, (index >> level).bit_count()


def _range_root(low: int, high: int, read: ReadHash) -> bytes:
    """The root over [low, high), where `low` is a multiple of every complete subtree that begins there."""
    hashes = [read(level, (low >> level) + index) for level, index in peaks(high - low)]
    return fold_peaks(hashes)


def _left_size(size: int) -> int:
    """The largest power of two strictly below `size` (≥ 2)."""
    return 1 << (size - 1).bit_length() - 1
