"""How exceptions leave the HTTP door: as a problem document, with no stack trace, body or key in any log."""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hengdai.app.command import No, Turned
from hengdai.entry.http.problem import FieldProblem, problem, problem_response, respond
from hengdai.entry.http.turned import Edge

_log = structlog.get_logger("hengdai.http")


class Turn(Exception):
    """The door turns a request away; raised by dependencies and routes."""

    def __init__(self, edge: Edge, errors: Sequence[FieldProblem] = (), **figures: object) -> None:
        super().__init__(edge.name)
        self.edge = edge
        self.errors = errors
        self.figures = figures


class Refused(Exception):
    """A verb refused; raised by routes that read, so that they can return plain answers."""

    def __init__(self, no: No) -> None:
        super().__init__(no.code)
        self.no = no


def no(edge: Edge, **figures: object) -> No:
    """A refusal of the door as a verb's, for a verb to decline with."""
    shown = {name: str(value) for name, value in figures.items()}
    return No(edge.name.lower(), edge.value.fill(**shown), shown)


def refusal(no: No, request: Request) -> Response:
    """The HTTP answer of a refusal of the domain."""
    return respond(problem(no.code, no.text, no.figures, request.url.path))


def install(app: FastAPI) -> None:
    """Give the application its exception handlers and its last answer."""
    app.add_exception_handler(Turn, _turned)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Defects)


async def _turned(request: Request, error: Exception) -> Response:
    assert isinstance(error, Turn)
    return problem_response(error.edge, instance=request.url.path, errors=error.errors, **error.figures)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return refusal(error.no, request)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    edge = {404: Edge.NO_SUCH_ROUTE, 405: Edge.METHOD_NOT_ALLOWED}.get(error.status_code)
    if edge is None:
        return problem_response(Edge.MALFORMED, instance=request.url.path, problem=str(error.detail))
    response = problem_response(edge, instance=request.url.path)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(item["loc"] == ("header", "Idempotency-Key") for item in error.errors()):
        return refusal(No.because(Turned.KEY_MISSING), request)
    found = [_field(item) for item in error.errors()]
    return problem_response(Edge.INVALID, instance=request.url.path, errors=found, count=len(found))


class Defects:
    """The outermost middleware: what nobody answered becomes a problem document, and its text goes into no log.

    An exception's text may hold what a caller sent (a database error repeats its parameters), so only its kind and a
    trace are logged; the caller is given the same trace.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        begun = False

        async def noticing(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noticing)
        except Exception as error:
            if scope["type"] != "http":
                raise
            response = _last_answer(scope["path"], error)
            if not begun:
                await response(scope, receive, send)


def _last_answer(path: str, error: Exception) -> Response:
    trace = uuid.uuid4().hex
    away = isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError)
    _log.error("unavailable" if away else "defect", trace=trace, path=path, kind=type(error).__name__)
    if away:
        return problem_response(Edge.UNAVAILABLE, instance=path)
    return problem_response(Edge.DEFECT, instance=path, trace=trace)


def _field(item: Any) -> FieldProblem:
    """One of Pydantic's errors as a pointer and two sentences; the input itself is not repeated."""
    where, *path = item["loc"]
    if where == "body":
        pointer = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path) if path else ""
    else:
        pointer = f"{where}: {'.'.join(str(part) for part in path)}"
    kind, english = str(item["type"]), str(item["msg"])
    template = _CHINESE.get(kind)
    chinese = template.format(**(item.get("ctx") or {})) if template else english
    return FieldProblem(where=pointer, code=kind, zh=chinese, en=english)


_CHINESE = {
    "missing": "缺少该字段",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为字符串",
    "int_type": "应为整数",
    "bool_type": "应为 true 或 false",
    "list_type": "应为数组",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式应符合 {pattern}",
    "literal_error": "应为 {expected} 之一",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "too_long": "至多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
}
