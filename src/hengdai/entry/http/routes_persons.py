"""Persons over HTTP: what is kept of them, read, consented, released and said; nothing personal in any path or log."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from hengdai.app.change import LoanCall
from hengdai.app.command import No, Outcome, Turned
from hengdai.app.contact_person import Contacting
from hengdai.app.contact_person import contact_person as do_contact
from hengdai.app.erase_person import erase_person as do_erase
from hengdai.app.give_consent import Consenting
from hengdai.app.give_consent import give_consent as do_consent
from hengdai.app.read_person import read_person as do_read
from hengdai.app.register_person import PersonalData
from hengdai.app.register_person import register_person as do_register
from hengdai.app.rotate_keys import rotate_keys as do_rotate
from hengdai.app.share_release import Sharing
from hengdai.app.share_release import share_release as do_release
from hengdai.app.withdraw_consent import withdraw_consent as do_withdraw
from hengdai.base.identity import LoanId
from hengdai.entry.http import persons_out as out
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.answers import answer
from hengdai.entry.http.errors import Refused
from hengdai.entry.http.fields import Digest, In, Name, Words
from hengdai.entry.http.problem import documented
from hengdai.entry.http.routes_write import Attested, Key, LoanPath, platform_of
from hengdai.evidence.record import Attachment
from hengdai.evidence.sharing import Receiver

router = APIRouter(tags=["个人信息 / persons"])
_READ = documented(401, 403, 404, 422)
_WRITE = documented(400, 401, 403, 404, 409, 413, 415, 422)
_Person = Annotated[
    str,
    Path(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$",
        description="借款人编号, 不得为证件号等 / the borrower's opaque reference, never an identity number",
        examples=["b-1"],
    ),
]
_Fields = Annotated[list[Name], Field(min_length=1, max_length=20)]


class AttachmentIn(In):
    """附件 / a document that is stored elsewhere, named by the SHA-256 of its encrypted bytes."""

    name: Words
    media: Words
    bytes: int = Field(ge=0, le=2**53 - 1)
    sha256: Digest

    def attachment(self) -> Attachment:
        """The same as the evidence names it."""
        return Attachment(self.name, self.media, self.bytes, self.sha256)


_Attachments = Annotated[list[AttachmentIn], Field(default_factory=list, max_length=50)]


class PersonalIn(In):
    """个人信息 / personal data. It replaces what was kept before; each field is a text."""

    name: Words | None = None
    id_kind: Words | None = None
    id_number: Words | None = None
    phone: Words | None = None
    address: Words | None = None
    bank_account: Words | None = None
    employer: Words | None = None
    monthly_income: Words | None = None
    attachments: _Attachments


class ReadingIn(In):
    """查阅 / which fields are to be shown, and what for."""

    purpose: Name
    fields: _Fields


class GroundIn(In):
    """抹除理由, 不得含个人信息 / why; it names nobody, since it is kept."""

    ground: Words


class ConsentIn(In):
    """同意 / what the person agreed to, on which wording; `separate`: asked for by itself (单独同意)."""

    purpose: Name
    receiver: Name
    fields: _Fields
    version: Words
    separate: bool = False
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None
    loan: Name | None = None


class ReleaseIn(In):
    """共享 / what is released to whom, sealed to the X25519 public key of the receiver."""

    purpose: Name
    receiver: Name
    receiver_key: Digest
    fields: _Fields
    loan: Name | None = None
    pack: Name = "cn"


class ContactIn(In):
    """联系 / a contact that is about to be made. Its words are judged, and kept as a digest alone."""

    channel: Literal["call", "message", "letter", "visit", "app", "other"]
    purpose: Name
    whom: Literal["debtor", "guarantor", "related", "unrelated"] = "debtor"
    by_whom: Words
    words: str = Field("", max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
    utc_offset: int = Field(480, ge=-720, le=840, description="对方当地时间与 UTC 相差的分钟 / minutes east of UTC")
    attachments: _Attachments
    facts: Attested = Field(default_factory=dict, max_length=100)


@router.post("/persons/{person}", status_code=201, response_model=out.RegisteredOut, responses=_WRITE)
async def register_person(request: Request, actor: Admitted, key: Key, person: _Person, body: PersonalIn) -> Response:
    """登记个人信息. Keep personal data, sealed with a key of the person's own."""
    fields = {name: value for name, value in body if isinstance(value, str)}
    if not fields:
        raise Refused(No.because(Turned.UNREADABLE, problem="没有任何字段 / no field is given"))
    data = PersonalData(person, fields, tuple(each.attachment() for each in body.attachments))
    return answer(await do_register(platform_of(request).office, actor, key, data), request)


@router.post("/persons/{person}/reading", status_code=201, response_model=out.PersonalOut, responses=_WRITE)
async def read_person(request: Request, actor: Admitted, key: Key, person: _Person, body: ReadingIn) -> Response:
    """查阅个人信息. Show the fields that the purpose takes; the access is on record. A key is answered once."""
    asked = (person, body.purpose, tuple(dict.fromkeys(body.fields)))
    outcome, data = await do_read(platform_of(request).office, actor, key, *asked)
    return _given(out.PersonalOut, outcome, {"data": data})


@router.get("/persons/{person}", response_model=out.PersonRecordOut, responses=_READ)
async def read_person_record(
    request: Request, actor: Admitted, person: _Person, keeper: Annotated[Name | None, Query()] = None
) -> out.PersonRecordOut:
    """个人信息台账. What is on record about a person: consents, releases, accesses; nothing personal."""
    asked = {"keeper": keeper or actor.org, "person": person}
    async with platform_of(request).office.store.begin(actor) as work:
        states = await work.rows("person_states", **asked)
        if not states:
            raise Refused(No.because(Turned.NOT_FOUND, what=person))
        consents = await work.rows("person_consents", **asked)
        releases = await work.rows("person_releases", **asked)
        accesses = await work.rows("person_accesses", **asked)
    found: dict[str, Any] = {**asked, **states[0]}
    return out.PersonRecordOut(**found, consents=consents, releases=releases, accesses=accesses)  # type: ignore[arg-type]


@router.post("/persons/{person}/erasure", status_code=201, response_model=out.ErasedOut, responses=_WRITE)
async def erase_person(request: Request, actor: Admitted, key: Key, person: _Person, body: GroundIn) -> Response:
    """抹除. Destroy the person's key; refused while a loan runs or the law has her kept."""
    return answer(await do_erase(platform_of(request).office, actor, key, person, body.ground), request)


@router.post("/vault/rotation", status_code=201, response_model=out.RotatedOut, responses=_WRITE)
async def rotate_keys(request: Request, actor: Admitted, key: Key) -> Response:
    """轮换机构密钥. A new organisation key; no older copy of wrapped keys opens anything then."""
    return answer(await do_rotate(platform_of(request).office, actor, key), request)


@router.post("/persons/{person}/consents", status_code=201, response_model=out.GivenOut, responses=_WRITE)
async def give_consent(request: Request, actor: Admitted, key: Key, person: _Person, body: ConsentIn) -> Response:
    """记录同意. Record what the person consented to."""
    loan = None if body.loan is None else LoanId(body.loan)
    wanted = Consenting(
        person, body.purpose, body.receiver, tuple(dict.fromkeys(body.fields)), body.version, body.separate,
        body.until, loan,
    )  # fmt: skip
    return answer(await do_consent(platform_of(request).office, actor, key, wanted), request)


_WITHDRAWAL = "/persons/{person}/consents/{consent}/withdrawal"


@router.post(_WITHDRAWAL, status_code=201, response_model=out.WithdrawnOut, responses=_WRITE)
async def withdraw_consent(request: Request, actor: Admitted, key: Key, person: _Person, consent: LoanPath) -> Response:
    """撤回同意. From this instant on nothing is released under it."""
    return answer(await do_withdraw(platform_of(request).office, actor, key, person, consent), request)


@router.post("/persons/{person}/releases", status_code=201, response_model=out.ReleasedOut, responses=_WRITE)
async def share_release(request: Request, actor: Admitted, key: Key, person: _Person, body: ReleaseIn) -> Response:
    """共享. Release the consented fields, sealed to one receiver, on a receipt. A key is answered once."""
    loan = None if body.loan is None else LoanId(body.loan)
    receiver = Receiver(body.receiver, bytes.fromhex(body.receiver_key))
    wanted = Sharing(person, body.purpose, receiver, tuple(dict.fromkeys(body.fields)), loan, body.pack)
    outcome, file = await do_release(platform_of(request).office, actor, key, wanted)
    return _given(out.ReleasedOut, outcome, {"file": None if file is None else file.decode()})


@router.post("/loans/{loan}/contacts", status_code=201, response_model=out.MadeOut, responses=_WRITE)
async def contact_person(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: ContactIn) -> Response:
    """联系借款人. Judged by the law before it is made; one that the law stops is refused and stays on record."""
    wanted = Contacting(
        body.channel, body.purpose, body.whom, body.by_whom, body.words, body.utc_offset,
        tuple(each.attachment() for each in body.attachments), body.facts,
    )  # fmt: skip
    call = LoanCall(actor, key, LoanId(loan))
    return answer(await do_contact(platform_of(request).office, call, wanted), request)


@router.get("/loans/{loan}/contacts", response_model=out.ContactsOut, responses=_READ)
async def read_contacts(request: Request, actor: Admitted, loan: LoanPath) -> out.ContactsOut:
    """联系记录. Every contact about a loan, made or stopped."""
    async with platform_of(request).office.store.begin(actor) as work:
        record = await work.loan(LoanId(loan))
        if record is None:
            raise Refused(No.because(Turned.NOT_FOUND, what=loan))
        rows = await work.rows("contacts", org=record.org, loan=loan)
    items = [{**row, "outcomes": json.loads(str(row["outcomes"]))} for row in rows]
    return out.ContactsOut(loan=loan, items=items)  # type: ignore[arg-type]


def _given(model: type[BaseModel], outcome: Outcome, thing: Mapping[str, object]) -> Response:
    """The answer of something that is given once and kept by no cache."""
    if outcome.refusal is not None:
        raise Refused(outcome.refusal)
    made = model.model_validate({**json.loads(outcome.body), **thing})
    return Response(made.model_dump_json(), 201, media_type="application/json", headers={"Cache-Control": "no-store"})
