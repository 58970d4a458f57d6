"""A log in a directory, in the layout that the world's readers know (C2SP tlog-tiles), safe against crashes.

    checkpoint, tile/...      what others read
    head                      what is committed; replaced last, so it is the commit point
    lock                      held while one commit is under way (flock: the system frees it when a process dies)

A commit writes every new file under a temporary name, syncs it, renames it, syncs the directories, and then replaces
`head`. A crash before that leaves the old head, whose files were never touched: a full tile is written once, and a
partial one carries its width in its name. Partial tiles are removed once their full one is committed, as the
specification allows; nothing else ever is.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from hengdai.adapters.evidence.disk import Disk
from hengdai.evidence.keys import decode_base64, encode_base64
from hengdai.evidence.storage import Head, Moved
from hengdai.evidence.tiles import Absent

_FORMAT = "hengdai.log-head/1"


class UnreadableHead(Exception):
    """The head file is not one that this program wrote."""


class FileLogStore:
    """A `LogStore` in `directory`, which is made with the first commit."""

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        self._root = directory
        self._disk = disk or Disk()

    @property
    def directory(self) -> Path:
        """Where the log lies."""
        return self._root

    def head(self) -> Head | None:
        """The committed head; raises :class:`UnreadableHead` when the file is not ours."""
        try:
            lines = (self._root / "head").read_text(encoding="utf-8").split("\n")
            if lines[0] != _FORMAT or len(lines) != 5:
                raise ValueError(f"found {lines[0][:40]!r} and {len(lines) - 1} lines, expected {_FORMAT} and 4")
            return Head(int(lines[1]), decode_base64(lines[2]), int(lines[3]))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UnreadableHead(f"存证日志头无法读取 / unreadable head {self._root / 'head'}: {error}") from None

    def read(self, path: str) -> bytes:
        """The bytes of a file of the log; raises `Absent` when there is none."""
        try:
            return (self._root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise Absent(str(self._root / path)) from None

    def commit(self, before: Head | None, after: Head, files: Mapping[str, bytes]) -> None:
        """Keep `files` and move the head, all or nothing, durable on return; raises `Moved`."""
        with self._alone():
            if self.head() != before:
                raise Moved(f"the head of {self._root} has moved")
            self._write(files)
            text = f"{_FORMAT}\n{after.size}\n{encode_base64(after.root)}\n{after.taken}\n"
            self._disk.replace(self._root / "head", text.encode())
            self._drop_partials(files)

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last, or None."""
        try:
            return (self._root / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def publish(self, size: int, note: bytes) -> bool:
        """Replace the published checkpoint unless a larger one stands."""
        with self._alone():
            known = self.checkpoint()
            if known is not None and int(known.split(b"\n")[1]) > size:
                return False
            self._disk.replace(self._root / "checkpoint", note)
            return True

    def _write(self, files: Mapping[str, bytes]) -> None:
        directories: dict[Path, None] = {}
        renames: list[tuple[Path, Path]] = []
        for path, data in files.items():
            target = self._root / path
            if target.parent not in directories:
                directories.update(dict.fromkeys(self._made(target.parent)))
            beside = target.with_name(f".{target.name}.new")
            self._disk.create(beside, data)
            renames.append((beside, target))
        # All are written before the first is synced: a journalling file system then makes most of them durable at once.
        for beside, _ in renames:
            self._disk.sync(beside)
        for beside, target in renames:
            self._disk.rename(beside, target)
        for directory in directories:
            self._disk.sync(directory)

    def _made(self, directory: Path) -> Iterator[Path]:
        """The directory, and every parent in which a new name has to become durable."""
        yield directory
        missing = directory
        while not missing.exists():
            missing = missing.parent
            yield missing
        self._disk.make_directory(directory)

    def _drop_partials(self, files: Mapping[str, bytes]) -> None:
        """A full tile that is committed makes its partial ones superfluous. Failing to tidy is no failure."""
        for path in files:
            partials = self._root / f"{path}.p"
            if ".p/" in path or not partials.is_dir():
                continue
            with contextlib.suppress(OSError):
                for partial in partials.iterdir():
                    self._disk.remove(partial)
                partials.rmdir()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._disk.make_directory(self._root)
        descriptor = os.open(self._root / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
