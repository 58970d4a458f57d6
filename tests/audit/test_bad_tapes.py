"""Tapes as they come: broken quotes, mixed bytes, odd line ends, damaged files. Every row is told once, or exit 2."""

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

from hengdai.adapters.tapes.files import FileTape, sample_of
from hengdai.adapters.tapes.lines import MARK, form_of, mended_blocks
from hengdai.adapters.tapes.unreadable import TapeUnreadable

HEAD = "借据号,平台,本金\n"


def rows_of(path: Path) -> tuple[list[tuple[object, ...]], list[int]]:
    """The rows that were read with their numbers, and the numbers of those that were not."""
    tape, torn = FileTape(path), []
    found: list[tuple[object, ...]] = []
    for batch in tape.batches():
        found += batch.select("row_number", *batch.columns[:-1]).rows()
        torn += [row for row, _ in tape.torn()]
    return found, torn + [row for row, _ in tape.torn()]


def written(folder: Path, raw: bytes, name: str = "tape.csv") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("text", "read", "torn"),
    [
        ('A1,"甲,1\nA2,甲,2\nA3,甲,3\n', [2, 3], [1]),  # a quote never closed swallows nothing
        ('A1,甲,1\nA2,"甲,2\nA3,甲,3\nA4,甲",4\nA5,甲,5\n', [1, 3, 5], [2, 4]),  # two that would pair over three rows
        ('A1,"甲\n乙",1\nA2,甲,2\n', [1, 2], []),  # a value over two lines is one record
        ('A1,甲,1\n\n\nA2,甲\nA3,甲,3\n', [1, 3], [2]),  # empty lines are no rows
        ('A1,甲,1\nA2,甲,2"', [1], [2]),  # an open quote on the last line, without a line end
        ('A1,"甲,1\n' + "A2,甲,2\n" * 100, list(range(2, 102)), [1]),
    ],
)  # fmt: skip
def test_a_broken_quote_costs_its_own_row_and_no_other(
    text: str, read: list[int], torn: list[int], tmp_path: Path
) -> None:
    found, left_out = rows_of(written(tmp_path, (HEAD + text).encode()))
    assert [row[0] for row in found] == read
    assert left_out == torn


@pytest.mark.parametrize("size", [1, 40, 64, 97, 1 << 20])
def test_blocks_may_end_anywhere(size: int, tmp_path: Path) -> None:
    text = HEAD + "".join(f'A{n},"甲\n{n}",{n}\n' if n % 3 else f'A{n},甲"{n},{n}\n' for n in range(1, 30))
    path = written(tmp_path, text.encode())
    whole = b"".join(mended_blocks(path, form_of(path), size))
    assert whole == b"".join(mended_blocks(path, form_of(path)))
    assert whole.decode().count(MARK) == 9


@pytest.mark.parametrize(
    ("encoding", "bad"), [("utf-8", b"A2,\xff\xfe,2\n"), ("gb18030", b"A2,\xff\xff,2\n")]
)  # fmt: skip
def test_a_byte_of_another_encoding_costs_its_own_row(encoding: str, bad: bytes, tmp_path: Path) -> None:
    raw = (HEAD + "A1,甲,1\n").encode(encoding) + bad + "A3,丙,3\n".encode(encoding)
    found, torn = rows_of(written(tmp_path, raw))
    assert (found, torn) == ([(1, "A1", "甲", "1"), (3, "A3", "丙", "3")], [2])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("gb18030"),
        lambda text: text.encode("utf-8-sig"),
    ],
    ids=["crlf", "cr", "no last line end", "semicolons", "tabs", "utf-16", "gb18030", "bom"],
)  # fmt: skip
def test_the_ways_in_which_systems_write_a_table_are_read(change: Callable[[str], bytes], tmp_path: Path) -> None:
    path = written(tmp_path, change(HEAD + "A1,甲,1\nA2,乙,2\n"))
    assert rows_of(path) == ([(1, "A1", "甲", "1"), (2, "A2", "乙", "2")], [])
    assert sample_of(path)[0] == ["借据号", "平台", "本金"]


def parquet(folder: Path) -> Path:
    pl.DataFrame({"借据号": [f"A{n}" for n in range(9_000)]}).write_parquet(folder / "whole.parquet")
    return folder / "whole.parquet"


def cut_parquet(folder: Path) -> Path:
    return written(folder, parquet(folder).read_bytes()[:2_000], "tape.parquet")


def worn_parquet(folder: Path) -> Path:
    raw = parquet(folder).read_bytes()
    return written(folder, raw[:50] + b"\0" * 400 + raw[450:], "tape.parquet")


def cut_gzip(folder: Path) -> Path:
    packed = gzip.compress((HEAD + "".join(f"A{n},甲,{n * n}\n" for n in range(9_000))).encode())
    return written(folder, packed[: len(packed) // 2], "tape.csv.gz")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: written(folder, b""), "the file is empty"),
        (lambda folder: written(folder, b"\n \n"), "the file is empty"),
        (lambda folder: written(folder, bytes(range(128, 256)) * 99), "neither UTF-8 nor GB18030"),
        (lambda folder: written(folder, "借据号,本金,本金\nA,1,2\n".encode()), "headers that come twice: '本金'"),
        (lambda folder: folder, "a folder, and not that of a book"),
        (lambda folder: folder / "none.csv", "there is no such file"),
        (lambda folder: written(folder, b"x", "tape.xls"), ".xls is not read"),
        (lambda folder: written(folder, b"x", "tape"), "tape is not read"),
        (lambda folder: written(folder, b"x", "tape.xlsx"), "not readable as Excel"),
        (lambda folder: written(folder, b"x", "tape.csv.gz"), "damaged or cut off after row 0"),
        (lambda folder: written(folder, b"", "tape.parquet"), "damaged or cut off after row 0"),
        (cut_gzip, "damaged or cut off"),
        (cut_parquet, "damaged or cut off"),
        (worn_parquet, "damaged or cut off"),
    ],
)  # fmt: skip
def test_what_is_no_whole_tape_is_refused_by_name(make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(TapeUnreadable, match=said) as caught:
        rows_of(path)
    assert path.name in str(caught.value)


def test_an_excel_cell_is_read_as_the_sheet_shows_it(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["借据号", None, "年利率"])
    for row in (["A1", "x", 0.24], [None, None, None], ["A2", None, 0.073]):
        sheet.append(row)
    for cell in ("C2", "C4"):
        sheet[cell].number_format = "0.00%"
    book.save(tmp_path / "tape.xlsx")
    assert rows_of(tmp_path / "tape.xlsx") == ([(1, "A1", "24.00%"), (3, "A2", "7.300%")], [])
