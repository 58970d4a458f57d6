"""Evidence over HTTP: how the log stands, and a loan's bundle for anybody to check."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from hengdai.app.command import No, Turned
from hengdai.entry.bundles import NoBundle, bundle_of
from hengdai.entry.evidence_desk import YearState
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.errors import Refused, Turn
from hengdai.entry.http.fields import Out
from hengdai.entry.http.problem import documented
from hengdai.entry.http.routes_write import LoanPath, platform_of
from hengdai.entry.http.turned import Edge

router = APIRouter(tags=["存证 / evidence"])


class WitnessOut(Out):
    """A witness of the policy; times are seconds since 1970, null for one that never signed."""

    name: str
    key: str
    operator: bool
    cosigned: int | None
    last_seen: int | None


class LogOut(Out):
    """One year's log. `quorum` is null while no policy names witnesses: nobody independent vouches."""

    origin: str
    key: str
    size: int
    sealed: int
    sealed_at: int | None
    quorum: bool | None
    checkpoint: str | None
    policy_fingerprint: str
    witnesses: list[WitnessOut]


class EvidenceOut(Out):
    """存证 / the logs, earliest first; rows of the book that have no leaf yet; alarms at the monitor's last look."""

    logs: list[LogOut]
    waiting: int
    watched_at: int | None
    alarms: int | None


@router.get("/evidence", response_model=EvidenceOut, responses=documented(401, 403))
async def read_evidence(request: Request, actor: Admitted) -> EvidenceOut:
    """存证状况. How the evidence log stands: sizes, checkpoint, witnesses, alarms."""
    desk = platform_of(request).evidence
    state = None if desk is None else await desk.state()
    if state is None:
        return EvidenceOut(logs=[], waiting=0, watched_at=None, alarms=None)
    watched = state.watched
    return EvidenceOut(
        logs=[_log(year) for year in state.years],
        waiting=state.waiting,
        watched_at=watched.time if watched else None,
        alarms=len(watched.alarms) if watched else None,
    )


def _log(year: YearState) -> LogOut:
    witnesses = [
        WitnessOut(name=one.name, key=one.key, operator=one.operator, cosigned=one.cosigned, last_seen=one.last_seen)
        for one in year.witnesses
    ]
    return LogOut(
        origin=year.origin,
        key=year.key,
        size=year.size,
        sealed=year.sealed,
        sealed_at=year.sealed_at,
        quorum=year.met,
        checkpoint=None if year.note is None else str(year.note),
        policy_fingerprint=year.policy_fingerprint,
        witnesses=witnesses,
    )


_ANSWERS = documented(401, 403, 404, 409, 422)
_ANSWERS[200] = {"content": {"application/octet-stream": {}}, "description": "存证文件 / the bundle"}


@router.get("/loans/{loan}/evidence", response_class=Response, responses=_ANSWERS)
async def export_evidence(request: Request, actor: Admitted, loan: LoanPath) -> Response:
    """存证文件. The loan's records, proofs and checkpoint in one file that anybody checks offline."""
    try:
        made = await bundle_of(platform_of(request), actor, loan)
    except NoBundle as none:
        if none.missing:
            raise Refused(No.because(Turned.NOT_FOUND, what=loan)) from None
        raise Turn(Edge.NOT_SEALED, problem=str(none)) from None
    return Response(made, media_type="application/octet-stream")
