"""The evidence bundle: everything about one subject in one file that a stranger checks offline.

Its bytes and the order of checks are fixed in docs/reference/evidence-format.md §6. `write_bundle` makes the file,
`verify_bundle` says whether it holds and, if not, which link broke. The same check exists twice more on purpose,
without a line in common: `verify.py` beside this module, and the page `verify.html`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hengdai.base.check import check
from hengdai.base.text import Text
from hengdai.evidence.anchor import Anchor
from hengdai.evidence.bundle_form import FORMAT, Form, Item, Unreadable, read_form, spell
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import open_cosignature
from hengdai.evidence.keys import VerifierKey, decode_base64, encode_base64
from hengdai.evidence.note import BadNote, BadSignature, Note, SignatureLine, open_note
from hengdai.evidence.policy import BadPolicy, Policy
from hengdai.evidence.record import Kept, commit, instant
from hengdai.evidence.tree import NotProven, check_inclusion, leaf_hash


class Link(StrEnum):
    """The links of the chain from a record to the people who vouch for it, in the order they are checked."""

    FORM = "form"
    SEAL = "seal"
    POLICY = "policy"
    LOG_SIGNATURE = "log-signature"
    COSIGNATURE = "cosignature"
    QUORUM = "quorum"
    COMMITMENT = "commitment"
    SUBJECT = "subject"
    INCLUSION = "inclusion"
    ORDER = "order"
    CHAIN = "chain"
    ANCHOR = "anchor"


MEANING: Mapping[Link, Text] = {
    Link.FORM: Text("文件不是本格式的规范写法", "the file is not the canonical form of a bundle"),
    Link.SEAL: Text("文件在导出后受损", "the file was damaged after it was made"),
    Link.POLICY: Text("见证策略不可用或与自备策略不同", "the policy cannot be used, or is not the one you brought"),
    Link.LOG_SIGNATURE: Text("日志未签署该检查点", "the log did not sign this checkpoint"),
    Link.COSIGNATURE: Text("见证方签名不成立", "a witness did not sign this checkpoint"),
    Link.QUORUM: Text("见证人数不足", "too few witnesses signed"),
    Link.COMMITMENT: Text("记录与入链承诺不符", "the record is not the one that was logged"),
    Link.SUBJECT: Text("记录属于另一标的", "the record is of another subject"),
    Link.INCLUSION: Text("记录不在日志中", "the record is not in the log"),
    Link.ORDER: Text("记录次序有误", "the records do not stand in the order of the log"),
    Link.CHAIN: Text("此前有记录被略去, 或属于另一线索", "a record was left out before it, or it is of another thread"),
    Link.ANCHOR: Text("外部锚定并非针对该检查点", "the anchor does not speak of this checkpoint"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A link that does not hold, where (`log 0`, `record 3`, …), and what was found."""

    link: Link
    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.link} ({self.where or '全文 / file'}): {MEANING[self.link]} — {self.why}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on a bundle. `exit` is 0 valid, 3 not valid, 2 unreadable."""

    broken: tuple[Broken, ...]
    subject: str = ""
    records: tuple[Mapping[str, object] | None, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    fingerprint: str = ""

    @property
    def exit(self) -> int:
        """0, 2 or 3, as the commands answer."""
        if not self.broken:
            return 0
        return 2 if self.broken[0].link is Link.FORM else 3


@dataclass(frozen=True, slots=True)
class Sealed:
    """A log as a bundle carries it: signed checkpoint, the policy it was sealed under, its operator's witnesses."""

    note: Note
    policy: str
    operators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proven:
    """A kept record with its inclusion proof in the tree of `logs[log]`. `shown` False: only its leaf is given."""

    kept: Kept
    proof: Sequence[bytes]
    log: int = 0
    shown: bool = True


def write_bundle(
    subject: str, logs: Sequence[Sealed], records: Sequence[Proven], anchors: Sequence[Anchor], made_at: datetime
) -> bytes:
    """The file about `subject`. Signature lines of strangers are left out; nothing is verified here."""
    check(bool(logs), "a bundle has at least one log")
    whole: dict[str, object] = {
        "anchors": [one.form() for one in anchors],
        "format": FORMAT,
        "logs": [{"checkpoint": str(_known_lines(log))} for log in logs],
        "made_at": instant(made_at),
        "operators": sorted({name for log in logs for name in log.operators}),
        "policies": [log.policy for log in logs],
        "records": [_item(one) for one in sorted(records, key=lambda one: (one.log, one.kept.index))],
        "subject": subject,
    }
    return spell({**whole, "seal": hashlib.sha256(spell(whole)).hexdigest()})


def fingerprint(policies: Sequence[str], operators: Sequence[str]) -> str:
    """SHA-256 (hex) of the policies and of which witnesses the operator runs, to be compared with one got elsewhere."""
    return hashlib.sha256("\n".join([*policies, *(f"operator {name}" for name in operators)]).encode()).hexdigest()


def verify_bundle(data: bytes, trusted: Sequence[str] | None = None) -> Verification:
    """Check every link. `trusted` are the texts of policies that the verifier brought; None takes the bundle's own."""
    try:
        form = read_form(data)
    except Unreadable as error:
        return Verification((Broken(Link.FORM, "", str(error)),))
    broken: list[Broken] = []
    if hashlib.sha256(form.unsealed).hexdigest() != form.seal:
        broken.append(Broken(Link.SEAL, "", f"expected SHA-256 {form.seal}"))
    broken.extend(_operators(form))
    notes = [_log(form, place, trusted, broken) for place in range(len(form.checkpoints))]
    trees = [_tree(note) for note in notes]
    for place in range(len(form.records)):
        broken.extend(_record(form, place, trees))
    for place, (log, anchor) in enumerate(form.anchors):
        note = notes[log]
        if note is None or not anchor.speaks_of(note.text.encode()):
            broken.append(Broken(Link.ANCHOR, f"anchor {place}", f"{anchor.kind} of another checkpoint"))
    return Verification(
        tuple(broken),
        form.subject,
        tuple(item.record for item in form.records),
        tuple(tree for tree in trees if tree),
        fingerprint(form.policies, form.operators),
    )


def _known_lines(log: Sealed) -> Note:
    policy = Policy.parse(log.policy, _present(log.policy, log.operators))
    keys = [policy.log, *(one.key for one in policy.witnesses.values())]
    return Note(log.note.text, tuple(line for key in keys for line in log.note.of(key)[-1:]))


def _present(text: str, operators: Sequence[str]) -> list[str]:
    """The operators that are witnesses of that policy; the others run witnesses of another year's log."""
    names = _witness_names(text)
    return [name for name in operators if name in names]


def _witness_names(text: str) -> set[str]:
    return {words[1] for words in map(str.split, text.split("\n")) if len(words) > 2 and words[0] == "witness"}


def _item(one: Proven) -> dict[str, object]:
    return {
        "index": one.kept.index,
        "leaf": json.loads(one.kept.leaf),
        "log": one.log,
        "proof": [encode_base64(value) for value in one.proof],
        "record": json.loads(one.kept.record) if one.shown else None,
        "salt": one.kept.salt.hex() if one.shown else None,
    }


def _operators(form: Form) -> list[Broken]:
    known = {name for text in form.policies for name in _witness_names(text)}
    strangers = sorted(set(form.operators) - known)
    if strangers:
        return [Broken(Link.POLICY, "operators", f"no witnesses: {strangers}")]
    once = len(set(form.operators)) == len(form.operators)
    return [] if once else [Broken(Link.POLICY, "operators", "one is named twice")]


def _log(form: Form, place: int, trusted: Sequence[str] | None, broken: list[Broken]) -> Note | None:
    """Check the links of one log; gives its note when it can be read at all."""
    where, text = f"log {place}", form.policies[place]
    policy = None
    try:
        policy = Policy.parse(text, _present(text, form.operators))
        if trusted is not None and text not in trusted:
            broken.append(Broken(Link.POLICY, where, "another policy than the one you brought"))
    except BadPolicy as error:
        broken.append(Broken(Link.POLICY, where, str(error)))
    try:
        note = Note.parse(form.checkpoints[place].encode())
    except BadNote as error:
        broken.append(Broken(Link.LOG_SIGNATURE, where, str(error)))
        return None
    if not all(line.canonical for line in note.lines):
        broken.append(Broken(Link.LOG_SIGNATURE, where, "base64 in another spelling"))
        return None
    tree = _tree(note)
    if tree is None:
        broken.append(Broken(Link.LOG_SIGNATURE, where, "not a checkpoint of origin, size and root"))
    elif policy is not None:
        broken.extend(_lines(policy, tree, note, where))
    return note


def _tree(note: Note | None) -> Checkpoint | None:
    try:
        tree = Checkpoint.parse(note.text) if note else None
    except BadNote:
        return None
    return tree if tree and not tree.extension else None


def _lines(policy: Policy, tree: Checkpoint, note: Note, where: str) -> list[Broken]:
    keys = {(one.key.name, one.key.id): name for name, one in policy.witnesses.items()}
    found: list[Broken] = []
    signed: set[str] = set()
    seen: set[tuple[str, bytes]] = set()
    for line in note.lines:
        mark = (line.name, line.key_id)
        if mark in seen:
            found.append(Broken(Link.COSIGNATURE, where, f"two lines of {line.name}"))
        elif mark != (policy.log.name, policy.log.id):
            name = keys.get(mark)
            if name and _cosigned(line, note.text, tree, policy.witnesses[name].key):
                signed.add(name)
            else:
                found.append(Broken(Link.COSIGNATURE, where, f"the line of {line.name} does not verify"))
        seen.add(mark)
    if tree.origin != policy.log.name or not _signed_by_log(policy, note):
        found.append(Broken(Link.LOG_SIGNATURE, where, f"not signed by {policy.log.name}"))
    if not policy.satisfied(signed):
        found.append(Broken(Link.QUORUM, where, f"signed by {sorted(signed) or 'nobody'} only"))
    return found


def _cosigned(line: SignatureLine, text: str, tree: Checkpoint, key: VerifierKey) -> bool:
    try:
        return open_cosignature(Note(text, (line,)), tree, key) is not None
    except BadSignature:
        return False


def _signed_by_log(policy: Policy, note: Note) -> bool:
    try:
        return open_note(Note(note.text, note.of(policy.log)[:1]), policy.log)
    except BadSignature:
        return False


def _record(form: Form, place: int, trees: Sequence[Checkpoint | None]) -> list[Broken]:
    item, where = form.records[place], f"record {place}"
    before = form.records[place - 1] if place else None
    found = _opening(form.subject, item, where)
    tree = trees[item.log]
    if tree is not None:
        try:
            proof = [decode_base64(value) for value in item.proof]
            check_inclusion(item.index, tree.size, leaf_hash(spell(item.leaf)), proof, tree.root)
        except (NotProven, ValueError) as error:
            found.append(Broken(Link.INCLUSION, where, str(error)))
    if before and (before.log, before.index) >= (item.log, item.index):
        found.append(Broken(Link.ORDER, where, f"index {item.index} after {before.index}"))
    expected = before.leaf["commitment"] if before else None
    if item.leaf["previous"] != expected or item.leaf["thread"] != form.records[0].leaf["thread"]:
        found.append(Broken(Link.CHAIN, where, f"it follows {item.leaf['previous']}, not {expected}"))
    return found


def _opening(subject: str, item: Item, where: str) -> list[Broken]:
    """Whether salt and record open the leaf's commitment; nothing to say when they are not shown."""
    if item.record is None or item.salt is None:
        return []
    found: list[Broken] = []
    opened = commit(item.salt, spell(item.record)) if item.salt else ""
    stated = str(item.leaf["commitment"])
    if not hmac.compare_digest(opened.encode(), stated.encode()) or item.record.get("kind") != item.leaf["kind"]:
        found.append(Broken(Link.COMMITMENT, where, f"it does not open {stated}"))
    if item.record.get("subject") != subject:
        found.append(Broken(Link.SUBJECT, where, f"it is of {item.record.get('subject')!r}"))
    return found
