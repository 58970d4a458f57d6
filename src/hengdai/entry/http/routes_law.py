"""The law of a book over HTTP: what judges it, proposing and publishing a text, switches, a text on trial."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from hengdai.app.actor import Actor
from hengdai.app.command import Declined, No, Turned
from hengdai.app.live_law import live_law
from hengdai.app.propose_law import propose_law as do_propose
from hengdai.app.publish_law import preview
from hengdai.app.publish_law import publish_law as do_publish
from hengdai.app.set_law import begin_shadow as do_begin
from hengdai.app.set_law import end_shadow as do_end
from hengdai.app.set_law import set_switches
from hengdai.app.shadow_report import ShadowReport, shadow_report
from hengdai.base.identity import OrgId
from hengdai.entry.http import law_out as out
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.answers import answer
from hengdai.entry.http.errors import Refused
from hengdai.entry.http.fields import Day, Digest, In, Name
from hengdai.entry.http.problem import documented
from hengdai.entry.http.routes_write import Key, platform_of

router = APIRouter(tags=["法规 / the law"])
_READ = documented(401, 403, 404, 422)
_WRITE = documented(400, 401, 403, 404, 409, 413, 415, 422)
PackPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,31}$", examples=["cn"])]
ProposalPath = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$", examples=["019aa000-0000-7000-8000-000000000000"])]
Since = Annotated[
    Day | None, Query(description="按哪天以来的判定衡量, 默认一年 / weighed on judgements since; a year by default")
]
_A_YEAR = timedelta(days=365)
_FILE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.toml$"


class TextsIn(In):
    """文本 / the texts of a pack: file name to TOML."""

    texts: dict[Annotated[str, Field(pattern=_FILE)], str] = Field(min_length=1, max_length=100)


class PublishingIn(In):
    """发布 / the digest of the text that was read."""

    digest: Digest


class SwitchesIn(In):
    """开关 / all that is switched on; what is not named is off."""

    switches: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(max_length=200)
    lender_kind: Name | None = Field(None, description="以何种牌照放贷 / the licence the funder lends by")


class ShadowEndingIn(In):
    """结束试行 / nothing more is asked."""


def _since(request: Request, since: date | None) -> date:
    return since or platform_of(request).office.clock.today() - _A_YEAR


@router.get("/law/packs/{pack}", response_model=out.LawOut, responses=_READ)
async def read_law(
    request: Request, actor: Admitted, pack: PackPath, book: Annotated[Name | None, Query()] = None
) -> out.LawOut:
    """现行法规. Which text judges a funder's book (your own by default), since when, by whose hand, with what on."""
    office, of = platform_of(request).office, OrgId(book or actor.org)
    async with office.store.begin(actor) as work:
        try:
            law = await live_law(office.packs, work, of, pack, opening=True)
        except Declined as declined:
            raise Refused(declined.no) from None
        rows, published = await work.law_of(of, pack), await work.publications(of, pack)
    return out.law(of, law.pack, office.packs.pack(pack), rows, list(published))


@router.get("/law/proposals", response_model=out.ProposalsOut, responses=documented(401, 403, 422))
async def list_law_proposals(request: Request, actor: Admitted) -> out.ProposalsOut:
    """送审的文本. The texts put forward for your own book."""
    async with platform_of(request).office.store.begin(actor) as work:
        return out.ProposalsOut(items=[out.proposal(row) for row in await work.proposals()])


@router.post("/law/proposals", status_code=201, response_model=out.NewProposalOut, responses=_WRITE)
async def propose_law(request: Request, actor: Admitted, key: Key, body: TextsIn) -> Response:
    """送审. Put a text forward for your own book; it binds nobody until a second person publishes it."""
    return answer(await do_propose(platform_of(request).office, actor, key, body.texts), request)


@router.get("/law/proposals/{proposal}", response_model=out.PreviewOut, responses=_READ)
async def read_law_proposal(
    request: Request, actor: Admitted, proposal: ProposalPath, since: Since = None
) -> out.PreviewOut:
    """复核. What a proposed text changes, which loans of your book would turn, which of its cases fail."""
    try:
        return out.preview(await preview(platform_of(request).office, actor, proposal, _since(request, since)))
    except Declined as declined:
        raise Refused(declined.no) from None


@router.post(
    "/law/proposals/{proposal}/publication", status_code=201, response_model=out.PublicationOut, responses=_WRITE
)
async def publish_law(
    request: Request, actor: Admitted, key: Key, proposal: ProposalPath, body: PublishingIn, since: Since = None
) -> Response:
    """发布. Make a proposed text the one that judges your book; with another key than its maker's."""
    office, day = platform_of(request).office, _since(request, since)
    return answer(await do_publish(office, actor, key, proposal, body.digest, day), request)


@router.post("/law/packs/{pack}/switches", status_code=201, response_model=out.SettingOut, responses=_WRITE)
async def set_law_switches(request: Request, actor: Admitted, key: Key, pack: PackPath, body: SwitchesIn) -> Response:
    """开关. Say all that is switched on in your own book: strict readings, window guidance, drafts, sleeping rules."""
    office = platform_of(request).office
    done = await set_switches(office, actor, key, pack, frozenset(body.switches), body.lender_kind)
    return answer(done, request)


@router.get("/law/packs/{pack}/shadow", response_model=out.ShadowOut, responses=_READ)
async def read_law_shadow(
    request: Request, actor: Admitted, pack: PackPath, digest: Annotated[Digest | None, Query()] = None
) -> out.ShadowOut:
    """试行报告. What a text on trial would have turned in your own book, by clause, amount and partner."""
    report = await _report(request, actor, pack, digest)
    if report is None:
        raise Refused(No.because(Turned.NOT_FOUND, what=f"{pack} shadow"))
    return out.shadow(report)


async def _report(request: Request, actor: Actor, pack: str, digest: str | None) -> ShadowReport | None:
    try:
        return await shadow_report(platform_of(request).office, actor, pack, digest)
    except Declined as declined:
        raise Refused(declined.no) from None


@router.post("/law/shadow", status_code=201, response_model=out.SettingOut, responses=_WRITE)
async def begin_law_shadow(request: Request, actor: Admitted, key: Key, body: TextsIn) -> Response:
    """试行. Let a text run beside the one in force at every gate of your own book; it stops nothing."""
    return answer(await do_begin(platform_of(request).office, actor, key, body.texts), request)


@router.post("/law/packs/{pack}/shadow/ending", status_code=201, response_model=out.SettingOut, responses=_WRITE)
async def end_law_shadow(request: Request, actor: Admitted, key: Key, pack: PackPath, body: ShadowEndingIn) -> Response:
    """结束试行. End the trial; what it said stays."""
    return answer(await do_end(platform_of(request).office, actor, key, pack), request)
