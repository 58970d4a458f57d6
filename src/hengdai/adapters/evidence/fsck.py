"""Verifying a whole log on disk with every core: entries, tiles, committed root, published checkpoint."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from hengdai.adapters.evidence.files import FileLogStore, UnreadableHead
from hengdai.base.check import Defect
from hengdai.base.text import Text
from hengdai.evidence.audit import Fault, Run, audit_above, audit_run
from hengdai.evidence.checkpoint import Checkpoint, open_checkpoint
from hengdai.evidence.keys import VerifierKey
from hengdai.evidence.log import DamagedLog, Sequencer
from hengdai.evidence.note import BadNote, BadSignature, Note
from hengdai.evidence.storage import Head
from hengdai.evidence.tiles import WIDTH, BadTile
from hengdai.evidence.tree import EMPTY_ROOT, NotProven, check_growth

_RUN = 64  # tiles of a piece of work: 16,384 entries


@dataclass(frozen=True, slots=True)
class Checked:
    """What fsck found: how many entries were read, the root they have, and every fault. No faults: the log is whole."""

    size: int
    root: bytes
    faults: tuple[Fault, ...]


def fsck(
    directory: Path, log: VerifierKey | None = None, workers: int = 2, told: Callable[[int], None] = lambda _: None
) -> Checked:
    """Verify the log in `directory`; with `log`, its checkpoint's signature too. `told` hears the progress."""
    store = FileLogStore(directory)
    try:
        head = store.head()
    except UnreadableHead as error:
        return Checked(0, EMPTY_ROOT, (Fault("head", Text("日志头无法读取", str(error))),))
    try:
        size = head.size if head else _published_size(store)
    except BadNote as error:
        return Checked(0, EMPTY_ROOT, (Fault("checkpoint", Text(f"检查点格式有误: {error}", str(error))),))
    root, faults = audit_above(size, _runs(directory, size, workers, told), store.read) if size else (EMPTY_ROOT, [])
    if head and root != head.root:
        faults.append(Fault("head", Text("条目的树根与已提交的树根不符", "the entries do not have the committed root")))
    faults.extend(_checkpoint_faults(store, head, root, log))
    return Checked(size, root, tuple(faults))


def _runs(directory: Path, size: int, workers: int, told: Callable[[int], None]) -> list[Run]:
    tiles = -(-size // WIDTH)
    pieces = [(directory, first, min(first + _RUN, tiles), size) for first in range(0, tiles, _RUN)]
    if len(pieces) < 2 or workers < 2:
        return [_piece(piece) for piece in pieces]
    runs: list[Run] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for run in pool.map(_piece, pieces, chunksize=4):
            runs.append(run)
            told(min(size, (run.first + _RUN) * WIDTH))
    return runs


def _piece(piece: tuple[Path, int, int, int]) -> Run:
    directory, first, last, size = piece
    return audit_run(first, last, size, FileLogStore(directory).read)


def _published_size(store: FileLogStore) -> int:
    """A log that others wrote has no head of ours; its checkpoint says how far it goes."""
    note = store.checkpoint()
    return Checkpoint.parse(Note.parse(note).text).size if note else 0


def _checkpoint_faults(store: FileLogStore, head: Head | None, root: bytes, log: VerifierKey | None) -> list[Fault]:
    data = store.checkpoint()
    if data is None:
        return []
    try:
        checkpoint = open_checkpoint(data, log)[0] if log else Checkpoint.parse(Note.parse(data).text)
    except (BadNote, BadSignature) as error:
        return [Fault("checkpoint", Text(f"检查点签名或格式有误: {error}", str(error)))]
    try:
        if head is None:
            check_growth(checkpoint.size, checkpoint.root, checkpoint.size, root, [])
        else:
            proof = Sequencer(store).growth_proof(checkpoint.size, head.size)
            check_growth(checkpoint.size, checkpoint.root, head.size, root, proof)
    except (NotProven, DamagedLog, LookupError, BadTile, Defect) as error:
        return [Fault("checkpoint", Text(f"检查点与条目不符: {error}", f"it is not of these entries: {error}"))]
    return []
