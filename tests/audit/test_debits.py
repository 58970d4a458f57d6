"""Debits lie in files of any order and size; what may belong to a loan is found whatever lies around it."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengdai.adapters.tapes.debits import FileDebits
from hengdai.adapters.tapes.runs import Runs
from hengdai.app.audit_tape import Looking
from hengdai.audit.intake import REJECTS
from hengdai.audit.links import link, score
from tests.audit.tapes import audited
from tests.audit.test_links import LOANS, REGISTER

NOON = datetime.fromisoformat("2026-03-10 12:00:00")
PAYEES = ("P-1", "CLUB", "GUARD", "SHOP", "STRANGER", "NEWCOMER", None)
TEXTS = ("", "超市购物", "担保服务费", "会员权益-优先审批", None)


def table(rows: list[tuple[str | None, datetime, str | None, int, str | None]]) -> pl.DataFrame:
    schema = {"loan": pl.String(), "at": pl.Datetime("us"), "payee": pl.String(), "amount": pl.Int64(),
              "text": pl.String()}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


debit = st.tuples(
    st.sampled_from(["A1", "A2", "elsewhere"]),
    st.integers(-1_500, 7_200).map(lambda hours: NOON + timedelta(hours=hours)),
    st.sampled_from(PAYEES), st.integers(1, 5).map(lambda yuan: yuan * 100), st.sampled_from(TEXTS),
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(debit, max_size=30))
def test_what_is_left_out_of_the_file_would_have_told_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, datetime, str | None, int, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("debits") / "debits.parquet"
    every = table(list(rows))
    every.write_parquet(path, row_group_size=7)
    second = LOANS.with_columns(loan_id=pl.lit("A2"), partner=pl.lit("NEWCOMER"))
    kept = FileDebits(path, REGISTER)
    for loans in (LOANS, second, LOANS):  # the payee NEWCOMER becomes a party only with the second batch
        found = score(loans, kept.of(loans), REGISTER)
        whole = score(loans, every.rename({"loan": "loan_id"}), REGISTER)
        assert sorted(found.rows(), key=str) == sorted(whole.rows(), key=str)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde") | st.none(), st.integers(0, 9)), max_size=40), st.integers(1, 12))
def test_runs_give_back_what_was_put_in_from_disk_and_from_memory(
    rows: list[tuple[str | None, int]], full: int
) -> None:
    schema = {"key": pl.String, "value": pl.Int64}
    runs = Runs("key", full)
    for begin in range(0, len(rows), 5):
        runs.put(pl.DataFrame(rows[begin : begin + 5], schema=schema, orient="row"))
    found = runs.of(pl.Series(["a", "d", "d", "x"]))
    wanted = sorted(row for row in rows if row[0] in ("a", "d"))
    assert sorted(found.rows() if found is not None else []) == wanted


def test_debits_of_a_borrower_belong_to_each_of_his_loans(tmp_path: Path) -> None:
    row = ("B1", NOON, "P-1", 500, "")
    table([row]).rename({"loan": "borrower"}).write_parquet(tmp_path / "debits.parquet")
    loans = pl.concat([LOANS, LOANS.with_columns(loan_id=pl.lit("A2"))])
    found = FileDebits(tmp_path / "debits.parquet", REGISTER).of(loans)
    assert sorted(found["loan_id"]) == ["A1", "A2"]


@pytest.mark.parametrize("stored", ["2026-03-10T12:00:00+08:00", "2026-03-10T04:00:00Z", "2026-03-10 12:00:00"])
def test_a_csv_in_the_encoding_of_chinese_systems_is_read(tmp_path: Path, stored: str) -> None:
    text = f"loan,at,payee,amount,text\nA1,{stored},GUARD,500,担保服务费\nA1,{stored},SHOP,500,超市\n"
    (tmp_path / "debits.csv").write_bytes(text.encode("gb18030"))
    found = FileDebits(tmp_path / "debits.csv", REGISTER).of(LOANS)
    assert found.rows() == [("A1", NOON, "GUARD", 500, "担保服务费")]
    assert link(LOANS, found, REGISTER).links.height == 1


def test_instants_stored_with_an_offset_are_local_moments(tmp_path: Path) -> None:
    zoned = table([("A1", NOON, "P-1", 500, "")]).with_columns(pl.col("at").dt.replace_time_zone("UTC"))
    zoned.write_parquet(tmp_path / "debits.parquet")
    assert FileDebits(tmp_path / "debits.parquet", REGISTER).of(LOANS)["at"].to_list() == [NOON.replace(hour=20)]


def csv_of(folder: Path, *lines: str) -> Path:
    path = folder / "debits.csv"
    path.write_text("\n".join(("loan,at,payee,amount,text", *lines)) + "\n", "utf-8")
    return path


GOOD = "A1,2026-03-10 12:00:00,P-1,500,"


@pytest.mark.parametrize(
    ("at", "amount", "column", "found"),
    [("soon", "500", "at", "soon"), ("2026-03-10 12:00:00", "5.5", "amount", "5.5"), ("", "500", "at", "")],
)
def test_a_debit_that_cannot_be_read_is_told_and_the_others_are_found(
    tmp_path: Path, at: str, amount: str, column: str, found: str
) -> None:
    debits = FileDebits(csv_of(tmp_path, GOOD, f"A1,{at},P-1,{amount},", GOOD), REGISTER)
    assert debits.of(LOANS)["amount"].to_list() == [500, 500]
    unread = debits.unread()
    assert unread.schema == REJECTS
    assert unread.select("source", "row", "column", "found").rows() == [("debits.csv", 2, column, found)]
    assert unread["expected_zh"].item() and unread["expected_en"].item()


def test_a_torn_line_among_the_debits_is_told_and_numbers_stay_right(tmp_path: Path) -> None:
    debits = FileDebits(csv_of(tmp_path, GOOD, "A1,2026", GOOD, "A1,soon,P-1,x,"), REGISTER)
    assert debits.of(LOANS).height == 2
    assert debits.unread().select("row", "column").rows() == [(2, ""), (4, "at"), (4, "amount")]


def test_each_bad_debit_is_told_once_however_often_the_file_is_read(tmp_path: Path) -> None:
    lines = ("torn", "A1,soon,P-1,500,", "A2,soon,NEWCOMER,500,", "A2,soon,NEWCOMER,500,担保服务费")
    debits = FileDebits(csv_of(tmp_path, *lines), REGISTER)
    second = LOANS.with_columns(loan_id=pl.lit("A2"), partner=pl.lit("NEWCOMER"))
    told = []
    for loans in (LOANS, second, LOANS):  # NEWCOMER becomes a party, and the file is read again, with the second
        debits.of(loans)
        told.append(debits.unread()["row"].to_list())
    assert told == [[1, 2, 4], [3], []]


@pytest.mark.parametrize("amounts", [[500.0, 5.5, float("nan"), None], [Decimal("500"), Decimal("5.5"), None, None]])
def test_a_stored_amount_that_is_not_whole_is_not_cut(tmp_path: Path, amounts: list[object]) -> None:
    rows = table([("A1", NOON, "P-1", 1, "")] * 4).with_columns(pl.Series("amount", amounts))
    rows.write_parquet(tmp_path / "debits.parquet", row_group_size=3)
    debits = FileDebits(tmp_path / "debits.parquet", REGISTER)
    assert debits.of(LOANS)["amount"].to_list() == [500]
    assert debits.unread().select("row", "column").rows() == [(2, "amount"), (3, "amount"), (4, "amount")]


def test_a_column_of_row_numbers_of_its_own_is_in_nobodys_way(tmp_path: Path) -> None:
    rows = table([("A1", NOON, "P-1", 500, ""), ("A1", None, "P-1", 500, "")])  # type: ignore[list-item]
    rows.with_columns(row_number=pl.lit("x")).write_csv(tmp_path / "debits.csv")
    debits = FileDebits(tmp_path / "debits.csv", REGISTER)
    assert debits.of(LOANS).height == 1 and debits.unread()["row"].to_list() == [2]


def test_an_audit_counts_unread_debits_apart_from_the_rows_of_its_tape(tmp_path: Path) -> None:
    looking = Looking(FileDebits(csv_of(tmp_path, "torn", "A1,soon,P-1,x,", GOOD), REGISTER), REGISTER)
    done = audited(tmp_path, {"平台": "P-1", "资金方": "F-1"}, {"借据号": "A2", "本金": "x"}, looking=looking)
    assert (done.tally.rows, done.tally.loans, done.tally.rejected, done.tally.unread_debits) == (2, 1, 1, 2)
    assert done.only()["linked_debits"] == 500
    told = done.rejects.select("source", "row", "column").rows()
    assert told == [
        ("tape.csv", 2, "本金"),
        ("debits.csv", 1, ""),
        ("debits.csv", 2, "at"),
        ("debits.csv", 2, "amount"),
    ]


def test_a_loan_whose_own_debit_was_not_read_is_not_cleared_of_charges(tmp_path: Path) -> None:
    lines = ("A2,soon,GUARD,500,担保服务费", "A3,soon,GUARD,500,担保服务费", "A3,2026-01-15 12:00:00,GUARD,500,担保",
             "A4,soon,SHOP,500,超市")  # fmt: skip
    looking = Looking(FileDebits(csv_of(tmp_path, *lines), REGISTER), REGISTER)
    rows = [{"借据号": f"A{number}", "平台": "P-1", "资金方": "F-1"} for number in (1, 2, 3, 4)]
    found = audited(tmp_path, *rows, looking=looking).findings
    open_of, breached = (dict(zip(found["loan_id"], found[name], strict=True)) for name in ("open", "breached"))
    asked = {"cn.vio-02", "cn.vio-03", "cn.vio-04", "cn.lf-005"}
    assert not asked & set(open_of["A1"].split(";")) and open_of["A4"] == open_of["A1"]
    assert asked <= set(open_of["A2"].split(";")) and not breached["A2"]
    # What was read counts; what was not read may have been anything.
    assert found["linked_debits"].to_list() == [0, 0, 500, 0] and breached["A3"] and open_of["A3"]
    flagged = [("debit_unread:material" in told) for told in found["differences"]]
    assert flagged == [False, True, True, False]
    assert found["answer"].to_list()[1:3] == ["different", "breached"]


def test_an_unread_debit_of_a_borrower_is_one_of_each_of_his_loans(tmp_path: Path) -> None:
    rows = table([("B1", None, "P-1", 500, "")])  # type: ignore[list-item]
    rows.rename({"loan": "borrower"}).write_parquet(tmp_path / "debits.parquet")
    debits = FileDebits(tmp_path / "debits.parquet", REGISTER)
    loans = pl.concat([LOANS, LOANS.with_columns(loan_id=pl.lit("A2"), borrower=pl.lit(None, pl.String))])
    debits.of(loans)
    assert debits.doubtful(loans).to_list() == [True, False]


def test_a_table_without_telling_debits_gives_none(tmp_path: Path) -> None:
    table([("A1", NOON, "SHOP", 500, "超市")]).write_parquet(tmp_path / "debits.parquet")
    found = FileDebits(tmp_path / "debits.parquet", REGISTER).of(LOANS)
    assert found.height == 0 and link(LOANS, found, REGISTER).links.height == 0
