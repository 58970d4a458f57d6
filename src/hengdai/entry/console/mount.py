"""The console on the server: its pages, the sign-in form, the language switch, and the headers that keep it at home."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Form
from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hengdai.app.actor import Actor
from hengdai.entry.console import dashboard, evidence, law, law_rule, loan, loan_evidence, loan_replay, loans
from hengdai.entry.console.evidence_files import hand_out
from hengdai.entry.console.session import COOKIE, LANGUAGE_COOKIE, Sessions, language_of
from hengdai.entry.console.shell import Visit, door_page, head, request_path
from hengdai.entry.platform import Platform

_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0f5b4f"/>'
    '<path d="M16 6v20M10 26h12M6 11h20M6 11l-2.5 7h5zM26 11l-2.5 7h5z" stroke="#fff" stroke-width="1.8" fill="none"/>'
    "</svg>"
)
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
)

Page = Callable[[Visit, Request], Awaitable[None]]


def _of(show: Callable[[Visit, Request, str], Awaitable[None]], name: str) -> Page:
    """A page about one thing, whose id stands in its address under that name."""
    return lambda visit, request: show(visit, request, request.path_params[name])


_PAGES: dict[str, Page] = {
    "/": dashboard.show,
    "/loans": loans.show,
    "/loans/{loan_id}": _of(loan.show, "loan_id"),
    "/loans/{loan_id}/evidence": _of(loan_evidence.show, "loan_id"),
    "/loans/{loan_id}/replay": _of(loan_replay.show, "loan_id"),
    "/law": law.show_rules,
    "/law/{rule_id}": _of(law_rule.show_rule, "rule_id"),
    "/evidence": evidence.show,
}


class AtHome:
    """Adds the headers by which a browser loads nothing from elsewhere and shows the pages in no other site's frame."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def mount(app: FastAPI, platform: Platform, demo: Actor | None = None) -> None:
    """Put the console under `/` of the application. `demo` is who a browser on this machine is without a key."""
    sessions = Sessions(platform.door, demo)
    _forms(app, sessions)
    hand_out(app, platform, sessions)
    _pages(platform, sessions)
    ui.run_with(
        app, title="衡贷 Hengdai", favicon=_FAVICON, tailwind=False, show_welcome_message=False, reconnect_timeout=10.0
    )
    app.add_middleware(AtHome)


def _forms(app: FastAPI, sessions: Sessions) -> None:
    async def sign_in(request: Request, key: str = Form(max_length=400)) -> Response:
        token = await sessions.sign_in(key.strip())
        if token is None:
            return RedirectResponse("/sign-in?wrong=1", 303)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return response

    async def sign_out(request: Request) -> Response:
        sessions.sign_out(request.cookies.get(COOKIE))
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response

    async def language(code: str, back: str = "/") -> Response:
        inside = back.startswith("/") and not back.startswith(("//", "/\\"))
        response = RedirectResponse(back if inside else "/", 303)
        response.set_cookie(LANGUAGE_COOKIE, "en" if code == "en" else "zh", samesite="lax")
        return response

    app.add_api_route("/sign-in", sign_in, methods=["POST"], include_in_schema=False)
    app.add_api_route("/sign-out", sign_out, methods=["POST"], include_in_schema=False)
    app.add_api_route("/language/{code}", language, methods=["GET"], include_in_schema=False)


def _pages(platform: Platform, sessions: Sessions) -> None:
    async def open_page(request: Request, show: Page) -> Response | None:
        actor = await sessions.actor(request)
        if actor is None:
            return RedirectResponse("/sign-in", 303)
        visit = Visit(
            platform=platform,
            actor=actor,
            language=language_of(request),
            today=platform.office.clock.today(),
            path=request_path(request),
            again=lambda: sessions.actor(request),
            signed_in=sessions.is_open(request),
        )
        await show(visit, request)
        return None

    def put(path: str, show: Page) -> None:
        @ui.page(path)
        async def _page(request: Request) -> Response | None:
            return await open_page(request, show)

    for path, show in _PAGES.items():
        put(path, show)

    @ui.page("/sign-in")
    async def _sign_in(request: Request, wrong: str = "") -> None:
        language = language_of(request)
        head("衡贷 Hengdai", language)
        ui.html(str(door_page(language, wrong=bool(wrong))), sanitize=False)
