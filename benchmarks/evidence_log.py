"""The evidence log's figures: append, proof, verify, export, fsck, set intersection.

    python benchmarks/evidence_log.py [LEAVES] [IDENTIFIERS]

LEAVES (default 2,000,000) go into a log of files in batches of a group commit, each durable (fsync) before the next.
The share of time in SHA-256 is measured by hashing the same leaves and as many nodes again, alone. Two processes run
fsck and the intersection. Every figure comes from one run on one machine.
"""

import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.adapters.evidence.fsck import fsck
from hengdai.adapters.evidence.masking_pool import MaskingPool
from hengdai.evidence import verify as stand_alone
from hengdai.evidence.bundle import Proven, Sealed, verify_bundle, write_bundle
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, SignatureType
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.policy import DEFAULT_PARTIES, Witness, default_policy
from hengdai.evidence.record import Kept, Provenance, Record, RecordKind, chain
from hengdai.evidence.tree import check_inclusion, leaf_hash

T = TypeVar("T")
BATCHES = (100, 1_000, 8_192)
ORIGIN = "evidence.example/bench/2026"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds and answer."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def tell(what: str, value: str, reach: str = "") -> None:
    """A line of the table."""
    print(f"{what:<66} {value:>22}   {reach}", flush=True)


def leaves(first: int, count: int) -> list[bytes]:
    """Leaves of the size that ours have."""
    middle = b'","kind":"event","previous":"%064x","thread":"%032x","v":1}'
    return [b'{"commitment":"%064x' % number + middle % (number, number) for number in range(first, first + count)]


def sha_seconds(some: list[bytes]) -> float:
    """How long the hashing alone takes: each leaf once, and one node for each leaf."""
    node = b"\x01" + bytes(64)

    def work() -> None:
        for leaf in some:
            hashlib.sha256(b"\x00" + leaf).digest()
            hashlib.sha256(node).digest()

    return timed(work)[0]


def append(sequencer: Sequencer, first: int, count: int, batch: int) -> tuple[float, float]:
    """Append `count` leaves; gives the seconds spent in the log, and those of the hashing alone."""
    spent = hashed = 0.0
    for at in range(first, first + count, batch):
        some = leaves(at, min(batch, first + count - at))
        taken = sequencer.head.taken
        spent += timed(lambda some=some, taken=taken: sequencer.append(Batch(some, taken, taken + len(some))))[0]  # type: ignore[misc]
        if at < first + 20 * batch:
            hashed += sha_seconds(some) * count / (20 * batch)
    return spent, hashed


def appending(directory: Path, count: int) -> Sequencer:
    """Fill the log with growing batches; the last size takes what is left."""
    sequencer = Sequencer(FileLogStore(directory))
    done = 0
    for batch in BATCHES:
        size = count - done if batch == BATCHES[-1] else min(batch * 40, count // 4)
        spent, hashed = append(sequencer, done, size, batch)
        done += size
        share = f"SHA-256 {min(1.0, hashed / spent):.0%}"
        tell(
            f"append, durable, batches of {batch:,} ({size:,} leaves)",
            f"{size / spent:,.0f} leaves/s",
            f"≥ 20,000   {share}",
        )
    return sequencer


def proving(directory: Path, sequencer: Sequencer) -> None:
    """Proofs from the files, each with a fresh reader; the system's page cache is warm."""
    head, draw = sequencer.head, random.Random(1)
    indexes = [draw.randrange(head.size) for _ in range(300)]
    seconds, proofs = timed(lambda: [Sequencer.proof_of(sequencer, index) for index in indexes])
    tell(f"proof of inclusion from {head.size:,} leaves", f"{seconds / 300 * 1e3:.2f} ms", "≤ 2 ms")
    hashes = [leaf_hash(leaves(index, 1)[0]) for index in indexes]

    def verify() -> None:
        for index, leaf, proof in zip(indexes, hashes, proofs, strict=True):
            check_inclusion(index, head.size, leaf, proof, head.root)

    tell("verify a proof of inclusion", f"{timed(verify)[0] / 300 * 1e3:.3f} ms", "≤ 1 ms")
    seconds, checked = timed(lambda: fsck(directory, workers=2))
    scaled = seconds * 10**7 / head.size
    tell(
        f"fsck of {head.size:,} leaves, {len(checked.faults)} faults",
        f"{seconds:.1f} s",
        f"→ 10⁷: {scaled:.0f} s   ≤ 60 s",
    )


def bundling(directory: Path) -> None:
    """One loan of 100 records among others' in a log, exported with proofs from the files, and verified."""
    sequencer = Sequencer(FileLogStore(directory))
    provenance = Provenance("clerk", "tablet", "core", "mandate", NOW)
    records = [
        Record(f"r{n}", RecordKind.EVENT, "bank", "loan", date(2026, 3, 1), NOW, provenance, {"amount": n})
        for n in range(100)
    ]
    placed: list[Kept] = []
    for one in chain(bytes(32), [(os.urandom(32), record) for record in records]):
        taken = sequencer.head.taken
        index = sequencer.append(Batch([one.leaf, *leaves(taken, 200)], taken, taken + 201)).start
        placed.append(replace(one, index=index))
    head = sequencer.head
    log, pq = Ed25519Signer(ORIGIN, b"\x01" * 32), MlDsaSigner(ORIGIN, b"\x02" * 32)
    witnesses = {
        name: Ed25519Signer(name, leaf_hash(name.encode()), SignatureType.COSIGNATURE_ED25519)
        for name in DEFAULT_PARTIES
    }
    policy = default_policy(log.key, {name: Witness(name, one.key) for name, one in witnesses.items()})
    tree = Checkpoint(ORIGIN, head.size, head.root)
    note = sign_checkpoint(ORIGIN, head, [log, pq], 1)
    note = note.with_lines(*(cosign(one, tree, 1) for one in witnesses.values()))

    def export() -> bytes:
        proven = [Proven(one, sequencer.proof_of(one.index)) for one in placed]
        return write_bundle("loan", [Sealed(note, policy, ("facilitator",))], proven, [], NOW)

    seconds, data = timed(export)
    tell(f"export a bundle of 100 records ({len(data):,} bytes)", f"{seconds * 1e3:.0f} ms", "≤ 200 ms")
    seconds, found = timed(lambda: verify_bundle(data))
    tell(f"verify it (exit {found.exit})", f"{seconds * 1e3:.0f} ms", "≤ 50 ms")
    seconds, alone = timed(lambda: stand_alone.verify(data))
    tell(f"verify it with the stand-alone file (exit {alone[0]})", f"{seconds * 1e3:.0f} ms")


def intersecting(count: int) -> None:
    """Two sets of `count` identifiers, half of them common; the work of both parties, on two processes."""
    mine = [f"{number:018d}" for number in range(count)]
    theirs = [f"{number:018d}" for number in range(count // 2, count // 2 + count)]

    def work() -> int:
        with MaskingPool(2) as pool:
            asked = pool.mask(b"\x01" * 32, pool.points("cn.id", mine))
            held = pool.mask(b"\x02" * 32, pool.points("cn.id", theirs))
            answered = pool.mask(b"\x02" * 32, asked)
            return len(set(answered) & set(pool.mask(b"\x01" * 32, held)))

    seconds, common = timed(work)
    tell(
        f"set intersection {count:,} × {count:,}, {common:,} common",
        f"{seconds:.1f} s",
        "libsodium ristretto255: 12.3 s for 10⁵",
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    identifiers = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    print(f"{os.cpu_count()} cores, {sys.version.split()[0]}, {count:,} leaves")
    with tempfile.TemporaryDirectory() as folder:
        sequencer = appending(Path(folder, "log"), count)
        proving(Path(folder, "log"), sequencer)
        bundling(Path(folder, "loan"))
    intersecting(identifiers)


if __name__ == "__main__":
    main()
