"""What the doors ask about evidence: how the log stands, who vouches for it, a loan's leaves with proof, its bundle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hengdai.adapters.evidence.home import EvidenceHome, NotAHome, Watched
from hengdai.adapters.evidence.rounds import Round
from hengdai.adapters.postgres.evidence_records import Found
from hengdai.adapters.postgres.evidence_source import BookLeaves, Standing
from hengdai.app.actor import Actor, Role
from hengdai.entry.sealing import export_loan, index_of
from hengdai.evidence.anchor import Anchor
from hengdai.evidence.bundle import fingerprint
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.log import Sequencer
from hengdai.evidence.note import Note
from hengdai.evidence.record import RecordKind


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness of the policy: whether its line stands on the published checkpoint, when it was last heard of."""

    name: str
    key: str
    operator: bool
    cosigned: int | None
    last_seen: int | None
    why_not: str


@dataclass(frozen=True, slots=True)
class YearState:
    """One year's log: its key and name, how many entries are committed and how many are under the checkpoint.

    `met` says whether the checkpoint has its quorum; None without a policy, when nobody independent vouches.
    """

    year: int
    origin: str
    key: str
    size: int
    note: Note | None
    checkpoint: Checkpoint | None
    rounds: Sequence[Round]
    witnesses: Sequence[WitnessState]
    met: bool | None
    policy_fingerprint: str
    anchors: Sequence[Anchor]

    @property
    def sealed(self) -> int:
        """Entries under the published checkpoint."""
        return self.checkpoint.size if self.checkpoint else 0

    @property
    def sealed_at(self) -> int | None:
        """When the published checkpoint was signed (seconds since 1970), as the rounds remember it."""
        return next((one.time for one in reversed(self.rounds) if one.size == self.sealed), None)


@dataclass(frozen=True, slots=True)
class LogState:
    """The whole evidence: each year, earliest first; leaves by kind; rows without a leaf; the monitor's last look."""

    years: Sequence[YearState]
    kinds: Mapping[RecordKind, int]
    waiting: int
    watched: Watched | None


@dataclass(frozen=True, slots=True)
class LoanLeaf:
    """A leaf of a loan: its place in its year's log, and the record as the book makes it now (None: the row is gone).

    `proof` leads to the published checkpoint; None while no checkpoint covers the leaf.
    """

    standing: Standing
    found: Found | None
    index: int
    checkpoint: Checkpoint | None
    proof: Sequence[bytes] | None


@dataclass
class EvidenceDesk:
    """The evidence in `directory` of the book that `leaves` reads. Until the first sealing there is none."""

    directory: Path
    leaves: BookLeaves
    _counted: Counter[RecordKind] = field(default_factory=Counter, repr=False)
    _upto: int = 0

    def home(self) -> EvidenceHome | None:
        """The evidence, once something was sealed."""
        try:
            return EvidenceHome(self.directory)
        except NotAHome:
            return None

    async def state(self) -> LogState | None:
        """How the evidence stands now; None before the first sealing began."""
        home = self.home()
        if home is None:
            return None
        years = [_year(home, year) for year in home.logs.years()]
        return LogState(years, await self._kinds(), await self.leaves.waiting(), home.watched())

    async def _kinds(self) -> Mapping[RecordKind, int]:
        """Leaves never change, so only those behind the last count are counted."""
        for kind, (leaves, upto) in (await self.leaves.kinds(self._upto)).items():
            self._counted[kind] += leaves
            self._upto = max(self._upto, upto)
        return dict(self._counted)

    async def of_loan(self, org: str, loan: str, viewer: str | None = None) -> list[LoanLeaf]:
        """Every leaf of a loan that `viewer` may read the record of (everybody: None), in order, with its proof."""
        home = self.home()
        if home is None:
            return []
        firsts = await self.leaves.firsts()
        trees = {year: _tree(home, year) for year in home.logs.years()}
        readers = {year: Sequencer(home.logs.store(year)) for year in home.logs.years()}
        made = []
        for standing, found in await self.leaves.of_loan(org, loan):
            if found is not None and not found.holder.shown_to(viewer, org):
                continue
            index, tree = index_of(standing, firsts), trees.get(standing.year)
            covered = tree is not None and index < tree.size
            proof = readers[standing.year].proof_of(index, tree.size) if tree and covered else None
            made.append(LoanLeaf(standing, found, index, tree, proof))
        return made

    async def bundle(self, org: str, loan: str, viewer: str | None = None) -> bytes | None:
        """The bundle of a loan as it is now, None before the first sealing; raises `Unsealable` and `NotSealedYet`."""
        home = self.home()
        return None if home is None else await export_loan(self.leaves, home, loan, org, datetime.now(UTC), viewer)


def viewer_of(actor: Actor) -> str | None:
    """As whom an actor reads what is about a person: an examiner reads everything."""
    return None if actor.role is Role.EXAMINER else actor.org


def _tree(home: EvidenceHome, year: int) -> Checkpoint | None:
    shown = home.logs.store(year).checkpoint()
    return None if shown is None else Checkpoint.parse(Note.parse(shown).text)


def _year(home: EvidenceHome, year: int) -> YearState:
    store, policy, rounds = home.logs.store(year), home.policy(year), home.rounds(year).all()
    head, shown = store.head(), store.checkpoint()
    note = None if shown is None else Note.parse(shown)
    judged = None if policy is None or note is None else policy.judge(Checkpoint.parse(note.text), note)
    cosigned = {} if judged is None else {one.key: one.time for one in judged.cosigned}
    last = rounds[-1] if rounds else None
    witnesses = [] if policy is None else [
        WitnessState(
            name=name,
            key=str(one.key),
            operator=name in policy.operators,
            cosigned=cosigned.get(one.key),
            last_seen=max((each.signed[name] for each in rounds if name in each.signed), default=None),
            why_not=last.why_not.get(name, "") if last else "",
        )
        for name, one in policy.witnesses.items()
    ]  # fmt: skip
    parties = home.bare_parties(year)
    return YearState(
        year=year,
        origin=home.logs.origin(year),
        key=str(home.signers(year)[0].key),
        size=head.size if head else 0,
        note=note,
        checkpoint=None if note is None else Checkpoint.parse(note.text),
        rounds=rounds,
        witnesses=witnesses,
        met=None if judged is None else judged.met,
        policy_fingerprint=fingerprint([parties.policy], sorted(parties.operators)),
        anchors=() if shown is None else home.anchors(year).of(shown),
    )
