"""One loan through the HTTP door: applied, disclosed, signed, paid out, repaid, corrected, closed to 0.00."""

import asyncio
from datetime import date

import pytest

from tests.entry.front import Front, application


async def test_a_loan_lives_from_application_to_the_last_repayment(front: Front) -> None:
    loan = await front.disbursed()
    plan = (await front.get(f"/loans/{loan}/schedule")).json()
    assert (plan["planned"], len(plan["items"])) == (False, 12)
    for row in plan["items"]:
        front.clock.put(date.fromisoformat(row["due"]))
        paid = await front.post(f"/loans/{loan}/payments", {"amount": row["total"], "currency": "CNY"})
        assert paid.status_code == 201, paid.text
    closed = (await front.get(f"/loans/{loan}")).json()
    assert (closed["state"], closed["outstanding"], closed["repaid"]) == ("closed", "0.00", "12000.00")
    summary = (await front.get("/summary")).json()
    balances = {row["account"]: float(row["balance"]) for row in summary["balances"]}
    assert round(sum(balances.values()), 2) == 0
    assert balances["loan.principal"] == 0


async def test_an_offer_says_its_price_its_verdicts_and_its_disclosure_table(front: Front) -> None:
    answer = await front.post("/applications", application())
    offered = answer.json()
    assert answer.status_code == 201
    assert offered["state"] == "offered"
    assert offered["price"]["simple"] == "14.600144"
    assert offered["judgement"]["stopping"] == []
    assert any(verdict["outcome"] == "holds" and verdict["cite"] for verdict in offered["judgement"]["verdicts"])
    table = (await front.get(f"/loans/{offered['loan']}/disclosure")).json()
    assert table["digest"] == offered["disclosure_digest"]
    assert table["table"] == offered["disclosure"]


async def test_an_application_the_law_stops_is_done_and_names_its_clauses(front: Front) -> None:
    answer = await front.post("/applications", application(rate="36.01"))
    refused = answer.json()
    assert (answer.status_code, refused["state"]) == (201, "refused")
    assert refused["judgement"]["stopping"] == ["toy.cost-cap"]
    stopped = (await front.get("/summary")).json()["stopped"]
    assert stopped == [{"rule": "toy.cost-cap", "stage": "application", "loans": 1}]


async def test_the_disclosure_page_is_one_printable_page_that_loads_nothing(front: Front) -> None:
    loan = await front.signed()
    page = await front.get(f"/loans/{loan}/disclosure.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "综合融资成本明示表" in page.text
    assert "14.6001%" in page.text
    assert not any(mark in page.text for mark in ("<script", "src=", "http://", "https://"))


async def test_the_same_key_and_body_are_answered_byte_for_byte(front: Front) -> None:
    loan = await front.disbursed()
    body = {"amount": "100.00", "currency": "CNY"}
    first = await front.post(f"/loans/{loan}/payments", body, key="same")
    again = await front.post(f"/loans/{loan}/payments", body, key="same")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert len([e for e in (await front.get(f"/loans/{loan}/events")).json()["items"] if e["kind"] == "paid"]) == 1
    other = await front.post(f"/loans/{loan}/payments", {**body, "amount": "101.00"}, key="same")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_fifty_equal_requests_at_once_have_one_effect(front: Front) -> None:
    loan = await front.disbursed()
    body = {"amount": "100.00", "currency": "CNY"}
    answers = await asyncio.gather(*(front.post(f"/loans/{loan}/payments", body, key="at-once") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    events = (await front.get(f"/loans/{loan}/events")).json()["items"]
    assert [event["kind"] for event in events].count("paid") == 1


async def test_a_refused_call_does_not_burn_its_key(front: Front) -> None:
    loan = await front.signed()
    body = {"amount": "12000.00", "currency": "CNY"}
    too_much = await front.post(f"/loans/{loan}/disbursements", {**body, "amount": "12000.01"}, key="k")
    assert (too_much.status_code, too_much.json()["code"]) == (422, "more_than_agreed")
    assert (await front.post(f"/loans/{loan}/disbursements", body, key="k")).status_code == 201


async def test_a_write_without_a_key_is_refused(front: Front) -> None:
    headers = {"Authorization": f"Bearer {front.keys['operator']}"}
    answer = await front.client.post("/v1/applications", json=application(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_missing")


async def test_the_quoted_pay_off_closes_the_loan_to_nothing(front: Front) -> None:
    loan = await front.disbursed()
    front.clock.put(date(2026, 12, 20))
    quote = (await front.get(f"/loans/{loan}/payoff")).json()
    assert sum(round(float(line["amount"]) * 100) for line in quote["lines"]) == round(float(quote["total"]) * 100)
    wrong = await front.post(f"/loans/{loan}/payments", {"amount": "1.00", "currency": "CNY", "intent": "settle"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "payoff_differs")
    body = {"amount": quote["total"], "currency": "CNY", "intent": "settle"}
    settled = await front.post(f"/loans/{loan}/payments", body)
    assert (settled.json()["state"], settled.json()["outstanding"]) == ("closed", "0.00")


async def test_a_reversed_payment_keeps_both_legs_linked(front: Front) -> None:
    loan = await front.disbursed()
    front.clock.put(date(2026, 12, 2))
    paid = (await front.post(f"/loans/{loan}/payments", {"amount": "500.00", "currency": "CNY"})).json()
    payment = paid["events"][0]["id"]
    done = await front.post(f"/loans/{loan}/payments/{payment}/reversal", {"why": "退票"})
    assert done.status_code == 201, done.text
    events = {event["id"]: event for event in (await front.get(f"/loans/{loan}/events")).json()["items"]}
    assert events[payment]["reversed_by"] in events
    entries = (await front.get(f"/loans/{loan}/postings")).json()["items"]
    answered = [entry for entry in entries if entry["reversed_by"]]
    assert answered
    assert all(sum(round(float(leg["amount"]) * 100) for leg in entry["postings"]) == 0 for entry in entries)


@pytest.mark.parametrize(
    "figure",
    [
        "outstanding",
        "payoff",
        "overdue",
        "dpd",
        "penalty",
        "repaid",
        "all_in",
        "all_in_simple",
        "due/1",
        "due/2/interest",
    ],
)
async def test_every_figure_explains_itself(front: Front, figure: str) -> None:
    loan = await front.disbursed()
    front.clock.put(date(2027, 1, 15))
    found = (await front.get(f"/loans/{loan}/figures/{figure}")).json()
    assert found["value"]
    if figure not in {"repaid"}:
        assert found["because"], figure
    assert all(reason["zh"] and reason["en"] and reason["cite"] for reason in found["because"])


async def test_a_figure_that_is_none_is_not_there(front: Front) -> None:
    loan = await front.disbursed()
    assert (await front.get(f"/loans/{loan}/figures/due/99")).status_code == 404
    assert (await front.get(f"/loans/{loan}/figures/nonsense")).status_code == 404


async def test_withdrawal_charge_off_recovery_and_closure(front: Front) -> None:
    withdrawn = await front.signed()
    done = await front.post(f"/loans/{withdrawn}/withdrawal", {"why": "改主意"})
    assert done.json()["state"] == "withdrawn"
    loan = await front.disbursed()
    front.clock.put(date(2027, 9, 1))
    assert (await front.post(f"/loans/{loan}/charge-off", {})).json()["state"] == "charged_off"
    recovered = await front.post(f"/loans/{loan}/recoveries", {"amount": "300.00", "currency": "CNY"})
    assert recovered.status_code == 201, recovered.text
    assert (await front.post(f"/loans/{loan}/closure", {})).json()["state"] == "closed"


async def test_a_restructured_loan_has_a_new_plan(front: Front) -> None:
    loan = await front.disbursed()
    front.clock.put(date(2027, 3, 1))
    done = await front.post(f"/loans/{loan}/restructurings", {"count": 18, "rate": "12", "first_due": "2027-04-01"})
    assert done.status_code == 201, done.text
    assert (await front.get(f"/loans/{loan}")).json()["rate"] == "12.000000"


async def test_the_facilitator_commands_its_own_loans(front: Front) -> None:
    answer = await front.post("/applications", application(), "facilitator")
    assert (answer.status_code, answer.json()["state"]) == (201, "offered"), answer.text
    assert (await front.get(f"/loans/{answer.json()['loan']}", "facilitator")).status_code == 200


async def test_an_examiner_replays_a_loan_and_sees_it_as_of_a_day(front: Front) -> None:
    loan = await front.disbursed()
    told = (await front.get(f"/loans/{loan}/replay", "examiner")).json()
    assert told["same"] and told["differing"] == []
    assert {line["kind"]: line["same"] for line in told["answers"]} == {
        "price": 1, "verdict": 3, "gate": 3, "disclosure": 1, "signature": 1, "entry": 1,
    }  # fmt: skip
    assert told["seen"]["state"] == "active"
    before = (await front.get(f"/loans/{loan}/replay?day=2020-01-01", "examiner")).json()
    assert before["seen"] is None
    naive = await front.get(f"/loans/{loan}/replay?known=2026-11-02T00:00:00", "examiner")
    assert naive.status_code == 422
    assert (await front.get(f"/loans/{loan}/replay", "stranger")).status_code == 404
