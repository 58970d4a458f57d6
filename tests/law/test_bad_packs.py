"""A pack with a mistake does not load, and says where it stands, what was found and what would be right."""

import json
from pathlib import Path
from typing import Any

import pytest

from hengdai.law.errors import PackRefused
from hengdai.law.load import load_pack
from tests.law.small import texts

BAD = [json.loads(line) for line in Path(__file__).with_name("bad_packs.jsonl").read_text("utf-8").splitlines()]


def test_the_small_pack_without_a_mistake_loads() -> None:
    assert load_pack(texts()).id == "zz"


@pytest.mark.parametrize("bad", BAD, ids=[bad["name"] for bad in BAD])
def test_a_mistake_is_told_with_file_line_and_cure(bad: dict[str, Any]) -> None:
    with pytest.raises(PackRefused) as refused:
        load_pack(texts(*[(old, new) for old, new in bad["edits"]]))
    assert [str(problem) for problem in refused.value.problems] == bad["says"]


def test_there_are_at_least_sixty_mistakes_and_no_two_of_one_name() -> None:
    assert len({bad["name"] for bad in BAD}) == len(BAD) >= 60


def test_several_mistakes_are_told_at_once() -> None:
    edits = [("cost <= :cap", "price <= :cap"), ('evidence = { zh = "报告", en = "a report" }\n', "")]
    with pytest.raises(PackRefused) as refused:
        load_pack(texts(*edits))
    assert [problem.where for problem in refused.value.problems] == ["law.toml:42", "law.toml:83"]
