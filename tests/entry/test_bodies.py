"""A body is refused while it arrives: too large, too deep, not strict JSON. Nothing behind the door sees it."""

import json

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from hengdai.entry.http.limits import MAX_BYTES, MAX_DEPTH, StrictBodies, nesting


async def _echo(_scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


async def _post(body: bytes, path: str = "/v1/loans", media: str = "application/json") -> httpx.Response:
    transport = httpx.ASGITransport(StrictBodies(_echo))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(path, content=body, headers={"content-type": media})


async def test_a_good_body_arrives_byte_for_byte() -> None:
    body = '{"名": [1, {"a": "}}]]"}]}'.encode()
    answer = await _post(body)
    assert (answer.status_code, answer.content) == (200, body)


async def test_the_largest_body_passes_and_one_byte_more_does_not() -> None:
    fits = b'"' + b"a" * (MAX_BYTES - 2) + b'"'
    assert (await _post(fits)).status_code == 200
    refused = await _post(fits[:-1] + b'a"')
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_deepest_body_passes_and_one_level_more_does_not() -> None:
    def nested(levels: int) -> bytes:
        return b"[" * levels + b"]" * levels

    assert (await _post(nested(MAX_DEPTH))).status_code == 200
    assert (await _post(nested(MAX_DEPTH + 1))).json()["code"] == "too_deep"
    assert (await _post(b"[" * 30_000)).json()["code"] == "too_deep"


def test_brackets_inside_strings_do_not_nest() -> None:
    assert nesting(rb'{"a\"[[[[": ["]", "\\"]}') == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"", ""),
    ],
)
async def test_what_two_readers_would_read_differently_is_refused(body: bytes, says: str) -> None:
    answer = await _post(body)
    if not body:
        assert answer.status_code == 200
        return
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "malformed")
    assert says in problem["en"]


async def test_another_media_type_is_refused_by_name() -> None:
    answer = await _post(b"a=1", media="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert "application/x-www-form-urlencoded" in answer.json()["en"]


async def test_forms_of_the_console_are_none_of_its_business() -> None:
    assert (await _post(b"key=1", path="/sign-in", media="application/x-www-form-urlencoded")).status_code == 200


async def test_a_problem_speaks_both_languages_and_names_its_place() -> None:
    problem = json.loads((await _post(b"[")).content)
    assert problem["zh"] != problem["en"]
    assert (problem["instance"], problem["type"]) == ("/v1/loans", "/v1/problems#malformed")
