"""The language of conditions: Kleene's logic, exact numbers, and nothing that lets a missing fact pass."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.law.expression import CannotRead, Node, facts_of, figures_of, parse
from hengdai.law.plain import plain
from hengdai.law.sql import sql

FACTS = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in ("a", "b", "c")})
NUMBERS = st.fixed_dictionaries({name: st.sampled_from([None, 0, 1, 2, 3]) for name in ("x", "y")})
LEAVES = st.sampled_from(["a", "b", "c", "x <= y", "x = y", "x <> 0", "x BETWEEN y AND :top", "x < :top", "TRUE"])
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda text: f"NOT {text}"),
    ),
    max_leaves=8,
)


@given(CONDITIONS, FACTS, NUMBERS, st.integers(0, 3))
def test_plain_and_polars_agree_on_every_combination(
    text: str, facts: dict[str, bool | None], numbers: dict[str, int | None], top: int
) -> None:
    tree = parse(text)
    given_facts = {**facts, **numbers}
    schema = {**dict.fromkeys(facts, pl.Boolean), **dict.fromkeys(numbers, pl.Int64)}
    frame = pl.DataFrame([given_facts], schema=schema)
    column = frame.select(pl.lit(0).alias("row"), pl.sql_expr(sql(tree, {"top": top})).alias("answer"))["answer"]
    assert column.to_list() == [plain(tree)(given_facts, {"top": top})]


@given(CONDITIONS)
def test_a_tree_printed_and_read_again_is_the_same_tree(text: str) -> None:
    tree = parse(text)
    assert parse(sql(tree)) == tree


def answer(text: str, **facts: object) -> object:
    return plain(parse(text))(facts, {})


def test_unknown_or_true_is_true_and_unknown_and_false_is_false() -> None:
    assert answer("a OR b", b=True) is True
    assert answer("a AND b", b=False) is False
    assert answer("a OR b", b=False) is None
    assert answer("a AND b", b=True) is None
    assert answer("NOT a") is None


def test_a_missing_fact_makes_every_comparison_unknown() -> None:
    for text in ("x = 0", "x <> 0", "x IN (1, 2)", "x NOT IN (1, 2)", "x BETWEEN 0 AND 2", "x * 2 <= 0"):
        assert answer(text) is None


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    assert parse("a OR b AND NOT c") == parse("a OR (b AND (NOT c))")


def test_the_facts_and_figures_of_a_condition_are_named_once_in_order() -> None:
    tree: Node = parse("x <= :cap AND kind IN :kinds AND x > 0 AND NOT REGEXP_LIKE(said, :words)")
    assert facts_of(tree) == ("x", "kind", "said")
    assert figures_of(tree) == ("cap", "kinds", "words")


def test_a_quote_inside_a_text_stays_inside() -> None:
    tree = parse("kind = 'it''s'")
    assert answer("kind = 'it''s'", kind="it's") is True
    assert sql(tree) == "(kind = 'it''s')"


@pytest.mark.parametrize("text", ["", "()", "a b", "a AND", "IN (1)", "a IN ()", "a IN (b)", "a NOT 3", "a IN 3", ":"])
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(CannotRead):
        parse(text)


def test_a_condition_too_long_to_read_is_refused_however_deep_it_is() -> None:
    for depth in (400, 100_000):
        with pytest.raises(CannotRead, match="part it into rules"):
            parse("(" * depth + "a" + ")" * depth)
    assert parse("(" * 30 + "a" + ")" * 30) == parse("a")


def test_a_word_list_is_searched_for_its_words_and_not_as_a_pattern() -> None:
    tree = parse("REGEXP_LIKE(said, :words)")
    words = ("a.b", "(c)")
    for said, found in (("a.b", True), ("axb", False), ("(c)", True), ("c", False)):
        assert plain(tree)({"said": said}, {"words": words}) is found
        frame = pl.DataFrame({"said": [said]})
        assert frame.select(pl.sql_expr(sql(tree, {"words": words})).alias("x"))["x"].to_list() == [found]
