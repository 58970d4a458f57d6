"""The house over HTTP: partners, organisations, keys, the business day, the summary, health."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from hengdai.app.actor import Role
from hengdai.app.admit_partner import admit_partner as do_admit
from hengdai.app.command import Call, Declined, No, Status, Turned, run
from hengdai.app.end_of_day import end_of_day
from hengdai.app.work import Organisation, Work
from hengdai.base.identity import OrgId
from hengdai.entry.http import house_out as out
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.answers import answer
from hengdai.entry.http.errors import Refused, no
from hengdai.entry.http.fields import Day, In, Name, Words
from hengdai.entry.http.problem import documented
from hengdai.entry.http.routes_read import reading_of
from hengdai.entry.http.routes_write import Key, platform_of
from hengdai.entry.http.turned import Edge
from hengdai.partner.listing import Approval, Listing
from hengdai.product.terms import PayeeRole

router = APIRouter(tags=["机构与日常 / the house"])
_READ = documented(401, 403, 422)
_WRITE = documented(400, 401, 403, 404, 409, 413, 415, 422)
_Role = Literal["facilitator", "guarantor", "merchant", "other"]
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", examples=["0123456789ab"])]


class PartnerIn(In):
    """准入 / a partner on the own list, in one role, for some time."""

    partner: Name
    role: _Role
    licence: Words = Field(examples=["省融担〔2024〕1号"])
    approved_by: Literal["head_office", "branch"]
    listed_from: Day
    listed_until: Day | None = None
    published_url: Annotated[str, Field(max_length=300, pattern=r"^(https?://[!-~]+)?$")] = ""


class EndingIn(In):
    """退出名单 / the last day on the list."""

    role: _Role
    listed_until: Day


class OrganisationIn(In):
    """机构 / an organisation that may act here; its name is public to every other."""

    id: Name
    name: Words
    kind: Literal["funder", "facilitator", "guarantor", "merchant", "examiner", "other"]


class KeyIn(In):
    """密钥 / a key of the own organisation."""

    role: Literal["viewer", "operator", "admin"]
    label: Words


class DayIn(In):
    """日终 / the day to close; the business day by default."""

    day: Day | None = None


@router.get("/partners", response_model=out.PartnersOut, responses=_READ)
async def list_partners(
    request: Request, actor: Admitted, funder: Annotated[Name | None, Query()] = None
) -> out.PartnersOut:
    """合作机构名单 (公开). A funder's partner list, public as the law asks; your own by default."""
    of = OrgId(funder or actor.org)
    async with platform_of(request).office.store.begin(actor) as work:
        found = await work.listings(of)
    return out.PartnersOut(funder=of, items=[_listing(each) for each in found])


def _listing(listing: Listing) -> out.PartnerOut:
    return out.PartnerOut(
        partner=listing.partner,
        role=listing.role.value,
        licence=listing.licence,
        approved_by=listing.approved_by.value,
        listed_from=listing.listed_from,
        listed_until=listing.listed_until,
        published_url=listing.published_url,
    )


@router.post("/partners", status_code=201, response_model=out.ListingOut, responses=_WRITE)
async def admit_partner(request: Request, actor: Admitted, key: Key, body: PartnerIn) -> Response:
    """准入合作机构. Put a partner on your own list."""
    listing = Listing(
        funder=actor.org,
        partner=OrgId(body.partner),
        role=PayeeRole(body.role),
        licence=body.licence,
        approved_by=Approval(body.approved_by),
        listed_from=body.listed_from,
        listed_until=body.listed_until,
        published_url=body.published_url,
    )
    return answer(await do_admit(platform_of(request).office, actor, key, listing), request)


@router.post("/partners/{partner}/ending", status_code=201, response_model=out.ListingOut, responses=_WRITE)
async def end_partner(
    request: Request, actor: Admitted, key: Key, partner: Annotated[Name, Path()], body: EndingIn
) -> Response:
    """移出名单. End a listing by a row that replaces it; the earlier row stays in the book."""
    office = platform_of(request).office
    async with office.store.begin(actor) as work:
        rows = await work.listings(actor.org)
    mine = [each for each in rows if (each.partner, each.role.value) == (partner, body.role)]
    if not mine:
        raise Refused(No.because(Turned.NOT_FOUND, what=partner))
    latest = max(mine, key=lambda each: each.listed_from)
    ended = replace(latest, listed_until=body.listed_until)
    return answer(await do_admit(office, actor, key, ended), request)


@router.get("/organisations", response_model=out.OrganisationsOut, responses=_READ)
async def list_organisations(request: Request, actor: Admitted) -> out.OrganisationsOut:
    """机构名录. Every organisation here."""
    async with platform_of(request).office.store.begin(actor) as work:
        found = await work.organisations()
    return out.OrganisationsOut(items=[out.OrganisationOut(id=o.id, name=o.name, kind=o.kind) for o in found])


@router.post("/organisations", status_code=201, response_model=out.OrganisationOut, responses=_WRITE)
async def admit_organisation(request: Request, actor: Admitted, key: Key, body: OrganisationIn) -> Response:
    """登记机构. Enter an organisation; its first key is issued by whoever owns the machine (`hengdai keys create`)."""
    opened = platform_of(request)
    wanted = Organisation(OrgId(body.id), body.name, body.kind)

    async def verb(work: Work) -> Mapping[str, object]:
        if not await opened.door.found(wanted, opened.office.clock.now()):
            known = {each.id: each for each in await work.organisations()}
            if known[wanted.id] != wanted:
                raise Declined(no(Edge.ORGANISATION_EXISTS, org=wanted.id))
        return {"id": wanted.id, "name": wanted.name, "kind": wanted.kind}

    call = Call(actor, "admit_organisation", key, body.model_dump(), Role.ADMIN)
    return answer(await run(opened.office, call, verb), request)


@router.get("/keys", response_model=out.KeysOut, responses=_READ)
async def list_keys(request: Request, actor: Admitted) -> out.KeysOut:
    """密钥列表. The keys of your organisation, without their secrets."""
    found = await platform_of(request).door.keys(actor.org)
    items = [
        out.KeyOut(id=k.key_id, role=k.role.value, label=k.label, issued=k.issued, revoked=k.revoked) for k in found
    ]
    return out.KeysOut(items=items)


@router.post("/keys", status_code=201, response_model=out.NewKeyOut, responses=_WRITE)
async def create_key(request: Request, actor: Admitted, key: Key, body: KeyIn) -> Response:
    """发放密钥. Issue a key of your organisation; it is shown this once and stored nowhere, so a repeat is refused."""
    office, shown = platform_of(request).office, list[str]()

    async def verb(work: Work) -> Mapping[str, object]:
        shown[:] = [await work.issue_key(Role(body.role), body.label, office.clock.now())]
        return {"label": body.label, "role": body.role}

    outcome = await run(office, Call(actor, "create_key", key, body.model_dump(), Role.ADMIN), verb)
    if outcome.refusal is not None:
        raise Refused(outcome.refusal)
    if outcome.status is Status.REPLAYED:
        raise Refused(no(Edge.KEY_SHOWN_ONCE))
    made = out.NewKeyOut(key=shown[0], id=shown[0].split(".")[-2], role=body.role, label=body.label)
    return Response(made.model_dump_json(), 201, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post("/keys/{key_id}/revocation", status_code=201, response_model=out.RevokedOut, responses=_WRITE)
async def revoke_key(request: Request, actor: Admitted, key: Key, key_id: KeyId) -> Response:
    """吊销密钥. End a key of your organisation at once."""
    office = platform_of(request).office

    async def verb(work: Work) -> Mapping[str, object]:
        if not await work.revoke_key(key_id, office.clock.now()):
            raise Declined(No.because(Turned.NOT_FOUND, what=key_id))
        return {"revoked": key_id}

    return answer(await run(office, Call(actor, "revoke_key", key, {"key": key_id}, Role.ADMIN), verb), request)


@router.get("/business-day", response_model=out.BusinessDayOut, responses=_READ)
async def read_business_day(request: Request, actor: Admitted) -> out.BusinessDayOut:
    """营业日. The business day, and the last day that your book closed."""
    office = platform_of(request).office
    async with office.store.begin(actor) as work:
        return out.BusinessDayOut(day=office.clock.today(), last_closed=await work.last_closed(actor.org))


@router.post("/business-day/end", status_code=201, response_model=out.DayEndOut, responses=_WRITE)
async def end_business_day(request: Request, actor: Admitted, key: Key, body: DayIn) -> Response:
    """日终. Close a day of your book, and the days missed before it; a killed one is taken up where it was."""
    office = platform_of(request).office

    async def verb(work: Work) -> Mapping[str, object]:
        reports = await end_of_day(office, actor, body.day)
        return {"days": [{"day": each.key.day, "status": each.status.value} for each in reports]}

    asked = {"day": None if body.day is None else body.day.isoformat()}
    return answer(await run(office, Call(actor, "end_business_day", key, asked, Role.ADMIN), verb), request)


@router.get("/summary", response_model=out.SummaryOut, responses=_READ)
async def read_summary(request: Request, actor: Admitted) -> out.SummaryOut:
    """总览. The figures of every book you see: states, arrears, cost, what the law stopped, trial balance."""
    return out.summary(await reading_of(request, actor).book())


@router.get("/me", response_model=out.MeOut, responses=_READ)
async def who_am_i(actor: Admitted) -> out.MeOut:
    """我是谁. Whose key this is and what it may do."""
    return out.MeOut(organisation=actor.org, role=actor.role.value, key=actor.key_id)
