"""The runner of documents itself: what it lets pass and what it must notice."""

from pathlib import Path

import pytest

from tests.docs.runner import agrees, blocks, differences


def document(body: str, mark: str = "") -> str:
    return f"Words.\n\n{mark}```console\n{body}\n```\n\nMore words.\n"


def test_output_that_is_as_said_passes(tmp_path: Path) -> None:
    assert differences(document("$ printf 'one\\ntwo\\n'\none\ntwo"), tmp_path) == []


def test_output_that_differs_is_noticed(tmp_path: Path) -> None:
    assert "it prints\ntwo" in differences(document("$ echo two\none"), tmp_path)[0]


def test_output_that_the_document_does_not_show_is_noticed(tmp_path: Path) -> None:
    assert differences(document("$ echo two"), tmp_path)


def test_a_failing_command_is_noticed_unless_its_status_is_said(tmp_path: Path) -> None:
    assert "ended with 3" in differences(document("$ exit 3"), tmp_path)[0]
    assert differences(document("$ exit 3", "<!-- exits 3 -->\n"), tmp_path) == []


def test_a_block_that_is_not_run_says_why(tmp_path: Path) -> None:
    assert differences(document("$ false", "<!-- not run: it serves until it is stopped -->\n"), tmp_path) == []
    with pytest.raises(ValueError, match="says why"):
        blocks(document("$ false", "<!-- not run: -->\n"))


def test_blocks_of_one_document_share_a_directory(tmp_path: Path) -> None:
    text = document("$ echo 7 > left.txt") + document("$ cat left.txt\n7")
    assert differences(text, tmp_path) == []


def test_a_block_at_the_root_sees_the_project(tmp_path: Path) -> None:
    assert differences(document("$ ls LICENSE\nLICENSE", "<!-- run at the root -->\n"), tmp_path) == []


def test_a_command_may_go_on_over_lines(tmp_path: Path) -> None:
    assert differences(document("$ printf '%s\\n' \\\n>   one\none"), tmp_path) == []


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (("a", "…", "d"), "a\nb\nc\nd\n", True),
        (("a", "…", "d"), "a\nd\n", True),
        (("a", "…", "d"), "a\nb\nc\n", False),
        (("took 3 s, 1,200 loans/s",), "took 12.5 s, 1,200 loans/s\n", True),
        (("took 3 s, 7 loans",), "took 12.5 s, 8 loans\n", False),
        (("耗时 3 秒",), "耗时 41.2 秒\n", True),
        (("id … done",), "id 0192-af done\n", True),
        (("id … done",), "id 0192-af\n", False),
        (("a   ", ""), "a\n", True),
        (("1 s",), "1 ms\n", False),
    ],
)
def test_what_is_left_out_and_what_counts(expected: tuple[str, ...], printed: str, same: bool) -> None:
    assert agrees(expected, printed) is same
