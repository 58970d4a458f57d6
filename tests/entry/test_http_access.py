"""Least privilege, route by route: every operation is asked without a key, with too small a role, and by a stranger."""

from typing import Any

import pytest
from fastapi import FastAPI

from hengdai.app.actor import Role
from hengdai.base.check import Defect
from hengdai.entry.http import (
    routes_evidence,
    routes_house,
    routes_law,
    routes_persons,
    routes_read,
    routes_write,
    server,
)
from hengdai.entry.http.access import ACCESS, check_table
from tests.entry.front import Front, application
from tests.law.small import texts

_ROUTERS = (
    server.public, routes_write.router, routes_read.router, routes_evidence.router, routes_house.router,
    routes_law.router, routes_persons.router,
)  # fmt: skip
_DIGEST, _HEX_ID = "0" * 64, "0" * 12
_MONEY = {"amount": "1.00", "currency": "CNY"}
_BODIES: dict[str, Any] = {
    "apply": application(),
    "confirm_disclosure": {"disclosure_digest": _DIGEST},
    "sign": {"terms_digest": _DIGEST},
    "withdraw": {"why": "改主意"},
    "disburse": _MONEY,
    "pay": _MONEY,
    "reverse_payment": {"why": "退票"},
    "refund": _MONEY,
    "restructure": {"count": 6, "rate": "10", "first_due": "2027-01-01"},
    "charge_off": {},
    "recover": _MONEY,
    "close_loan": {},
    "admit_partner": {
        "partner": "x",
        "role": "facilitator",
        "licence": "x",
        "approved_by": "branch",
        "listed_from": "2026-01-01",
    },
    "end_partner": {"role": "facilitator", "listed_until": "2026-12-31"},
    "admit_organisation": {"id": "x", "name": "x", "kind": "other"},
    "create_key": {"role": "viewer", "label": "x"},
    "revoke_key": {},
    "propose_law": {"texts": texts()},
    "publish_law": {"digest": _DIGEST},
    "set_law_switches": {"switches": []},
    "begin_law_shadow": {"texts": texts()},
    "end_law_shadow": {},
    "end_business_day": {},
    "register_person": {"name": "某人"},
    "read_person": {"purpose": "collection", "fields": ["name"]},
    "erase_person": {"ground": "本人请求"},
    "rotate_keys": {},
    "give_consent": {"purpose": "collection", "receiver": "x", "fields": ["name"], "version": "v1"},
    "withdraw_consent": {},
    "share_release": {"purpose": "collection", "receiver": "x", "receiver_key": _DIGEST, "fields": ["name"]},
    "contact_person": {"channel": "call", "purpose": "collection", "by_whom": "x"},
}


def _operations() -> list[tuple[str, str, str]]:
    """(operation, method, path) of every route of the API, as the application's own description says."""
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    for router in _ROUTERS:
        app.include_router(router)
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return [(each["operationId"], method, path) for path, methods in paths.items() for method, each in methods.items()]


_ALL = _operations()
_GUARDED = [each for each in _ALL if ACCESS[each[0]] is not None]
_OF_A_LOAN = [each for each in _GUARDED if "{loan}" in each[2]]


def _path(path: str, loan: str) -> str:
    places = {
        "loan": loan,
        "payment": "p-1",
        "figure": "payoff",
        "partner": "platform",
        "key_id": _HEX_ID,
        "pack": "toy",
        "proposal": _HEX_ID,
        "person": "b-1",
        "consent": "c-1",
    }
    return "/v1" + path.replace("{figure:path}", "{figure}").format(**places)


async def _ask(front: Front, each: tuple[str, str, str], who: str | None, loan: str = "L-1") -> Any:
    operation, method, path = each
    headers = {"Idempotency-Key": f"{operation}-{who}"}
    if who is not None:
        headers["Authorization"] = f"Bearer {front.keys[who]}"
    body = _BODIES[operation] if method == "post" else None
    return await front.client.request(method.upper(), _path(path, loan), json=body, headers=headers)


def test_every_route_has_its_line_in_the_access_table_and_no_line_is_left_over() -> None:
    assert {operation for operation, _, _ in _ALL} == set(ACCESS)
    with pytest.raises(Defect, match="access table"):
        check_table({*ACCESS, "a_route_nobody_thought_of"})


def test_only_health_and_the_list_of_codes_are_open_to_everybody() -> None:
    assert {operation for operation, role in ACCESS.items() if role is None} == {"health", "problems"}


def test_every_write_has_an_example_body_here() -> None:
    assert {operation for operation, method, _ in _ALL if method == "post"} == set(_BODIES)


async def test_without_a_key_every_guarded_route_is_401(front: Front) -> None:
    for each in _GUARDED:
        answer = await _ask(front, each, None)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), each
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_that_is_wrong_malformed_or_revoked_is_401(front: Front) -> None:
    good = front.keys["operator"]
    assert (await front.get("/keys", "admin")).status_code == 200
    revoked = await front.post(f"/keys/{good.split('.')[-2]}/revocation", {}, "admin")
    assert revoked.status_code == 201, revoked.text
    for key in (good, good[:-1] + ("a" if good[-1] != "a" else "b"), "hd.bank-a.x.y", "", "☃", "hd.", "a" * 5000):
        answer = await front.client.get("/v1/me", headers={b"Authorization": b"Bearer " + key.encode()})
        assert answer.status_code == 401, key


async def test_a_role_that_does_not_suffice_is_403_on_every_route(front: Front) -> None:
    rank = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.ADMIN: 2}
    for each in _GUARDED:
        needed = ACCESS[each[0]]
        assert needed is not None
        for who, role in (("viewer", Role.VIEWER), ("operator", Role.OPERATOR)):
            answer = await _ask(front, each, who)
            assert (answer.status_code == 403) == (rank[role] < rank[needed]), (each, who, answer.text)


async def test_an_examiner_reads_and_writes_nothing(front: Front) -> None:
    for each in _GUARDED:
        answer = await _ask(front, each, "examiner")
        assert (answer.status_code == 403) == (ACCESS[each[0]] is not Role.VIEWER), (each, answer.text)
    loan = await front.signed()
    assert (await front.get(f"/loans/{loan}", "examiner")).status_code == 200


async def test_a_loan_of_another_organisation_is_404_and_looks_like_one_that_is_not_there(front: Front) -> None:
    loan = await front.disbursed()
    for each in _OF_A_LOAN:
        theirs = await _ask(front, each, "stranger", loan)
        assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found"), (each, theirs.text)
        nobody = await _ask(front, each, "stranger", "no-such-loan")
        same = theirs.text.replace(loan, "no-such-loan")
        assert same == nobody.text, each


async def test_a_stranger_sees_no_loan_in_lists_and_no_figure_in_the_summary(front: Front) -> None:
    await front.disbursed()
    assert (await front.get("/loans", "stranger")).json() == {"items": [], "next": None}
    summary = (await front.get("/summary", "stranger")).json()
    assert [summary[name] for name in ("states", "arrears", "costs", "stopped", "balances")] == [[], [], [], [], []]


async def test_keys_are_those_of_the_own_organisation_and_never_show_a_secret(front: Front) -> None:
    made = await front.post("/keys", {"role": "operator", "label": "柜台"}, "admin", key="once")
    assert made.status_code == 201
    assert (await front.client.get("/v1/me", headers={"Authorization": f"Bearer {made.json()['key']}"})).json()[
        "role"
    ] == "operator"
    listed = await front.get("/keys", "admin")
    assert made.json()["key"].split(".")[-1] not in listed.text
    again = await front.post("/keys", {"role": "operator", "label": "柜台"}, "admin", key="once")
    assert (again.status_code, again.json()["code"]) == (409, "key_shown_once")
    foreign = front.keys["stranger"].split(".")[-2]
    assert (await front.post(f"/keys/{foreign}/revocation", {}, "admin")).status_code == 404
    assert (await front.get("/me", "stranger")).status_code == 200


async def test_no_one_makes_an_examiner_key_over_http(front: Front) -> None:
    answer = await front.post("/keys", {"role": "examiner", "label": "x"}, "admin")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
