"""Reading a book: exact figures, every wrong field named, and a loan that has one left out whole."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hengdai.adapters.books.columns import TABLES
from hengdai.adapters.books.reader import FolderBook, open_book
from hengdai.app.replay_book import RowProblem, UnreadableBook
from tests.books import small

Rows = dict[str, small.Rows]
Edit = Callable[[Rows], object]


def read(book: FolderBook, size: int = 10) -> tuple[list[str], list[RowProblem]]:
    """The ids of the loans that can be read, and what is wrong with the others."""
    loans = [loan for part in book.slices(size) for loan in part.loans["loan"].to_list()]
    return loans, list(book.problems())


def edited(folder: Path, edit: Edit, manifest: str = small.MANIFEST) -> FolderBook:
    """The two-loan book with one thing changed."""
    rows = small.tables()
    edit(rows)
    return open_book(small.write(folder, rows, manifest))


def test_money_and_rates_become_whole_units_exactly(tmp_path: Path) -> None:
    book = edited(tmp_path, lambda rows: rows["loans"][0].update(principal="1234.5", annual_rate="18.255"))
    (part,) = book.slices(10)
    first = part.loans.row(0, named=True)
    assert (first["principal"], first["annual_rate"], first["late_multiplier"]) == (123450, 18_255_000, 150_000_000)
    assert first["disbursed"] == date(2026, 1, 6)
    assert first["guarantor"] is None


WRITTEN = [
    ("minor", "e8", "123450", "18255000"),
    ("major", "fraction", "1234.50", "0.18255"),
    ("major", "percent", "1234.5000", "18.255"),
]


@pytest.mark.parametrize(("money", "rates", "principal", "rate"), WRITTEN)
def test_every_way_to_write_a_figure_reads_to_the_same(
    tmp_path: Path, money: str, rates: str, principal: str, rate: str
) -> None:
    manifest = small.MANIFEST.replace('"major"', f'"{money}"').replace('"percent"', f'"{rates}"')
    (part,) = edited(
        tmp_path,
        lambda rows: [
            row.update(principal=principal, annual_rate=rate, late_multiplier="1", prepayment_fee="0")
            for row in rows["loans"]
        ],
        manifest,
    ).slices(10)
    assert part.loans["principal"].to_list() == [123450, 123450]
    assert part.loans["annual_rate"].to_list() == [18_255_000, 18_255_000]


def _of(table: str, row: int, **fields: str) -> Edit:
    return lambda rows: rows[table][row].update(fields)


AMOUNT = "大于 0 的金额, 例如 1234.50 / an amount above 0, such as 1234.50"
RATE = "不小于 0 的利率, 例如 18.25 / a rate of at least 0, such as 18.25"
DAY = "日期, 形如 2026-08-01 / a date such as 2026-08-01"
FLAG = "true 或 false / true or false"
ENDS = "下列之一: last, first / one of: last, first"
INTENTS = "下列之一: instalment, shorten, reduce, settle / one of: instalment, shorten, reduce, settle"
SEQ = "同一贷款内不重复的次序 / a seq that no other event of the loan has"
CURRENCY = "与 book.toml 相同的币种 CNY / CNY, the currency of book.toml"
PARTY = "organisations 表中的机构编号 / the id of an organisation of the organisations table"
# What is changed; which table, row and column the message names; what it says was found and what would be right.
MALFORMED: list[tuple[Edit, str, int, str, str, str]] = [
    (_of("loans", 0, principal="12,00"), "loans", 1, "principal", "'12,00'", AMOUNT),
    (_of("loans", 0, principal="0.00"), "loans", 1, "principal", "'0.00'", AMOUNT),
    (_of("loans", 0, principal="-5"), "loans", 1, "principal", "'-5'", AMOUNT),
    (_of("loans", 0, principal="1.005"), "loans", 1, "principal", "'1.005'", AMOUNT),
    (_of("loans", 0, principal="9" * 17), "loans", 1, "principal", "'99999999999999999'", AMOUNT),
    (_of("loans", 0, annual_rate="12%"), "loans", 1, "annual_rate", "'12%'", RATE),
    (_of("loans", 0, annual_rate=""), "loans", 1, "annual_rate", "(空 / empty)", RATE),
    (_of("loans", 0, disbursed="2026-02-30"), "loans", 1, "disbursed", "'2026-02-30'", DAY),
    (_of("loans", 0, applied="05/01/2026"), "loans", 1, "applied", "'05/01/2026'", DAY),
    (_of("loans", 0, count="0"), "loans", 1, "count", "'0'", "不小于 1 的整数 / a whole number of at least 1"),
    (_of("loans", 0, internet="yes"), "loans", 1, "internet", "'yes'", FLAG),
    (_of("loans", 0, residue="middle"), "loans", 1, "residue", "'middle'", ENDS),
    (_of("loans", 0, currency="USD"), "loans", 1, "currency", "'USD'", CURRENCY),
    (_of("loans", 0, funder="F-9"), "loans", 1, "funder", "'F-9'", PARTY),
    (_of("events", 1, day="soon"), "events", 2, "day", "'soon'", DAY),
    (_of("events", 1, seq="1"), "events", 1, "seq", "1", SEQ),
    (_of("events", 2, intent="maybe"), "events", 3, "intent", "'maybe'", INTENTS),
]


@pytest.mark.parametrize(("edit", "table", "row", "column", "found", "right"), MALFORMED)
def test_a_wrong_field_is_named_and_its_loan_left_out_whole(
    tmp_path: Path, edit: Edit, table: str, row: int, column: str, found: str, right: str
) -> None:
    loans, problems = read(edited(tmp_path, edit))
    assert loans == ["A-2"]
    message = f"{table} 第 {row} 行 / row {row}, {column}: 发现 / found {found}; 应为 / expected {right}"
    assert str(problems[0].problem()) == message
    assert {problem.loan for problem in problems} == {"A-1"}


def test_the_events_of_a_loan_left_out_are_left_out_with_it(tmp_path: Path) -> None:
    (part,) = edited(tmp_path, _of("loans", 0, principal="x")).slices(10)
    assert part.events["loan"].to_list() == ["A-2"]


def test_two_rows_with_one_id_are_both_left_out(tmp_path: Path) -> None:
    loans, problems = read(edited(tmp_path, lambda rows: rows["loans"].append(dict(small.LOAN))))
    assert loans == ["A-2"]
    assert [(problem.row, problem.column) for problem in problems] == [(1, "loan"), (3, "loan")]


def test_an_event_of_no_loan_is_reported_and_hurts_nobody(tmp_path: Path) -> None:
    loans, problems = read(edited(tmp_path, _of("events", 3, loan="A-7")))
    assert loans == ["A-1", "A-2"]
    assert [str(problem.problem()) for problem in problems] == [
        "events 第 4 行 / row 4, loan: 发现 / found 'A-7'; 应为 / expected loans 表中的贷款编号 / "
        "the id of a loan of the loans table"
    ]


def test_lines_with_too_few_or_too_many_fields_are_numbered_as_they_stand(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.tables())
    lines = (folder / "events.csv").read_text("utf-8").splitlines()
    lines.insert(2, "A-2,9,2026-01-01")
    lines.insert(5, lines[1] + ",extra")
    (folder / "events.csv").write_text("\n".join(lines), "utf-8")
    loans, problems = read(open_book(folder))
    assert loans == []  # one broken line names A-2, the other A-1: both histories are incomplete
    assert [(problem.row, problem.column, problem.loan, problem.found) for problem in problems] == [
        (2, "*", "A-2", "3 个字段 / 3 fields"),
        (5, "*", "A-1", "12 个字段 / 12 fields"),
    ]


def test_text_that_is_no_utf8_is_a_wrong_field_and_not_a_crash(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.tables())
    text = (folder / "loans.csv").read_bytes().replace(b"B-1", "借".encode("gbk"))
    (folder / "loans.csv").write_bytes(text)
    loans, problems = read(open_book(folder))
    assert loans == ["A-2"]
    assert (problems[0].column, problems[0].row) == ("borrower", 1)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_slices_hold_every_loan_once_with_its_own_events_whatever_their_size(tmp_path: Path, size: int) -> None:
    rows = small.tables()
    rows["loans"] = [small.LOAN | {"loan": f"A-{number}"} for number in range(9)]
    rows["events"] = [
        small.EVENT | {"loan": f"A-{number}", "seq": str(seq), "day": f"2026-0{1 + seq}-06"}
        for seq in (3, 1, 2)
        for number in reversed(range(9))
    ]
    book = open_book(small.write(tmp_path, rows))
    parts = list(book.slices(size))
    assert [loan for part in parts for loan in part.loans["loan"]] == [f"A-{number}" for number in range(9)]
    for part in parts:
        assert part.loans.height <= size
        assert part.events["loan"].unique().sort().to_list() == part.loans["loan"].sort().to_list()
        assert part.events.group_by("loan").agg(pl.col("seq"))["seq"].to_list() == [[1, 2, 3]] * part.loans.height


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    by_csv = open_book(small.write(tmp_path / "csv", small.tables()))
    folder = tmp_path / "parquet"
    folder.mkdir()
    (folder / "book.toml").write_text(small.MANIFEST, "utf-8")
    for name, lines in small.tables().items():
        columns = {each: [line[each] or None for line in lines] for each in TABLES[name].names}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(TABLES[name].names, pl.String))
        if name == "loans":
            frame = frame.with_columns(pl.col("principal").cast(pl.Decimal(12, 4)), pl.col("applied").str.to_date())
        frame.write_parquet(folder / f"{name}.parquet")
    (one,), (two,) = by_csv.slices(10), open_book(folder).slices(10)
    assert one.loans.equals(two.loans)
    assert one.events.equals(two.events)


def test_a_column_of_binary_fractions_is_refused(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.tables())
    frame = pl.read_csv(folder / "loans.csv", infer_schema=False).with_columns(pl.col("principal").cast(pl.Float64))
    (folder / "loans.csv").unlink()
    frame.write_parquet(folder / "loans.parquet")
    with pytest.raises(UnreadableBook, match=r"loans\.parquet principal: 发现 / found double"):
        list(open_book(folder).slices(10))


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _instead(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(("spoil", "message"), [
    (_without("book.toml"), "no book.toml"),
    (_without("loans.csv"), "no loans"),
    (_instead("book.toml", "hengdai-book/1", "other/9"), "found 'other/9'; 应为 / expected 'hengdai-book/1'"),
    (_instead("book.toml", '"CNY"', '"XXX"'), "currency: 发现 / found 'XXX'"),
    (_instead("book.toml", '"major"', '"fen"'), "money: 发现 / found 'fen'; 应为 / expected minor 或 major"),
    (_instead("book.toml", "pack =", "law ="), "found 'law'"),
    (_instead("loans.csv", "annual_rate", "rate"), "loans.csv: 发现 / found 缺列 / missing annual_rate"),
    (_instead("book.toml", "rates", "rates = 3\nrates"), "expected UTF-8 的 TOML"),
])  # fmt: skip
def test_a_book_that_cannot_be_read_as_a_whole_says_why(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    folder = small.write(tmp_path, small.tables())
    spoil(folder)
    with pytest.raises(UnreadableBook) as caught:
        list(open_book(folder).slices(10))
    assert message in str(caught.value)


def test_a_file_that_differs_from_its_stated_digest_is_refused(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.tables(), small.MANIFEST + '\n[digests]\n"loans.csv" = "00"\n')
    with pytest.raises(
        UnreadableBook, match=r"loans\.csv: 发现 / found sha256 [0-9a-f]{64}; 应为 / expected sha256 00"
    ):
        open_book(folder)


def test_the_digest_names_the_content_and_not_the_folder(tmp_path: Path) -> None:
    one = open_book(small.write(tmp_path / "one", small.tables()))
    two = open_book(small.write(tmp_path / "two", small.tables()))
    other = edited(tmp_path / "three", _of("events", 0, day="2026-02-07"))
    assert one.digest == two.digest != other.digest


def test_a_book_without_rows_has_no_slices(tmp_path: Path) -> None:
    book = edited(tmp_path, lambda rows: rows.update(loans=[], events=[]))
    assert list(book.slices(10)) == []
    assert book.total() == 0


def test_a_field_with_a_line_end_inside_quotes_keeps_the_row_numbers_right(tmp_path: Path) -> None:
    def edit(rows: Rows) -> None:
        rows["loans"][0]["product"] = "a\nb"
        rows["loans"][1]["count"] = "many"

    _, problems = read(edited(tmp_path, edit))
    assert [(problem.row, problem.column) for problem in problems] == [(2, "count")]


def test_the_reference_page_describes_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/book-format.md").read_text("utf-8")
    for table in TABLES.values():
        section = page.split(f"### {table.name}")[1].split("\n##")[0]
        listed = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert listed == list(table.names)
