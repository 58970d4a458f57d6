"""The LendingClub map, on a file of invented rows: dates are put back as the module says, totals are kept as claims."""

import csv
import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hengdai.adapters.books.lendingclub import MappedBook, open_lendingclub
from hengdai.adapters.books.reader import read_table
from hengdai.app.replay_book import UnreadableBook

ROW = {
    "loan_amnt": "1000", "funded_amnt": "1000", "term": "36", "int_rate": "0.12", "installment": "33.21",
    "issue_d": "2010-01-01", "loan_status": "Fully Paid", "desc": "private words, with a\nline end", "purpose": "car",
    "total_pymnt": "1195.5512", "total_rec_prncp": "1000.0", "total_rec_int": "195.5512", "total_rec_late_fee": "0.0",
    "recoveries": "0.0", "last_pymnt_d": "2013-01-01", "last_pymnt_amnt": "33.2",
}  # fmt: skip
CHARGED_OFF = ROW | {
    "loan_status": "Does not meet the credit policy. Status:Charged Off", "total_pymnt": "216.42",
    "total_rec_prncp": "130.0", "total_rec_int": "49.26", "recoveries": "37.16", "last_pymnt_d": "2010-09-01",
    "last_pymnt_amnt": "13.21",
}  # fmt: skip


def mapped(folder: Path, *rows: dict[str, str]) -> MappedBook:
    path = folder / "file.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows(rows)
    return open_lendingclub(path)


def told(book: MappedBook, loan: str = "LC-000001") -> list[tuple[date, str, int | None, str | None]]:
    (part,) = book.slices(100)
    events = part.events.filter(pl.col("loan") == loan).select("day", "kind", "amount", "intent")
    return events.rows()


def test_the_terms_are_those_of_the_file(tmp_path: Path) -> None:
    (part,) = mapped(tmp_path, ROW | {"term": "60", "installment": "22.24"}).slices(100)
    loan = part.loans.row(0, named=True)
    terms = {name: loan[name] for name in ("principal", "annual_rate", "count", "instalment", "currency", "disbursed")}
    assert terms == {
        "principal": 100_000, "annual_rate": 12_000_000, "count": 60, "instalment": 2_224, "currency": "USD",
        "disbursed": date(2010, 1, 1),
    }  # fmt: skip


def test_an_instalment_that_these_terms_do_not_give_is_solved_instead(tmp_path: Path) -> None:
    (part,) = mapped(tmp_path, ROW | {"installment": "45.00"}).slices(100)
    assert part.loans["instalment"].to_list() == [None]


def test_a_loan_paid_in_full_pays_every_due_date_and_settles_on_its_last_day(tmp_path: Path) -> None:
    events = told(mapped(tmp_path, ROW | {"last_pymnt_d": "2010-04-01"}))
    assert events == [
        (date(2010, 2, 1), "paid", None, "instalment"),
        (date(2010, 3, 1), "paid", None, "instalment"),
        (date(2010, 4, 1), "paid", None, "settle"),
    ]


def test_a_loan_paid_after_its_last_due_date_was_late_with_the_last_instalment(tmp_path: Path) -> None:
    events = told(mapped(tmp_path, ROW | {"last_pymnt_d": "2013-04-01"}))
    assert len(events) == 36
    assert events[-2:] == [
        (date(2012, 12, 1), "paid", None, "instalment"),
        (date(2013, 4, 1), "paid", None, "settle"),
    ]


def test_a_charged_off_loan_pays_what_the_file_says_and_is_written_off_150_days_later(tmp_path: Path) -> None:
    events = told(mapped(tmp_path, CHARGED_OFF))
    paid = [amount for _, kind, amount, _ in events if kind == "paid"]
    assert paid == [3_321, 3_321, 3_321, 3_321, 3_321, 1_321]
    assert sum(each for each in paid if each) == 21_642 - 3_716
    assert events[-3:] == [
        (date(2010, 9, 1), "paid", 1_321, "instalment"),
        (date(2011, 1, 29), "charged_off", None, None),
        (date(2011, 4, 29), "recovered", 3_716, None),
    ]


def test_a_charged_off_loan_that_paid_more_than_its_due_dates_hold_prepaid_on_the_last_day(tmp_path: Path) -> None:
    events = told(mapped(tmp_path, CHARGED_OFF | {"last_pymnt_d": "2010-03-01"}))
    assert events[:2] == [
        (date(2010, 2, 1), "paid", 3_321, "instalment"),
        (date(2010, 3, 1), "paid", 21_642 - 3_716 - 3_321, "shorten"),
    ]


def test_a_loan_that_never_paid_is_only_written_off(tmp_path: Path) -> None:
    nothing = CHARGED_OFF | {"total_pymnt": "0", "recoveries": "0", "last_pymnt_d": "", "last_pymnt_amnt": "0"}
    assert told(mapped(tmp_path, nothing)) == [(date(2010, 5, 31), "charged_off", None, None)]


def test_the_totals_of_the_file_are_kept_as_claims_in_cents(tmp_path: Path) -> None:
    (part,) = mapped(tmp_path, ROW).slices(100)
    claims = dict(part.claims.select("figure", "amount").iter_rows())
    assert claims == {
        "paid": 119_555, "principal": 100_000, "interest": 19_555, "penalty": 0, "recovered": 0, "last_payment": 3_320,
    }  # fmt: skip


def test_a_row_in_error_is_named_as_it_stands_in_the_file_and_the_rest_goes_on(tmp_path: Path) -> None:
    book = mapped(tmp_path, ROW, ROW | {"int_rate": "12%"}, ROW | {"loan_status": "Current"}, ROW)
    (part,) = book.slices(100)
    assert part.loans["loan"].to_list() == ["LC-000001", "LC-000004"]
    assert book.total() == 4
    assert [(problem.row, problem.column, problem.found) for problem in book.problems()] == [
        (2, "int_rate", "'12%'"),
        (3, "loan_status", "'Current'"),
    ]


def test_the_book_says_that_its_dates_are_reconstructed_and_under_which_law_it_is_judged(tmp_path: Path) -> None:
    book = mapped(tmp_path, ROW)
    notes = " ".join(str(note) for note in book.notes)
    assert "重建" in notes
    assert "RECONSTRUCTED" in notes
    assert book.pack == "toy"
    assert "toy" in notes


def test_the_borrowers_own_words_are_nowhere_in_the_book(tmp_path: Path) -> None:
    book = mapped(tmp_path, ROW)
    for name in ("loans", "events", "claims"):
        assert "private words" not in str(read_table(book.folder, name).rows())


def test_the_same_file_is_the_same_book(tmp_path: Path) -> None:
    assert mapped(tmp_path, ROW).digest == open_lendingclub(tmp_path / "file.csv.gz").digest


def test_a_file_without_the_columns_is_no_lendingclub_file(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(UnreadableBook, match="missing funded_amnt"):
        open_lendingclub(path)
