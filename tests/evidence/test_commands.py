"""The commands answer by exit code and name what is broken."""

import base64
import json
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.evidence.consent import ConsentGiven, Wish, fold
from hengdai.evidence.log import Batch, Sequencer
from hengdai.evidence.sharing import Receiver, Release, release
from tests.evidence.sample import policy_of
from tests.evidence.test_bundles import CHANGES, GOOD, changed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def hengdai(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from hengdai.entry.cli.main import app; app()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [(GOOD, 0, "VALID"), (changed(CHANGES[0][1]), 3, "commitment (record 3)"), (b"nothing", 2, "UNREADABLE")],
)
def test_verify_answers_by_exit_code(tmp_path: Path, data: bytes, code: int, words: str) -> None:
    (tmp_path / "loan.evidence").write_bytes(data)
    told = hengdai("evidence", "verify", tmp_path / "loan.evidence")
    assert (told.returncode, words in told.stdout) == (code, True)
    answer = json.loads(hengdai("evidence", "verify", "--json", tmp_path / "loan.evidence").stdout)
    assert answer["exit"] == code


def test_verify_takes_a_policy_of_ones_own_and_says_when_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loan.evidence").write_bytes(GOOD)
    (tmp_path / "policy").write_text(policy_of(2026))
    told = hengdai("evidence", "verify", tmp_path / "loan.evidence", "--policy", tmp_path / "policy")
    assert told.returncode == 3
    assert "policy (log 1)" in told.stdout
    assert hengdai("evidence", "verify", tmp_path / "missing").returncode == 2


def test_fsck_answers_by_exit_code_and_names_the_entry(tmp_path: Path) -> None:
    Sequencer(FileLogStore(tmp_path)).append(Batch([b"a", b"b", b"c"], 0, 3))
    assert hengdai("evidence", "fsck", tmp_path).returncode == 0
    bundle = tmp_path / "tile/entries/000.p/3"
    bundle.write_bytes(bundle.read_bytes().replace(b"b", b"x"))
    told = hengdai("evidence", "fsck", tmp_path)
    assert told.returncode == 3
    assert "entry 1:" in told.stdout
    assert hengdai("evidence", "fsck", tmp_path / "missing").returncode == 2
    (tmp_path / "elsewhere").mkdir()
    assert hengdai("evidence", "fsck", tmp_path / "elsewhere").returncode == 2, "an empty folder is no log that holds"


def test_a_receiver_makes_a_key_and_opens_what_was_released_to_it(tmp_path: Path) -> None:
    made = hengdai("share", "key", tmp_path / "my.key")
    assert made.returncode == 0
    assert hengdai("share", "key", tmp_path / "my.key").returncode == 3, "a key was replaced"
    given = ConsentGiven("c-1", "p", "joint", "bank-a", ("income",), "v1", NOW)
    receiver = Receiver("bank-a", bytes.fromhex(made.stdout.strip()))
    wish = Wish("p", "joint", "bank-a", ("income",), NOW)
    done = release(fold([given]), wish, {"income": 12_000}, receiver, "r-1", b"k" * 32)
    assert isinstance(done, Release)
    (tmp_path / "file.share").write_bytes(done.file)
    opened = hengdai("share", "open", tmp_path / "file.share", "--key", tmp_path / "my.key")
    assert json.loads(opened.stdout) == {"income": 12_000}
    assert "c-1" in opened.stderr
    hengdai("share", "key", tmp_path / "other.key")
    assert hengdai("share", "open", tmp_path / "file.share", "--key", tmp_path / "other.key").returncode == 3
    (tmp_path / "my.key").chmod(0o644)
    assert hengdai("share", "open", tmp_path / "file.share", "--key", tmp_path / "my.key").returncode == 2


def test_a_clerk_is_told_what_was_found_and_what_would_be_right(tmp_path: Path) -> None:
    """Exit codes 0, 2, 3, 4, and in words what to do next."""
    witness, key = tmp_path / "w", "log.example+c7e4c9a5+AZRiUOQg3szPuiOvfGEPF9mQ8V+MOCHs/alGuXY6DrEA"
    made = hengdai("witness", "new", witness, "--name", "witness.example")
    assert (made.returncode, len(made.stdout.splitlines())) == (0, 2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "log" / "2026").mkdir(parents=True)
        (tmp_path / "log" / "2026" / "head").write_text("x")
        for code, words, arguments in (
            (3, "left as they are", ("witness", "new", witness, "--name", "witness.example")),
            (2, "no space, plus", ("witness", "new", tmp_path / "v", "--name", "a+b")),
            (2, "expected name+id+base64", ("witness", "watch", witness, "nonsense")),
            (2, "witness new", ("witness", "watch", tmp_path / "nowhere", key)),
            (2, "witness new", ("witness", "run", tmp_path / "nowhere")),
            (4, "choose another port", ("witness", "run", witness, "--port", port)),
            (2, "2026", ("evidence", "fsck", tmp_path / "log")),
            (2, "neither a head nor a checkpoint", ("evidence", "fsck", witness)),
        ):
            told = hengdai(*arguments)
            assert (told.returncode, words in told.stderr) == (code, True), (arguments, told.stderr)
            assert "Traceback" not in told.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_bundle_prints_as_a_pdf_with_its_verdict_and_as_a_page_that_checks_itself(tmp_path: Path) -> None:
    (tmp_path / "loan.evidence").write_bytes(GOOD)
    page = tmp_path / "loan.html"
    assert hengdai("evidence", "print", tmp_path / "loan.evidence", "-o", page).returncode == 0
    assert base64.b64encode(GOOD).decode() in page.read_text(encoding="utf-8")
    assert hengdai("evidence", "print", tmp_path / "missing", "-o", page).returncode == 2
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium to print with")
    told = hengdai("evidence", "print", tmp_path / "loan.evidence", "-o", tmp_path / "loan.pdf")
    assert (told.returncode, (tmp_path / "loan.pdf").read_bytes()[:5]) == (0, b"%PDF-")
