"""Problem details (RFC 9457) in two languages: what happened, the figures in it, and which field to correct."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from hengdai.base.text import Text
from hengdai.entry.http.status import status_of
from hengdai.entry.http.turned import Edge

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One field that is not as it should be."""

    where: str = Field(description="JSON pointer (RFC 6901) of the field, or the name of the parameter or header")
    code: str = Field(description="What kind of mistake, for programs")
    zh: str
    en: str


class Problem(BaseModel):
    """A refusal. `code` is stable; `zh` and `en` are for people; `figures` are the values named in the text."""

    model_config = ConfigDict(json_schema_extra={"example": {"code": "more_than_due", "status": 422}})

    type: str = Field(description="A reference to this code in the list at /v1/problems")
    title: str
    status: int
    code: str
    detail: str
    instance: str
    zh: str
    en: str
    figures: dict[str, str] = Field(default_factory=dict)
    errors: list[FieldProblem] = Field(default_factory=list)


def problem(code: str, text: Text, figures: Mapping[str, str], instance: str) -> Problem:
    """The problem document of a refusal that has its text already filled."""
    code = code.lower()
    return Problem(
        type=f"/v1/problems#{code}",
        title=code.replace("_", " ").capitalize(),
        status=status_of(code),
        code=code,
        detail=str(text),
        instance=instance,
        zh=text.zh,
        en=text.en,
        figures=dict(figures),
    )


def respond(document: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP answer of a problem document."""
    body = json.dumps(document.model_dump(), ensure_ascii=False).encode()
    return Response(body, status_code=document.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def problem_response(edge: Edge, *, instance: str, errors: Sequence[FieldProblem] = (), **figures: Any) -> Response:
    """The answer for a refusal at the door itself."""
    shown = {name: str(value) for name, value in figures.items()}
    document = problem(edge.name, edge.value.fill(**shown), shown, instance)
    document.errors = list(errors)
    headers = {"WWW-Authenticate": "Bearer"} if edge is Edge.UNAUTHENTICATED else {}
    return respond(document, headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` entry of a route for those problem statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANING[status], "content": content} for status in statuses}


_MEANING = {
    400: "请求体不是严格的 JSON / the body is not strict JSON",
    401: "没有有效密钥 / no valid key",
    403: "角色不足 / the role does not suffice",
    404: "不存在, 或不属于您 / does not exist, or is not yours",
    405: "方法不允许 / method not allowed",
    409: "与当前状态冲突 / in conflict with the present state",
    413: "请求体过大 / the body is too large",
    415: "应为 JSON / JSON expected",
    422: "内容不被接受 / understood and not accepted",
    500: "内部错误 / internal error",
    503: "暂不可用 / not available now",
}
