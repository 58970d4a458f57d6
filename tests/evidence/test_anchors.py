"""Checkpoints are anchored wherever the directory's file says, several at once; one that fails costs only itself."""

import sys
from pathlib import Path

import pytest

from hengdai.adapters.evidence.anchors import BadAnchors, CommandSigner, read_places
from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.adapters.evidence.timestamp import TimestampAuthority, over_http
from hengdai.evidence.anchor import RFC3161, SM3, AnchorFailed
from hengdai.evidence.checkpoint import open_checkpoint
from hengdai.evidence.keys import SignatureType, sm2_key
from hengdai.evidence.log import Batch
from hengdai.evidence.note import Note
from tests.evidence.test_timestamp import Responder, responder

__all__ = ["responder"]
YEAR = 2026
POINT = b"\x04" + bytes(64)


@pytest.fixture
def home(tmp_path: Path) -> EvidenceHome:
    """An evidence directory whose log of 2026 has a few entries."""
    made = EvidenceHome.begin(tmp_path / "evidence", "evidence.example/prime")
    grow(made)
    return made


def grow(home: EvidenceHome) -> None:
    sequencer = home.logs.sequencer(YEAR)
    taken = sequencer.head.taken
    sequencer.append(Batch([b"one", b"two"], taken, taken + 2))
    home.publish(YEAR, 1)


def say(home: EvidenceHome, *tables: str) -> None:
    (home.directory / "anchors.toml").write_text("".join(f"[[anchor]]\n{table}\n" for table in tables))


def published(home: EvidenceHome) -> bytes:
    note = home.logs.store(YEAR).checkpoint()
    assert note is not None
    return note


def test_a_checkpoint_is_anchored_in_several_places_once_and_the_next_one_anew(
    home: EvidenceHome, responder: Responder
) -> None:
    (home.directory / "ca.pem").write_bytes(responder.trusted.read_bytes())
    say(home, 'kind = "sm3"', f'kind = "rfc3161"\nurl = "{responder.url}"\ntrusted = "ca.pem"')
    done = home.anchor(YEAR)
    assert ([one.kind for one in done.made], done.why_not) == ([SM3, RFC3161], {})
    assert home.anchor(YEAR).made == done.made
    body = Note.parse(published(home)).text.encode()
    assert all(one.speaks_of(body) for one in done.made)
    authority = TimestampAuthority(over_http(responder.url), responder.trusted)
    assert "Test TSA" in authority.verify(body, done.made[1]).by
    first = published(home)
    grow(home)
    assert home.anchors(YEAR).of(published(home)) == []
    assert [one.kind for one in home.anchor(YEAR).made] == [SM3, RFC3161]
    assert list(home.anchors(YEAR).of(first)) == list(done.made)


def test_a_place_that_does_not_answer_costs_its_own_anchor_and_is_asked_again(
    home: EvidenceHome, responder: Responder
) -> None:
    (home.directory / "ca.pem").write_bytes(responder.trusted.read_bytes())
    nowhere = 'url = "http://127.0.0.1:9/"'
    say(home, f'kind = "rfc3161"\n{nowhere}\ntrusted = "ca.pem"', 'kind = "sm3"',
        f'kind = "evm"\n{nowhere}\ncontract = "0x{"1" * 40}"\naccount = "0x{"2" * 40}"')  # fmt: skip
    done = home.anchor(YEAR)
    assert [one.kind for one in done.made] == [SM3]
    assert set(done.why_not) == {"rfc3161", "evm"}
    say(home, f'kind = "rfc3161"\nurl = "{responder.url}"\ntrusted = "ca.pem"', 'kind = "sm3"')
    assert [one.kind for one in home.anchor(YEAR).made] == [SM3, RFC3161]


def test_an_sm2_key_of_an_outside_signer_adds_its_line_and_others_pass_it_over(home: EvidenceHome) -> None:
    program = "import sys, base64; print(base64.b64encode(b'signed ' + sys.stdin.buffer.read()[:8]).decode())"
    say(home, f'kind = "sm2"\ncommand = ["{sys.executable}", "-c", "{program}"]\npublic = "{POINT.hex()}"')
    grow(home)
    note, key = Note.parse(published(home)), sm2_key(home.logs.origin(YEAR), POINT)
    assert key.kind is SignatureType.OTHER
    assert [line.signature for line in note.of(key)] == [b"signed " + note.text.encode()[:8]]
    checkpoint, _ = open_checkpoint(published(home), home.signers(YEAR)[0].key)
    assert checkpoint.size == 5


def test_a_signer_that_gives_nothing_stops_the_publishing(home: EvidenceHome) -> None:
    before = published(home)
    say(home, f'kind = "sm2"\ncommand = ["{sys.executable}", "-c", "raise SystemExit(1)"]\npublic = "{POINT.hex()}"')
    with pytest.raises(AnchorFailed, match="SM2"):
        grow(home)
    assert published(home) == before
    with pytest.raises(AnchorFailed):
        CommandSigner(sm2_key("x", POINT), (sys.executable, "-c", "print('no base64!')")).sign(b"text")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[anchor]\n", "not TOML"),
        ("[anchor]\nkind = 'sm3'\n", r"only \[\[anchor\]\] tables"),
        ("[[anchor]]\nkind = 'md5'\n", "expected one of sm3, rfc3161, evm, sm2"),
        ("[[anchor]]\nkind = 'sm3'\nurl = 'x'\n", "expected kind, found kind, url"),
        ("[[anchor]]\nkind = 'rfc3161'\nurl = 'x'\ntrusted = 'none.pem'\n", "no certificate file"),
        ("[[anchor]]\nkind = 'sm2'\ncommand = ['x']\npublic = '04'\n", "uncompressed point"),
        ("[[anchor]]\nkind = 'sm2'\ncommand = ['x']\npublic = 'zz'\n", "non-hexadecimal"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_would_be_right(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "anchors.toml"
    path.write_text(text)
    with pytest.raises(BadAnchors, match=complaint):
        read_places(path)


def test_without_a_file_nothing_is_anchored(home: EvidenceHome) -> None:
    assert home.anchor(YEAR).made == ()
