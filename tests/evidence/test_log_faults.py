"""Kill it, fill its disk, run it twice, change a byte: the log is whole, or it says what was touched."""

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.files import FileLogStore, UnreadableHead
from hengdai.adapters.evidence.fsck import fsck
from hengdai.adapters.evidence.group_commit import Closed, GroupCommit
from hengdai.adapters.evidence.witness_files import WitnessFiles
from hengdai.evidence.audit import audit
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.keys import Ed25519Signer
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.storage import Head
from hengdai.evidence.tiles import EntryTooLong, fetch_entries
from hengdai.evidence.tree import leaf_hash, root_of
from hengdai.evidence.witness import Held

ROOT = Path(__file__).resolve().parents[2]
LOG = Ed25519Signer("evidence.example/prime/2026", b"\x01" * 32)


class WatchedDisk(Disk):
    """A disk on which something happens before the n-th operation."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.done = 0

    def _step(self) -> None:
        self.done += 1
        if self.done == self._left:
            self.happens()

    def happens(self) -> None:
        """What happens; nothing here."""

    def create(self, path: Path, data: bytes) -> None:
        self._step()
        super().create(path, data)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def make_directory(self, path: Path) -> None:
        self._step()
        super().make_directory(path)

    def sync(self, path: Path) -> None:
        self._step()
        super().sync(path)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


class DeadlyDisk(WatchedDisk):
    """The process is killed before the n-th operation, leaving half of a file that was being written."""

    def create(self, path: Path, data: bytes) -> None:
        if self.done + 1 == self._left:
            path.write_bytes(data[: len(data) // 2])
        super().create(path, data)

    def happens(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class FullDisk(WatchedDisk):
    """The disk has no room from the n-th operation on, until somebody makes some."""

    def happens(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def entries(first: int, last: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(first, last)]


def begin(directory: Path) -> None:
    Sequencer(FileLogStore(directory)).append(Batch(entries(0, 250), 0, 250))


def everything(directory: Path) -> list[bytes]:
    store = FileLogStore(directory)
    head = store.head()
    size = head.size if head else 0
    return [entry for index in range(-(-size // 256)) for entry in fetch_entries(store.read, index, size)]


def operations(directory: Path) -> int:
    """How many operations the commit under trial takes when nothing happens."""
    begin(directory)
    disk = WatchedDisk(0)
    Sequencer(FileLogStore(directory, disk)).append(Batch(entries(250, 600), 250, 600))
    return disk.done


def killed(disk: Disk, work: Callable[[Disk], object]) -> int:
    """Do `work` in a forked process; gives the signal that killed it, or 0."""
    child = os.fork()
    if child == 0:
        work(disk)
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def append_in(directory: Path) -> Callable[[Disk], object]:
    """The commit under trial: entries 250 to 599."""
    return lambda disk: Sequencer(FileLogStore(directory, disk)).append(Batch(entries(250, 600), 250, 600))


def test_killed_at_any_point_of_a_commit_the_log_is_as_before_or_as_after(tmp_path: Path) -> None:
    count = operations(tmp_path / "trial")
    assert count > 15
    sizes = set()
    for at in range(1, count + 1):
        directory = tmp_path / str(at)
        begin(directory)
        assert killed(DeadlyDisk(at), append_in(directory)) == signal.SIGKILL
        sequencer = Sequencer(FileLogStore(directory))
        sizes.add(sequencer.head.size)
        assert sequencer.head.size in (250, 600)
        assert fsck(directory).faults == ()
        if sequencer.head.taken == 250:  # other entries than those that the dead process had begun to write
            sequencer.append(Batch([b"other", *entries(251, 600)], 250, 600))
        assert everything(directory)[251:] == entries(251, 600)
        assert fsck(directory).faults == ()
    assert sizes == {250, 600}


def test_killed_at_any_point_of_publishing_the_old_checkpoint_stands_or_the_new_one(tmp_path: Path) -> None:
    def note(size: int) -> bytes:
        return bytes(sign_checkpoint(LOG.key.name, Head(size, leaf_hash(b"root"), size), [LOG], 0))

    def publish(disk: Disk) -> None:
        FileLogStore(tmp_path, disk).publish(20, note(20))

    seen = set()
    for at in range(1, 8):
        (tmp_path / "checkpoint").write_bytes(note(10))
        dead = killed(DeadlyDisk(at), publish) == signal.SIGKILL
        found = FileLogStore(tmp_path).checkpoint()
        assert found in (note(10), note(20))
        seen.add((dead, found == note(20)))
    assert seen >= {(True, False), (True, True), (False, True)}


def test_killed_at_any_point_of_cosigning_a_witness_remembers_the_old_tree_or_the_new_one(tmp_path: Path) -> None:
    def held(size: int) -> Held:
        head = Head(size, leaf_hash(b"root"), size)
        note = sign_checkpoint(LOG.key.name, head, [LOG], 0)
        return Held(Checkpoint(LOG.key.name, size, head.root), bytes(note), size)

    seen = set()
    for at in range(1, 8):
        directory = tmp_path / str(at)
        WitnessFiles(directory).keep(None, held(10))

        def keep(disk: Disk, directory: Path = directory) -> None:
            WitnessFiles(directory, disk).keep(held(10), held(20))

        dead = killed(DeadlyDisk(at), keep) == signal.SIGKILL
        found = WitnessFiles(directory).held(LOG.key.name)
        assert found in (held(10), held(20))
        seen.add((dead, found == held(20)))
    assert seen >= {(True, False), (True, True), (False, True)}


def test_a_disk_that_is_full_at_any_point_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    for at in range(1, operations(tmp_path / "trial") + 1):
        directory = tmp_path / str(at)
        begin(directory)
        sequencer = Sequencer(FileLogStore(directory, FullDisk(at)))
        with contextlib.suppress(OSError):
            sequencer.append(Batch(entries(250, 600), 250, 600))
        if sequencer.refresh().taken == 250:
            sequencer.append(Batch(entries(250, 600), 250, 600))
        assert everything(directory) == entries(0, 600)
        assert fsck(directory).faults == ()


def test_the_operating_systems_own_refusal_to_write_leaves_the_log_whole(tmp_path: Path) -> None:
    begin(tmp_path)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            Sequencer(FileLogStore(tmp_path)).append(Batch([b"x" * 30_000], 250, 251))
        except OSError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert everything(tmp_path) == entries(0, 250)
    assert fsck(tmp_path).faults == ()


def start_writer(directory: Path, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.evidence.log_writer", str(directory), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_writers_killed_at_random_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for number in range(6):
        writer = start_writer(tmp_path, f"writer-{number}", 100_000)
        assert writer.stdout is not None
        for _ in range(300 * (number + 1)):
            acknowledged.append(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        acknowledged += [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
        assert fsck(tmp_path).faults == ()
    kept = [entry.decode() + "\n" for entry in everything(tmp_path)]
    assert len(set(kept)) == len(kept), "an entry stands twice"
    assert set(acknowledged) <= set(kept)


def test_two_processes_append_to_one_log_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    writers = [start_writer(tmp_path, name, 1500) for name in ("left", "right")]
    for writer in writers:
        assert writer.communicate(timeout=120)[0].count("\n") == 1500
    kept = [entry.decode() for entry in everything(tmp_path)]
    for name in ("left", "right"):
        assert [entry for entry in kept if entry.startswith(name)] == [f"{name} {number}" for number in range(1500)]
    assert len(kept) == 3000
    assert fsck(tmp_path).faults == ()


def test_entries_of_many_threads_share_commits_and_each_learns_its_own_index(tmp_path: Path) -> None:
    sizes: list[int] = []
    group = GroupCommit(FileLogStore(tmp_path), sizes.append)
    given: dict[bytes, int] = {}

    def caller(name: int) -> None:
        for entry in [f"{name}/{number}".encode() for number in range(60)]:
            given[entry] = group.append(entry)

    threads = [threading.Thread(target=caller, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(EntryTooLong):
        group.append(b"x" * 70_000)
    group.close()
    with pytest.raises(Closed):
        group.append(b"late")
    assert everything(tmp_path) == sorted(given, key=given.__getitem__)
    assert len(sizes) < 960, "every entry had a commit of its own"


def test_whoever_waits_on_a_full_disk_is_told_and_the_next_one_succeeds(tmp_path: Path) -> None:
    group = GroupCommit(FileLogStore(tmp_path, FullDisk(3)))
    with pytest.raises(OSError, match="No space"):
        group.append(b"first")
    assert group.append(b"second") == 0
    group.close()
    assert everything(tmp_path) == [b"second"]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 66,000 entries, three levels of tiles, with a published checkpoint."""
    directory = tmp_path_factory.mktemp("sealed")
    store = FileLogStore(directory)
    sequencer = Sequencer(store)
    sequencer.append(Batch(entries(0, 66_000), 0, 66_000))
    store.publish(66_000, bytes(sign_checkpoint(LOG.key.name, sequencer.head, [LOG], 0)))
    return directory


def test_fsck_reads_every_entry_and_finds_nothing_wrong_with_a_whole_log(sealed: Path) -> None:
    told: list[int] = []
    checked = fsck(sealed, LOG.key, told=told.append)
    assert checked.faults == ()
    assert checked.size == 66_000
    assert checked.root == root_of([leaf_hash(entry) for entry in entries(0, 66_000)])
    assert told[-1] == 66_000


@pytest.mark.parametrize(
    ("path", "place", "named"),
    [
        ("tile/entries/007", 10, "entry 1792"),
        ("tile/entries/257.p/208", -1, "entry 65999"),
        ("tile/0/007", 70, "entry 1794"),
        ("tile/1/000", 7 * 32, "tile/1/000"),
        ("tile/1/001.p/1", 3, "tile/1/001.p/1"),
        ("tile/2/000.p/1", 0, "tile/2/000.p/1"),
        ("checkpoint", 30, "checkpoint"),
        ("head", -10, "head"),
    ],
)
def test_fsck_names_what_was_touched(sealed: Path, path: str, place: int, named: str) -> None:
    target = sealed / path
    before = target.read_bytes()
    changed = bytearray(before)
    changed[place] ^= 1
    try:
        target.write_bytes(changed)
        assert named in [fault.where for fault in fsck(sealed, LOG.key).faults]
    finally:
        target.write_bytes(before)


@pytest.mark.parametrize("path", ["tile/entries/007", "tile/0/007", "tile/1/000"])
@pytest.mark.parametrize("kept", [0, 1000, None])
def test_fsck_names_a_file_that_is_cut_or_gone(sealed: Path, path: str, kept: int | None) -> None:
    target = sealed / path
    before = target.read_bytes()
    try:
        target.unlink() if kept is None else target.write_bytes(before[:kept])
        assert path in [fault.where for fault in fsck(sealed, LOG.key).faults]
    finally:
        target.write_bytes(before)


def test_fsck_reads_a_log_that_others_wrote(vectors: Path) -> None:
    checked = fsck(vectors / "generated/log300")
    assert (checked.size, checked.faults) == (300, ())


def test_a_head_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "head").write_text("something else\n")
    with pytest.raises(UnreadableHead):
        FileLogStore(tmp_path).head()
    assert [fault.where for fault in fsck(tmp_path).faults] == ["head"]


def test_a_checkpoint_that_is_none_is_a_fault_of_a_log_without_a_head(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("junk\n")
    assert [fault.where for fault in fsck(tmp_path).faults] == ["checkpoint"]


def test_the_empty_log_is_whole(tmp_path: Path) -> None:
    assert fsck(tmp_path).faults == ()
    assert audit(0, FileLogStore(tmp_path).read)[1] == []
