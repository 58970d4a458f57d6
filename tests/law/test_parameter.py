"""A figure of law is asked for a day; silence and staleness are errors, never a default."""

from datetime import date, timedelta

import pytest

from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from tests.law.small import texts


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(texts())


def test_a_figure_is_the_one_of_its_day_and_changes_on_the_day_itself(pack: Pack) -> None:
    cap = pack.parameter("zz.cap")
    assert [cap.on(day).value for day in (date(2020, 1, 1), date(2023, 12, 31), date(2024, 1, 1))] == [
        36_000_000,
        36_000_000,
        24_000_000,
    ]


def test_a_span_names_its_clause_source_confidence_and_day_of_checking(pack: Pack) -> None:
    cite = pack.parameter("cap").on(date(2026, 1, 1)).cite
    assert (str(cite), cite.source, cite.confidence, cite.checked_on) == (
        "《法》(1)第1条",
        "read",
        "high",
        date(2026, 1, 1),
    )


def test_before_its_first_day_the_law_is_silent(pack: Pack) -> None:
    with pytest.raises(LawIsSilent, match="it begins on 2020-01-01"):
        pack.parameter("zz.cap").on(date(2019, 12, 31))


def test_after_a_known_end_and_in_a_declared_gap_the_law_is_silent() -> None:
    gap = ('from = 2020-01-01, value = "36%"', 'from = 2020-01-01, to = 2022-12-31, value = "36%"')
    declared = ('unit = "rate/year"\nspans', 'unit = "rate/year"\ngaps = true\nspans')
    cap = load_pack(texts(gap, declared)).parameter("cap")
    assert cap.on(date(2022, 12, 31)).value == 36_000_000
    with pytest.raises(LawIsSilent, match="it begins on 2024-01-01"):
        cap.on(date(2023, 1, 1))


def test_a_published_figure_goes_stale_the_day_after_its_last_good_day() -> None:
    stale = ('unit = "rate/year"\nspans', 'unit = "rate/year"\nstale_after = 35\nconfirmed_on = 2026-01-20\nspans')
    cap = load_pack(texts(stale)).parameter("cap")
    last = date(2026, 1, 20) + timedelta(days=35)
    assert cap.on(last).value == 24_000_000
    with pytest.raises(LawIsStale, match="enter the newer value"):
        cap.on(last + timedelta(days=1))


def test_an_unknown_figure_is_refused_with_those_there_are(pack: Pack) -> None:
    with pytest.raises(LookupError, match=r"zz\.cap, zz\.kinds, zz\.most"):
        pack.parameter("zz.top")
