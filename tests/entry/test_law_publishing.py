"""The law of a book through the doors: proposed, looked at, published, switched and tried over HTTP and by command."""

import json
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hengdai.app.actor import Role
from hengdai.base.identity import OrgId
from hengdai.entry.cli.exits import Exit
from hengdai.entry.http.limits import MAX_BYTES, MAX_BYTES_OF_LAW
from hengdai.entry.wiring import platform
from tests.app.test_published_law import TOY, toy
from tests.entry.front import Front, application, people


async def _second(front: Front) -> str:
    """Another admin key of the bank, for another person."""
    made = (await front.post("/keys", {"role": "admin", "label": "王"}, "admin")).json()
    front.keys["checker"] = made["key"]
    return str(made["id"])


async def test_a_text_is_proposed_read_and_published_over_http(front: Front) -> None:
    checker = await _second(front)
    loan = await front.disbursed()
    put = await front.post("/law/proposals", {"texts": toy("10")}, "admin")
    assert put.status_code == 201, put.text
    proposal = put.json()
    path = f"/law/proposals/{proposal['proposal']}"
    seen = (await front.get(path, "checker")).json()
    assert {change["id"] for change in seen["changes"]} >= {"toy.cost_cap", "toy.cost-cap"}
    assert seen["failing_cases"] == []
    assert [(row["rule"], row["newly_stopped"]) for row in seen["turned"]] == [("toy.cost-cap", 1)]
    assert seen["turned"][0]["newly_stopped_amount"].count(".") == 1, "decimal strings of major units"
    digest = {"digest": proposal["digest"]}
    same = await front.post(f"{path}/publication", digest, "admin")
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    assert (await front.post(f"{path}/publication", {"digest": "0" * 64}, "checker")).json()["code"] == "other_text"
    done = await front.post(f"{path}/publication", digest, "checker")
    assert done.status_code == 201, done.text
    assert done.json()["checker"] == checker
    law = (await front.get("/law/packs/toy", "admin")).json()
    assert law["live"]["digest"] == proposal["digest"] != law["installed"]
    assert [row["publication"] for row in law["publications"]] == [1]
    assert [row["proposal"] for row in (await front.get("/law/proposals", "admin")).json()["items"]] == [
        proposal["proposal"]
    ]
    refused = (await front.post("/applications", application())).json()
    assert refused["state"] == "refused"
    assert loan


async def test_a_stranger_sees_no_proposal_and_another_book_is_not_moved(front: Front) -> None:
    put = (await front.post("/law/proposals", {"texts": toy("10")}, "admin")).json()
    assert (await front.get(f"/law/proposals/{put['proposal']}", "stranger")).status_code == 404
    assert (await front.get("/law/proposals", "stranger")).json()["items"] == []
    body = {"digest": put["digest"]}
    assert (await front.post(f"/law/proposals/{put['proposal']}/publication", body, "stranger")).status_code == 404


async def test_a_trial_and_switches_over_http(front: Front) -> None:
    assert (await front.get("/law/packs/toy/shadow", "admin")).status_code == 404
    begun = await front.post("/law/shadow", {"texts": toy("10")}, "admin")
    assert begun.status_code == 201, begun.text
    await front.disbursed()
    report = (await front.get("/law/packs/toy/shadow", "admin")).json()
    assert report["running"] and report["judgements"] == 3 and report["stopped_candidate"] == 3
    assert [row["newly_stopped"] for row in report["turned"]] == [1]
    ended = (await front.post("/law/packs/toy/shadow/ending", {}, "admin")).json()
    assert ended["shadow"] is None
    set_ = (await front.post("/law/packs/toy/switches", {"switches": ["strict"]}, "admin")).json()
    assert set_["switches"] == ["strict"]
    assert (await front.post("/law/packs/toy/switches", {"switches": ["lax"]}, "admin")).status_code == 422
    elsewhere = application() | {"terms": application()["terms"] | {"pack": "id"}}
    assert (await front.post("/applications", elsewhere)).json()["code"] == "law_silent"


async def test_only_the_routes_of_the_law_take_a_large_body(front: Front) -> None:
    large = {"texts": TOY | {"more.toml": "# " + "x" * (MAX_BYTES + 1)}}
    assert (await front.post("/law/proposals", large, "admin")).status_code == 201
    assert (await front.post("/applications", {"borrower": "x" * (MAX_BYTES + 1)})).status_code == 413
    assert (
        await front.post("/law/proposals", {"texts": {"a.toml": "x" * MAX_BYTES_OF_LAW}}, "admin")
    ).status_code == 413


async def test_texts_that_are_no_pack_are_told_with_file_and_line(front: Front) -> None:
    answer = await front.post("/law/proposals", {"texts": TOY | {"law.toml": "[[rule]]\nid = 3\n"}}, "admin")
    assert answer.status_code == 422
    assert "law.toml:" in answer.json()["zh"]


def _hengdai(*arguments: str) -> "subprocess.CompletedProcess[str]":
    code = "from hengdai.entry.cli.main import app; app()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)


@pytest.fixture
async def keys(dsn: str) -> dict[str, str]:
    async with platform(dsn) as opened:
        given = await people(opened)
        second = await opened.door.issue(OrgId("bank-a"), Role.ADMIN, "王", opened.office.clock.now())
    return {**given, "checker": second}


def _folder(at: Path, texts: dict[str, str]) -> str:
    shutil.copytree(Path(str(files("hengdai.packs") / "toy")), at)
    for name, text in texts.items():
        (at / name).write_text(text, "utf-8")
    return str(at)


async def test_two_people_publish_by_command(dsn: str, keys: dict[str, str], tmp_path: Path) -> None:
    where = ("--dsn", dsn)
    folder = _folder(tmp_path / "next", toy("20"))
    put = _hengdai("law", "propose", folder, "--key", keys["admin"], "--json", *where)
    assert put.returncode == Exit.DONE, put.stderr
    proposal: dict[str, Any] = json.loads(put.stdout)
    look = _hengdai("law", "publish", proposal["proposal"], "--key", keys["checker"], *where)
    assert look.returncode == Exit.NO
    assert "toy.cost_cap from 2015-01-01" in look.stdout and "尚未发布" in look.stderr
    given = ("law", "publish", proposal["proposal"], "--digest", proposal["digest"], *where)
    same = _hengdai(*given, "--key", keys["admin"])
    assert same.returncode == Exit.REFUSED and "复核人不得是制作人" in same.stderr
    done = _hengdai(*given, "--key", keys["checker"])
    assert done.returncode == Exit.DONE, done.stderr
    told = _hengdai("law", "published", "toy", "--org", "bank-a", "--json", *where)
    assert json.loads(told.stdout)["digest"] == proposal["digest"]
    assert "1" in _hengdai("law", "published", "toy", "--org", "bank-a", *where).stdout


async def test_switches_and_trials_by_command(dsn: str, keys: dict[str, str], tmp_path: Path) -> None:
    where = ("--dsn", dsn)
    bad = _hengdai("law", "switch", "toy", "--on", "strict", "--key", "hd.bank-a.no.key", *where)
    assert bad.returncode == Exit.REFUSED and "密钥无效" in bad.stderr
    done = _hengdai("law", "switch", "toy", "--on", "strict", "--lender-kind", "bank", "--key", keys["admin"], *where)
    assert done.returncode == Exit.DONE and "strict" in done.stderr, done.stderr
    folder = _folder(tmp_path / "next", toy("20"))
    assert _hengdai("law", "shadow", "report", "toy", "--org", "bank-a", *where).returncode == Exit.NO
    assert _hengdai("law", "shadow", "begin", folder, "--key", keys["admin"], *where).returncode == Exit.DONE
    report = _hengdai("law", "shadow", "report", "toy", "--org", "bank-a", "--json", *where)
    assert report.returncode == Exit.DONE and json.loads(report.stdout)["running"] is True
    assert _hengdai("law", "shadow", "end", "toy", "--key", keys["admin"], *where).returncode == Exit.DONE
    again = _hengdai("law", "shadow", "end", "toy", "--key", keys["admin"], *where)
    assert again.returncode == Exit.REFUSED
