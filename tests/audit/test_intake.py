"""How cells are read: what people write for numbers and days, and what is turned away with its cure."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hengdai.adapters.tapes.files import FileTape
from hengdai.app.audit_tape import Order, audit_tape
from hengdai.audit.clean import Reading, Unit, read
from hengdai.audit.mapping import MappingUnreadable, parse_mapping
from hengdai.audit.tape import BY_NAME, Column, Type
from hengdai.base.text import Text
from tests.audit.tapes import COLUMNS, CONSTANTS, LOAN, PACK, Kept, audited, mapping_for, write

MONEY = Reading(BY_NAME["principal"], "x", Unit.MAJOR)
WHOLES = [MONEY, Reading(BY_NAME["principal"], "x", Unit.MINOR), Reading(BY_NAME["count"], "x"),
          *(Reading(BY_NAME["rate"], "x", unit) for unit in (Unit.E8, Unit.PERCENT, Unit.FRACTION))]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1,234.50元", 123_450), ("１２３４．５", 123_450), ("1 234,50", 123_450),
     ("1.234,50", 123_450),
     ("¥ 1234", 123_400),
     ("1,234", 123_400), ("-5", -500), ("0.10", 10), ("人民币1,000", 100_000), ("1234.500", 123_450)],
)  # fmt: skip
def test_money_is_read_as_people_write_it(text: str, fen: int) -> None:
    typed, unread = read(pl.Series([text]), MONEY)
    assert typed.to_list() == [fen] and unread.to_list() == [False]


@pytest.mark.parametrize("text", ["1.2345", "1,23,4", "abc", "1e5", "12.3.4", ""])
def test_money_that_is_not_clear_is_left_unread(text: str) -> None:
    typed, unread = read(pl.Series([text]), MONEY)
    assert typed.to_list() == [None] and unread.to_list() == [True]


def test_decimals_beyond_the_coin_are_rounded_only_when_the_mapping_says_so() -> None:
    rounded = Reading(BY_NAME["paid_total"], "x", Unit.MAJOR, rounded=True)
    typed, unread = read(pl.Series(["22583.266767", "1.005", "-1.005"]), rounded)
    assert typed.to_list() == [2_258_327, 101, -101] and not unread.any()


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**13), 10**13), st.sampled_from(WHOLES))
def test_a_stored_whole_number_is_read_as_its_text_would_be(number: int, reading: Reading) -> None:
    stored, as_text = read(pl.Series([number]), reading), read(pl.Series([str(number)]), reading)
    assert [each.to_list() for each in stored] == [each.to_list() for each in as_text]


def test_stored_days_instants_and_flags_need_no_form() -> None:
    noon = datetime.fromisoformat("2026-03-01 12:30")
    cells = {
        Reading(BY_NAME["applied_at"], "x"): (pl.Series([noon], dtype=pl.Datetime("ns")), noon),
        Reading(BY_NAME["applied_at"], "x", format="%d/%m/%Y"): (
            pl.Series([noon.date()]),
            datetime.fromisoformat("2026-03-01"),
        ),
        Reading(BY_NAME["disbursed_on"], "x", format="%d/%m/%Y"): (pl.Series([noon]), noon.date()),
        Reading(Column("fact:x", Type.FLAG, Text("x", "x"), ()), "x"): (pl.Series([True]), True),
    }
    for reading, (column, meant) in cells.items():
        typed, unread = read(column, reading)
        assert typed.to_list() == [meant] and not unread.any()


def test_a_stored_instant_with_an_offset_is_brought_to_local_time() -> None:
    late = pl.Series([datetime.fromisoformat("2026-03-01T20:00Z")])
    typed, _ = read(late, Reading(BY_NAME["applied_at"], "x"))
    assert typed.to_list() == [datetime.fromisoformat("2026-03-02 04:00")]
    assert read(late, Reading(BY_NAME["disbursed_on"], "x"))[0].to_list() == [date(2026, 3, 2)]


def test_a_percent_sign_contradicts_a_fraction() -> None:
    typed, unread = read(pl.Series(["24%", "0.24"]), Reading(BY_NAME["rate"], "x", Unit.FRACTION))
    assert typed.to_list() == [None, 24_000_000] and unread.to_list() == [True, False]


def test_every_row_that_comes_in_goes_out_once(tmp_path: Path) -> None:
    rows = [{"借据号": f"A{n}"} for n in range(5)]
    rows += [{"借据号": "A3"}, {"借据号": "B", "本金": "x", "放款日": "昨天"}, {"借据号": ""}]
    result = audited(tmp_path, *rows)
    assert result.tally.rows == 8 == result.findings.height + result.rejects.n_unique("row")
    assert result.tally.rejected == 3
    assert set(result.rejects["column"]) == {"loan_id", "本金", "放款日", "借据号"}
    assert all(cure for cure in result.rejects["expected_zh"].to_list())


def test_torn_lines_are_named_by_their_row_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "tape.csv"
    path.write_text("a,b\n1,2\n3\n4,5\n6,7,8\n9,9\n", "utf-8")
    tape = FileTape(path)
    assert pl.concat(list(tape.batches()))["row_number"].to_list() == [1, 3, 5]
    assert [row for row, _ in tape.torn()] == [2, 4]


def test_torn_lines_are_counted_among_the_rejects(tmp_path: Path) -> None:
    names = ["借据号", "本金", "年利率", "期数", "放款日"]
    path = write(tmp_path / "tape.csv", [LOAN])
    path.write_text(path.read_text("utf-8") + "A3,1,2\n", "utf-8")
    kept = Kept()
    tally = audit_tape([FileTape(path)], Order(mapping_for(names), PACK), kept, lambda rows: None)
    assert (tally.rows, tally.loans, tally.rejected) == (2, 1, 1)


def test_excel_and_parquet_give_what_the_csv_gives(tmp_path: Path) -> None:
    names = ["借据号", "本金", "年利率", "期数", "放款日"]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(names)
    sheet.append(["A1", 10000, 12.5, 12, datetime.fromisoformat("2026-01-15")])
    book.save(tmp_path / "tape.xlsx")
    typed = pl.DataFrame([("A1", 10000, 12.5, 12, date(2026, 1, 15))], schema=names, orient="row")
    typed.write_parquet(tmp_path / "tape.parquet")
    told = []
    for name in ("tape.xlsx", "tape.parquet"):
        kept = Kept()
        order = Order(mapping_for(names), PACK)
        assert audit_tape([FileTape(tmp_path / name)], order, kept, lambda rows: None).rejected == 0
        told.append(kept.found[0].drop("source"))
    plain = audited(tmp_path, {"年利率": "12.5"}).findings.drop("source")
    assert told[0].equals(plain) and told[1].equals(plain)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_chinese_systems_are_found_out(encoding: str, tmp_path: Path) -> None:
    assert audited(tmp_path, {"资金方": "甲一银行"}, encoding=encoding).only()["lender"] == "甲一银行"


def test_a_mapping_must_state_the_unit_of_money_and_rates() -> None:
    columns = {**COLUMNS, "principal": {"header": "本金"}, "rate": {"header": "年利率", "unit": "e4"}}
    with pytest.raises(MappingUnreadable) as caught:
        parse_mapping({"columns": columns, "constants": CONSTANTS}, "map", PACK.facts)
    assert [problem.where for problem in caught.value.problems] == [
        "map [columns.principal] unit",
        "map [columns.rate] unit",
    ]


def test_a_mapping_may_carry_any_fact_of_the_pack_and_no_other() -> None:
    columns = {name: COLUMNS[name] for name in ("loan_id", "principal", "rate", "count", "disbursed_on")}
    facts = {"partner_listed": {"header": "在名单"}, "moon_phase": {"header": "月相"}}
    with pytest.raises(MappingUnreadable) as caught:
        parse_mapping({"columns": columns, "facts": facts}, "map", PACK.facts)
    assert [problem.found for problem in caught.value.problems] == ["'moon_phase'"]
