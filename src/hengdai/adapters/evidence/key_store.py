"""Where persons' wrapped data keys live: files, one per person, in a folder per epoch of the organisation's key.

    epoch                       the current epoch's name; replaced last, so it is the commit point of a rotation
    keys/<epoch>/<person>       40 bytes, wrapped with that epoch's organisation key
    erased/<person>             empty; an erased person gets no key again, whatever a backup brings back

Erasing removes the file and leaves the mark. Rotating wraps every key that is left anew; once the old organisation key
is destroyed, no backup of this folder from before the rotation opens anything: backups do not resurrect.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from hengdai.adapters.evidence.disk import Disk

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")


class Erased(Exception):
    """The person was erased; there is no key and there will be none."""


class FileKeyStore:
    """Wrapped keys in `directory`. Durable on return; one change at a time across processes."""

    def __init__(self, directory: Path, first_epoch: str = "1", disk: Disk | None = None) -> None:
        self._root = directory
        self._first = _name(first_epoch)
        self._disk = disk or Disk()

    def epoch(self) -> str:
        """The name of the organisation key under which everything is wrapped now."""
        try:
            return (self._root / "epoch").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return self._first

    def wrapped(self, person: str) -> bytes | None:
        """The person's wrapped key, or None; raises :class:`Erased`."""
        if (self._root / "erased" / _name(person)).exists():
            raise Erased(f"{person} 已抹除 / is erased")
        try:
            return self._path(person).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, person: str, wrapped: bytes) -> bytes:
        """Keep the first key of a person; a second one changes nothing. Gives the one that is kept."""
        with self._alone():
            known = self.wrapped(person)
            if known is not None:
                return known
            self._disk.replace(self._path(person), wrapped)
            return wrapped

    def erase(self, person: str) -> None:
        """Mark the person erased, durably, then destroy the key in every epoch that is still on the disk."""
        with self._alone():
            self._disk.replace(self._root / "erased" / _name(person), b"")
            for path in self._root.glob(f"keys/*/{_name(person)}"):
                self._destroy(path)

    def rotate(self, epoch: str, rewrap: Callable[[bytes], bytes]) -> int:
        """Wrap every key anew for `epoch` and make it the current one; gives how many.

        Killed at any point, the store is in the old epoch or in the new one, whole. Keys of erased persons that a
        backup brought back are not taken along. Afterwards the caller destroys the old organisation key.
        """
        with self._alone():
            old, new = self._root / "keys" / self.epoch(), self._root / "keys" / _name(epoch)
            if old == new:
                raise ValueError(f"密钥期次未变 / the epoch is {epoch} already")
            people = [path for path in sorted(old.glob("*")) if _SAFE.fullmatch(path.name)]
            living = [path for path in people if not (self._root / "erased" / path.name).exists()]
            for path in living:
                self._disk.replace(new / path.name, rewrap(path.read_bytes()))
            self._disk.replace(self._root / "epoch", epoch.encode())
            for path in people:
                self._destroy(path)
            return len(living)

    def _destroy(self, path: Path) -> None:
        """Write over the bytes, then remove the name. What the medium keeps beneath is what `rotate` is for."""
        with contextlib.suppress(FileNotFoundError):
            self._disk.create(path, b"\x00" * max(40, path.stat().st_size))
            self._disk.sync(path)
        self._disk.remove(path)
        self._disk.sync(path.parent)

    def _path(self, person: str) -> Path:
        return self._root / "keys" / self.epoch() / _name(person)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._disk.make_directory(self._root)
        descriptor = os.open(self._root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _name(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise ValueError(
            f"假名须为字母, 数字与 _ . : - / a pseudonym is letters, digits and _ . : -, found {text[:40]!r}"
        )
    return text
