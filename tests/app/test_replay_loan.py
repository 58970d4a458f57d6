"""An examiner re-performs one loan: the same answers byte for byte, or the difference shown; as seen on any day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from hengdai.app.pay import pay
from hengdai.app.reperform import Answer, Case, IncompleteCase, Kind, entry_json, reperform, seen
from hengdai.app.replay_loan import Replay, recorded_case, replay_loan
from hengdai.app.reverse_payment import reverse_payment
from hengdai.base.identity import EventId, LoanId
from hengdai.loan.events import Offered, Refused
from hengdai.loan.state import State
from hengdai.maths.terms import ScheduleTerms
from tests.app.desk import BANK, FIRST_DAY, SHELF, Desk, body, terms, yuan

SHORT = ScheduleTerms(1_200_000, 12_000_000, terms().schedule.method, 12, FIRST_DAY)


async def lived(desk: Desk) -> None:
    """A loan with a payment, a back-dated payment known ten days late, and a reversal of the first."""
    await desk.active()
    desk.clock.put(date(2026, 2, 5))
    paid = body(await pay(desk.office, desk.call("L1"), yuan("1100.00")))
    desk.clock.put(date(2026, 3, 15))
    body(await pay(desk.office, desk.call("L1", date(2026, 3, 5)), yuan("1000.00")))
    desk.clock.put(date(2026, 3, 20))
    payment = EventId(paid["events"][0]["id"])
    body(await reverse_payment(desk.office, desk.call("L1"), payment, "bounced"))


async def case_of(desk: Desk) -> Case:
    async with desk.store.begin(desk.examiner) as work:
        case = await recorded_case(work, LoanId("L1"))
    assert case is not None
    return case


def differing(case: Case) -> list[Answer]:
    return [answer for answer in reperform(case, SHELF.by_digest) if not answer.same]


async def test_every_answer_of_a_loan_is_given_again_byte_for_byte(desk: Desk) -> None:
    await lived(desk)
    replayed = await replay_loan(desk.office, desk.examiner, LoanId("L1"))
    assert replayed is not None and replayed.same
    kinds = [answer.kind for answer in replayed.answers]
    assert {kind: kinds.count(kind) for kind in Kind if kind in kinds} == {
        Kind.PRICE: 1, Kind.VERDICT: 3, Kind.GATE: 3, Kind.DISCLOSURE: 1, Kind.SIGNATURE: 1, Kind.ENTRY: len(
            (await case_of(desk)).entries
        ),
    }  # fmt: skip


async def test_an_application_that_was_refused_is_refused_again(desk: Desk) -> None:
    await desk.offered(schedule=replace(SHORT, rate_e8=48_000_000))
    case = await case_of(desk)
    assert differing(case) == []
    refusal = case.events[0].fact
    assert isinstance(refusal, Refused)
    innocent = replace(case, events=(replace(case.events[0], fact=replace(refusal, rules=())),))
    assert [(answer.kind, answer.differing()[0][0]) for answer in differing(innocent)] == [(Kind.GATE, "stopped_by")]


def _other_fact(case: Case) -> Case:
    row = case.judgements[1]
    facts: Mapping[str, Any] = row.said["facts"]  # type: ignore[assignment]
    said = {**row.said, "facts": {**facts, "all_in_cost_simple": 1}}
    return replace(case, judgements=(case.judgements[0], replace(row, said=said), *case.judgements[2:]))


def _other_verdict(case: Case) -> Case:
    row = case.judgements[0]
    verdicts: list[dict[str, Any]] = [dict(each) for each in row.said["verdicts"]]  # type: ignore[attr-defined]
    verdicts[0]["outcome"] = "breached"
    return replace(case, judgements=(replace(row, said={**row.said, "verdicts": verdicts}), *case.judgements[1:]))


def _other_amount(case: Case) -> Case:
    entry = case.entries[0]
    doubled = replace(entry, amounts=tuple(2 * amount for amount in entry.amounts))
    return replace(case, entries=(doubled, *case.entries[1:]))


TOUCHED = {
    "another price": (lambda case: replace(case, price=(1, 2)), Kind.PRICE),
    "another fact at a gate": (_other_fact, Kind.VERDICT),
    "another verdict": (_other_verdict, Kind.VERDICT),
    "a judgement left out": (lambda case: replace(case, judgements=case.judgements[:-1]), Kind.GATE),
    "another amount": (_other_amount, Kind.ENTRY),
    "an entry left out": (lambda case: replace(case, entries=case.entries[1:]), Kind.ENTRY),
    "an entry slipped in": (
        lambda case: replace(case, entries=(*case.entries, replace(case.entries[0], id="x"))), Kind.ENTRY,
    ),
    "an event left out": (lambda case: replace(case, events=(*case.events[:4], *case.events[5:])), Kind.EVENT),
    "another digest disclosed": (
        lambda case: replace(
            case, events=(case.events[0], replace(case.events[1], fact=replace(
                case.events[1].fact, disclosure_digest="0" * 64)), *case.events[2:])), Kind.DISCLOSURE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOUCHED)
async def test_what_was_touched_is_shown_as_a_difference(desk: Desk, what: str) -> None:
    await lived(desk)
    touch, kind = TOUCHED[what]
    found = differing(touch(await case_of(desk)))  # type: ignore[no-untyped-call]
    assert kind in {answer.kind for answer in found}
    assert all(answer.failed or answer.differing() for answer in found)


async def test_a_text_of_the_law_that_nobody_holds_is_said_and_no_answer_is_left_out(desk: Desk) -> None:
    await lived(desk)
    case = await case_of(desk)
    case = replace(case, judgements=tuple(replace(row, pack_digest="0" * 64) for row in case.judgements))
    found = differing(case)
    assert [answer.kind for answer in found] == [Kind.VERDICT] * 3
    assert all("0" * 64 in answer.failed for answer in found)


async def test_a_calculator_that_is_not_held_gives_no_price_again(desk: Desk) -> None:
    await lived(desk)
    case = await case_of(desk)
    first = case.events[0]
    assert isinstance(first.fact, Offered)
    old = replace(case.terms, schedule=replace(case.terms.schedule, calculator="1999.1"))
    case = replace(case, events=(replace(first, fact=replace(first.fact, terms=old)), *case.events[1:]))
    assert Kind.PRICE in {answer.kind for answer in differing(case) if "1999.1" in answer.failed}


async def test_a_loan_is_seen_as_it_was_known_then_and_as_of_any_day(desk: Desk) -> None:
    await lived(desk)
    case = await case_of(desk)
    reversal, late = case.in_order[-1], case.in_order[-2]
    now = seen(case)
    assert now is not None and now.totals.repaid < 200_000
    before_reversal = seen(case, known_until=late.known)
    assert before_reversal is not None and len(before_reversal.events) == len(case.events) - 1
    assert before_reversal.totals.repaid > now.totals.repaid
    in_february = seen(case, known_until=late.known, day=date(2026, 2, 28))
    assert in_february is not None and in_february.last_day == date(2026, 2, 5)
    by_what_is_known_now = seen(case, day=date(2026, 2, 28))
    assert by_what_is_known_now is not None and by_what_is_known_now.totals.repaid == 0
    assert seen(case, day=FIRST_DAY - timedelta(days=1)) is None
    assert seen(case, known_until=reversal.known - timedelta(days=400)) is None
    assert now.state is State.ACTIVE


async def test_who_does_not_see_the_loan_replays_nothing(desk: Desk) -> None:
    await desk.active()
    assert await replay_loan(desk.office, desk.other, LoanId("L1")) is None
    assert isinstance(await replay_loan(desk.office, desk.bank, LoanId("L1"), org=BANK), Replay)


async def test_an_entry_is_compared_with_every_field_it_has(desk: Desk) -> None:
    await lived(desk)
    shown = entry_json((await case_of(desk)).entries[0])
    assert set(shown) == {"accounts", "amounts", "booked", "currency", "day", "event", "reverses"}


async def test_a_fact_that_does_not_read_any_more_is_named(desk: Desk, dsn: str) -> None:
    await lived(desk)
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("""UPDATE event SET fact = '{"v": 1, "kind": "paid"}' WHERE loan_id = 'L1' AND seq = 5""")
    await connection.close()
    with pytest.raises(IncompleteCase, match="amount"):
        await replay_loan(desk.office, desk.examiner, LoanId("L1"))
