"""Signed notes, checkpoints, cosignatures: what the specifications and other people's logs say is read as they say."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.evidence.checkpoint import Checkpoint, open_checkpoint
from hengdai.evidence.cosignature import cosign, open_cosignature, signed_bytes
from hengdai.evidence.keys import BadKey, Ed25519Signer, MlDsaSigner, SignatureType, VerifierKey, sm2_key
from hengdai.evidence.log import sign_checkpoint
from hengdai.evidence.note import BadNote, BadSignature, Note, SignatureLine, open_note, sign_note
from hengdai.evidence.storage import Head
from hengdai.evidence.tree import leaf_hash
from tests.evidence.conftest import load_json

LOG = Ed25519Signer("evidence.example/prime/2026", b"\x01" * 32)
BANK = Ed25519Signer("witness.example/bank", b"\x02" * 32, SignatureType.COSIGNATURE_ED25519)
NOTARY = MlDsaSigner("witness.example/notary-pq", b"\x03" * 32)
TREE = Checkpoint("evidence.example/prime/2026", 17, leaf_hash(b"root"))


def cosigned_note() -> Note:
    note = sign_note(str(TREE), LOG)
    return note.with_lines(cosign(BANK, TREE, 1_767_225_600), cosign(NOTARY, TREE, 1_767_225_601))


def test_the_example_of_the_signed_note_specification_opens() -> None:
    # Go's note package documents this note and key; C2SP signed-note is its format.
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert open_note(Note.parse(text.encode()), key)
    with pytest.raises(BadSignature):
        open_note(Note.parse(text.replace("answer", "Answer").encode()), key)


def test_every_checkpoint_of_the_tessera_log_opens(vectors: Path) -> None:
    key = VerifierKey.parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    for size in range(16):
        checkpoint, _ = open_checkpoint((vectors / f"tlog-tiles/log/checkpoint.{size}").read_bytes(), key)
        assert checkpoint.size == size


def test_the_cosigned_sample_that_other_verifiers_accepted_opens(vectors: Path) -> None:
    keys = {name: VerifierKey.parse(text) for name, text in load_json(vectors / "generated/log300/vkeys.json").items()}
    data = (vectors / "generated/log300/checkpoint").read_bytes()
    checkpoint, note = open_checkpoint(data, keys.pop("log"))
    assert {name for name, key in keys.items() if open_cosignature(note, checkpoint, key)} == keys.keys()
    assert bytes(note) == data


def test_the_ml_dsa_message_and_signature_made_elsewhere_verify(vectors: Path) -> None:
    sample = load_json(vectors / "generated/mldsa44-cosignature.json")
    key = VerifierKey(
        "witness.example/notary-pq", SignatureType.COSIGNATURE_ML_DSA_44, bytes.fromhex(sample["public_key"])
    )
    checkpoint, _ = open_checkpoint(
        (vectors / "generated/log300/checkpoint").read_bytes(),
        VerifierKey.parse(load_json(vectors / "generated/log300/vkeys.json")["log"]),
    )
    message = bytes.fromhex(sample["message"])
    time = int.from_bytes(message[12 + 1 + len(key.name) :][:8], "big")
    assert signed_bytes(key, checkpoint, time) == message
    assert key.verifies(message, bytes.fromhex(sample["signature"]))
    assert not key.verifies(message[:-1] + b"?", bytes.fromhex(sample["signature"]))


def test_a_note_reads_back_as_it_was_written() -> None:
    note = cosigned_note()
    assert Note.parse(bytes(note)) == note
    assert open_checkpoint(bytes(note), LOG.key)[0] == TREE
    for signer, time in ((BANK, 1_767_225_600), (NOTARY, 1_767_225_601)):
        found = open_cosignature(note, TREE, signer.key)
        assert found is not None
        assert found.time == time


def test_any_byte_changed_in_a_cosigned_note_is_refused() -> None:
    data = bytes(cosigned_note())
    ours = (BANK.key, NOTARY.key)
    places = [*range(330), *range(330, len(data), 37)]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            checkpoint, note = open_checkpoint(bytes(changed), LOG.key)
            missing = [key for key in ours if not open_cosignature(note, checkpoint, key)]
        except (BadNote, BadSignature):
            continue
        # A changed name or key id makes the line a stranger's: it is not counted.
        assert missing, f"byte {place} changed and nobody noticed"


def test_the_latest_of_several_cosignatures_of_one_witness_counts() -> None:
    note = sign_note(str(TREE), LOG).with_lines(cosign(BANK, TREE, 50), cosign(BANK, TREE, 90), cosign(BANK, TREE, 70))
    found = open_cosignature(note, TREE, BANK.key)
    assert found is not None
    assert found.time == 90


def test_a_cosignature_does_not_pass_for_another_tree_or_another_witness() -> None:
    other = Checkpoint(TREE.origin, 18, TREE.root)
    note = sign_note(str(other), LOG).with_lines(cosign(BANK, TREE, 50))
    with pytest.raises(BadSignature):
        open_cosignature(note, other, BANK.key)
    relabelled = SignatureLine("witness.example/notary-pq", NOTARY.key.id, cosign(BANK, other, 50).signature)
    with pytest.raises(BadSignature):
        open_cosignature(sign_note(str(other), LOG).with_lines(relabelled), other, NOTARY.key)


def test_a_checkpoint_signed_by_the_wrong_key_is_refused() -> None:
    stranger = Ed25519Signer(LOG.key.name, b"\x09" * 32)
    with pytest.raises(BadSignature, match="no signature"):
        open_checkpoint(bytes(sign_note(str(TREE), stranger)), LOG.key)
    forged = SignatureLine(LOG.key.name, LOG.key.id, stranger.sign(str(TREE).encode()))
    with pytest.raises(BadSignature, match="invalid signature"):
        open_checkpoint(bytes(Note(str(TREE), (forged,))), LOG.key)
    with pytest.raises(BadNote, match="the checkpoint is of"):
        open_checkpoint(bytes(sign_note(str(TREE), LOG)), stranger_key("evidence.example/other/2026"))


def stranger_key(name: str) -> VerifierKey:
    return Ed25519Signer(name, b"\x07" * 32).key


@pytest.mark.parametrize(
    "text",
    [
        "log\n1\n",
        "log\n01\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "log\n-1\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "log\n1e3\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "log\n٣\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "log\n1\n" + base64.b64encode(b"x" * 31).decode() + "\n",
        "log\n1\nnot base64\n",
        "log\n0\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        f"log\n{2**63}\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "\n1\n" + base64.b64encode(b"x" * 32).decode() + "\n",
        "log\n1\n" + base64.b64encode(b"x" * 32).decode(),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "data",
    [b"", b"text\n", b"text\n\n", b"text\n\nno dash\n", "text\n\n— name !!!\n".encode(),
     "text\n\n— name AAAA\n".encode(),
     b"te\x00xt\n\n", b"\xff\xfe\n\n", "text\n\n— na+me AAAAAAAA\n".encode(), "text\n\n— name AAAAAAAA".encode()],
)  # fmt: skip
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadNote):
        Note.parse(data)


@pytest.mark.parametrize(
    "text",
    ["", "name", "name+00000000", "name+00000000+AQ==", "na me+0+AQ==", "+00000000+AQ==", "name+zz+%%%",
     "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
)  # fmt: skip
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        VerifierKey.parse(text)


def test_a_key_reads_back_as_it_was_written() -> None:
    for signer in (LOG, BANK, NOTARY):
        assert VerifierKey.parse(str(signer.key)) == signer.key


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_reader_fail_otherwise_than_by_refusal(data: bytes) -> None:
    try:
        note = Note.parse(data)
        Checkpoint.parse(note.text)
    except BadNote:
        pass
    else:
        assert bytes(note) == data or any(not line.canonical for line in note.lines)


class OpensslSm2:
    """An SM2 signer as a party would provide one: the key stays with a tool of its own (here `openssl`)."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "sm2.key"
        self._run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:sm2", "-out", str(self._key))
        public = self._run("pkey", "-in", str(self._key), "-pubout", "-outform", "DER")
        (folder / "sm2.pub").write_bytes(public)
        self.key = sm2_key(LOG.key.name, public[-65:])

    def sign(self, message: bytes) -> bytes:
        return self._run("dgst", "-sm3", "-sign", str(self._key), "-sigopt", "distid:1234567812345678", data=message)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        beside = self._key.with_name("signature")
        beside.write_bytes(signature)
        public = ("-keyform", "DER", "-verify", str(self._key.with_name("sm2.pub")))
        command = ["openssl", "dgst", "-sm3", *public, "-signature", str(beside), "-sigopt", "distid:1234567812345678"]
        return subprocess.run(command, input=message, capture_output=True, check=False).returncode == 0

    @staticmethod
    def _run(*arguments: str, data: bytes = b"") -> bytes:
        return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def test_a_log_may_carry_an_sm2_line_that_others_pass_over(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to sign with SM2")
    signer = OpensslSm2(tmp_path)
    note = sign_checkpoint(TREE.origin, Head(TREE.size, TREE.root, 0), [LOG, signer, NOTARY], 1)
    checkpoint, opened = open_checkpoint(bytes(note), LOG.key)
    (line,) = opened.of(signer.key)
    assert checkpoint == TREE
    assert signer.verifies(opened.text.encode(), line.signature)
    assert not signer.verifies(opened.text.encode() + b".", line.signature)
    assert VerifierKey.parse(str(signer.key)) == signer.key
    assert not signer.key.verifies(opened.text.encode(), line.signature), "no SM2 is checked in software of ours"
    with pytest.raises(BadKey):
        sm2_key("log", b"x" * 65)


@pytest.mark.parametrize("size", ["9" * 5000, "9223372036854775808", "01", "-1", "+1", "1 ", "１", "1_0", ""])
def test_a_size_that_is_no_plain_number_is_refused_as_a_bad_note(size: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(f"log.example\n{size}\n{base64.b64encode(TREE.root).decode()}\n")


@given(st.binary(max_size=60), st.integers(0, 2000), st.integers(0, 80))
def test_whatever_is_put_in_or_cut_out_a_note_is_read_or_refused_and_never_verifies(
    new: bytes, at: int, cut: int
) -> None:
    good = bytes(cosigned_note())
    at = min(at, len(good))
    bad = good[:at] + new + good[at + cut :]
    try:
        checkpoint, _ = open_checkpoint(bad, LOG.key)
    except (BadNote, BadSignature):
        return
    assert checkpoint == TREE
