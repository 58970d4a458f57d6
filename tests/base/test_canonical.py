"""Canonical bytes are those of RFC 8785, and what has none is refused."""

import hashlib
import json
from collections import OrderedDict
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.canonical import NotCanonical, canonical, digest, plain, usual

# RFC 8785 §3.2.3, the sorting example: names in the order of their UTF-16 code units.
SORTING = {
    "€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "😀": "Emoji: Grinning Face", "\u0080": "Control", "ö": "Latin Small Letter O With Diaeresis",
}  # fmt: skip
SORTED = [
    "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
    "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
]  # fmt: skip


def test_names_are_sorted_as_in_the_rfc() -> None:
    assert list(json.loads(canonical(SORTING)).values()) == SORTED


def test_strings_are_escaped_as_in_the_rfc() -> None:
    # RFC 8785 §3.2.2.2 and its example: € $ U+000F LF A ' B " \ \ " /
    text = '€$\u000f\nA\'B"\\\\"/'
    assert canonical({"string": text}) == '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()


def test_literals_and_numbers() -> None:
    assert canonical({"literals": [None, True, False]}) == b'{"literals":[null,true,false]}'
    assert canonical([0, -0, 2**53 - 1, -(2**53) + 1]) == b"[0,0,9007199254740991,-9007199254740991]"


def test_every_control_character_has_its_one_form() -> None:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    for code in range(32):
        long = "\\u" + format(code, "04x")
        assert canonical(chr(code)) == ('"' + short.get(code, long) + '"').encode()
    assert canonical("\x7f") == b'"\x7f"'


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), {1, 2}, b"x", 2**53, -(2**53), {1: "a"}, {"a": 1.5}, [object()],
              datetime(2026, 1, 1, tzinfo=UTC)],
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_date_is_its_iso_text_and_a_tuple_a_list() -> None:
    assert canonical((date(2026, 2, 1), ())) == b'["2026-02-01",[]]'


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_the_bytes_are_json_of_the_same_value_and_have_one_form(value: object) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
    assert digest(value) == hashlib.sha256(written).hexdigest()


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_making_does_not_matter(value: dict[str, int], order) -> None:  # type: ignore[no-untyped-def]
    names = list(value)
    order.shuffle(names)
    assert canonical({name: value[name] for name in names}) == canonical(value)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.booleans(), inner)
    | st.tuples(inner) | st.dictionaries(st.text(), inner).map(MappingProxyType),
)  # fmt: skip


@given(anything)
def test_the_quick_way_writes_what_the_plain_one_does_or_leaves_it_to_it(value: object) -> None:
    quick = usual(value)
    if quick is None:
        return
    assert quick == plain(value)


@given(values)
def test_what_is_usual_goes_the_quick_way(value: object) -> None:
    text = plain(value)
    assert usual(value) == (None if any(char >= "\ud800" for char in text) else text)


def test_names_that_are_no_text_are_found_inside_every_kind_of_mapping() -> None:
    for inside in ({1: 2}, OrderedDict({1: 2}), MappingProxyType({1: 2}), [{True: 1}], ({None: 1},)):
        with pytest.raises(NotCanonical):
            canonical({"a": inside})
