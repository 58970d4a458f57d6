"""Four parties' witnesses in processes of their own: killed, stopped, lied to. Three of four must see one history."""

import hashlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.adapters.evidence.publisher import Publisher
from hengdai.adapters.evidence.witness_client import Sealed, post, seal
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, VerifierKey
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.note import Note
from hengdai.evidence.policy import DEFAULT_PARTIES, Policy, Witness, default_policy
from hengdai.evidence.storage import Head
from hengdai.evidence.tree import leaf_hash, prove_growth, reader_of, root_of
from hengdai.evidence.witness import Request

ROOT = Path(__file__).resolve().parents[2]
WITNESS = [sys.executable, "-m", "hengdai.entry.witness"]


@dataclass
class Party:
    """A witness of one party: its directory, its port, its process."""

    name: str
    home: Path
    port: int
    key: VerifierKey
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def watch(self, key: VerifierKey) -> None:
        subprocess.run([*WITNESS, "watch", str(self.home), str(key)], cwd=ROOT, check=True, capture_output=True)

    def start(self) -> None:
        command = [*WITNESS, "run", str(self.home), "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT)

    def wait(self) -> None:
        for _ in range(600):
            try:
                self.get("/")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(f"witness {self.name} does not answer on {self.url}")

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            data: bytes = answer.read()
        return data

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def new_party(directory: Path, name: str) -> Party:
    home = directory / name
    command = [*WITNESS, "new", str(home), "--name", f"witness.example/{name}"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return Party(name, home, free_port(), VerifierKey.parse(told[0]))


@dataclass
class History:
    """A log as its operator holds it: able to sign and prove any prefix of its leaves."""

    leaves: list[bytes]
    log: Ed25519Signer
    pq: MlDsaSigner

    def note(self, size: int) -> Note:
        head = Head(size, root_of(self.leaves[:size]), size)
        return sign_checkpoint(self.log.key.name, head, [self.log, self.pq], 1_767_225_600)

    def prove(self, old: int, new: int) -> list[bytes]:
        return prove_growth(old, new, reader_of(self.leaves))

    def forged(self) -> "History":
        return History([leaf_hash(b"forged"), *self.leaves[1:]], self.log, self.pq)

    def add(self, party: Party, old: int, new: int) -> tuple[int, str]:
        body = bytes(Request(old, tuple(self.prove(min(old, new), new)), bytes(self.note(new))))
        return post(party.url, body, 20)


def new_history(origin: str) -> History:
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(300)]
    return History(leaves, Ed25519Signer(origin, leaf_hash(origin.encode())), MlDsaSigner(origin, b"\x06" * 32))


TROUBLES = ["grows", "killed", "stopped", "split", "rollback", "strangers", "published"]


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Party]]:
    """The four default parties, each with its witness running and watching one log for each test below."""
    directory = tmp_path_factory.mktemp("witnesses")
    found = {name: new_party(directory, name) for name in DEFAULT_PARTIES}
    for party in found.values():
        lines = [str(new_history(f"evidence.example/{trouble}/2026").log.key) for trouble in TROUBLES]
        party.watch(VerifierKey.parse(lines[0]))
        (party.home / "logs").write_text("".join(f"{line}\n" for line in lines))
        party.start()
    for party in found.values():
        party.wait()
    yield found
    for party in found.values():
        party.kill()


def policy_of(history: History, parties: dict[str, Party]) -> Policy:
    witnesses = {name: Witness(name, party.key, party.url) for name, party in parties.items()}
    return Policy.parse(default_policy(history.log.key, witnesses), operators={"facilitator"})


def sealed_at(history: History, parties: dict[str, Party], size: int, timeout: float = 20) -> Sealed:
    return seal(policy_of(history, parties), history.note(size), history.prove, {}, timeout)


def test_a_log_that_grows_is_sealed_by_all_four(parties: dict[str, Party]) -> None:
    history = new_history("evidence.example/grows/2026")
    for size in (1, 2, 100, 100, 300):
        sealed = sealed_at(history, parties, size)
        assert sealed.quorum.met
        assert sealed.quorum.missing == ()
        assert sealed.quorum.independent == ("bank", "examiner", "notary")
    checkpoint, _, quorum = policy_of(history, parties).open(bytes(sealed.note))
    assert (checkpoint.size, quorum.met) == (300, True)
    assert len(sealed.note.lines) == 2 + 4
    notary = parties["notary"]
    served = notary.get(f"/{hashlib.sha256(checkpoint.origin.encode()).hexdigest()}/checkpoint")
    assert Checkpoint.parse(Note.parse(served).text) == checkpoint


def test_with_two_witnesses_killed_the_day_stays_open_until_one_is_back_with_its_memory(
    parties: dict[str, Party],
) -> None:
    history = new_history("evidence.example/killed/2026")
    assert sealed_at(history, parties, 50).quorum.met
    for name in ("examiner", "notary"):
        parties[name].kill()
    alone = sealed_at(history, parties, 60)
    assert not alone.quorum.met
    assert alone.quorum.missing == ("examiner", "notary")
    assert "no answer" in alone.outcomes["notary"].why_not
    for name in ("examiner", "notary"):
        parties[name].start()
        parties[name].wait()
    assert history.forged().add(parties["notary"], 50, 60)[0] == 422, "it forgot what it had seen"
    assert sealed_at(history, parties, 60).quorum.missing == ()


def test_a_witness_that_does_not_answer_in_time_costs_its_own_voice_only(parties: dict[str, Party]) -> None:
    history = new_history("evidence.example/stopped/2026")
    parties["bank"].signal(signal.SIGSTOP)
    try:
        sealed = sealed_at(history, parties, 40, timeout=3)
    finally:
        parties["bank"].signal(signal.SIGCONT)
    assert sealed.quorum.met
    assert sealed.quorum.missing == ("bank",)


def test_two_histories_shown_to_two_pairs_are_sealed_by_neither_and_found_out(parties: dict[str, Party]) -> None:
    true, forged = new_history("evidence.example/split/2026"), new_history("evidence.example/split/2026").forged()
    assert true.add(parties["bank"], 0, 80)[0] == 200
    assert true.add(parties["facilitator"], 0, 80)[0] == 200
    assert forged.add(parties["examiner"], 0, 80)[0] == 200
    assert forged.add(parties["notary"], 0, 80)[0] == 200
    for history, deceived in ((true, ("examiner", "notary")), (forged, ("bank", "facilitator"))):
        sealed = sealed_at(history, parties, 90)
        assert not sealed.quorum.met
        assert sealed.quorum.missing == deceived
        for name in deceived:
            assert "422" in sealed.outcomes[name].why_not
            reports = [one for one in json.loads(parties[name].get("/reports")) if one["origin"] == true.log.key.name]
            assert reports, f"{name} reported nothing"
    # Examiner and notary hold size 80 and were shown 90 (no growth); bank and facilitator 90 and another 90.
    caught = [one for one in json.loads(parties["bank"].get("/reports")) if one["wrong"] == "split_view"]
    sizes = {Checkpoint.parse(Note.parse(one[side].encode()).text).size for one in caught for side in ("held", "shown")}
    assert sizes == {90}


def test_a_rollback_is_refused_and_reported(parties: dict[str, Party]) -> None:
    history = new_history("evidence.example/rollback/2026")
    assert history.add(parties["examiner"], 0, 200)[0] == 200
    assert history.add(parties["examiner"], 150, 180) == (409, "200\n")
    assert history.add(parties["examiner"], 0, 250) == (409, "200\n")
    wrong = [one["wrong"] for one in json.loads(parties["examiner"].get("/reports")) if "rollback" in one["origin"]]
    assert wrong == ["rollback"]


def test_strangers_and_nonsense_are_refused(parties: dict[str, Party]) -> None:
    bank = parties["bank"]
    history = new_history("evidence.example/strangers/2026")
    impostor = History(history.leaves, Ed25519Signer(history.log.key.name, b"\x09" * 32), history.pq)
    assert impostor.add(bank, 0, 10)[0] == 403
    assert new_history("evidence.example/unwatched/2026").add(bank, 0, 10)[0] == 404
    assert post(bank.url, b"\xff\xfe", 20)[0] == 400
    assert post(bank.url, b"x" * 1_200_000, 20)[0] == 413
    with pytest.raises(urllib.error.HTTPError, match="404"):
        bank.get("/" + "0" * 64 + "/checkpoint")
    assert json.loads(bank.get("/"))["keys"][0] == str(bank.key)


def test_a_day_is_published_only_with_its_quorum(parties: dict[str, Party], tmp_path: Path) -> None:
    history = new_history("evidence.example/published/2026")
    store, policy = FileLogStore(tmp_path), policy_of(history, parties)
    publisher = Publisher(store, policy, [history.log, history.pq], timeout=20)
    sequencer = Sequencer(store)
    sequencer.append(Batch([b"one", b"two"], 0, 2))
    assert publisher.round(1_767_225_600).quorum.met
    first = store.checkpoint()
    sequencer.append(Batch([b"three"], 2, 3))
    for name in ("bank", "examiner"):
        parties[name].kill()
    assert not publisher.round(1_767_225_601).quorum.met
    assert store.checkpoint() == first, "an unsealed checkpoint was published"
    for name in ("bank", "examiner"):
        parties[name].start()
        parties[name].wait()
    assert publisher.round(1_767_225_602).quorum.missing == ()
    published = store.checkpoint()
    assert published is not None
    assert policy.open(published)[0].size == 3


def test_a_second_new_does_not_replace_a_key(parties: dict[str, Party]) -> None:
    home = parties["notary"].home
    before = (home / "witness.key").read_bytes()
    again = subprocess.run([*WITNESS, "new", str(home), "--name", "other"], cwd=ROOT, capture_output=True, check=False)
    assert again.returncode == 3
    assert (home / "witness.key").read_bytes() == before
    assert (home / "witness.key").stat().st_mode & 0o077 == 0
