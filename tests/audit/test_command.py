"""`hengdai audit` as it is called: files it leaves, exit codes it gives, and the map drafts it makes."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from hengdai.audit.guess import draft, guess
from tests.audit.tapes import write
from tools.source import ROOT

HENGDAI = (sys.executable, "-c", "from hengdai.entry.cli.main import app; app()")
LENDINGCLUB = ROOT.parent / "shared" / "data" / "loans-lendingclub-2007-2011.csv.gz"
MAP = """
[tape]
pack = "cn"
currency = "CNY"
[constants]
lender_kind = "bank"
product_kind = "consumer"
method = "equal_instalment"
internet_loan = true
[columns]
loan_id = { header = "借据号" }
partner = { header = "平台" }
principal = { header = "本金", unit = "major" }
rate = { header = "年利率", unit = "percent" }
count = { header = "期数" }
disbursed_on = { header = "放款日" }
upfront_fee = { header = "服务费", unit = "major" }
"""
CLEAN = {
    "借据号": "A1",
    "平台": "甲",
    "本金": "10,000元",
    "年利率": "12%",
    "期数": "12期",
    "放款日": "2026-01-15",
    "服务费": "0",
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "map.toml").write_text(MAP, "utf-8")
    command = (*HENGDAI, "audit", *arguments)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_clean_tape_ends_with_zero(tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN])
    done = run(tmp_path, "tape.csv", "--map", "map.toml", "--no-pdf")
    assert done.returncode == 0, done.stderr + done.stdout


def test_findings_end_with_one_and_leave_every_file(tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN, CLEAN | {"借据号": "A2", "服务费": "1200"}, CLEAN | {"本金": "x"}])
    done = run(tmp_path, "tape.csv", "--map", "map.toml", "--out", "out", "--no-pdf")
    assert done.returncode == 1, done.stderr
    out = tmp_path / "out"
    told = json.loads((out / "summary.json").read_text("utf-8"))
    findings = pl.read_parquet(out / "findings.parquet")
    rejects = pl.read_csv(out / "rejects.csv", encoding="utf-8")
    assert told["rows"] == 3 == findings.height + rejects.height
    assert told["over_cap"]["simple"] == 1 and told["refund"]["simple"] > 0
    assert rejects.row(0, named=True)["column"] == "本金"
    assert pl.read_csv(out / "findings.csv").height == findings.height


def test_an_audit_with_unread_debits_is_never_a_clean_one(tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN])
    write(tmp_path / "entities.csv", [{"entity": "甲", "kind": "facilitator"}])
    write(tmp_path / "relations.csv", [{"entity": "甲", "of": "乙"}])
    debit = {"loan": "A1", "at": "2024-01-15 09:00:00", "payee": "甲", "amount": "500", "text": ""}
    call = ("tape.csv", "--map", "map.toml", "--debits", "debits.csv", "--out", "out", "--no-pdf")
    write(tmp_path / "debits.csv", [debit])
    whole = run(tmp_path, *call)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    write(tmp_path / "debits.csv", [debit, debit | {"amount": "5.5"}])
    done, out = run(tmp_path, *call), tmp_path / "out"
    assert done.returncode == 1 and "1 debits unread" in done.stdout, done.stdout + done.stderr
    told = json.loads((out / "summary.json").read_text("utf-8"))
    assert told["unread_debits"] == 1 and told["rows"] == told["audited"] == told["answers"]["different"] == 1
    assert (out / "rejects.csv").read_text("utf-8-sig").splitlines()[1].startswith("debits.csv,2,amount,5.5,")
    assert "1 笔扣款无法读取" in (out / "report.html").read_text("utf-8")
    assert "1 debits could not be read" in (out / "report.en.html").read_text("utf-8")


@pytest.mark.parametrize("language", ["", ".en"])
def test_the_report_needs_nothing_from_elsewhere(language: str, tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN | {"服务费": "1200", "平台": "<script>alert(1)</script>"}])
    assert run(tmp_path, "tape.csv", "--map", "map.toml", "--out", "out", "--no-pdf").returncode == 1
    page = (tmp_path / "out" / f"report{language}.html").read_text("utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "src=" not in page and "@import" not in page and "url(" not in page
    assert page.count("<svg") >= 3 and "cn.lf-009" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("none.csv", "--map", "map.toml"), "there is no such file"), (("tape.csv",), "--guess"),
     (("tape.csv", "--map", "nowhere"), "no such mapping"), (("tape.csv", "--map", "lendingclub"), "funded_amnt"),
     (("tape.csv", "--map", "map.toml", "--pack", "mars"), "no law pack mars")],
)  # fmt: skip
def test_what_cannot_be_read_ends_with_two_and_says_why(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN])
    done = run(tmp_path, *arguments)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_a_tape_without_a_row_is_not_a_clean_one(tmp_path: Path) -> None:
    (tmp_path / "tape.csv").write_text(",".join(CLEAN) + "\n", "utf-8")
    done = run(tmp_path, "tape.csv", "--map", "map.toml", "--no-pdf")
    assert done.returncode == 2 and "not one row" in done.stderr


def test_a_guessed_mapping_states_units_only_where_the_sample_settles_them(tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN | {"本金": "10000"}])
    done = run(tmp_path, "--guess", "tape.csv")
    assert done.returncode == 0 and 'header = "本金"' in done.stdout
    assert '# unit = "?"' in done.stdout and 'unit = "percent"' in done.stdout


def test_a_guess_takes_each_header_once() -> None:
    headers = ["loan_amnt", "int_rate", "term", "issue_d", "id", "放款日期"]
    found = guess(headers, {header: ["1"] for header in headers})
    assert len({one.header for one in found}) == len(found)
    assert "[columns.principal]" in draft(found, pack="cn", currency="CNY")


def test_the_run_off_reaches_zero(tmp_path: Path) -> None:
    rows = [CLEAN | {"借据号": f"A{n}", "服务费": "1200"} for n in range(5)]
    write(tmp_path / "tape.csv", rows)
    call = (
        "runoff",
        "tape.csv",
        "--map",
        "map.toml",
        "--since",
        "2026-06-01",
        "--by",
        "2026-09-30",
        "--out",
        "out",
        "--no-pdf",
    )
    done = run(tmp_path, *call)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "runoff.json").read_text("utf-8"))
    assert told["loans"] == 5 and [month["left"] for month in told["months"]][-1] == 0
    assert len((tmp_path / "out" / "runoff.csv").read_text("utf-8").splitlines()) == 6
    assert pl.read_parquet(tmp_path / "out" / "runoff.parquet")["price"].sum() == told["price"]
    for name, word in (("runoff.html", "存量清退计划"), ("runoff.en.html", "Run-off plan")):
        page = (tmp_path / "out" / name).read_text("utf-8")
        assert word in page and "金规〔2025〕9号" in page and page.count("<svg") >= 12 and "src=" not in page


def test_a_run_off_of_nothing_says_so_and_one_that_goes_backwards_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "tape.csv", [CLEAN])
    call = ("runoff", "tape.csv", "--map", "map.toml", "--since", "2026-06-01", "--out", "out", "--no-pdf", "--by")
    done = run(tmp_path, *call, "2026-09-30")
    assert done.returncode == 0 and "no loan is above the cap" in done.stdout, done.stderr
    assert "nothing to run off" in (tmp_path / "out" / "runoff.en.html").read_text("utf-8")
    done = run(tmp_path, *call, "2026-05-31")
    assert done.returncode == 2 and "is before the day it begins" in done.stderr


@pytest.mark.skipif(not LENDINGCLUB.exists(), reason="the public LendingClub file is not beside the project")
def test_every_loan_of_the_public_file_is_told_once(tmp_path: Path) -> None:
    done = run(tmp_path, str(LENDINGCLUB), "--map", "lendingclub", "--pack", "cn", "--out", "out", "--no-pdf")
    assert done.returncode == 1, done.stderr
    told = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert told["rows"] == 42_535 == told["audited"] and told["rejected"] == 0
    assert told["as_if"] is not None and told["over_cap"]["simple"] == 5
    # The file's own instalments follow from its own rates: the recomputation is not far from any of them.
    small = {row["name"]: row["material"] for row in told["differences"]}
    assert small["instalment"] < 0.001 * told["audited"]
