"""Whom one trusts, as data (C2SP tlog-policy): the log's key, witnesses, groups of k, and the group that must be met.

    log <verifier key> [<url>]
    witness <name> <verifier key> [<url>]
    group <name> <k | any | all> <member> ...      members are witnesses or groups defined above
    quorum <name | none>

Empty lines and lines that begin with # are passed over. What the text cannot say, the caller does: which witnesses
the log's own operator runs. They may sign, but they are never independence, and a policy that they could satisfy
alone is refused.
"""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hengdai.evidence.checkpoint import Checkpoint, open_checkpoint
from hengdai.evidence.cosignature import Cosigned, open_cosignature
from hengdai.evidence.keys import BadKey, SignatureType, VerifierKey
from hengdai.evidence.note import Note

DEFAULT_PARTIES = ("bank", "facilitator", "examiner", "notary")
DEFAULT_QUORUM = 3  # 2 * 3 - 4 = 2 > 1: one liar is survived
_PART = re.compile(r"(\d+)\s+of\s+(\S+)")


class BadPolicy(ValueError):
    """A policy cannot be read or proves nothing; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A party that cosigns: its name in the policy, its key, where it listens."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Met when `needed` of `members` (witnesses or groups) are."""

    name: str
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quorum:
    """What became of a checkpoint under a policy: `met`, who cosigned, and who of them is independent."""

    met: bool
    cosigned: tuple[Cosigned, ...]
    independent: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A read policy. `operators` are the names of witnesses that the log's operator runs."""

    log: VerifierKey
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str | None
    operators: frozenset[str] = field(default=frozenset())

    @classmethod
    def parse(cls, text: str, operators: Collection[str] = ()) -> "Policy":
        """The policy of that text; raises :class:`BadPolicy`."""
        policy = _Reader(text, frozenset(operators)).policy()
        unknown = sorted(policy.operators - policy.witnesses.keys())
        if unknown:
            raise BadPolicy(f"运营方见证方不在策略中 / operators that are no witnesses of the policy: {unknown}")
        if policy.quorum is not None and policy.satisfied(policy.operators):
            raise BadPolicy("运营方可独自满足的策略不成立 / a quorum that the operator can fill alone proves nothing")
        return policy

    def satisfied(self, names: Collection[str]) -> bool:
        """Whether cosignatures of those witnesses meet the quorum; a policy without one is met by nobody."""
        return self.quorum is not None and self._met(self.quorum, frozenset(names))

    def judge(self, checkpoint: Checkpoint, note: Note) -> Quorum:
        """Who of the policy's witnesses vouches for `checkpoint`; a line that fails raises `BadSignature`."""
        found = {name: open_cosignature(note, checkpoint, one.key) for name, one in self.witnesses.items()}
        names = [name for name, cosigned in found.items() if cosigned]
        return Quorum(
            met=self.satisfied(names),
            cosigned=tuple(cosigned for cosigned in found.values() if cosigned),
            independent=tuple(name for name in names if name not in self.operators),
            missing=tuple(name for name in self.witnesses if name not in names),
        )

    def open(self, data: bytes) -> tuple[Checkpoint, Note, Quorum]:
        """A signed checkpoint under this policy; raises `BadNote` or `BadSignature`. Look at `Quorum.met`."""
        checkpoint, note = open_checkpoint(data, self.log)
        return checkpoint, note, self.judge(checkpoint, note)

    def survives(self) -> int:
        """How many lying witnesses the policy survives: two histories need more than that many to sign both.

        For k of n it is 2k - n - 1. Looked up over all sets of witnesses (2**n: meant for n ≤ 12 or so).
        """
        names = list(self.witnesses)
        sets = [frozenset(some) for k in range(len(names) + 1) for some in itertools.combinations(names, k)]
        meeting = [some for some in sets if self.satisfied(some)]
        smallest = [some for some in meeting if not any(other < some for other in meeting)]
        common = [len(one & other) for one in smallest for other in smallest]
        return min(common, default=0) - 1

    def _met(self, name: str, names: frozenset[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in names
        return sum(self._met(member, names) for member in group.members) >= group.needed


class _Reader:
    """Reads a policy line by line; each failure names the line."""

    def __init__(self, text: str, operators: frozenset[str]) -> None:
        self._operators = operators
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._quorum: str | None = None
        self._quorum_seen = False
        if not re.fullmatch("[ -~\n]*", text):
            raise BadPolicy("策略须为可打印 ASCII 文本 / a policy is printable ASCII text")
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if words and not words[0].startswith("#"):
                try:
                    self._take(words[0], words[1:])
                except (BadKey, BadPolicy, ValueError) as error:
                    raise BadPolicy(f"策略第 {number} 行 / policy line {number}: {error}") from None

    def policy(self) -> Policy:
        if len(self._logs) != 1 or not self._quorum_seen:
            raise BadPolicy(f"a policy has one log and one quorum line, found {len(self._logs)} logs")
        return Policy(self._logs[0], self._witnesses, self._groups, self._quorum, self._operators)

    def _take(self, kind: str, words: Sequence[str]) -> None:
        readers = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum_line}
        reader = readers.get(kind)
        if reader is None:
            raise BadPolicy(f"unknown word {kind!r}; known: {', '.join(readers)}")
        reader(words)

    def _log(self, words: Sequence[str]) -> None:
        if len(words) not in (1, 2):
            raise BadPolicy("expected: log <verifier key> [<url>]")
        key = VerifierKey.parse(words[0])
        if key.kind is not SignatureType.ED25519:
            raise BadPolicy(f"a log's key is Ed25519 (type 0x01), found {key.kind.name}")
        self._logs.append(key)

    def _witness(self, words: Sequence[str]) -> None:
        if len(words) not in (2, 3):
            raise BadPolicy("expected: witness <name> <verifier key> [<url>]")
        name, key = self._new(words[0]), VerifierKey.parse(words[1])
        if key.kind not in (SignatureType.COSIGNATURE_ED25519, SignatureType.COSIGNATURE_ML_DSA_44):
            raise BadPolicy(f"a witness's key is a cosigner's (0x04 or 0x06), found {key.kind.name}")
        if any(other.key.public == key.public for other in self._witnesses.values()):
            raise BadPolicy(f"witness {name} has the key of another witness: one key, one voice")
        self._witnesses[name] = Witness(name, key, words[2] if len(words) == 3 else "")

    def _group(self, words: Sequence[str]) -> None:
        if len(words) < 3:
            raise BadPolicy("expected: group <name> <k | any | all> <member> ...")
        name, members = self._new(words[0]), tuple(words[2:])
        unknown = [one for one in members if one not in self._witnesses and one not in self._groups]
        if unknown or len(set(members)) != len(members):
            raise BadPolicy(f"members are defined above and named once, found {unknown or list(members)}")
        needed = {"any": 1, "all": len(members)}.get(words[1])
        if needed is None:
            needed = int(words[1]) if words[1].isdigit() else 0
        if not 1 <= needed <= len(members):
            raise BadPolicy(f"a group needs 1 to {len(members)} of its members, found {words[1]!r}")
        self._groups[name] = Group(name, needed, members)

    def _quorum_line(self, words: Sequence[str]) -> None:
        if self._quorum_seen or len(words) != 1:
            raise BadPolicy("expected once: quorum <name | none>")
        if words[0] != "none" and words[0] not in self._groups and words[0] not in self._witnesses:
            raise BadPolicy(f"quorum {words[0]!r} is not defined above")
        self._quorum, self._quorum_seen = (None if words[0] == "none" else words[0]), True

    def _new(self, name: str) -> str:
        if name in self._witnesses or name in self._groups or name == "none":
            raise BadPolicy(f"the name {name!r} is taken")
        return name


def policy_text(log: VerifierKey, roles: Mapping[str, Sequence[Witness]], wanted: str) -> str:
    """The policy of an expression such as `"2 of funders and 1 of examiners"`; `roles` says who they are.

    A witness may stand in several roles. Raises :class:`BadPolicy` for a role nobody has or more than there are.
    """
    parts = [_PART.fullmatch(part.strip()) for part in wanted.split(" and ")]
    lines = [f"log {log}"]
    known = {one.name: one for role in roles.values() for one in role}
    lines += [f"witness {one.name} {one.key} {one.url}".rstrip() for one in known.values()]
    names = []
    for part in parts:
        if part is None or part[2] not in roles:
            raise BadPolicy(
                f"expected '2 of funders and 1 of examiners' with roles of {sorted(roles)}, found {wanted!r}"
            )
        names.append(part[2])
        lines.append(f"group {part[2]} {part[1]} {' '.join(one.name for one in roles[part[2]])}")
    lines += [f"group everyone all {' '.join(names)}", "quorum everyone"] if len(names) > 1 else [f"quorum {names[0]}"]
    text = "\n".join(lines) + "\n"
    Policy.parse(text)
    return text


def default_policy(log: VerifierKey, witnesses: Mapping[str, Witness]) -> str:
    """Three of bank, facilitator, examiner and notary; the facilitator runs the log and is no independence."""
    missing = [party for party in DEFAULT_PARTIES if party not in witnesses]
    if missing:
        raise BadPolicy(f"默认策略缺少见证方 / the default policy lacks witnesses: {missing}")
    parties = [witnesses[party] for party in DEFAULT_PARTIES]
    return policy_text(log, {"parties": parties}, f"{DEFAULT_QUORUM} of parties")
