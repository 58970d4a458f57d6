"""A policy says whose word is enough, and refuses to be filled by the operator alone."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.keys import Ed25519Signer, SignatureType
from hengdai.evidence.log import sign_checkpoint
from hengdai.evidence.note import BadSignature, SignatureLine
from hengdai.evidence.policy import DEFAULT_PARTIES, BadPolicy, Policy, Witness, default_policy, policy_text
from hengdai.evidence.storage import Head
from hengdai.evidence.tree import leaf_hash
from tests.evidence.conftest import load_json

LOG = Ed25519Signer("evidence.example/prime/2026", b"\x01" * 32)
HEAD = Head(9, leaf_hash(b"root"), 9)
TREE = Checkpoint(LOG.key.name, HEAD.size, HEAD.root)


def signer(name: str) -> Ed25519Signer:
    seed = leaf_hash(name.encode())
    return Ed25519Signer(f"witness.example/{name}", seed, SignatureType.COSIGNATURE_ED25519)


def witness(name: str) -> Witness:
    return Witness(name, signer(name).key, f"http://127.0.0.1/{name}")


def note_by(names: Sequence[str]) -> bytes:
    note = sign_checkpoint(LOG.key.name, HEAD, [LOG], 1)
    return bytes(note.with_lines(*(cosign(signer(name), TREE, 100) for name in names)))


DEFAULT = default_policy(LOG.key, {name: witness(name) for name in DEFAULT_PARTIES})


def test_by_default_three_of_four_seal_and_two_do_not() -> None:
    policy = Policy.parse(DEFAULT, operators={"facilitator"})
    for count in range(5):
        for names in itertools.combinations(DEFAULT_PARTIES, count):
            _, _, quorum = policy.open(note_by(names))
            assert quorum.met is (count >= 3)
            assert quorum.independent == tuple(name for name in names if name != "facilitator")
            assert set(quorum.missing) == set(DEFAULT_PARTIES) - set(names)


def test_by_default_one_liar_is_survived() -> None:
    assert Policy.parse(DEFAULT).survives() == 1


@pytest.mark.parametrize(("needed", "of"), [(1, 1), (1, 3), (2, 3), (3, 4), (4, 5), (5, 7)])
def test_k_of_n_survives_two_k_minus_n_minus_one_liars(needed: int, of: int) -> None:
    members = [witness(f"w{number}") for number in range(of)]
    policy = Policy.parse(policy_text(LOG.key, {"parties": members}, f"{needed} of parties"))
    assert policy.survives() == max(2 * needed - of, 0) - 1


def test_two_of_funders_and_one_of_examiners_is_read_as_it_says() -> None:
    roles = {"funders": [witness(name) for name in ("a", "b", "c")], "examiners": [witness("x"), witness("y")]}
    policy = Policy.parse(policy_text(LOG.key, roles, "2 of funders and 1 of examiners"))
    assert policy.satisfied({"a", "c", "y"})
    assert not policy.satisfied({"a", "b", "c"})
    assert not policy.satisfied({"a", "x", "y"})


def test_the_operator_alone_can_never_fill_a_quorum() -> None:
    roles = {"parties": [witness("own-1"), witness("own-2"), witness("bank")]}
    text = policy_text(LOG.key, roles, "2 of parties")
    assert Policy.parse(text, operators={"own-1"}).satisfied({"own-1", "bank"})
    with pytest.raises(BadPolicy, match="operator"):
        Policy.parse(text, operators={"own-1", "own-2"})
    with pytest.raises(BadPolicy, match="no witnesses"):
        Policy.parse(text, operators={"nobody"})


def test_a_policy_without_quorum_is_met_by_nobody() -> None:
    policy = Policy.parse(f"log {LOG.key}\nquorum none\n")
    assert not policy.open(note_by([]))[2].met


def test_a_forged_cosignature_refuses_the_whole_checkpoint() -> None:
    forged = SignatureLine(signer("bank").key.name, signer("bank").key.id, cosign(signer("notary"), TREE, 1).signature)
    note = sign_checkpoint(LOG.key.name, HEAD, [LOG], 1).with_lines(forged)
    with pytest.raises(BadSignature):
        Policy.parse(DEFAULT).open(bytes(note))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text.replace("log ", "#log ", 1), "one log"),
        (lambda text: text + "quorum parties\n", "once"),
        (lambda text: text.replace("quorum parties", "quorum nobody"), "not defined"),
        (lambda text: text.replace("parties 3", "parties 5"), "1 to 4"),
        (lambda text: text.replace("parties 3", "parties 0"), "1 to 4"),
        (lambda text: text.replace("facilitator examiner", "bank examiner"), "named once"),
        (lambda text: text.replace("witness notary", "witness bank"), "taken"),
        (lambda text: text.replace("group", "gruppe"), "unknown word"),
        (lambda text: text.replace(str(witness("notary").key), str(LOG.key)), "cosigner"),
        (lambda text: text.replace(str(witness("notary").key), str(witness("bank").key)), "one key, one voice"),
    ],
)
def test_a_policy_that_cannot_be_read_says_which_line(change: object, complaint: str) -> None:
    assert callable(change)
    with pytest.raises(BadPolicy, match=complaint):
        Policy.parse(change(DEFAULT))


def test_the_published_sample_is_sealed_by_three_of_four(vectors: Path) -> None:
    keys = load_json(vectors / "generated/log300/vkeys.json")
    lines = [f"log {keys['log']}", *(f"witness {name} {key}" for name, key in keys.items() if name != "log")]
    text = "\n".join([*lines, "group parties 3 bank facilitator regulator notary", "quorum parties"])
    policy = Policy.parse(text, operators={"facilitator"})
    checkpoint, _, quorum = policy.open((vectors / "generated/log300/checkpoint").read_bytes())
    assert (checkpoint.size, quorum.met, quorum.missing) == (300, True, ())
