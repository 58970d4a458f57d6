"""The rules of the house that a machine can hold; each is shown to catch what it is there to catch."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.manners import MANNERS
from tests.architecture.purity import COMMITTERS, FLOATS, PURITY, STANDALONE
from tests.architecture.rule import Rule
from tools.source import ROOT, Source, source, sources

RULES = PURITY + MANNERS
MACHINE = re.compile(r"(?<![\w.:/~-])/(?:home|root|work|tmp|farm|Users|opt)/\w|[A-Z]:\\\\?Users")
MAKING = re.compile(r"\b(?:issue|ticket|pull request) #?\d+\b", re.I)
SUFFIXES = {".py", ".md", ".toml", ".sh", ".sql", ".css", ".html", ".js", ".yaml", ".json", ".mako"}
FOLDERS = ("src", "tests", "tools", "docs", "benchmarks", ".ci")


@cache
def everything() -> tuple[Source, ...]:
    """All Python of the project, read once."""
    return tuple(sources("src", "tests", "tools", "benchmarks"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    assert [said for each in everything() for said in rule.complaints(each)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_catches_what_it_is_there_for(rule: Rule) -> None:
    assert rule.complaints(source(rule.where, rule.bad))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.good], ids=lambda rule: rule.name)
def test_the_rule_lets_the_right_form_through(rule: Rule) -> None:
    assert rule.complaints(source(rule.where, rule.good)) == []


def test_an_exception_to_a_rule_names_a_file_that_needs_it() -> None:
    """An exception outlives its reason unless somebody looks; this looks."""
    by_name = {each.name: each for each in everything()}
    rules = {rule.name: rule for rule in RULES}
    excepted = {
        "one place commits": COMMITTERS,
        "no float below the line": FLOATS,
        "no file below the line": STANDALONE,
    }
    for title, exceptions in excepted.items():
        for name in exceptions:
            rule = rules[title]
            assert name in by_name, f"{name} is gone; so goes its exception"
            assert list(rule.find(by_name[name])), f"{name} needs no exception any more"


def written() -> list[Path]:
    """Every text of ours: code, documents, settings."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    return inside + [path for path in ROOT.iterdir() if path.suffix in SUFFIXES or path.name == "Makefile"]


def machine_paths(text: str) -> list[str]:
    """Paths that exist on one machine only."""
    return [found.group() for found in MACHINE.finditer(text)]


def test_no_text_names_a_path_of_one_machine() -> None:
    found = {path.relative_to(ROOT).as_posix(): machine_paths(path.read_text(encoding="utf-8")) for path in written()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_a_path_of_one_machine_is_noticed() -> None:
    assert machine_paths("see " + "/" + "tmp/book.csv") == ["/" + "tmp/b"]
    assert machine_paths("https://example.org/work/book and src/work/book and /v1/loans") == []


def test_no_text_speaks_of_how_it_was_made() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in written()}
    this = Path(__file__).relative_to(ROOT).as_posix()
    assert {name: MAKING.findall(text) for name, text in texts.items() if name != this and MAKING.search(text)} == {}


def test_a_word_on_the_making_is_noticed() -> None:
    assert MAKING.search("as wished in issue 12")
    assert not MAKING.search("the issue of shares, decision 12")
