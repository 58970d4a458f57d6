"""Cosignatures (C2SP tlog-cosignature): a witness states that at this time this was the log's latest tree it saw grow.

    0x04 Ed25519    signs "cosignature/v1\\ntime <seconds>\\n" || the checkpoint's text
    0x06 ML-DSA-44  signs the structure below, in which the cosigner's name and the tree stand, not the text

        "subtree/v1\\n" 0x00 | uint8 length, cosigner's name | uint64 time
        | uint8 length, origin | uint64 0 | uint64 size | root (32 bytes)

On the line stands key id || uint64 time || signature. Times are seconds since 1970, UTC.
"""

from dataclasses import dataclass

from hengdai.base.check import check
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.keys import SignatureType, Signer, VerifierKey
from hengdai.evidence.note import BadSignature, Note, SignatureLine

_TIME = 8  # bytes of the time before the signature
_KINDS = (SignatureType.COSIGNATURE_ED25519, SignatureType.COSIGNATURE_ML_DSA_44)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A verified cosignature: whose, and when it says it was made (seconds since 1970)."""

    key: VerifierKey
    time: int


def signed_bytes(key: VerifierKey, checkpoint: Checkpoint, time: int) -> bytes:
    """What the signature of `key` at `time` is over."""
    check(key.kind in _KINDS, "a cosignature is made by a cosigner's key", kind=key.kind)
    check(0 <= time < 1 << 63, "a time is a non-negative number of seconds", time=time)
    if key.kind is SignatureType.COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {time}\n{checkpoint}".encode()
    tree = _whole(0) + _whole(checkpoint.size) + checkpoint.root
    return b"subtree/v1\n\x00" + _short(key.name) + _whole(time) + _short(checkpoint.origin) + tree


def cosign(signer: Signer, checkpoint: Checkpoint, time: int) -> SignatureLine:
    """The line with which `signer` vouches for `checkpoint` at `time`."""
    signature = signer.sign(signed_bytes(signer.key, checkpoint, time))
    return SignatureLine(signer.key.name, signer.key.id, _whole(time) + signature)


def open_cosignature(note: Note, checkpoint: Checkpoint, key: VerifierKey) -> Cosigned | None:
    """The cosignature of `key` on `note`, or None when it has none; one that fails raises :class:`BadSignature`.

    Of several valid lines of one key the latest counts.
    """
    latest: Cosigned | None = None
    for line in note.of(key):
        time = int.from_bytes(line.signature[:_TIME], "big")
        if not line.canonical or len(line.signature) <= _TIME or time >> 63:
            raise BadSignature(f"invalid cosignature of {key.name}")
        if not key.verifies(signed_bytes(key, checkpoint, time), line.signature[_TIME:]):
            raise BadSignature(f"invalid cosignature of {key.name}")
        if latest is None or time > latest.time:
            latest = Cosigned(key, time)
    return latest


def _whole(value: int) -> bytes:
    return value.to_bytes(8, "big")


def _short(text: str) -> bytes:
    data = text.encode()
    check(1 <= len(data) <= 255, "a name in a cosignature has 1 to 255 bytes", name=text)
    return bytes([len(data)]) + data
