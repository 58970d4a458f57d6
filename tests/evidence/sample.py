"""A small lending programme whose loan has left evidence in two yearly logs, sealed by witnesses, anchored twice."""

import hashlib
import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hengdai.evidence.anchor import Anchor
from hengdai.evidence.bundle import Proven, Sealed, write_bundle
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, SignatureType
from hengdai.evidence.log import EMPTY_EDGE, grow, sign_checkpoint
from hengdai.evidence.policy import Witness, default_policy
from hengdai.evidence.record import Attachment, Kept, Provenance, Record, RecordKind, chain, opening_leaf, shard_origin
from hengdai.evidence.storage import Head
from hengdai.evidence.tree import leaf_hash, prove_inclusion, reader_of

PROGRAMME = "evidence.example/prime"
SUBJECT = "01936d1e-7c00-7000-8000-00000000a001"
PARTIES = ("bank", "facilitator", "examiner", "notary")
THREAD_KEY = b"\x21" * 32
MADE_AT = datetime(2027, 2, 1, tzinfo=UTC)


def witness_of(name: str) -> Ed25519Signer:
    """The Ed25519 key of a party's witness."""
    seed = leaf_hash(name.encode())
    return Ed25519Signer(f"witness.example/{name}", seed, SignatureType.COSIGNATURE_ED25519)


def log_of(year: int) -> Ed25519Signer:
    """The log's key of that year."""
    return Ed25519Signer(shard_origin(PROGRAMME, year), leaf_hash(str(year).encode()))


def pq_of(year: int) -> MlDsaSigner:
    """The log's ML-DSA-44 key of that year."""
    return MlDsaSigner(shard_origin(PROGRAMME, year), leaf_hash(b"pq" + str(year).encode()))


def policy_of(year: int) -> str:
    """Three of the four parties; the log's own ML-DSA key stands beside them and counts for nothing."""
    witnesses = {name: Witness(name, witness_of(name).key) for name in PARTIES}
    text = default_policy(log_of(year).key, witnesses)
    return text.replace("group parties", f"witness log-pq {pq_of(year).key}\ngroup parties")


def records_of(count: int, seed: int = 7) -> list[tuple[bytes, Record]]:
    """Salts and records of one loan, a week apart, over New Year."""
    draw = random.Random(seed)
    kinds = list(RecordKind)
    found = []
    for number in range(count):
        day = date(2026, 12, 20) + timedelta(days=number)
        moment = datetime(day.year, day.month, day.day, 3, 4, 5, number, tzinfo=UTC)
        attachment = Attachment("合同", "application/pdf", 52_311, leaf_hash(bytes([number % 251])).hex())
        record = Record(
            id=f"record-{number}",
            kind=kinds[number % len(kinds)],
            organisation="bank-a",
            subject=SUBJECT,
            counts_for=day,
            known_at=moment,
            provenance=Provenance("张三 @ 柜台", '平板 "7"', "core", "授权书 2026-12", moment, (attachment,)),
            body={
                "amount": 1_000_000 + number,
                "memo": "还款\n第" + "一二三四"[number % 4] + "期 \u2028 ✓",
                "ok": True,
                "none": None,
            },
            packs=(leaf_hash(b"cn pack").hex(),),
        )
        found.append((draw.randbytes(32), record))
    return found


@dataclass(frozen=True)
class Shard:
    """One year's log: its entries and head."""

    year: int
    entries: list[bytes]

    @property
    def head(self) -> Head:
        """What is committed."""
        return Head(len(self.entries), grow(EMPTY_EDGE, self.entries).edge.root(), len(self.entries))

    @property
    def checkpoint(self) -> Checkpoint:
        """What is signed."""
        return Checkpoint(shard_origin(PROGRAMME, self.year), self.head.size, self.head.root)

    def sealed(self, names: tuple[str, ...] = PARTIES) -> Sealed:
        """The checkpoint with the log's two lines and those witnesses' cosignatures."""
        origin = self.checkpoint.origin
        note = sign_checkpoint(origin, self.head, [log_of(self.year), pq_of(self.year)], 1_800_000_000)
        lines = [cosign(witness_of(name), self.checkpoint, 1_800_000_000) for name in names]
        return Sealed(note.with_lines(*lines), policy_of(self.year), ("facilitator", "log-pq"))

    def proof(self, index: int) -> list[bytes]:
        """The inclusion proof of an entry."""
        return prove_inclusion(index, len(self.entries), reader_of([leaf_hash(entry) for entry in self.entries]))


@dataclass(frozen=True)
class Story:
    """The logs of two years, and the loan's records among others' in them."""

    shards: tuple[Shard, ...]
    records: tuple[Proven, ...]
    anchors: tuple[Anchor, ...]

    def bundle(self, **other: object) -> bytes:
        """The bundle of the loan; `records`, `logs` or `anchors` replace its own."""
        logs = other.get("logs", [shard.sealed() for shard in self.shards])
        records, anchors = other.get("records", self.records), other.get("anchors", self.anchors)
        return write_bundle(SUBJECT, logs, records, anchors, MADE_AT)  # type: ignore[arg-type]


def story(count: int = 24, others: int = 3) -> Story:
    """A loan with `count` records, each followed by `others` entries of other loans."""
    kept = chain(THREAD_KEY, records_of(count))
    first = Shard(2026, [opening_leaf(None)])
    placed: list[tuple[int, Kept]] = []
    shards = [first]
    for (_, record), one in zip(records_of(count), kept, strict=True):
        if record.known_at.year != shards[-1].year:
            shards.append(Shard(record.known_at.year, [opening_leaf(shards[-1].checkpoint)]))
        entries = shards[-1].entries
        placed.append((len(shards) - 1, replace(one, index=len(entries))))
        entries.append(one.leaf)
        entries.extend(b"another loan's leaf %d" % number for number in range(others))
    records = tuple(Proven(one, shards[log].proof(one.index), log) for log, one in placed)
    body = str(shards[0].checkpoint).encode()
    token = b"\x30\x82\x01\x00 response with the imprint \x04\x20" + leaf_digest(body) + b" and a signature"
    return Story(tuple(shards), records, (Anchor.of_sm3(0, body), Anchor.of_token(0, token)))


def leaf_digest(body: bytes) -> bytes:
    """SHA-256 of a checkpoint's body: what a time-stamp authority is shown."""
    return hashlib.sha256(body).digest()
