"""The size bars: a file can be finished, a function seen at once. What is above a bar may only shrink."""

import tomllib
from collections.abc import Mapping

from tools.size_report import percentile
from tools.source import ROOT, fan_out, length, sources

MODULE_MAX, MODULE_P90 = 400, 250
FUNCTION_MAX, CORE_FUNCTION_P90, FUNCTION_P90 = 60, 25, 40
FAN_OUT_MAX, FAN_OUT_P90 = 15, 8
BRINGERS_TOGETHER = ("src/hengdai/app/", "src/hengdai/entry/")
"""Verbs and doors bring parts together; that is what they are for."""

RATCHET: dict[str, dict[str, int]] = tomllib.loads((ROOT / "tests/architecture/ratchet.toml").read_text("utf-8"))


def complaints(sizes: Mapping[str, int], bar: int, let_in: Mapping[str, int]) -> list[str]:
    """Places above the bar that were not let in, that grew since, or whose line in the ratchet is out of date."""
    grown = [f"{name}: {size}, the bar is {bar}" for name, size in sizes.items() if size > let_in.get(name, bar)]
    stale = [f"{name}: its line in ratchet.toml can go" for name in let_in if sizes.get(name, 0) <= bar]
    return grown + stale


def test_no_module_is_longer_than_one_can_finish() -> None:
    sizes = {each.name: each.lines for each in sources("src", "tests", "tools", "benchmarks")}
    assert complaints(sizes, MODULE_MAX, RATCHET["modules"]) == []


def test_no_function_is_longer_than_one_sees_at_once() -> None:
    files = sources("src", "tools", "benchmarks")
    sizes = {f"{each.name}::{name}": length(node) for each in files for name, node in each.functions()}
    assert complaints(sizes, FUNCTION_MAX, RATCHET["functions"]) == []


def test_nine_of_ten_modules_below_the_line_are_short() -> None:
    assert percentile([each.lines for each in sources("src") if each.core], 90) <= MODULE_P90


def test_nine_of_ten_functions_are_short() -> None:
    ours = sources("src")
    core = [length(node) for each in ours if each.core for _, node in each.functions()]
    everything = [length(node) for each in ours for _, node in each.functions()]
    assert percentile(core, 90) <= CORE_FUNCTION_P90
    assert percentile(everything, 90) <= FUNCTION_P90


def test_a_module_knows_few_others() -> None:
    known = {each.name: fan_out(each) for each in sources("src") if not each.name.startswith(BRINGERS_TOGETHER)}
    assert complaints(known, FAN_OUT_MAX, RATCHET["fan_out"]) == []
    assert percentile(list(known.values()), 90) <= FAN_OUT_P90


def test_the_ratchet_lets_nothing_grow_and_keeps_no_old_lines() -> None:
    assert complaints({"a": 401}, 400, {}) == ["a: 401, the bar is 400"]
    assert complaints({"a": 450}, 400, {"a": 430}) == ["a: 450, the bar is 400"]
    assert complaints({"a": 420}, 400, {"a": 430}) == []
    assert complaints({"a": 390}, 400, {"a": 430, "b": 500}) == [
        "a: its line in ratchet.toml can go",
        "b: its line in ratchet.toml can go",
    ]
