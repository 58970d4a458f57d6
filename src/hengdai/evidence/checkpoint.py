"""A checkpoint (C2SP tlog-checkpoint): the log's name, its size and its root, signed by the log.

evidence.example/prime/2026          origin
20852163                             size, decimal without leading zeros
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2...  root, base64 of 32 bytes
"""

import re
from dataclasses import dataclass

from hengdai.evidence.keys import SignatureType, VerifierKey, decode_base64, encode_base64
from hengdai.evidence.note import BadNote, BadSignature, Note, open_note
from hengdai.evidence.tree import EMPTY_ROOT, HASH_SIZE

MAX_SIZE = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: `size` entries under `root`. `extension` lines are kept as they came."""

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """A checkpoint from the text of a note; raises :class:`BadNote`."""
        if not text.endswith("\n"):
            raise BadNote("a checkpoint ends with a line feed")
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not lines[0] or not all(lines):
            raise BadNote(f"a checkpoint has origin, size and root and no empty line, found {len(lines)} lines")
        origin, size, root, *extension = lines
        if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
            raise BadNote(f"the size of a checkpoint is a decimal number without leading zeros, found {size[:30]!r}")
        try:
            decoded = decode_base64(root)
        except ValueError as error:
            raise BadNote(f"the root of a checkpoint is base64: {error}") from None
        if len(decoded) != HASH_SIZE:
            raise BadNote(f"the root of a checkpoint has {HASH_SIZE} bytes, found {len(decoded)}")
        if size == "0" and decoded != EMPTY_ROOT:
            raise BadNote("a log of size 0 has the root of the empty tree")
        return cls(origin, int(size), decoded, tuple(extension))

    def __str__(self) -> str:
        return "\n".join([self.origin, str(self.size), encode_base64(self.root), *self.extension]) + "\n"


def open_checkpoint(data: bytes, log: VerifierKey) -> tuple[Checkpoint, Note]:
    """The checkpoint of a signed note of `log`, and the note with its other lines.

    Raises :class:`BadNote` when the bytes are none or speak of another log, and
    :class:`BadSignature` when the log's signature is missing or fails.
    """
    note = Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    if log.kind is not SignatureType.ED25519:
        raise BadSignature(f"a log's key is Ed25519 (0x01), {log.name} has {log.kind.name}")
    if checkpoint.origin != log.name:
        raise BadNote(f"the checkpoint is of {checkpoint.origin!r}, the key is of {log.name!r}")
    if not open_note(note, log):
        raise BadSignature(f"no signature of {log.name}")
    return checkpoint, note
