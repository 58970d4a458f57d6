"""Persons from the command line: kept, consented, released to a receiver who opens it, and erased."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hengdai.entry.cli.exits import Exit

HER = {"name": "钱小满", "phone": "13800138000"}
_COMMAND = "from hengdai.entry.cli.main import app; app()"


@pytest.fixture
def hengdai(dsn: str, tmp_path: Path) -> object:
    """The command in a process of its own, on a fresh book with its own folder of keys."""
    place = {"HENGDAI_DSN": dsn, "HENGDAI_DATA": str(tmp_path), "HENGDAI_KEYS": str(tmp_path / "keys")}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", _COMMAND, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **place}, check=False)

    return run


def done(answer: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """What it said, which it must have done."""
    assert answer.returncode == Exit.DONE, answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


def test_a_person_is_kept_released_and_erased_from_the_command_line(hengdai: object, tmp_path: Path) -> None:
    assert callable(hengdai)
    file, sealed, key = tmp_path / "her.json", tmp_path / "out.share", tmp_path / "agency.key"
    file.write_text(json.dumps(HER))
    org = ("--org", "bank-a")
    wish = (*org, "--purpose", "collection", "--receiver", "agency", "--field", "name", "--field", "phone")
    assert done(hengdai("person", "register", "b-1", str(file), *org))["fields"] == ["name", "phone"]
    public = hengdai("share", "key", str(key)).stdout.strip()
    release = ("share", "release", "b-1", "-o", str(sealed), "--receiver-key", public, "--pack", "toy", *wish)
    assert (refused := hengdai(*release)).returncode == Exit.REFUSED
    assert "never consented" in refused.stderr
    done(hengdai("person", "consent", "b-1", "--version", "v1", "--separate", *wish))
    done(hengdai(*release))
    assert done(hengdai("share", "open", str(sealed), "--key", str(key))) == HER
    record = hengdai("person", "record", "b-1", *org)
    assert [len(each) for each in (done(record)["consents"], done(record)["releases"])] == [1, 1]
    assert not any(value in record.stdout for value in HER.values())
    done(hengdai("person", "erase", "b-1", "--ground", "本人请求", *org))
    done(hengdai("person", "rotate", *org))
    read = hengdai("person", "read", "b-1", "--purpose", "collection", "--field", "name", *org)
    assert (read.returncode, read.stdout, "is erased" in read.stderr) == (Exit.REFUSED, "", True)


def test_two_institutions_learn_whom_they_share_by_files_exchanged(hengdai: object, tmp_path: Path) -> None:
    assert callable(hengdai)
    ids, question, answer, final, secret = (
        str(tmp_path / name) for name in ("ids.txt", "question.json", "answer.json", "final.json", "question.key")
    )
    Path(ids).write_text("440524188001010014\n11010519491231002X\n")
    (tmp_path / "her.json").write_text(json.dumps({**HER, "id_number": "11010519491231002X"}))
    done(hengdai("person", "register", "b-1", str(tmp_path / "her.json"), "--org", "bank-a"))
    one = ("--workers", "1")
    asked = hengdai("overlap", "ask", ids, "-o", question, "--secret", secret, "--asker", "bank-b", *one)
    assert asked.returncode == Exit.DONE, asked.stderr
    turned = hengdai("overlap", "answer", question, "-o", answer, "--org", "bank-a", *one)
    assert (turned.returncode, Path(answer).exists()) == (Exit.REFUSED, False)
    done(hengdai("overlap", "admit", "bank-b", "--org", "bank-a", "--daily", "2"))
    assert done(hengdai("overlap", "answer", question, "-o", answer, "--org", "bank-a", *one))["asked"] == 2
    assert hengdai("overlap", "second", answer, "-o", final, *one).returncode == Exit.DONE
    read = hengdai("overlap", "read", final, ids, "--secret", secret, *one)
    assert (read.returncode, read.stdout) == (Exit.DONE, "11010519491231002X\n")
    assert "11010519491231002X" not in Path(question).read_text() + Path(answer).read_text() + Path(final).read_text()


def test_a_file_that_holds_something_else_is_unreadable(hengdai: object, tmp_path: Path) -> None:
    assert callable(hengdai)
    for content in ('{"password": "x"}', '{"name": 1}', "[]", "{}"):
        (tmp_path / "her.json").write_text(content)
        answer = hengdai("person", "register", "b-1", str(tmp_path / "her.json"), "--org", "bank-a")
        assert (answer.returncode, answer.stdout) == (Exit.UNREADABLE, "")
