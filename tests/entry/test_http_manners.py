"""What a request may say: strict types, known fields, clear errors; and pages that end where the next begins."""

from typing import Any

import pytest

from tests.entry.front import Front, application


def _with(path: str, value: Any) -> dict[str, Any]:
    """An application in which the field at a path has another value."""
    body = application()
    body["terms"] = {
        **body["terms"],
        "schedule": dict(body["terms"]["schedule"]),
        "parties": dict(body["terms"]["parties"]),
    }
    *parents, last = path.split("/")
    place = body
    for each in parents:
        place = place[each]
    place[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("terms/schedule/principal", 12000),
        ("terms/schedule/principal", "12000.001"),
        ("terms/schedule/principal", "-1"),
        ("terms/schedule/principal", "1e5"),
        ("terms/schedule/principal", "12,000"),
        ("terms/schedule/count", "12"),
        ("terms/schedule/count", 0),
        ("terms/schedule/count", 1201),
        ("terms/schedule/rate", 14.6),
        ("terms/schedule/rate", "14.6%"),
        ("terms/schedule/start", "2026-02-30"),
        ("terms/schedule/start", 20261102),
        ("terms/schedule/method", "annuity"),
        ("terms/parties/funder", ""),
        ("terms/allocation", ["principal", "principal", "interest", "fee"]),
        ("terms/currency", "cny"),
        ("borrower", "a b"),
        ("surprise", 1),
        ("terms/schedule/surprise", 1),
    ],
)
async def test_a_wrong_field_is_named_with_what_would_be_right(front: Front, path: str, value: Any) -> None:
    answer = await front.post("/applications", _with(path, value))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid"), problem
    assert any(error["where"].startswith(f"/{path}") for error in problem["errors"]), problem
    assert all(error["zh"] and error["en"] for error in problem["errors"])


async def test_terms_that_make_no_plan_list_every_problem(front: Front) -> None:
    answer = await front.post("/applications", _with("terms/schedule/first_due", "2026-10-01"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert "first_due" in answer.json()["en"]


@pytest.mark.parametrize(("amount", "code"), [("0.00", "amount_not_positive"), ("9999999999999", "amount_absurd")])
async def test_amounts_of_nothing_and_beyond_reason_are_refused(front: Front, amount: str, code: str) -> None:
    loan = await front.disbursed()
    answer = await front.post(f"/loans/{loan}/payments", {"amount": amount, "currency": "CNY"})
    assert answer.status_code == 422
    assert answer.json()["code"] in {code, "more_than_due"}


async def test_a_wrong_currency_is_refused_and_an_unknown_one_is_named(front: Front) -> None:
    loan = await front.disbursed()
    wrong = await front.post(f"/loans/{loan}/payments", {"amount": "1.00", "currency": "USD"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_currency")
    unknown = await front.post(f"/loans/{loan}/payments", {"amount": "1.00", "currency": "XXX"})
    assert unknown.json()["errors"][0]["where"] == "/currency"


async def test_pages_show_every_loan_once_also_when_loans_are_added_meanwhile(front: Front) -> None:
    loans = [str((await front.post("/applications", application())).json()["loan"]) for _ in range(7)]
    seen: list[str] = []
    page = (await front.get("/loans?limit=3")).json()
    late = (await front.post("/applications", application())).json()["loan"]
    while True:
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        page = (await front.get(f"/loans?limit=3&cursor={page['next']}")).json()
    assert seen == sorted(loans, reverse=True)
    assert late not in seen


@pytest.mark.parametrize("cursor", ["x", "!!", "e30", "WyJhIl0", "WyJhIiwiYiIsImMiXQ"])
async def test_a_cursor_that_is_not_ours_is_refused(front: Front, cursor: str) -> None:
    answer = await front.get(f"/loans?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_loans_are_found_by_state_product_borrower_and_the_start_of_their_name(front: Front) -> None:
    loan = await front.signed()
    await front.post("/applications", application())
    for query, count in (
        ("state=signed", 1), ("state=offered", 1), ("product=cash-12", 2), ("product=none", 0), ("words=b-1", 2),
        (f"words={loan}", 1), ("words=%25", 0), ("words=_", 0), ("bucket=M1", 0),
    ):  # fmt: skip
        assert len((await front.get(f"/loans?{query}")).json()["items"]) == count, query


async def test_an_address_that_is_none_is_a_problem_document(front: Front) -> None:
    answer = await front.client.get("/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_route")
    answer = await front.client.delete("/v1/loans")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


async def test_the_business_day_is_closed_once_and_says_so_again(front: Front) -> None:
    await front.disbursed()
    done = await front.post("/business-day/end", {}, "admin", key="eod")
    assert done.status_code == 201, done.text
    assert done.json()["days"] == [{"day": "2026-11-02", "status": "done"}]
    again = await front.post("/business-day/end", {}, "admin", key="eod")
    assert again.content == done.content
    assert (await front.get("/business-day")).json() == {"day": "2026-11-02", "last_closed": "2026-11-02"}


async def test_a_partner_is_listed_and_ended_and_the_old_row_stays(front: Front) -> None:
    ended = await front.post(
        "/partners/platform/ending", {"role": "facilitator", "listed_until": "2026-11-01"}, "admin"
    )
    assert ended.status_code == 201, ended.text
    rows = (await front.get("/partners")).json()["items"]
    assert [row["listed_until"] for row in rows] == [None, "2026-11-01"]
    refused = await front.post("/applications", application())
    assert refused.json()["judgement"]["stopping"] == ["toy.partner-listed"]


async def test_an_organisation_is_entered_once_and_not_under_two_names(front: Front) -> None:
    body = {"id": "shop", "name": "商户甲", "kind": "merchant"}
    assert (await front.post("/organisations", body, "admin")).status_code == 201
    assert (await front.post("/organisations", body, "admin")).status_code == 201
    other = await front.post("/organisations", {**body, "name": "商户乙"}, "admin")
    assert (other.status_code, other.json()["code"]) == (409, "organisation_exists")
