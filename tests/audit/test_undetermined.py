"""Unknown is never a pass: what a tape does not tell leaves its rules open, and a loan without a cap is not clean."""

from pathlib import Path

from hengdai.adapters.tapes.files import FileTape
from hengdai.app.audit_tape import Order, audit_tape
from hengdai.audit.guess import guess
from hengdai.audit.mapping import parse_mapping
from tests.audit.tapes import COLUMNS, LOAN, PACK, Kept, audited, mapping_for, write


def test_a_loan_whose_cap_cannot_be_judged_is_not_clean(tmp_path: Path) -> None:
    columns = {name: COLUMNS[name] for name in ("loan_id", "principal", "rate", "count", "disbursed_on")}
    mapping = parse_mapping({"columns": columns, "constants": {"method": "equal_instalment"}}, "map", PACK.facts)
    kept = Kept()
    tally = audit_tape(
        [FileTape(write(tmp_path / "t.csv", [LOAN | {"年利率": "30"}]))], Order(mapping, PACK), kept, lambda rows: None
    )
    assert tally.answers == {"undetermined": 1}
    assert tally.missing["cn.lf-009", "internet_loan"] == 1


def test_a_currency_that_the_law_does_not_know_leaves_rules_about_amounts_open(tmp_path: Path) -> None:
    yuan = audited(tmp_path, {"本金": "300000"}, unsecured=True, temporary_increase_agreed=False).only()
    assert "cn.il-001" in yuan["breached"].split(";")
    data = {"tape": {"currency": "USD"}, "columns": {n: COLUMNS[n] for n in ("loan_id", "principal", "rate", "count",
            "disbursed_on")}, "constants": {"lender_kind": "bank", "product_kind": "consumer", "internet_loan": True,
            "unsecured": True, "temporary_increase_agreed": False, "method": "equal_instalment"}}  # fmt: skip
    kept = Kept()
    path = write(tmp_path / "usd.csv", [LOAN | {"本金": "300000"}])
    audit_tape([FileTape(path)], Order(parse_mapping(data, "map", PACK.facts), PACK), kept, lambda rows: None)
    assert "cn.il-001" in kept.found[0]["undetermined"][0].split(";")


def test_an_exact_header_wins_over_one_that_only_contains_the_word() -> None:
    headers = ["月服务费", "服务费", "放款金额"]
    found = {one.column.name: one.header for one in guess(headers, {})}
    assert found == {"principal": "放款金额", "upfront_fee": "服务费", "periodic_fee": "月服务费"}


def test_a_mapping_of_a_header_that_is_not_there_names_it() -> None:
    assert "principal" in mapping_for(["本金", "借据号", "年利率", "期数", "放款日"]).mapped
