"""The witness as an ASGI application: C2SP tlog-witness over HTTP.

POST /add-checkpoint                         cosign, or refuse with 400, 403, 404, 409, 422
GET  /<sha256 of the origin>/checkpoint      the latest cosigned checkpoint of that log
GET  /reports                                what logs were caught at, with both notes
GET  /                                       name and keys
"""

import threading
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hengdai.adapters.evidence.witness_files import WitnessFiles
from hengdai.evidence.storage import Moved
from hengdai.evidence.witness import MAX_REQUEST, Decision, Witnessing, decide, origin_of


def make_app(who: Witnessing, files: WitnessFiles, now: Callable[[], float] = time.time) -> Starlette:
    """The application of one witness; `now` gives seconds since 1970."""
    desk = _Desk(who, files, now)
    routes = [
        Route("/add-checkpoint", desk.add_checkpoint, methods=["POST"]),
        Route("/reports", desk.reports),
        Route("/{name}/checkpoint", desk.checkpoint),
        Route("/", desk.about),
    ]
    return Starlette(routes=routes)


class _Desk:
    def __init__(self, who: Witnessing, files: WitnessFiles, now: Callable[[], float]) -> None:
        self._who = who
        self._files = files
        self._now = now
        self._one_at_a_time = threading.Lock()

    async def add_checkpoint(self, request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST:
                return PlainTextResponse("request too large\n", 413)
        decision = await run_in_threadpool(self._answer, bytes(body))
        return Response(decision.body, decision.status, media_type=decision.content_type)

    async def checkpoint(self, request: Request) -> Response:
        held = self._files.held_by_hash(request.path_params["name"])
        return PlainTextResponse(held.note) if held else PlainTextResponse("unknown log\n", 404)

    async def reports(self, _: Request) -> Response:
        return JSONResponse(
            [
                {
                    "wrong": one.wrong,
                    "origin": one.origin,
                    "time": one.time,
                    "held": one.held.decode(),
                    "shown": one.shown.decode(),
                }
                for one in self._files.reports()
            ]
        )

    async def about(self, _: Request) -> Response:
        return JSONResponse({"keys": [str(one.key) for one in self._who.signers], "logs": sorted(self._who.logs)})

    def _answer(self, body: bytes) -> Decision:
        """Decide and store before anything is answered; a lost race (another process) is decided again."""
        with self._one_at_a_time:
            while True:
                held = self._files.held(origin_of(body))
                decision = decide(self._who, body, held, int(self._now()))
                try:
                    if decision.hold:
                        self._files.keep(held, decision.hold)
                    if decision.report:
                        self._files.report(decision.report)
                except Moved:
                    continue
                return decision
