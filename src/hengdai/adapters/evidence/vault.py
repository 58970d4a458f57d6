"""The keys of persons on this machine's disk, outside the database: what is sealed with them opens nowhere without.

    wrapped/<organisation>/           see `key_store`: one wrapped key per person; may be backed up
    organisation/<organisation>/<epoch>.key   wraps them, mode 0600; never backed up: an HSM's place
    watermark/<organisation>.key      ties a copy that turned up to its release

After a rotation the old organisation key is gone, and with it every older copy of `wrapped`: backups do not resurrect.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Iterable
from pathlib import Path

from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.key_files import make_seed, read_seed
from hengdai.adapters.evidence.key_store import Erased, FileKeyStore
from hengdai.evidence.sealing import (
    KEY_SIZE,
    NONCE_SIZE,
    CannotOpen,
    Place,
    Suite,
    open_sealed,
    rewrap_key,
    seal,
    unwrap_key,
    wrap_key,
)

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


class FileVault:
    """See :class:`hengdai.app.ports.Vault`; payloads are sealed by `suite`, and opened by the one they name."""

    def __init__(self, root: Path, suite: Suite = Suite.AES_256_GCM) -> None:
        self._root = root
        self._suite = suite

    def enrol(self, org: str, person: str) -> None:
        """Give the person a key if she has none; raises :class:`CannotOpen` for one who was erased."""
        store = self._store(org)
        try:
            if store.wrapped(person) is None:
                key = _seed(self._key_path(org, store.epoch()))
                store.put(person, wrap_key(key, os.urandom(KEY_SIZE)))
        except Erased as erased:
            raise CannotOpen(str(erased)) from None

    def seal(self, org: str, person: str, place: str, plain: bytes) -> bytes | None:
        """`plain` under the person's key, bound to `place`; None for one who was erased."""
        key = self._data_key(org, person)
        return None if key is None else seal(key, os.urandom(NONCE_SIZE), Place(person, place), plain, self._suite)

    def open(self, org: str, person: str, place: str, sealed: bytes) -> bytes | None:
        """What was sealed there; None for one who was erased. Changed bytes raise :class:`CannotOpen`."""
        key = self._data_key(org, person)
        return None if key is None or not sealed else open_sealed(key, Place(person, place), sealed)

    def digest(self, org: str, person: str, content: bytes) -> str:
        """A digest of what is about the person, under her key (hex); raises :class:`CannotOpen` for one erased."""
        key = self._data_key(org, person)
        if key is None:
            raise CannotOpen(f"{person} 已抹除 / is erased")
        return hmac.new(key, b"hengdai.about/1\n" + content, hashlib.sha256).hexdigest()

    def erase(self, org: str, person: str) -> None:
        """Destroy the person's key here; she gets none again. Done before, it is done again without harm."""
        self._store(org).erase(person)

    def rotate(self, org: str, erased: Iterable[str]) -> int:
        """Wrap every key with a fresh organisation key and destroy the old one; how many. `erased` are left out."""
        store = self._store(org)
        for person in erased:
            store.erase(person)
        old = self._organisation_key(org, store.epoch())
        epoch = str(int(store.epoch()) + 1)
        path = self._key_path(org, epoch)
        new = read_seed(path) if path.exists() else make_seed(path)  # of a rotation that was killed
        count = store.rotate(epoch, lambda wrapped: rewrap_key(old, new, wrapped))
        for each in self._key_path(org, epoch).parent.glob("*.key"):
            if each.name != f"{epoch}.key":
                _destroy(each)
        return count

    def watermark_key(self, org: str) -> bytes:
        """The organisation's key for watermarks, drawn when first asked for."""
        return _seed(self._root / "watermark" / f"{_name(org)}.key")

    def _data_key(self, org: str, person: str) -> bytes | None:
        """None for an erased person; one without a key here raises :class:`CannotOpen`: another folder, most likely."""
        store = self._store(org)
        epoch = store.epoch()
        try:
            wrapped = store.wrapped(person)
            if wrapped is None:
                raise CannotOpen(f"{self._root} 中没有 {org} 的 {person} 的密钥 / holds no key of {person} of {org}")
            return unwrap_key(self._organisation_key(org, epoch), wrapped)
        except Erased:
            return None
        except CannotOpen:
            if store.epoch() == epoch:
                raise
        return self._data_key(org, person)  # the keys were rotated meanwhile

    def _store(self, org: str) -> FileKeyStore:
        return FileKeyStore(self._root / "wrapped" / _name(org))

    def _organisation_key(self, org: str, epoch: str) -> bytes:
        try:
            return read_seed(self._key_path(org, epoch))
        except FileNotFoundError:
            raise CannotOpen(f"机构 {org} 第 {epoch} 期密钥不在 / the key {epoch} of {org} is not here") from None

    def _key_path(self, org: str, epoch: str) -> Path:
        return self._root / "organisation" / _name(org) / f"{epoch}.key"


def _seed(path: Path) -> bytes:
    try:
        return read_seed(path)
    except FileNotFoundError:
        try:
            return make_seed(path)
        except FileExistsError:  # another process was faster
            return read_seed(path)


def _destroy(path: Path) -> None:
    disk = Disk()
    disk.create(path, b"0" * path.stat().st_size)
    disk.sync(path)
    disk.remove(path)
    disk.sync(path.parent)


def _name(org: str) -> str:
    if not _SAFE.fullmatch(org):
        raise ValueError(f"机构编号不能作文件名 / no file is named {org[:40]!r}")
    return org
