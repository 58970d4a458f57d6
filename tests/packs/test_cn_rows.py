"""No row of the Chinese rule book is lost: each is in the pack under its id, or in NOT-ENCODED.md with a reason."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hengdai.adapters.packs import FolderShelf

CN = FolderShelf().pack("cn")
BOOK = Path(__file__).parents[2].parent / "shared" / "law" / "regulations-china.md"
LEFT_OUT = files("hengdai.packs").joinpath("cn/NOT-ENCODED.md").read_text("utf-8")


def rows_of(book: str) -> set[str]:
    """Ids of the table rows of sections 1 to 18, ranges such as CAP-001..003 unfolded, and the two named in prose."""
    text = book[: book.index("## 19.")]
    found = set(re.findall(r"`((?:PEN|ENT)-\d{3})`", text))
    for id, last in re.findall(r"^\| ([A-Z]{2,5}-\d{2,3}[a-z]?)(?:\.\.(\d{3}))? ?[^|]*\|", text, re.MULTILINE):
        head, first = id[:-3], id[-3:]
        found |= {f"{head}{number:03d}" for number in range(int(first), int(last) + 1)} if last else {id}
    return found


def encoded() -> set[str]:
    """Ids of rows that rules, figures, duties and fee classes of the pack carry."""
    ids = [rule.id for rule in CN.rules] + [duty.id for duty in CN.duties] + [*CN.parameters, *CN.fee_classes]
    matched = [re.match(r"cn\.([a-z]+-\d{2,3})([a-z]?)(?:\.|$)", id) for id in ids]
    return {match.group(1).upper() + match.group(2) for match in matched if match}


def left_out() -> dict[str, tuple[str, str]]:
    """Row id → reason in Chinese and English."""
    lines = re.findall(r"^\| ([A-Z]+-\d+[a-z]?) \| (.+?) \| (.+?) \|$", LEFT_OUT, re.MULTILINE)
    return {id: (zh, en) for id, zh, en in lines}


@pytest.mark.skipif(not BOOK.exists(), reason="the rule book lies beside the checkout and is not part of it")
def test_every_row_of_the_rule_book_is_encoded_or_left_out_with_a_reason() -> None:
    rows = rows_of(BOOK.read_text("utf-8"))
    assert len(rows) > 200
    assert rows - encoded() - set(left_out()) == set()
    assert (encoded() | set(left_out())) - rows == set()


def test_no_row_is_both_encoded_and_left_out() -> None:
    assert encoded() & set(left_out()) == set()


def test_every_row_left_out_says_why_in_both_languages() -> None:
    assert left_out()
    assert all(len(zh) > 5 and len(en) > 5 for zh, en in left_out().values())


def test_the_pack_carries_the_greater_part_of_the_book() -> None:
    assert (len(encoded()), len(left_out())) == (197, 24)
