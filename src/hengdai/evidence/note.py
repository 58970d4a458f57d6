"""A signed note (C2SP signed-note): a text, an empty line, and signature lines of whoever vouches for the text.

    This is the text.
    It ends with a line feed, which is signed too.

    — example.com/key base64(key id (4 bytes) || signature)

The text holds no control character but the line feed. Reading a note takes it apart and verifies nothing:
`Note.of(key)` gives the signatures that claim to be of a key; what they sign depends on the key's type
(`checkpoint` and `cosignature` know). Lines of unknown keys are kept and mean nothing.
"""

import base64
from dataclasses import dataclass

from hengdai.evidence.keys import Signer, VerifierKey, decode_base64, encode_base64

MAX_NOTE = 1_000_000  # bytes; what Go's note package takes
MAX_SIGNATURES = 100
_DASH = "— "


class BadNote(ValueError):
    """The bytes are no signed note; the message says where."""


class BadSignature(ValueError):
    """A line of a known key does not verify: the whole note is refused."""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line: who claims to have signed, by which key, and what stands behind the key id."""

    name: str
    key_id: bytes
    signature: bytes
    canonical: bool = True

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending with a line feed) and its signature lines."""

    text: str
    lines: tuple[SignatureLine, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Take a note apart; raises :class:`BadNote`."""
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadNote(f"a note is UTF-8 text: {error}") from None
        if len(data) > MAX_NOTE or any(char < " " and char != "\n" for char in whole):
            raise BadNote(f"a note has at most {MAX_NOTE} bytes and no control character but the line feed")
        head, gap, tail = whole.rpartition("\n\n")
        if not gap or not tail.endswith("\n"):
            raise BadNote("a note is a text, an empty line and signature lines that end with a line feed")
        lines = tail[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise BadNote(f"a note has at most {MAX_SIGNATURES} signature lines, found {len(lines)}")
        return cls(head + "\n", tuple(_line(line) for line in lines))

    def of(self, key: VerifierKey) -> tuple[SignatureLine, ...]:
        """The lines that claim to be of `key`."""
        return tuple(line for line in self.lines if line.name == key.name and line.key_id == key.id)

    def with_lines(self, *lines: SignatureLine) -> "Note":
        """The same text with more lines; one that is there already is not repeated."""
        return Note(self.text, tuple(dict.fromkeys((*self.lines, *lines))))

    def __bytes__(self) -> bytes:
        return str(self).encode()

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(line) for line in self.lines)


def sign_note(text: str, *signers: Signer) -> Note:
    """The note of `text` with a plain signature of each signer (type 0x01); `text` must end with a line feed."""
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise BadNote("the text of a note ends with a line feed and has no other control character")
    lines = [SignatureLine(signer.key.name, signer.key.id, signer.sign(text.encode())) for signer in signers]
    return Note(text, tuple(lines))


def open_note(note: Note, key: VerifierKey) -> bool:
    """Whether `note` has a plain signature of `key`; one that is there and fails raises :class:`BadSignature`."""
    lines = note.of(key)
    for line in lines:
        if not line.canonical or not key.verifies(note.text.encode(), line.signature):
            raise BadSignature(f"invalid signature of {key.name}")
    return bool(lines)


def _line(text: str) -> SignatureLine:
    name, space, encoded = text.removeprefix(_DASH).partition(" ")
    if not text.startswith(_DASH) or not space or not name or "+" in name:
        raise BadNote(f"a signature line is '— name base64', found {text[:80]!r}")
    try:
        return _decoded(name, decode_base64(encoded), canonical=True)
    except ValueError:
        # Another spelling of base64 still says whose key it claims to be; it never verifies.
        return _decoded(name, _loosely(encoded), canonical=False)


def _decoded(name: str, data: bytes, *, canonical: bool) -> SignatureLine:
    if len(data) < 5:
        raise BadNote(f"a signature line of {name} has no room for key id and signature")
    return SignatureLine(name, data[:4], data[4:], canonical)


def _loosely(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise BadNote(f"a signature is base64: {error}") from None
