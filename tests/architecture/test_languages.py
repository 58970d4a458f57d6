"""A document and its Chinese twin say the same: the same headings, tables, links and commands."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.source import ROOT

TWIN = ".zh-CN.md"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAIRS = [
    (path.with_name(path.name.replace(TWIN, ".md")), path)
    for path in (*ROOT.glob(f"*{TWIN}"), *(ROOT / "docs").rglob(f"*{TWIN}"))
]


def skeleton(text: str) -> list[str]:
    """What must be equal in both languages: levels of headings, rows of tables, list items, fences, links, commands."""
    bones, fenced = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
            bones.append(line)
        elif fenced:
            bones.append(line)
        elif found := re.match(r"#+ |\||[-*] |\d+\. |<!-- (?:not run|run at|exits)", line):
            bones.append(found.group())
            bones += links(line)
    return bones


def links(line: str) -> list[str]:
    """Where a line leads, a twin and its original counted as one."""
    return sorted(target.replace(TWIN, ".md") for target in re.findall(r"\]\(([^)]+)\)", line))


def chinese_share(lines: Sequence[str]) -> float:
    """How many of the lines with words hold Chinese."""
    worded = [line for line in lines if re.search(r"\w", line)]
    return sum(bool(CHINESE.search(line)) for line in worded) / max(len(worded), 1)


def test_the_readme_has_a_chinese_twin() -> None:
    assert (ROOT / "README.md", ROOT / "README.zh-CN.md") in PAIRS


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_both_languages_say_the_same_things_in_the_same_order(english: Path, chinese: Path) -> None:
    assert skeleton(chinese.read_text(encoding="utf-8")) == skeleton(english.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_the_chinese_twin_is_in_chinese(english: Path, chinese: Path) -> None:
    assert chinese_share(chinese.read_text(encoding="utf-8").splitlines()) > 0.5
    assert chinese_share(english.read_text(encoding="utf-8").splitlines()) < 0.3


def test_a_command_that_only_one_language_shows_is_noticed() -> None:
    english = "# A\n\n```console\n$ make run\n```\n\n- one\n"
    assert skeleton(english) == skeleton("# 甲\n\n```console\n$ make run\n```\n\n- 一\n")
    assert skeleton(english) != skeleton("# 甲\n\n```console\n$ make test\n```\n\n- 一\n")
    assert skeleton(english) != skeleton("# 甲\n\n```console\n$ make run\n```\n\n- 一\n- 二\n")
