"""What a request body may be, checked before anything parses it: small, shallow, strict JSON.

An ASGI middleware, because a body must be refused while it is still arriving.
Strict means RFC 8259 in UTF-8 without duplicate names and without NaN or
Infinity: two readers of one body must not see two requests.
"""

import json
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hengdai.entry.http.problem import problem_response
from hengdai.entry.http.turned import Edge

MAX_BYTES = 64 * 1024
MAX_BYTES_OF_LAW = 4 * 1024 * 1024
"""A jurisdiction as texts; the Chinese one has a third of a megabyte."""
_LARGE = ("/v1/law/",)
MAX_DEPTH = 16
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class BadBody(Exception):
    """The body is refused; carries the reason and its figures."""

    def __init__(self, edge: Edge, **figures: str | int) -> None:
        super().__init__(edge.name)
        self.edge = edge
        self.figures: dict[str, Any] = dict(figures)


class StrictBodies:
    """Reads each body under `prefix` once, refuses what is too large or no strict JSON, and hands on the rest."""

    def __init__(self, app: ASGIApp, prefix: str = "/v1/") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; only HTTP requests with a body under the prefix are looked at."""
        guarded = scope["type"] == "http" and scope["path"].startswith(self.prefix)
        if not guarded or scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        try:
            body = await _read(scope, receive)
            if body:
                _media_type(scope)
                strict_json(body)
        except BadBody as bad:
            await problem_response(bad.edge, instance=scope["path"], **bad.figures)(scope, receive, send)
            return
        await self.app(scope, _once(body, receive), send)


async def _read(scope: Scope, receive: Receive) -> bytes:
    most = MAX_BYTES_OF_LAW if scope["path"].startswith(_LARGE) else MAX_BYTES
    declared = _header(scope, b"content-length")
    if declared.isdigit() and int(declared) > most:
        raise BadBody(Edge.TOO_LARGE, limit=most)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadBody(Edge.MALFORMED, problem="the connection closed before the body was complete")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise BadBody(Edge.TOO_LARGE, limit=most)
        if not message.get("more_body", False):
            return b"".join(parts)


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


def _media_type(scope: Scope) -> None:
    found = _header(scope, b"content-type").split(b";")[0].strip().lower()
    if found != b"application/json":
        raise BadBody(Edge.NOT_JSON, found=found.decode("latin-1")[:80] or "-")


def strict_json(body: bytes) -> object:
    """The value of a body; raises :class:`BadBody` when it is too deep, not UTF-8, not JSON, or says a name twice."""
    depth = nesting(body)
    if depth > MAX_DEPTH:
        raise BadBody(Edge.TOO_DEEP, limit=MAX_DEPTH)
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadBody(Edge.MALFORMED, problem=f"byte {error.start} is not UTF-8") from None
    except (json.JSONDecodeError, ValueError) as error:
        raise BadBody(Edge.MALFORMED, problem=f"not JSON: {error}") from None


def nesting(body: bytes) -> int:
    """How deep brackets nest outside strings; counts before any parser recurses."""
    depth = deepest = 0
    for mark in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", body)):
        depth += 1 if mark in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twin!r} stands twice in one object")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _once(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, and afterwards whatever the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
