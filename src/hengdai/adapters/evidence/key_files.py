"""Private seeds in files that only their owner can read. A seed is 32 bytes, written once as hex and never replaced."""

import os
import stat
from pathlib import Path


class UnsafeKey(Exception):
    """A key file is readable by others, or is no key file."""


def make_seed(path: Path) -> bytes:
    """Draw a seed from the system and keep it in `path` (mode 0600); raises `FileExistsError` if there is one."""
    seed = os.urandom(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, seed.hex().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return seed


def read_seed(path: Path) -> bytes:
    """The seed in `path`; raises :class:`UnsafeKey` when others may read it or it is no seed."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnsafeKey(f"密钥文件可被他人读取 / others may read the key {path}; run chmod 600 {path}")
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise UnsafeKey(f"密钥文件无法读取 / {path} does not hold 32 bytes in hex")
    return seed
