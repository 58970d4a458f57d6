"""Whoever watches from outside notices; each year's log begins where the last one ended."""

import functools
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.adapters.evidence.fsck import fsck
from hengdai.adapters.evidence.mirror import Mirror, over_http
from hengdai.adapters.evidence.shards import YearClosed, YearlyLogs
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.monitor import Concern, Watch, compare, look, reconcile, sample
from hengdai.evidence.policy import Policy
from hengdai.evidence.record import opening_leaf, shard_year
from hengdai.evidence.storage import Head
from hengdai.evidence.tiles import Absent, fetch_entries
from tests.evidence.sample import MADE_AT, PARTIES, log_of, policy_of, witness_of

POLICY = Policy.parse(policy_of(2026), ("facilitator", "log-pq"))


def grown(directory: Path, count: int, word: str = "entry") -> Sequencer:
    sequencer = Sequencer(FileLogStore(directory))
    first = sequencer.head.size
    entries = [f"{word} {number}".encode() for number in range(first, first + count)]
    sequencer.append(Batch(entries, first, first + count))
    return sequencer


def shown(head: Head, names: tuple[str, ...] = PARTIES) -> bytes:
    note = sign_checkpoint(log_of(2026).key.name, head, [log_of(2026)], 1)
    tree = Checkpoint(log_of(2026).key.name, head.size, head.root)
    return bytes(note.with_lines(*(cosign(witness_of(name), tree, 100) for name in names)))


def test_growth_is_believed_and_everything_else_raises_an_alarm(tmp_path: Path) -> None:
    true = grown(tmp_path / "true", 300)
    watch, alarms = look(Watch(POLICY), shown(true.head), true.growth_proof)
    assert alarms == []
    true = grown(tmp_path / "true", 400)
    watch, alarms = look(watch, shown(true.head), true.growth_proof)
    assert alarms == []
    forged = grown(tmp_path / "forged", 700, "forged")
    longer = grown(tmp_path / "longer", 900, "forged")
    for head, prove, concern in (
        (forged.head, forged.growth_proof, Concern.SPLIT_VIEW),
        (longer.head, longer.growth_proof, Concern.NO_GROWTH),
        (Head(300, true.head.root, 300), true.growth_proof, Concern.SHRUNK),
    ):
        after, alarms = look(watch, shown(head), prove)
        assert after == watch
        assert [alarm.concern for alarm in alarms] == [concern]
    _, alarms = look(watch, shown(true.head, PARTIES[:2]), true.growth_proof)
    assert [alarm.concern for alarm in alarms] == [Concern.UNSEALED]
    _, alarms = look(watch, b"nonsense", true.growth_proof)
    assert [alarm.concern for alarm in alarms] == [Concern.UNREADABLE]


def test_witnesses_that_were_shown_two_histories_are_found_out_by_comparing_them(tmp_path: Path) -> None:
    true, forged = grown(tmp_path / "true", 300), grown(tmp_path / "forged", 500, "forged")
    earlier = shown(true.head)
    true = grown(tmp_path / "true", 100)
    honest = {"bank": earlier, "examiner": shown(true.head)}
    assert compare(POLICY, honest, true.growth_proof) == []
    alarms = compare(POLICY, {**honest, "notary": shown(forged.head), "x": b""}, forged.growth_proof)
    assert {(alarm.concern, alarm.where) for alarm in alarms} >= {
        (Concern.NO_GROWTH, "notary"),
        (Concern.UNREADABLE, "x"),
    }


def test_an_entry_altered_on_the_disk_is_found_by_sampling_it(tmp_path: Path) -> None:
    sequencer = grown(tmp_path, 600)
    tree = Checkpoint("log", sequencer.head.size, sequencer.head.root)
    store = FileLogStore(tmp_path)
    assert sample(tree, range(0, 600, 7), store.read) == []
    bundle = tmp_path / "tile/entries/001"
    data = bytearray(bundle.read_bytes())
    data[5] ^= 1
    bundle.write_bytes(data)
    assert [alarm.where for alarm in sample(tree, (0, 255, 256, 257, 599), store.read)] == ["log entry 256"]
    (tmp_path / "tile/entries/000").unlink()
    assert len(sample(tree, (0, 1), store.read)) == 2


def serve(directory: Path, size: int) -> None:
    """Publish a sealed checkpoint of what is in the directory."""
    head = Sequencer(FileLogStore(directory)).head
    assert head.size == size
    FileLogStore(directory).publish(size, shown(head))


def test_a_mirror_holds_every_entry_and_takes_nothing_that_is_not_sealed(tmp_path: Path) -> None:
    source, copy = tmp_path / "source", FileLogStore(tmp_path / "copy")
    fetch, mirror = FileLogStore(source).read, Mirror(copy, POLICY)
    assert [alarm.concern for alarm in mirror.pull(fetch)[1]] == [Concern.UNREADABLE]
    for count, size in ((300, 300), (1, 301), (20_000, 20_301)):
        grown(source, count)
        serve(source, size)
        assert mirror.pull(fetch) == (size, [])
        assert mirror.pull(fetch) == (size, [])
    assert fsck(tmp_path / "copy").faults == ()
    assert fetch_entries(copy.read, 79, 20_301) == fetch_entries(fetch, 79, 20_301)

    sequencer = grown(source, 99)
    (source / "checkpoint").write_bytes(shown(sequencer.head, PARTIES[:2]))
    assert [alarm.concern for alarm in mirror.pull(fetch)[1]] == [Concern.UNSEALED]
    serve(source, 20_400)
    bundle = source / "tile/entries/079.p/176"
    before = bundle.read_bytes()
    bundle.write_bytes(before.replace(b"entry 20390", b"entry 2039x"))
    assert mirror.pull(fetch)[0] == 20_301
    assert [alarm.concern for alarm in mirror.pull(fetch)[1]] == [Concern.NO_GROWTH]
    bundle.write_bytes(before[:-3])
    assert [alarm.concern for alarm in mirror.pull(fetch)[1]] == [Concern.ENTRY]
    bundle.write_bytes(before)
    assert mirror.pull(fetch) == (20_400, [])
    (source / "checkpoint").write_bytes(shown(Head(5, sequencer.head.root, 5)))
    assert [alarm.concern for alarm in mirror.pull(fetch)[1]] == [Concern.SHRUNK]


def test_a_rewritten_history_is_not_mirrored_even_when_it_is_sealed(tmp_path: Path) -> None:
    mirror = Mirror(FileLogStore(tmp_path / "copy"), POLICY)
    grown(tmp_path / "true", 500)
    serve(tmp_path / "true", 500)
    assert mirror.pull(FileLogStore(tmp_path / "true").read) == (500, [])
    grown(tmp_path / "forged", 700, "forged")
    serve(tmp_path / "forged", 700)
    held, alarms = mirror.pull(FileLogStore(tmp_path / "forged").read)
    assert (held, [alarm.concern for alarm in alarms]) == (500, [Concern.NO_GROWTH])


def test_a_log_served_over_http_is_mirrored(tmp_path: Path) -> None:
    source = tmp_path / "source"
    grown(source, 600)
    serve(source, 600)
    handler = functools.partial(QuietFiles, directory=str(source))
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            fetch = over_http(f"http://127.0.0.1:{server.server_port}/")
            assert Mirror(FileLogStore(tmp_path / "copy"), POLICY).pull(fetch) == (600, [])
            with pytest.raises(Absent):
                fetch("tile/9/000")
        finally:
            server.shutdown()


class QuietFiles(SimpleHTTPRequestHandler):
    """Serves a directory and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_balances_that_differ_from_the_logged_postings_are_named() -> None:
    logged = {"cash": -500, "loans": 500}
    assert reconcile(logged, {"loans": 500, "cash": -500, "fees": 0}) == []
    alarms = reconcile(logged, {"loans": 400, "cash": -500, "fees": 100})
    assert [alarm.where for alarm in alarms] == ["fees", "loans"]


def test_each_year_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    logs = YearlyLogs(tmp_path, "evidence.example/prime")
    old = logs.sequencer(2026)
    old.append(Batch([b"one", b"two"], 0, 17))
    new = logs.sequencer(2027)
    assert (new.head.size, new.head.taken) == (1, 17)
    named = Checkpoint("evidence.example/prime/2026", old.head.size, old.head.root)
    assert fetch_entries(logs.store(2027).read, 0, 1) == [opening_leaf(named)]
    assert fetch_entries(logs.store(2026).read, 0, 3)[0] == opening_leaf(None)
    new.append(Batch([b"three"], 17, 18))
    assert logs.sequencer(2027).head == new.head
    assert logs.years() == [2026, 2027]
    with pytest.raises(YearClosed):
        logs.sequencer(2026)
    assert fsck(tmp_path / "2026").faults == fsck(tmp_path / "2027").faults == ()


def test_a_clock_set_back_over_new_year_does_not_reopen_the_old_log() -> None:
    assert shard_year(MADE_AT, None) == 2027
    assert shard_year(MADE_AT.replace(year=2026), 2027) == 2027
    assert shard_year(MADE_AT.replace(year=2028), 2027) == 2028
