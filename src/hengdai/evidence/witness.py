"""A witness (C2SP tlog-witness): cosigns a log's checkpoint only if the tree it saw last has grown into it.

The decision on one `add-checkpoint` request is a pure function of the request, what the witness holds for that log, and
the time. Its answers, in the order in which they are looked for:

    400  the request cannot be read, or claims an old size beyond the checkpoint
    404  the log is unknown
    403  the log's signature is missing or wrong
    409  the old size is not the one held (the body says which is held)
    422  the proof does not show growth, or one size has two roots
    200  cosigned; the body is the signature lines

A request is `old <size>`, up to 63 base64 hashes, an empty line, and the signed checkpoint. What a log signed and
cannot be true of one growing tree is reported and kept with both notes. Two roots for one size prove misbehaviour by
themselves; a rollback or a failing proof is a reason to look.
Whoever calls must store `Decision.hold` durably, by compare-and-set against what was held, before the answer leaves.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hengdai.evidence.checkpoint import Checkpoint, open_checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.keys import Signer, VerifierKey, decode_base64, encode_base64
from hengdai.evidence.note import BadNote, BadSignature, Note
from hengdai.evidence.tree import EMPTY_ROOT, MAX_PROOF, NotProven, check_growth

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
MAX_REQUEST = 1_100_000  # bytes: a full note and a full proof
_SIZE = re.compile(rb"0|[1-9][0-9]{0,18}")


class Wrong(StrEnum):
    """What a witness reports about a log."""

    SPLIT_VIEW = "split_view"
    ROLLBACK = "rollback"
    NO_GROWTH = "no_growth"


@dataclass(frozen=True, slots=True)
class Held:
    """What a witness holds for a log: the largest tree it cosigned, the signed note, and its last time."""

    checkpoint: Checkpoint
    note: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Report:
    """A log's signed contradiction: what kind, what was held, and the note that contradicts it."""

    wrong: Wrong
    origin: str
    held: bytes
    shown: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, what to hold from now on (None: no change), and what to report (None: nothing)."""

    status: int
    body: str
    content_type: str = TEXT_TYPE
    origin: str = ""
    hold: Held | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A read `add-checkpoint` request."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """Raises `ValueError` that says what was found."""
        head, gap, note = body.partition(b"\n\n")
        lines = head.split(b"\n")
        word, space, old = lines[0].partition(b" ")
        if not gap or word != b"old" or not space or not _SIZE.fullmatch(old):
            raise ValueError("expected 'old <size>', proof lines, an empty line and a checkpoint")
        if len(lines) - 1 > MAX_PROOF:
            raise ValueError(f"a consistency proof has at most {MAX_PROOF} hashes, found {len(lines) - 1}")
        proof = tuple(decode_base64(line.decode("ascii", "replace")) for line in lines[1:])
        return cls(int(old), proof, note)

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *map(encode_base64, self.proof)]
        return "\n".join(lines).encode() + b"\n\n" + self.note


@dataclass(frozen=True, slots=True)
class Witnessing:
    """Who the witness is and whose logs it watches, by origin."""

    signers: Sequence[Signer]
    logs: Mapping[str, VerifierKey]


def origin_of(body: bytes) -> str:
    """Which log a request speaks of, so that what is held can be looked up; empty when it cannot be read."""
    try:
        return Checkpoint.parse(Note.parse(Request.parse(body).note).text).origin
    except ValueError:
        return ""


def decide(who: Witnessing, body: bytes, held: Held | None, now: int) -> Decision:
    """Answer one `add-checkpoint` request. `held` is what the witness holds for :func:`origin_of` the request."""
    try:
        request = Request.parse(body)
        stated = Checkpoint.parse(Note.parse(request.note).text)
    except ValueError as error:
        return Decision(400, f"malformed request: {error}\n")
    key = who.logs.get(stated.origin)
    if key is None:
        return Decision(404, f"unknown log {stated.origin}\n", origin=stated.origin)
    try:
        checkpoint, _ = open_checkpoint(request.note, key)
    except (BadNote, BadSignature) as error:
        return Decision(403, f"invalid signature: {error}\n", origin=stated.origin)
    return _judge(who, request, checkpoint, held, now)


def _judge(who: Witnessing, request: Request, checkpoint: Checkpoint, held: Held | None, now: int) -> Decision:
    origin = checkpoint.origin
    size, root = (held.checkpoint.size, held.checkpoint.root) if held else (0, EMPTY_ROOT)
    if request.old > checkpoint.size:
        return Decision(400, f"old size {request.old} is beyond the checkpoint's {checkpoint.size}\n", origin=origin)
    if held and checkpoint.size == size and checkpoint.root != root:
        # Two roots for one size, both signed: said whatever old size the request claims.
        return Decision(
            422,
            f"consistency proof: two roots for size {size}\n",
            origin=origin,
            report=Report(Wrong.SPLIT_VIEW, origin, held.note, request.note, now),
        )
    if request.old != size:
        rollback = held is not None and checkpoint.size < size
        report = Report(Wrong.ROLLBACK, origin, held.note, request.note, now) if held and rollback else None
        return Decision(409, f"{size}\n", SIZE_TYPE, origin, report=report)
    try:
        check_growth(size, root, checkpoint.size, checkpoint.root, request.proof)
    except NotProven as error:
        report = Report(Wrong.NO_GROWTH, origin, held.note, request.note, now) if held else None
        return Decision(422, f"consistency proof does not verify: {error}\n", origin=origin, report=report)
    # A clock that was set back does not make a witness's own times go back.
    time = max(now, held.time) if held else now
    lines = [cosign(signer, checkpoint, time) for signer in who.signers]
    note = Note.parse(request.note)
    kept = Note(note.text, tuple(line for line in note.lines if line.name == origin)).with_lines(*lines)
    hold = Held(checkpoint, bytes(kept), time)
    return Decision(200, "".join(str(line) for line in lines), origin=origin, hold=hold)
