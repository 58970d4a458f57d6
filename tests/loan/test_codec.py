"""Every fact and all terms survive being written and read; what is not exactly that is refused with its place."""

import json
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.identity import EventId
from hengdai.loan import events
from hengdai.loan.codec import (
    Unreadable,
    fact_from_json,
    fact_to_json,
    terms_digest,
    terms_from_json,
    terms_to_json,
)
from hengdai.loan.events import Fact
from hengdai.product.terms import Intent
from tests.loan.story import terms
from tests.loan.test_machine import some_terms

amounts, words = st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=20)
facts = st.one_of(
    st.builds(events.Offered, some_terms(), words),
    st.builds(events.Refused, some_terms(), words, st.lists(words, max_size=3).map(tuple)),
    st.builds(events.Disclosed, words),
    st.builds(events.Signed, words),
    st.builds(events.Withdrawn, words),
    st.builds(events.Disbursed, amounts),
    st.builds(events.Paid, amounts, st.sampled_from(Intent)),
    st.builds(events.PaymentReversed, words.map(EventId), words),
    st.builds(events.Refunded, amounts),
    st.builds(events.Restructured, amounts, amounts, st.dates()),
    st.just(events.ChargedOff()),
    st.builds(events.Recovered, amounts),
    st.just(events.Settled()),
)
ONE_OF_EACH: list[Fact] = [
    events.Offered(terms(), "b"), events.Refused(terms(), "b", ("toy.term",)), events.Disclosed("d"),
    events.Signed("s"), events.Withdrawn("w"), events.Disbursed(1), events.Paid(1, Intent.SHORTEN),
    events.PaymentReversed(EventId("e"), "w"), events.Refunded(1), events.Restructured(1, 2, date(2028, 2, 29)),
    events.ChargedOff(), events.Recovered(1), events.Settled(),
]  # fmt: skip


def test_one_of_each_is_here() -> None:
    assert {type(fact) for fact in ONE_OF_EACH} == set(get_args(Fact))


@given(facts)
def test_what_is_read_is_what_was_written_through_real_json(fact: Fact) -> None:
    assert fact_from_json(json.loads(json.dumps(fact_to_json(fact)))) == fact


@given(some_terms())
def test_terms_are_read_as_written_and_their_digest_is_theirs_alone(of: Any) -> None:
    assert terms_from_json(json.loads(json.dumps(terms_to_json(of)))) == of
    assert (terms_digest(of) == terms_digest(terms())) == (of == terms())


@pytest.mark.parametrize("fact", ONE_OF_EACH, ids=lambda fact: fact.kind.value)
def test_a_field_too_many_and_a_field_too_few_are_refused(fact: Fact) -> None:
    written = fact_to_json(fact)
    with pytest.raises(Unreadable, match="surprise"):
        fact_from_json({**written, "surprise": 1})
    for name in written:
        less = {key: value for key, value in written.items() if key != name}
        with pytest.raises(Unreadable, match=name):
            fact_from_json(less)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amount": "1"}, "$.amount"), ({"amount": 1.0}, "$.amount"), ({"amount": True}, "$.amount"),
        ({"amount": None}, "$.amount"), ({"intent": "give"}, "$.intent"), ({"kind": "stolen"}, "$.kind"),
        ({"v": 2}, "$.v"), ({"v": "1"}, "$.v"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_place_what_was_found_and_what_would_be_right(
    change: dict[str, Any], where: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        fact_from_json({**fact_to_json(events.Paid(1, Intent.REDUCE)), **change})
    problem = caught.value.problem
    assert problem.where == where
    assert problem.found
    assert problem.expected.zh


@pytest.mark.parametrize("written", ["2026-02-30", "20260230", "2026-1-1", 20260101, None])
def test_a_day_that_is_none_is_refused(written: object) -> None:
    with pytest.raises(Unreadable, match="first_due"):
        fact_from_json({**fact_to_json(events.Restructured(1, 0, date(2026, 1, 1))), "first_due": written})


def test_a_fault_deep_inside_terms_is_named_by_its_path() -> None:
    written = terms_to_json(terms())
    written["schedule"]["frequency"]["unit"] = "moons"
    with pytest.raises(Unreadable, match=r"\$\.schedule\.frequency\.unit"):
        terms_from_json(written)
    with pytest.raises(Unreadable, match=r"\$\.fees\[0\]"):
        terms_from_json({**terms_to_json(terms()), "fees": [7]})
