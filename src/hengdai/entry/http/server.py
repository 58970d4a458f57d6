"""The HTTP application: the API under `/v1`, and on request the console under `/`."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from hengdai import __version__
from hengdai.entry.http import (
    routes_evidence,
    routes_house,
    routes_law,
    routes_persons,
    routes_read,
    routes_write,
)
from hengdai.entry.http.access import check_table
from hengdai.entry.http.errors import install
from hengdai.entry.http.limits import StrictBodies
from hengdai.entry.http.problem import Problem, problem_response
from hengdai.entry.http.status import STATUS
from hengdai.entry.http.turned import Edge
from hengdai.entry.platform import Platform

_ABOUT = """
可自证的助贷业务核心. The provable core of a loan-facilitation business.

- 金额为主单位的十进制字符串, 利率为百分数字符串. Amounts are decimal strings of major units, rates are percent strings.
- 每个写操作都须带 `Idempotency-Key`: 同键同内容得到同一回答. Every write carries an `Idempotency-Key`.
- 拒绝以 RFC 9457 的形式给出, 代码见 `/v1/problems`. Refusals are problem details; their codes are at `/v1/problems`.
"""
public = APIRouter(tags=["公开 / public"])


class HealthOut(BaseModel):
    """Whether the database answers."""

    status: str
    version: str


class CodeOut(BaseModel):
    """A code of a refusal and its HTTP status."""

    code: str
    status: int


@public.get("/health", response_model=HealthOut)
async def health(request: Request) -> Response:
    """健康. Whether this server and its database answer; needs no key."""
    try:
        await request.app.state.platform.door.actor("")
    except (SQLAlchemyError, OSError):
        return problem_response(Edge.UNAVAILABLE, instance=request.url.path)
    return JSONResponse({"status": "ok", "version": __version__})


@public.get("/problems", response_model=list[CodeOut])
async def problems() -> list[CodeOut]:
    """拒绝代码. Every code of a refusal and its HTTP status; needs no key."""
    return [CodeOut(code=code, status=status) for code, status in STATUS.items()]


def build(platform: Platform) -> FastAPI:
    """The API on a platform. Every route stands in the access table, or the server does not start."""
    app = described()
    app.state.platform = platform
    app.add_middleware(StrictBodies)
    install(app)
    return app


def described() -> FastAPI:
    """The API without a platform: its routes and their description."""
    app = FastAPI(
        title="衡贷 Hengdai",
        version=__version__,
        description=_ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        responses={500: {"description": "内部错误 / internal error", "model": Problem}},
    )
    routers = (
        public,
        routes_write.router,
        routes_read.router,
        routes_evidence.router,
        routes_persons.router,
        routes_house.router,
        routes_law.router,
    )
    for router in routers:
        app.include_router(router, prefix="/v1")
    check_table(route.name for router in routers for route in router.routes if isinstance(route, APIRoute))
    return app
