"""What nobody foresaw is answered with a trace, and neither the caller nor the log is told what was in it."""

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from hengdai.entry.http.errors import Defects

_SECRET = "hd.bank-a.secret and 身份证 110101"


def _raising(error: Exception) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return app


async def _ask(error: Exception) -> httpx.Response:
    transport = httpx.ASGITransport(Defects(_raising(error)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/v1/loans")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError(_SECRET), 500, "defect"),
        (KeyError(_SECRET), 500, "defect"),
        (ConnectionRefusedError(_SECRET), 503, "unavailable"),
    ],
)
async def test_an_unforeseen_error_tells_its_trace_and_nothing_of_its_text(
    error: Exception, status: int, code: str
) -> None:
    with capture_logs() as logs:
        answer = await _ask(error)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert _SECRET not in answer.text + str(logs)
    assert logs[0]["kind"] == type(error).__name__
    if code == "defect":
        assert answer.json()["figures"]["trace"] == logs[0]["trace"]
