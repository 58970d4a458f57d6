"""One loan of a book through the verbs' own functions: what is refused does not happen, what is asked is exact."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hengdai.adapters.books.reader import open_book
from hengdai.adapters.packs import FolderShelf
from hengdai.app.live_law import LiveLaw
from hengdai.app.replay_figures import merged, of_life
from hengdai.app.replay_life import Life, Setting, live
from hengdai.app.replay_second import compare
from hengdai.app.work import JudgementRow
from hengdai.base.check import Defect
from hengdai.law.pack import Pack
from hengdai.loan.standing import standing
from hengdai.loan.state import Kind, State
from hengdai.maths.sense import Nonsense
from tests.books import small


@pytest.fixture(scope="module")
def toy() -> Pack:
    return FolderShelf().pack("toy")


Rows = dict[str, list[dict[str, str]]]


def lives(folder: Path, pack: Pack, rows: Rows) -> dict[str, Life]:
    """Every loan of a small book, lived to its end."""
    book = open_book(small.write(folder, rows))
    return {life.row["loan"]: life for life in _lived(book, pack)}


def _lived(book: Any, pack: Pack) -> Iterator[Life]:
    for part in book.slices(100):
        setting = Setting(LiveLaw(pack), book.listings(), "x-", part.last_day)
        for row in part.loans.iter_rows(named=True):
            mine = {name: [each for each in getattr(part, name).iter_rows(named=True) if each["loan"] == row["loan"]]
                    for name in ("fees", "events")}  # fmt: skip
            yield live(row, mine["fees"], mine["events"], setting)


def test_empty_amounts_pay_what_is_due_and_the_pay_off_so_both_loans_close(tmp_path: Path, toy: Pack) -> None:
    for life in lives(tmp_path, toy, small.tables()).values():
        assert life.turned == []
        assert life.loan.state is State.CLOSED
        assert (life.loan.outstanding, life.loan.totals.surplus) == (0, 0)
        assert standing(life.loan, date(2026, 12, 31)).overdue == 0


def test_an_application_that_the_law_refuses_stays_refused_whatever_the_book_says_came_after(
    tmp_path: Path, toy: Pack
) -> None:
    rows = small.tables()
    rows["loans"][0]["annual_rate"] = "80"
    life = lives(tmp_path, toy, rows)["A-1"]
    assert life.loan.state is State.REFUSED
    assert [event.fact.kind for event in life.loan.events] == [Kind.REFUSED]
    assert life.judgements[0].stopping == ("toy.cost-cap",)
    assert life.entries == []
    assert life.clearances == {}  # nothing was let through


def test_a_partner_who_is_on_no_list_refuses_the_application(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["partners"][0]["to"] = "2025-12-31"
    assert {life.judgements[0].stopping for life in lives(tmp_path, toy, rows).values()} == {("toy.partner-listed",)}


def test_a_loan_signed_without_a_confirmed_table_is_never_paid_out(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["loans"][0]["disclosed"] = ""
    life = lives(tmp_path, toy, rows)["A-1"]
    assert life.loan.state is State.OFFERED
    assert [(turned.kind, turned.code) for turned in life.turned] == [("signed", "wrong_state")]


def test_a_day_before_the_law_begins_makes_no_loan(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["loans"][0].update(applied="1999-12-31", disclosed="1999-12-31", signed="1999-12-31")
    life = lives(tmp_path, toy, rows)["A-1"]
    assert life.record is None
    assert [turned.code for turned in life.turned] == ["law_silent"]


def test_terms_that_make_no_sense_name_every_problem(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["loans"][0].update(grace_principal="3", flat_fee_rate="1")
    with pytest.raises(Nonsense) as caught:
        lives(tmp_path, toy, rows)
    assert [problem.where for problem in caught.value.problems] == ["grace_principal", "flat_fee_e8"]


def test_a_payment_that_bounced_is_left_out_and_the_books_still_sum_to_zero(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["events"][1:1] = [
        small.EVENT | {"seq": "4", "day": "2026-02-08", "kind": "payment_reversed", "intent": "", "of_seq": "1"},
        small.EVENT | {"seq": "5", "day": "2026-02-09"},
    ]
    order = {"1": "1", "4": "2", "5": "3", "2": "4", "3": "5"}
    for event in rows["events"]:
        event["seq"] = order[event["seq"]]
    life = lives(tmp_path, toy, rows)["A-1"]
    assert life.turned == []
    assert life.loan.state is State.CLOSED
    assert sum(1 for entry in life.entries if entry.reverses) >= 1
    assert life.loan.totals.penalty_paid > 0  # made good three days after the due date


def test_a_payment_known_late_counts_for_its_own_day(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["events"][0]["known"] = "2026-02-20"
    late, on_time = lives(tmp_path / "late", toy, rows)["A-1"], lives(tmp_path / "plain", toy, small.tables())["A-1"]
    assert late.loan.totals == on_time.loan.totals
    assert late.entries[1].booked == date(2026, 2, 20)


def test_more_than_is_due_is_refused_counted_and_the_rest_goes_on(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["events"][0]["amount"] = "1100.00"
    life = lives(tmp_path, toy, rows)["A-1"]
    assert [(turned.seq, turned.code) for turned in life.turned] == [(1, "more_than_due")]
    figures = of_life(life, [("paid", 0)])
    assert figures["turned"] == {"paid more_than_due": 1}
    assert figures["tape"]["paid"]["apart"] == figures["tape"]["paid"]["recomputed"] > 0


def test_an_event_that_lacks_what_it_needs_says_so(tmp_path: Path, toy: Pack) -> None:
    rows = small.tables()
    rows["events"][0].update(kind="restructured", intent="")
    assert lives(tmp_path, toy, rows)["A-1"].turned[0].code == "field_missing"


def test_figures_add_up_name_by_name() -> None:
    one: dict[str, Any] = {"a": 1, "b": {"x": 1}, "turned_rows": [[1]]}
    assert merged(one, {"a": 2, "b": {"x": 1, "y": 5}, "turned_rows": [[2]], "c": 3}) == {
        "a": 3, "b": {"x": 2, "y": 5}, "turned_rows": [[1], [2]], "c": 3,
    }  # fmt: skip


def test_the_column_engine_of_the_law_is_asked_too_and_a_difference_stops_the_replay(tmp_path: Path, toy: Pack) -> None:
    rows: list[JudgementRow] = [
        row for life in lives(tmp_path, toy, small.tables()).values() for row in life.judgements
    ]
    assert {row.stage for row in rows} == {"application", "signing", "disbursement"}
    compare(LiveLaw(toy), rows)
    said = dict(rows[0].said) | {"facts": dict(rows[0].said["facts"]) | {"all_in_cost_simple": 90_000_000}}  # type: ignore[call-overload]
    with pytest.raises(Defect, match="both law engines give one verdict"):
        compare(LiveLaw(toy), [replace(rows[0], said=said)])
