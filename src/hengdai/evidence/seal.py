"""Getting a checkpoint sealed: what a log sends to a witness, and what it makes of the answer.

A witness is not trusted either: a cosignature counts only once it verifies, whatever the status says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import open_cosignature
from hengdai.evidence.note import BadNote, BadSignature, Note, SignatureLine
from hengdai.evidence.policy import Policy, Witness
from hengdai.evidence.witness import Request

Prove = Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Asking:
    """A checkpoint to be cosigned: the log's signed note (no witness lines) and how to prove its growth."""

    checkpoint: Checkpoint
    note: Note
    prove: Prove

    @classmethod
    def of(cls, policy: Policy, note: Note, prove: Prove) -> "Asking":
        """Send the log's own lines only: a witness has no use for those of others."""
        own = Note(note.text, tuple(line for line in note.lines if line.name == policy.log.name))
        return cls(Checkpoint.parse(note.text), own, prove)

    def request(self, old: int) -> bytes:
        """The request to a witness that holds size `old`; one that holds more is asked from our own size."""
        start = min(old, self.checkpoint.size)
        return bytes(Request(start, tuple(self.prove(start, self.checkpoint.size)), bytes(self.note)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one witness: its good lines, else why not; the size it says it holds; whether to ask again."""

    lines: tuple[SignatureLine, ...]
    why_not: str = ""
    holds: int | None = None
    again: bool = False


def take_cosignatures(asking: Asking, witness: Witness, status: int, body: str) -> Outcome:
    """Make sense of a witness's answer. Nothing in it is believed before it verifies."""
    size = asking.checkpoint.size
    if status == 409:
        return _conflict(body.strip(), size)
    if status != 200:
        return Outcome((), f"refused with {status}: {body.strip()[:200]}")
    try:
        answered = Note.parse((asking.note.text + "\n" + body).encode())
        found = open_cosignature(answered, asking.checkpoint, witness.key)
    except (BadNote, BadSignature) as error:
        return Outcome((), f"not a cosignature of {witness.name}: {error}")
    if found is None:
        return Outcome((), f"no cosignature of {witness.name} in the answer")
    return Outcome(answered.of(witness.key), holds=size)


def _conflict(stated: str, size: int) -> Outcome:
    if not (stated.isascii() and stated.isdigit()):
        return Outcome((), f"refused with 409 and no size: {stated[:60]!r}")
    holds = int(stated)
    if holds > size:
        # Either we lost history or the witness was shown another one. Both are for people to look at.
        return Outcome((), f"holds size {holds}, beyond our {size}", holds)
    return Outcome((), f"holds size {holds}", holds, again=True)
