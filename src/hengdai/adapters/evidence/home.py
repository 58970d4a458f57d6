"""The directory of one programme's evidence: yearly logs, the keys that sign them, and the policies they are sealed by.

programme                          the name of the lending programme
keys/log.key, log-pq.key           32-byte seeds in hex, mode 0600 (Ed25519 and ML-DSA-44)
keys/thread.key                    the key of the threads' pseudonyms
policies/<year>.policy, .operators the text of the year's policy, and the witnesses that the operator runs
anchors.toml, anchors/<year>/      where checkpoints are anchored and the anchors made, see `anchors`
rounds/<year>.jsonl                what became of each sealing round, see `rounds`
watched.json                       what the monitor found when it last looked
2026/, 2027/                       see `shards`
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hengdai.adapters.evidence.anchors import Anchored, AnchorShelf, Places, read_places
from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.exporter import Parties
from hengdai.adapters.evidence.key_files import make_seed, read_seed
from hengdai.adapters.evidence.publisher import Publisher
from hengdai.adapters.evidence.rounds import Round, Rounds
from hengdai.adapters.evidence.shards import YearlyLogs
from hengdai.base.text import Text
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, Signer
from hengdai.evidence.log import Sequencer, sign_checkpoint
from hengdai.evidence.monitor import Alarm, Concern
from hengdai.evidence.policy import BadPolicy, Policy, Quorum


class NotAHome(Exception):
    """The directory holds no evidence, or that of another programme."""


@dataclass(frozen=True, slots=True)
class Published:
    """A year's checkpoint after a round: how many entries, the quorum, and why each witness did not sign.

    `quorum` is None for a log without a policy, which nobody but its operator vouches for.
    """

    origin: str
    size: int
    quorum: Quorum | None
    why_not: dict[str, str]

    @property
    def sealed(self) -> bool:
        """Whether the witnesses that the policy asks for have signed."""
        return self.quorum is not None and self.quorum.met


@dataclass(frozen=True, slots=True)
class Watched:
    """What the monitor found at `time` (seconds since 1970) when it compared so many leaves with the book."""

    time: int
    compared: int
    alarms: tuple[Alarm, ...]


class EvidenceHome:
    """One programme's evidence in `directory`; raises :class:`NotAHome` when there is none."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        try:
            programme = (directory / "programme").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise NotAHome(f"{directory} 不是存证目录 / holds no evidence: there is no file programme") from None
        self.logs = YearlyLogs(directory, programme)

    @classmethod
    def begin(cls, directory: Path, programme: str) -> "EvidenceHome":
        """Open the home, making it and its keys if need be; one of another programme raises :class:`NotAHome`."""
        for name in ("log.key", "log-pq.key", "thread.key"):
            if not (directory / "keys" / name).exists():
                make_seed(directory / "keys" / name)
        path = directory / "programme"
        if not path.exists():
            Disk().replace(path, programme.encode() + b"\n")
        elif path.read_text(encoding="utf-8").strip() != programme:
            raise NotAHome(f"{directory} 属于另一项目 / is of another programme: {path.read_text().strip()}")
        return cls(directory)

    @property
    def thread_key(self) -> bytes:
        """The key of the threads' pseudonyms."""
        return read_seed(self.directory / "keys" / "thread.key")

    def signers(self, year: int) -> list[Signer]:
        """The two keys of that year's log: one seed each, a name for every year; then those of `anchors.toml`."""
        origin, keys = self.logs.origin(year), self.directory / "keys"
        plain, quantum = Ed25519Signer(origin, read_seed(keys / "log.key")), read_seed(keys / "log-pq.key")
        return [plain, MlDsaSigner(origin, quantum), *(signer(origin) for signer in self.places().signers)]

    def places(self) -> Places:
        """Where checkpoints are anchored; raises `BadAnchors`."""
        return read_places(self.directory / "anchors.toml")

    def anchors(self, year: int) -> AnchorShelf:
        """The anchors of that year's checkpoints."""
        return AnchorShelf(self.directory / "anchors" / str(year))

    def anchor(self, year: int) -> Anchored:
        """Anchor the year's published checkpoint in every place that it is not anchored in yet."""
        note = self.logs.store(year).checkpoint()
        return Anchored((), {}) if note is None else self.anchors(year).anchor(note, self.places())

    def keep_policy(self, text: str, operators: Sequence[str]) -> int:
        """Keep a policy for the year whose log it names; gives the year. Raises :class:`BadPolicy`."""
        policy = Policy.parse(text, operators)
        origin, _, year = policy.log.name.rpartition("/")
        if not year.isdigit() or self.signers(int(year))[0].key != policy.log:
            own = self.logs.origin(int(year)) if year.isdigit() else self.logs.origin(9999)[:-5]
            raise BadPolicy(
                f"策略的日志公钥不是本日志的 / the policy is of the log {origin}/{year}, not of ours ({own})"
            )
        place = self.directory / "policies"
        Disk().replace(place / f"{year}.operators", "".join(f"{name}\n" for name in operators).encode())
        Disk().replace(place / f"{year}.policy", text.encode())
        return int(year)

    def parties(self, year: int) -> Parties | None:
        """The policy kept for that year, or None."""
        place = self.directory / "policies"
        try:
            text = (place / f"{year}.policy").read_text(encoding="utf-8")
            operators = (place / f"{year}.operators").read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return None
        return Parties(text, tuple(operators))

    def bare_parties(self, year: int) -> Parties:
        """The year's policy, or for a log without one a text that says so: no quorum, which nobody can meet."""
        return self.parties(year) or Parties(f"log {self.signers(year)[0].key}\nquorum none\n")

    def policy(self, year: int) -> Policy | None:
        """The same, read."""
        parties = self.parties(year)
        return None if parties is None else Policy.parse(parties.policy, parties.operators)

    def rounds(self, year: int) -> Rounds:
        """What became of the year's sealing rounds."""
        return Rounds(self.directory / "rounds" / f"{year}.jsonl")

    def publish(self, year: int, time: int) -> Published:
        """One round for that year's log at `time` (seconds since 1970). With a policy, only its quorum publishes."""
        store, origin, policy = self.logs.store(year), self.logs.origin(year), self.policy(year)
        head = Sequencer(store).head
        if policy is None:
            store.publish(head.size, bytes(sign_checkpoint(origin, head, self.signers(year), time)))
            self.rounds(year).keep(Round(time, head.size, sealed=False))
            return Published(origin, head.size, None, {})
        done = Publisher(store, policy, self.signers(year)).round(time)
        why_not = {name: outcome.why_not for name, outcome in done.outcomes.items() if outcome.why_not}
        names = {one.key: name for name, one in policy.witnesses.items()}
        signed = {names[one.key]: one.time for one in done.quorum.cosigned}
        self.rounds(year).keep(Round(time, head.size, done.quorum.met, signed, why_not))
        return Published(origin, head.size, done.quorum, why_not)

    def keep_watched(self, watched: Watched) -> None:
        """Keep what the monitor found, in place of what it found before."""
        alarms = [
            {"concern": one.concern.value, "where": one.where, "zh": one.text.zh, "en": one.text.en}
            for one in watched.alarms
        ]
        said = {"alarms": alarms, "compared": watched.compared, "time": watched.time}
        Disk().replace(self.directory / "watched.json", json.dumps(said, ensure_ascii=False).encode())

    def watched(self) -> Watched | None:
        """What the monitor found when it last looked; None when it never did, or what it left does not read."""
        try:
            said = json.loads((self.directory / "watched.json").read_text(encoding="utf-8"))
            alarms = [
                Alarm(Concern(one["concern"]), one["where"], Text(one["zh"], one["en"])) for one in said["alarms"]
            ]
            return Watched(said["time"], said["compared"], tuple(alarms))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
