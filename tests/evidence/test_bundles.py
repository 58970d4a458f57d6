"""A bundle holds, or the broken link is named; the product's verifier and the stand-alone file always agree."""

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hengdai.base.canonical import canonical
from hengdai.evidence import verify as alone
from hengdai.evidence.bundle import verify_bundle
from hengdai.evidence.keys import Ed25519Signer, MlDsaSigner
from tests.evidence.sample import SUBJECT, policy_of, story, witness_of

ALONE = Path(alone.__file__)
STORY = story()
GOOD = STORY.bundle()
Change = Callable[[dict[str, Any]], None]


def verdict(data: bytes, trusted: list[str] | None = None) -> tuple[int, set[tuple[str, str]]]:
    """Exit code and broken links, after making sure that both implementations say the same."""
    ours = verify_bundle(data, trusted)
    code, broken, _ = alone.verify(data, trusted)
    found = {(one.link.value, one.where) for one in ours.broken}
    assert (ours.exit, found) == (code, {(link, where) for link, where, _ in broken})
    return code, found


def changed(change: Change, *, sealed: bool = True) -> bytes:
    """The good bundle after `change`; `sealed`: whoever changed it computed the seal anew."""
    whole = json.loads(GOOD)
    change(whole)
    if sealed:
        whole["seal"] = hashlib.sha256(canonical({k: v for k, v in whole.items() if k != "seal"})).hexdigest()
    return canonical(whole)


def test_a_good_bundle_is_valid_and_its_whole_story_reads() -> None:
    assert verdict(GOOD) == (0, set())
    found = verify_bundle(GOOD)
    assert found.subject == SUBJECT
    assert len(found.records) == 24
    assert [tree.origin[-4:] for tree in found.checkpoints] == ["2026", "2027"]


def test_ones_own_policy_is_compared_with_the_bundles() -> None:
    own = [policy_of(2026), policy_of(2027)]
    assert verdict(GOOD, own) == (0, set())
    assert verdict(GOOD, own[:1]) == (3, {("policy", "log 1")})
    whole = "\n".join([*own, *(f"operator {name}" for name in json.loads(GOOD)["operators"])])
    assert verify_bundle(GOOD).fingerprint == hashlib.sha256(whole.encode()).hexdigest()
    assert alone.fingerprint(json.loads(GOOD)) == verify_bundle(GOOD).fingerprint


def test_a_record_may_be_withheld_or_erased_and_its_leaf_is_still_proven() -> None:
    records = [replace(one, shown=place % 3 > 0) for place, one in enumerate(STORY.records)]
    data = STORY.bundle(records=records)
    assert verdict(data) == (0, set())
    assert [one is None for one in verify_bundle(data).records] == [not one.shown for one in records]


def test_a_record_left_out_of_the_middle_is_noticed() -> None:
    data = STORY.bundle(records=[*STORY.records[:5], *STORY.records[6:]])
    assert verdict(data) == (3, {("chain", "record 5")})


def test_three_witnesses_are_enough_and_two_are_not() -> None:
    logs = [shard.sealed(("bank", "examiner", "notary")) for shard in STORY.shards]
    assert verdict(STORY.bundle(logs=logs)) == (0, set())
    logs = [STORY.shards[0].sealed(("bank", "facilitator")), STORY.shards[1].sealed()]
    assert verdict(STORY.bundle(logs=logs)) == (3, {("quorum", "log 0")})


def flip(text: str, place: int) -> str:
    """Another character of the same alphabet at that place."""
    other = {"0": "1", "A": "B", "a": "b"}.get(text[place], "0" if text[place].isdigit() else "A")
    return text[:place] + other + text[place + 1 :]


CHANGES: list[tuple[str, Change, set[tuple[str, str]]]] = [
    ("amount", lambda b: b["records"][3]["record"]["body"].update(amount=1), {("commitment", "record 3")}),
    ("who", lambda b: b["records"][0]["record"]["provenance"].update(who="x"), {("commitment", "record 0")}),
    ("time", lambda b: b["records"][1]["record"].update(known_at="2020"), {("commitment", "record 1")}),
    ("pack", lambda b: b["records"][1]["record"]["packs"].clear(), {("commitment", "record 1")}),
    (
        "subject",
        lambda b: b["records"][2]["record"].update(subject="other"),
        {("commitment", "record 2"), ("subject", "record 2")},
    ),
    ("whose", lambda b: b.update(subject="other"), {("subject", f"record {place}") for place in range(24)}),
    ("salt", lambda b: b["records"][4].update(salt=flip(b["records"][4]["salt"], 9)), {("commitment", "record 4")}),
    ("salt form", lambda b: b["records"][4].update(salt="zz"), {("commitment", "record 4")}),
    (
        "leaf kind",
        lambda b: b["records"][4]["leaf"].update(kind="pack"),
        {("commitment", "record 4"), ("inclusion", "record 4")},
    ),
    (
        "commitment",
        lambda b: b["records"][4]["leaf"].update(commitment="0" * 64),
        {("commitment", "record 4"), ("inclusion", "record 4"), ("chain", "record 5")},
    ),
    (
        "previous",
        lambda b: b["records"][4]["leaf"].update(previous=None),
        {("inclusion", "record 4"), ("chain", "record 4")},
    ),
    (
        "thread",
        lambda b: b["records"][4]["leaf"].update(thread="0" * 32),
        {("inclusion", "record 4"), ("chain", "record 4")},
    ),
    ("leaf version", lambda b: b["records"][4]["leaf"].update(v=2), {("inclusion", "record 4")}),
    ("index", lambda b: b["records"][4].update(index=b["records"][4]["index"] + 1), {("inclusion", "record 4")}),
    ("index beyond", lambda b: b["records"][23].update(index=10**6), {("inclusion", "record 23")}),
    ("proof", lambda b: b["records"][4]["proof"].__setitem__(0, "A" * 43 + "="), {("inclusion", "record 4")}),
    ("proof cut", lambda b: b["records"][4]["proof"].pop(), {("inclusion", "record 4")}),
    ("proof long", lambda b: b["records"][4]["proof"].append("A" * 43 + "="), {("inclusion", "record 4")}),
    ("proof form", lambda b: b["records"][4]["proof"].__setitem__(0, "?"), {("inclusion", "record 4")}),
    ("proof short", lambda b: b["records"][4]["proof"].__setitem__(0, "AAAA"), {("inclusion", "record 4")}),
    (
        "order",
        lambda b: b["records"].insert(0, b["records"].pop(1)),
        {("order", "record 1"), ("chain", "record 0"), ("chain", "record 1"), ("chain", "record 2")},
    ),
    ("twice", lambda b: b["records"].insert(1, b["records"][0]), {("order", "record 1"), ("chain", "record 1")}),
    ("sm3", lambda b: b["anchors"][0].update(value="0" * 64), {("anchor", "anchor 0")}),
    ("anchored log", lambda b: b["anchors"][0].update(log=1), {("anchor", "anchor 0")}),
    ("anchor kind", lambda b: b["anchors"][0].update(kind="other"), {("anchor", "anchor 0")}),
    ("token", lambda b: b["anchors"][1].update(value="AAAA"), {("anchor", "anchor 1")}),
    ("token form", lambda b: b["anchors"][1].update(value="A"), {("anchor", "anchor 1")}),
    ("an operator twice", lambda b: b["operators"].append("facilitator"), {("policy", "operators")}),
    ("operators", lambda b: b["operators"].append("nobody"), {("policy", "operators")}),
    ("all operators", lambda b: b["operators"].extend(["bank", "notary"]), {("policy", "log 0"), ("policy", "log 1")}),
]


@pytest.mark.parametrize(("change", "links"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_was_changed_is_named_even_when_the_seal_was_made_anew(
    change: Change, links: set[tuple[str, str]]
) -> None:
    assert verdict(changed(change)) == (3, links)
    assert verdict(changed(change, sealed=False)) == (3, links | {("seal", "")})


def lines_of(bundle: dict[str, Any], log: int = 0) -> list[str]:
    return str(bundle["logs"][log]["checkpoint"]).split("\n")


def set_line(bundle: dict[str, Any], place: int, line: str | None) -> None:
    lines = lines_of(bundle)
    lines[place : place + 1] = [] if line is None else [line]
    bundle["logs"][0]["checkpoint"] = "\n".join(lines)


def remove_lines(bundle: dict[str, Any], first: int, last: int) -> None:
    lines = lines_of(bundle)
    bundle["logs"][0]["checkpoint"] = "\n".join([*lines[:first], *lines[last:]])


LINES = {4: "log", 5: "bank", 6: "facilitator", 7: "examiner", 8: "notary", 9: "log-pq"}
NOTE_CHANGES: list[tuple[str, Change, set[str]]] = [
    ("size", lambda b: set_line(b, 1, "48"), {"log-signature", "cosignature", "quorum", "anchor", "inclusion"}),
    (
        "root",
        lambda b: set_line(b, 2, "A" * 43 + "="),
        {"log-signature", "cosignature", "quorum", "anchor", "inclusion"},
    ),
    ("origin", lambda b: set_line(b, 0, "other/2026"), {"log-signature", "cosignature", "quorum", "anchor"}),
    ("size form", lambda b: set_line(b, 1, "049"), {"log-signature", "anchor"}),
    ("extension", lambda b: set_line(b, 2, lines_of(b)[2] + "\nmore"), {"log-signature", "anchor"}),
    ("no log line", lambda b: set_line(b, 4, None), {"log-signature"}),
    ("log name", lambda b: set_line(b, 4, lines_of(b)[4].replace("2026 ", "2025 ")), {"log-signature", "cosignature"}),
    ("stranger", lambda b: set_line(b, 5, lines_of(b)[5].replace("bank ", "bonk ")), {"cosignature"}),
    ("no witness", lambda b: set_line(b, 6, None), set()),
    ("two missing", lambda b: remove_lines(b, 5, 7), {"quorum"}),
    ("one line twice", lambda b: set_line(b, 6, lines_of(b)[6] + "\n" + lines_of(b)[6]), {"cosignature"}),
    ("line form", lambda b: set_line(b, 6, "- bank"), {"log-signature", "anchor"}),
    ("loose base64", lambda b: set_line(b, 4, lines_of(b)[4][:-2] + "h="), {"log-signature", "anchor"}),
    ("no line at all", lambda b: b["logs"][0].update(checkpoint="text"), {"log-signature", "anchor"}),
    ("policy", lambda b: b["policies"].__setitem__(0, "log x\n"), {"policy"}),
    (
        "none",
        lambda b: b["policies"].__setitem__(0, b["policies"][0].replace("quorum parties", "quorum none")),
        {"quorum"},
    ),
    ("unicode", lambda b: b["policies"].__setitem__(0, b["policies"][0] + "# 见证"), {"policy"}),
    ("2 of 4", lambda b: b["policies"].__setitem__(0, b["policies"][0].replace("parties 3", "parties 2")), set()),
]


@pytest.mark.parametrize(("change", "links"), [row[1:] for row in NOTE_CHANGES], ids=[row[0] for row in NOTE_CHANGES])
def test_a_checkpoint_or_policy_that_was_changed_names_its_links(change: Change, links: set[str]) -> None:
    code, found = verdict(changed(change))
    assert {link for link, _ in found} == links
    assert code == (3 if links else 0)


@pytest.mark.parametrize("line", LINES, ids=LINES.values())
def test_any_character_of_any_signature_line_counts(line: int) -> None:
    draw = random.Random(line)
    length = len(lines_of(json.loads(GOOD))[line])
    for place in {2, 10, length - 2, *(draw.randrange(2, length) for _ in range(4))}:
        data = changed(lambda b, at=place: set_line(b, line, flip(lines_of(b)[line], at)))  # type: ignore[misc]
        code, found = verdict(data)
        assert code == 3
        assert {link for link, _ in found} & {"log-signature", "cosignature"}


def test_a_byte_changed_anywhere_is_found_and_named() -> None:
    whole = story(6).bundle()
    for turn, place in enumerate(range(0, len(whole), 13)):
        data = bytearray(whole)
        data[place] ^= 0x20 if turn % 2 else 1
        found = verify_bundle(bytes(data))
        assert found.exit in (2, 3), f"byte {place} changed and nobody noticed"
        assert found.broken
        if turn % 37 == 0:
            verdict(bytes(data))


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"null", b"[]", b"\xff", GOOD[:-1], GOOD + b"\n", b"\xef\xbb\xbf" + GOOD, b" " + GOOD, GOOD[:5000],
     b"[" * 100_000, b'{"a":1.5}', b'{"a":NaN}', b'{"a":1e5}', b'{"a":9007199254740993}', b'{"a":1,"a":1}',
     b'"\\ud800"',
     b'{"a":' + b"9" * 5000 + b"}", GOOD.replace(b"hengdai.evidence/1", b"hengdai.evidence/2")],
)  # fmt: skip
def test_what_is_no_bundle_is_unreadable(data: bytes) -> None:
    assert verdict(data) == (2, {("form", "")})


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.pop("subject"),
        lambda b: b.update(more=1),
        lambda b: b["records"][0].update(index="1"),
        lambda b: b["records"][0].update(index=True),
        lambda b: b["records"][0].update(index=-1),
        lambda b: b["records"][0].update(log=2),
        lambda b: b["records"][0].update(salt=None),
        lambda b: b["records"][0].update(record=[]),
        lambda b: b["records"][0]["leaf"].update(more=1),
        lambda b: b["records"][0]["leaf"].update(v="1"),
        lambda b: b["policies"].pop(),
        lambda b: (b["policies"].clear(), b["logs"].clear()),
        lambda b: b["anchors"][0].update(log=-1),
        lambda b: b.update(operators="facilitator"),
        lambda b: b["logs"][0].update(checkpoint=None),
    ],
)
def test_another_shape_is_unreadable(change: Change) -> None:
    assert verdict(changed(change)) == (2, {("form", "")})


def test_the_stand_alone_file_imports_nothing_of_ours_and_answers_by_exit_code(tmp_path: Path) -> None:
    copy = tmp_path / "verify.py"
    copy.write_bytes(ALONE.read_bytes())
    lines = copy.read_text().split("\n")
    assert not [line for line in lines if line.startswith(("import", "from")) and "hengdai" in line]
    broken = changed(CHANGES[0][1])
    for name, data, code, words in (
        ("good", GOOD, 0, "VALID"),
        ("bad", broken, 3, "commitment (record 3)"),
        ("none", b"nothing", 2, "UNREADABLE"),
    ):
        (tmp_path / name).write_bytes(data)
        command = [sys.executable, "-I", str(copy), str(tmp_path / name)]
        told = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "utf-8"})
        assert told.returncode == code
        assert words in told.stdout
    policy = tmp_path / "policy"
    policy.write_text(policy_of(2026))
    command = [sys.executable, "-I", str(copy), str(tmp_path / "good"), "--policy", str(policy)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 3


def test_the_formulas_written_out_agree_with_the_library() -> None:
    draw = random.Random(44)
    for length in range(0, 60, 3):
        message = draw.randbytes(length)
        for signer, check in (
            (Ed25519Signer("n", draw.randbytes(32)), alone.ed25519),
            (MlDsaSigner("n", draw.randbytes(32)), alone.ml_dsa_44),
        ):
            signature = signer.sign(message)
            assert check(signer.key.public, message, signature)
            bad = bytearray(signature)
            bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
            assert check(signer.key.public, message, bytes(bad)) is signer.key.verifies(message, bytes(bad)) is False
            assert not check(signer.key.public, message + b".", signature)
            assert not check(signer.key.public, message, signature[:-1])


def test_sm3_of_the_published_vectors_holds_in_both(vectors: Path) -> None:
    from hengdai.evidence.anchor import sm3

    text = (vectors / "crypto/sm3-oscca.txt").read_text()
    for block in text.split("Len = ")[1:]:
        message = bytes.fromhex(block.split("Msg = ")[1].split()[0])[: int(block.split()[0]) // 8]
        expected = block.split("MD = ")[1].split()[0]
        assert alone.sm3(message) == sm3(message) == expected


def test_a_forger_who_brings_his_own_policy_is_found_by_the_fingerprint_only() -> None:
    own = [policy_of(2026), policy_of(2027)]
    forged = changed(lambda b: b["policies"].__setitem__(0, b["policies"][0].replace("parties 3", "parties 2")))
    assert verdict(forged)[0] == 0
    independent = changed(lambda b: b["operators"].clear())
    assert verdict(independent)[0] == 0
    for one in (forged, independent):
        assert verify_bundle(one).fingerprint != verify_bundle(GOOD).fingerprint
    assert verdict(forged, own) == (3, {("policy", "log 0")})
    assert witness_of("bank").key.name in own[0]
