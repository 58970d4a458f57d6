"""What the evidence pages hand out: a loan's bundle, the page that checks it in the browser, the verifiers."""

from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from hengdai.entry.bundles import NoBundle, bundle_of
from hengdai.entry.console.session import Sessions
from hengdai.entry.platform import Platform
from hengdai.entry.verify_page import verify_page

_PROGRAM = files("hengdai.evidence").joinpath("verify.py")


def hand_out(app: FastAPI, platform: Platform, sessions: Sessions) -> None:
    """Put the files on the application. The verifiers are everybody's; a bundle is for who sees its loan."""

    async def page() -> Response:
        return HTMLResponse(verify_page())

    async def program() -> Response:
        return PlainTextResponse(_PROGRAM.read_text(encoding="utf-8"), media_type="text/x-python")

    async def bundle(request: Request, loan_id: str) -> bytes | Response:
        """The bundle for whoever asks, or what to answer instead."""
        actor = await sessions.actor(request)
        if actor is None:
            return RedirectResponse("/sign-in", 303)
        try:
            return await bundle_of(platform, actor, loan_id)
        except NoBundle as none:
            return PlainTextResponse(str(none), status_code=404 if none.missing else 409)

    async def file(request: Request, loan_id: str) -> Response:
        found = await bundle(request, loan_id)
        if isinstance(found, Response):
            return found
        name = "".join(char if char.isalnum() or char in "-_." else "_" for char in loan_id)
        headers = {"Content-Disposition": f'attachment; filename="{name}.evidence"'}
        return Response(found, media_type="application/octet-stream", headers=headers)

    async def check(request: Request, loan_id: str) -> Response:
        found = await bundle(request, loan_id)
        return found if isinstance(found, Response) else HTMLResponse(verify_page(found))

    for path, endpoint in (
        ("/verify.html", page),
        ("/verify.py", program),
        ("/loans/{loan_id}/evidence/file", file),
        ("/loans/{loan_id}/evidence/check", check),
    ):
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)
