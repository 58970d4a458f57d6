"""A witness cosigns growth and nothing else, answers as another implementation does, and keeps what it caught."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.adapters.evidence.witness_files import WitnessFiles
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import open_cosignature
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner, SignatureType, VerifierKey
from hengdai.evidence.note import Note, sign_note
from hengdai.evidence.policy import Policy, Witness
from hengdai.evidence.seal import Asking, take_cosignatures
from hengdai.evidence.storage import Moved
from hengdai.evidence.tree import leaf_hash, prove_growth, reader_of, root_of
from hengdai.evidence.witness import Decision, Held, Request, Witnessing, Wrong, decide, origin_of
from tests.evidence.conftest import load_json

ORIGIN = "evidence.example/prime/2026"
LOG = Ed25519Signer(ORIGIN, b"\x01" * 32)
BANK = Ed25519Signer("witness.example/bank", b"\x02" * 32, SignatureType.COSIGNATURE_ED25519)
BANK_PQ = MlDsaSigner("witness.example/bank/pq", b"\x03" * 32)
WHO = Witnessing([BANK, BANK_PQ], {ORIGIN: LOG.key})
LEAVES = [leaf_hash(bytes([number])) for number in range(60)]
OTHERS = [leaf_hash(b"other"), *LEAVES[1:]]


def note_of(size: int, leaves: list[bytes] = LEAVES, signer: Ed25519Signer = LOG) -> bytes:
    return bytes(sign_note(str(Checkpoint(ORIGIN, size, root_of(leaves[:size]))), signer))


def request(old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = prove_growth(min(old, new), new, reader_of(leaves))
    return bytes(Request(old, tuple(proof), note_of(new, leaves)))


def held_at(size: int, time: int = 1000) -> Held:
    decision = decide(WHO, request(0, size), None, time)
    assert decision.hold is not None
    return decision.hold


def test_the_requests_of_another_implementation_are_answered_alike(vectors: Path) -> None:
    data = load_json(vectors / "witness/litewitness-add-checkpoint.json")
    origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
    key = VerifierKey(origin, SignatureType.ED25519, bytes.fromhex(data["log_public_key_hex"]))
    who = Witnessing(
        [Ed25519Signer("example.com/witness", b"\x04" * 32, SignatureType.COSIGNATURE_ED25519)], {origin: key}
    )
    held: Held | None = None
    for case in data["cases"]:
        decision = decide(who, case["body"].encode(), held, 1_767_225_600)
        # The file says: that snapshot answers 403 for an unknown log, the specification now says 404.
        assert decision.status == (404 if "unknown log" in case["assert"] else case["status"])
        if case["assert"].startswith("body contains"):
            assert case["assert"].split('"')[1] in decision.body
        else:
            assert decision.body == case["assert"].split('"')[1].encode().decode("unicode_escape")
            assert decision.content_type == "text/x.tlog.size"
        held = decision.hold or held


def test_growth_is_cosigned_with_both_keys_and_held() -> None:
    held: Held | None = None
    for old, new in ((0, 1), (1, 1), (1, 7), (7, 32), (32, 60)):
        decision = decide(WHO, request(old, new), held, 1000 + new)
        assert decision.status == 200
        held = decision.hold
        assert held is not None
        note = Note.parse((str(held.checkpoint) + "\n" + decision.body).encode())
        for signer in (BANK, BANK_PQ):
            cosigned = open_cosignature(note, held.checkpoint, signer.key)
            assert cosigned is not None
            assert cosigned.time == 1000 + new
        assert held.checkpoint.size == new


@pytest.mark.parametrize(
    ("body", "held", "status", "wrong"),
    [
        (request(20, 40, OTHERS), held_at(20), 422, Wrong.NO_GROWTH),
        (request(20, 20, OTHERS), held_at(20), 422, Wrong.SPLIT_VIEW),
        (request(0, 20, OTHERS), held_at(20), 422, Wrong.SPLIT_VIEW),
        (request(10, 15), held_at(20), 409, Wrong.ROLLBACK),
        (request(10, 40), held_at(20), 409, None),
        (request(0, 40), held_at(20), 409, None),
        (request(30, 40), held_at(20), 409, None),
        (request(5, 40), None, 409, None),
        (request(41, 40), held_at(20), 400, None),
        (bytes(Request(20, (), note_of(40))), held_at(20), 422, Wrong.NO_GROWTH),
        (bytes(Request(0, (LEAVES[0],), note_of(40))), None, 422, None),
        (bytes(Request(0, (), note_of(5, signer=Ed25519Signer(ORIGIN, b"\x05" * 32)))), None, 403, None),
        (bytes(Request(0, (), bytes(sign_note(f"elsewhere\n1\n{'A' * 43}=\n", LOG)))), None, 404, None),
        (b"", None, 400, None),
        (b"old x\n\n" + note_of(5), None, 400, None),
        (b"old 00\n\n" + note_of(5), None, 400, None),
        (b"old 0\nnot base64\n\n" + note_of(5), None, 400, None),
        (b"old 0\n" + b"A" * 43 + b"=\n" + note_of(5), None, 400, None),
        (b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + note_of(5), None, 400, None),
    ],
)
def test_whatever_is_not_growth_is_refused_and_contradictions_are_reported(
    body: bytes, held: Held | None, status: int, wrong: Wrong | None
) -> None:
    decision = decide(WHO, body, held, 2000)
    assert decision.status == status
    assert decision.hold is None
    assert (decision.report.wrong if decision.report else None) == wrong
    if decision.report and held:
        assert (decision.report.held, decision.report.shown) == (held.note, Request.parse(body).note)


def test_the_same_tree_is_cosigned_again_without_a_report() -> None:
    decision = decide(WHO, request(20, 20), held_at(20), 3000)
    assert (decision.status, decision.report) == (200, None)


def test_a_clock_that_goes_back_does_not_take_the_witness_back() -> None:
    decision = decide(WHO, request(20, 30), held_at(20, time=5000), 4000)
    assert decision.hold is not None
    assert decision.hold.time == 5000


def test_the_origin_of_a_request_is_read_even_before_anything_is_believed() -> None:
    assert origin_of(request(0, 5)) == ORIGIN
    assert origin_of(b"nonsense") == ""


def test_what_is_held_survives_and_moves_by_compare_and_set(tmp_path: Path) -> None:
    one, two, three = held_at(10), held_at(20), held_at(30)
    files = WitnessFiles(tmp_path)
    assert files.held(ORIGIN) is None
    files.keep(None, one)
    assert WitnessFiles(tmp_path).held(ORIGIN) == one
    with pytest.raises(Moved):
        files.keep(None, two)
    with pytest.raises(Moved):
        files.keep(three, two)
    files.keep(one, two)
    assert WitnessFiles(tmp_path).held(ORIGIN) == two
    assert files.held_by_hash("../held") is None


def test_a_report_is_kept_once_with_both_notes(tmp_path: Path) -> None:
    files = WitnessFiles(tmp_path)
    report = decide(WHO, request(20, 20, OTHERS), held_at(20), 2000).report
    assert report is not None
    files.report(report)
    files.report(report)
    assert WitnessFiles(tmp_path).reports() == [report]


def policy() -> Policy:
    return Policy.parse(f"log {LOG.key}\nwitness bank {BANK.key} http://127.0.0.1:1\nquorum bank\n")


def asking(size: int) -> Asking:
    return Asking.of(policy(), Note.parse(note_of(size)), lambda old, new: prove_growth(old, new, reader_of(LEAVES)))


@pytest.mark.parametrize(
    ("status", "body", "why_not"),
    [
        (200, "", "not a cosignature"),
        (200, "garbage", "not a cosignature"),
        (200, "— somebody.else AAAAAAAA\n", "no cosignature of bank"),
        (200, decide(WHO, request(0, 20), None, 1).body, "not a cosignature of bank"),
        (409, "many", "no size"),
        (409, "31", "beyond our 30"),
        (422, "consistency proof does not verify", "refused with 422"),
        (503, "", "refused with 503"),
    ],
)
def test_the_word_of_a_witness_is_not_believed_before_it_verifies(status: int, body: str, why_not: str) -> None:
    outcome = take_cosignatures(asking(30), Witness("bank", BANK.key), status, body)
    assert outcome.lines == ()
    assert not outcome.again
    assert why_not in outcome.why_not


def test_a_witness_that_is_behind_is_asked_again_from_where_it_is() -> None:
    ask = asking(30)
    behind = decide(WHO, ask.request(25), held_at(20), 5)
    outcome = take_cosignatures(ask, Witness("bank", BANK.key), behind.status, behind.body)
    assert (outcome.holds, outcome.again) == (20, True)
    answer: Decision = decide(WHO, ask.request(20), held_at(20), 5)
    assert len(take_cosignatures(ask, Witness("bank", BANK.key), answer.status, answer.body).lines) == 1


@given(st.integers(0, 8), st.integers(0, 3000), st.binary(max_size=40), st.integers(0, 120))
def test_a_hostile_request_gets_one_of_the_documented_answers(case: int, at: int, new: bytes, cut: int) -> None:
    good = request(case, case + 9)
    body = good[: min(at, len(good))] + new + good[at + cut :]
    held = held_at(case) if case else None
    decision = decide(WHO, body, held if origin_of(body) == ORIGIN else None, 2000)
    assert decision.status in {200, 400, 403, 404, 409, 422}
    assert decision.status != 200 or decision.hold is not None
    assert decision.status == 200 or decision.hold is None


@pytest.mark.parametrize("old", [b"9" * 5000, b"01", b"-1", b"+1", b"", b"1 ", b"\xef\xbc\x91"])
def test_an_old_size_that_is_no_plain_number_is_a_malformed_request(old: bytes) -> None:
    assert decide(WHO, b"old " + old + b"\n\n" + note_of(3), None, 2000).status == 400
