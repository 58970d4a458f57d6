"""The synthetic book: the same seed gives the same bytes, and the book holds what it promises."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hengdai.adapters.books.reader import open_book, read_table
from hengdai.adapters.synthetic import world
from hengdai.adapters.synthetic.book import write_book


def _write(folder: Path, loans: int = 3_000, seed: int = 7, format: str = "parquet") -> Path:
    write_book(folder, loans, seed, "csv" if format == "csv" else "parquet", lambda done: None)
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("synthetic"))


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_seed_gives_the_same_bytes_every_time(tmp_path: Path, format: str) -> None:
    one, two = _write(tmp_path / "one", 400, 3, format), _write(tmp_path / "two", 400, 3, format)
    files = sorted(path.name for path in one.iterdir())
    assert "truth." + format in files
    assert files == sorted(path.name for path in two.iterdir())
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)


def test_another_seed_gives_another_book(tmp_path: Path) -> None:
    assert open_book(_write(tmp_path / "a", 50, 1)).digest != open_book(_write(tmp_path / "b", 50, 2)).digest


def test_both_formats_hold_the_same_loans(tmp_path: Path) -> None:
    one, two = _write(tmp_path / "p", 300, 5, "parquet"), _write(tmp_path / "c", 300, 5, "csv")
    for name in ("loans", "events", "fees", "debits", "truth", "shown", "relations"):
        assert read_table(one, name).equals(read_table(two, name)), name


def test_every_row_is_readable(book: Path) -> None:
    opened = open_book(book)
    assert sum(part.loans.height for part in opened.slices(500)) == 3_000
    assert list(opened.problems()) == []


def test_all_kinds_of_party_product_and_event_occur(book: Path) -> None:
    loans, events = read_table(book, "loans"), read_table(book, "events")
    assert set(loans["lender_kind"]) == {"bank", "consumer_finance", "trust", "microloan"}
    assert set(loans["product"]) == {"CASH", "SCENE", "BIZ"}
    assert loans["method"].n_unique() == 5
    assert loans["withdrawn"].is_not_null().any()
    kinds = {"paid", "payment_reversed", "refunded", "restructured", "charged_off", "recovered"}
    assert set(events["kind"]) == kinds
    assert set(events["intent"].drop_nulls()) == {"instalment", "shorten", "reduce", "settle"}
    assert events.filter(pl.col("known") > pl.col("day")).height > 0


def test_the_book_spans_the_days_on_which_the_law_changes(book: Path) -> None:
    applied = read_table(book, "loans")["applied"]
    assert applied.is_between(date(2025, 6, 1), date(2025, 9, 30)).any()
    assert applied.is_between(date(2026, 8, 1), world.LAST_APPLICATION).any()
    assert applied.is_between(world.FIRST_DAY, world.LAST_APPLICATION).all()
    assert read_table(book, "events")["known"].is_between(world.FIRST_DAY, world.AS_OF).all()


def test_the_truth_is_what_the_guilty_debits_come_to(book: Path) -> None:
    truth, debits = read_table(book, "truth"), read_table(book, "debits")
    assert set(truth["pattern"]) == {f"VIO-{number:02d}" for number in range(1, 11)}
    taken = debits.filter(~pl.col("payee").is_in(list(world.STRANGERS))).group_by("loan").agg(pl.col("amount").sum())
    told = truth.join(taken, on="loan", how="left").with_columns(pl.col("amount_right").fill_null(0))
    assert (told["amount"] == told["amount_right"]).all()
    assert taken["loan"].is_in(truth["loan"].to_list()).all()
    assert (truth.filter(pl.col("pattern").is_in(["VIO-09", "VIO-10"]))["amount"] == 0).all()


def test_the_second_after_the_payout_stands_in_the_debits(book: Path) -> None:
    truth = read_table(book, "truth").filter(pl.col("pattern") == "VIO-04")
    debits = read_table(book, "debits").filter(pl.col("payee") == world.SECOND_GUARANTOR)
    loans = read_table(book, "loans").select("loan", "disbursed", "principal")
    hits = truth.join(debits, on="loan").join(loans, on="loan")
    assert hits.height == truth.height
    local = hits["at"].dt.convert_time_zone("Asia/Shanghai").dt.date()
    assert (local == hits["disbursed"]).all()
    assert (hits["amount_right"] >= hits["principal"] * 0.029).all()


def test_every_payee_of_a_debit_is_in_the_register(book: Path) -> None:
    entities = set(read_table(book, "entities")["entity"])
    assert set(read_table(book, "debits")["payee"]) <= entities
    relations = read_table(book, "relations")
    assert set(relations["entity"]) | set(relations["of"]) <= entities


def test_more_borrowers_pay_late_at_spring_festival(tmp_path: Path) -> None:
    events = read_table(_write(tmp_path, 12_000), "events").filter(pl.col("intent") == "instalment")
    plain = events.filter(pl.col("amount").is_null()).group_by(pl.col("day").dt.month()).len()
    month = dict(plain.iter_rows())
    loans = read_table(tmp_path, "loans").filter(pl.col("disbursed").is_not_null())
    running = {
        name: (loans["disbursed"] < day).sum() for name, day in {1: date(2026, 1, 1), 2: date(2026, 2, 1)}.items()
    }
    assert month[2] / running[2] < month[1] / running[1]


def test_there_are_as_many_loans_as_asked_for_across_blocks(tmp_path: Path) -> None:
    told: list[int] = []
    write_book(tmp_path, 50_003, 1, "parquet", told.append)
    assert told == [50_000, 50_003]
    loans = read_table(tmp_path, "loans")["loan"]
    assert loans.n_unique() == 50_003
    assert loans[-1] == "L00050003"
