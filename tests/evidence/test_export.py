"""A loan's evidence from the logs on disk to a bundle, over New Year; and what was touched is named everywhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from hengdai.adapters.evidence.exporter import Exporter, NotSealedYet, Parties, Placed
from hengdai.adapters.evidence.fsck import fsck
from hengdai.adapters.evidence.shards import YearlyLogs
from hengdai.evidence.anchor import Anchor
from hengdai.evidence.bundle import verify_bundle
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.monitor import sample
from hengdai.evidence.record import chain, shard_year
from tests.evidence.sample import (
    MADE_AT,
    PARTIES,
    PROGRAMME,
    SUBJECT,
    THREAD_KEY,
    log_of,
    policy_of,
    pq_of,
    records_of,
    witness_of,
)

OPERATORS = ("facilitator", "log-pq")


def publish(logs: YearlyLogs, year: int) -> bytes:
    """Seal what is committed with all four parties and publish it; gives the checkpoint's body."""
    head = Sequencer(logs.store(year)).head
    tree = Checkpoint(logs.origin(year), head.size, head.root)
    note = sign_checkpoint(tree.origin, head, [log_of(year), pq_of(year)], 1)
    note = note.with_lines(*(cosign(witness_of(name), tree, 1) for name in PARTIES))
    logs.store(year).publish(head.size, bytes(note))
    return str(tree).encode()


def append(logs: YearlyLogs, year: int, leaves: list[bytes]) -> range:
    sequencer = logs.sequencer(year)
    taken = sequencer.head.taken
    return sequencer.append(Batch(leaves, taken, taken + len(leaves)))


@pytest.fixture
def loan(tmp_path: Path) -> tuple[YearlyLogs, list[Placed]]:
    """A loan of 24 records in two years' logs, among the leaves of others."""
    logs, placed = YearlyLogs(tmp_path, PROGRAMME), list[Placed]()
    records = records_of(24)
    for (_, record), kept in zip(records, chain(THREAD_KEY, records), strict=True):
        year = shard_year(record.known_at, max(logs.years(), default=None))
        indexes = append(logs, year, [kept.leaf, *(b"another %d" % number for number in range(40))])
        placed.append(Placed(year, replace(kept, index=indexes.start)))
    return logs, placed


def exporter(logs: YearlyLogs, bodies: dict[int, bytes]) -> Exporter:
    anchors = {
        year: [Anchor.of_sm3(0, body), Anchor.of_sm3(0, b"an older checkpoint")] for year, body in bodies.items()
    }
    return Exporter(logs, {year: Parties(policy_of(year), OPERATORS) for year in logs.years()}, anchors)


def test_a_loan_over_two_years_is_exported_and_valid(loan: tuple[YearlyLogs, list[Placed]]) -> None:
    logs, placed = loan
    bodies = {year: publish(logs, year) for year in logs.years()}
    data = exporter(logs, bodies).export(SUBJECT, placed[::-1], MADE_AT)
    found = verify_bundle(data, [policy_of(2026), policy_of(2027)])
    assert found.broken == ()
    assert len(found.records) == 24
    append(logs, 2027, [b"later"] * 300)
    assert exporter(logs, bodies).export(SUBJECT, placed, MADE_AT) == data, "the sealed checkpoint is what is proven"


def test_what_no_seal_covers_yet_is_not_exported(loan: tuple[YearlyLogs, list[Placed]]) -> None:
    logs, placed = loan
    with pytest.raises(NotSealedYet, match="never sealed"):
        exporter(logs, {}).export(SUBJECT, placed, MADE_AT)
    for year in logs.years():
        publish(logs, year)
    index = append(logs, 2027, [placed[-1].kept.leaf]).start
    late = Placed(2027, replace(placed[-1].kept, index=index))
    with pytest.raises(NotSealedYet, match=f"entry {index} is beyond"):
        exporter(logs, {}).export(SUBJECT, [*placed, late], MADE_AT)


def test_a_leaf_altered_on_the_disk_is_named_by_fsck_monitor_and_bundle(loan: tuple[YearlyLogs, list[Placed]]) -> None:
    logs, placed = loan
    bodies = {year: publish(logs, year) for year in logs.years()}
    victim = placed[4]
    bundle, tile = logs.store(2026).directory / "tile/entries/000", logs.store(2026).directory / "tile/0/000"
    before = bundle.read_bytes()
    bundle.write_bytes(before.replace(victim.kept.leaf, victim.kept.leaf.replace(b'"event"', b'"pacts"').replace(
        victim.kept.leaf[15:20], b"00000")))  # fmt: skip
    name = f"entry {victim.kept.index}"
    assert name in [fault.where for fault in fsck(logs.store(2026).directory).faults]
    head = Sequencer(logs.store(2026)).head
    alarms = sample(Checkpoint(logs.origin(2026), head.size, head.root), [victim.kept.index], logs.store(2026).read)
    assert [alarm.where for alarm in alarms] == [f"{logs.origin(2026)} {name}"]
    bundle.write_bytes(before)
    # The records are kept apart from the log; a tile that was altered breaks the proofs that go through it.
    hashes = bytearray(tile.read_bytes())
    hashes[32 * (victim.kept.index ^ 1)] ^= 1
    tile.write_bytes(hashes)
    found = verify_bundle(exporter(logs, bodies).export(SUBJECT, placed, MADE_AT))
    assert ("inclusion", "record 4") in {(one.link.value, one.where) for one in found.broken}


def test_a_record_altered_in_the_store_is_named_by_the_bundle(loan: tuple[YearlyLogs, list[Placed]]) -> None:
    logs, placed = loan
    bodies = {year: publish(logs, year) for year in logs.years()}
    altered = placed[7].kept.record.replace(b'"amount":1000007', b'"amount":1')
    assert altered != placed[7].kept.record
    placed[7] = Placed(placed[7].year, replace(placed[7].kept, record=altered))
    found = verify_bundle(exporter(logs, bodies).export(SUBJECT, placed, MADE_AT))
    assert [(one.link.value, one.where) for one in found.broken] == [("commitment", "record 7")]
