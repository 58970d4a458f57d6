"""Every way by which somebody could try to sign or pay out a loan: one line for each operation of the program."""

import inspect
import itertools
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from importlib.resources import files
from typing import Any

import httpx

import hengdai.app
from hengdai.app.actor import Actor, Role
from hengdai.app.admit_partner import admit_partner
from hengdai.app.bulk import Chunk, record_chunk
from hengdai.app.change import LoanCall, change_loan
from hengdai.app.charge_off import charge_off
from hengdai.app.close import close
from hengdai.app.command import Call, run
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.end_of_day import end_of_day
from hengdai.app.live_law import LiveLaw
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.ports import Office
from hengdai.app.propose_law import propose_law
from hengdai.app.publish_law import publish_law
from hengdai.app.rebuild import rebuild
from hengdai.app.recover import recover
from hengdai.app.refund import refund
from hengdai.app.restructure import restructure
from hengdai.app.reverse_payment import reverse_payment
from hengdai.app.set_law import begin_shadow, end_shadow, set_switches
from hengdai.app.sign import sign
from hengdai.app.withdraw import withdraw
from hengdai.app.work import LoanRecord
from hengdai.base.identity import EventId, LoanId, OrgId
from hengdai.base.money import CNY, Money
from hengdai.entry.cli.main import leaves, load
from hengdai.entry.cli.story import STORY
from hengdai.loan import commands
from hengdai.loan.codec import terms_digest
from hengdai.partner.listing import Approval, Listing
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.terms import PayeeRole
from tests.entry.front import application

BANK = OrgId("bank-a")
ADMIN = Actor(BANK, Role.ADMIN)
_keys = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Target:
    """The loan that is attacked, as it stood before, on which day it is, and the days one may say it is."""

    office: Office
    client: httpx.AsyncClient
    keys: Mapping[str, str]
    record: LoanRecord
    today: date

    @property
    def loan(self) -> LoanId:
        """Its id."""
        return self.record.id

    @property
    def days(self) -> tuple[date | None, ...]:
        """The business day, and the first day of the loan, on which all was well."""
        return None, self.record.events[0].day

    async def post(self, path: str, body: Mapping[str, Any], who: str = "admin") -> None:
        """Try an operation over HTTP on each of the days, for the funder and for the facilitator."""
        for someone, day in itertools.product({who, "facilitator"}, self.days):
            headers = {"Authorization": f"Bearer {self.keys[someone]}", "Idempotency-Key": f"try-{next(_keys)}"}
            dated = dict(body) | ({} if day is None else {"day": day.isoformat()})
            answer = await self.client.post(f"/v1{path}", json=dated, headers=headers)
            assert answer.status_code < 500, answer.text

    async def call(self, verb: Callable[[LoanCall], Awaitable[object]]) -> None:
        """Try a verb on each of the days."""
        for day in self.days:
            await verb(LoanCall(ADMIN, f"try-{next(_keys)}", self.loan, day))


Attempt = Callable[[Target], Awaitable[None]]
MONEY = {"amount": "12000.00", "currency": "CNY"}
ALL = Money(1_200_000, CNY)


def at(path: str, **body: Any) -> Attempt:
    """An operation on the loan over HTTP."""
    return lambda target: target.post(f"/loans/{target.loan}{path}", body)


def house(path: str, **body: Any) -> Attempt:
    """An operation on the house over HTTP."""
    return lambda target: target.post(path, body)


async def _http_apply(target: Target) -> None:
    asked = application(start=target.today.isoformat(), rate="20")
    await target.post("/applications", {**asked, "loan": target.loan})


async def _http_confirm(target: Target) -> None:
    digest = disclosure_digest(target.record.loan.terms)
    await target.post(f"/loans/{target.loan}/disclosure/confirmation", {"disclosure_digest": digest})


async def _http_sign(target: Target) -> None:
    await target.post(f"/loans/{target.loan}/signature", {"terms_digest": terms_digest(target.record.loan.terms)})


OTHER = {
    "partner": "else", "role": "facilitator", "licence": "", "approved_by": "head_office", "listed_from": "2010-01-01",
    "published_url": "https://bank-a.example/partners",
}  # fmt: skip


def _texts() -> dict[str, str]:
    """A toy country that forbids nothing: to propose it, or to have it on trial, binds nobody."""
    folder = files("hengdai.packs").joinpath("toy")
    texts = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".toml")}
    return texts | {"law.toml": texts["law.toml"].replace('effect = "block"', 'effect = "report"')}


HTTP: dict[str, Attempt] = {
    "admit_organisation": house("/organisations", id="else", name="另一平台", kind="facilitator"),
    "admit_partner": house("/partners", **OTHER),  # another partner: to list this one again would be lawful
    "end_partner": house("/partners/else/ending", role="facilitator", listed_until="2014-12-30"),
    "propose_law": house("/law/proposals", texts=_texts()),
    "publish_law": house("/law/proposals/0/publication", digest="0" * 64),
    "set_law_switches": house("/law/packs/toy/switches", switches=[]),
    "begin_law_shadow": house("/law/shadow", texts=_texts()),
    "end_law_shadow": house("/law/packs/toy/shadow/ending"),
    "create_key": house("/keys", role="admin", label="mine"),
    "revoke_key": house("/keys/nobody/revocation"),
    "end_business_day": house("/business-day/end"),
    "register_person": house("/persons/b-1", name="某人", phone="13800138000"),
    "read_person": house("/persons/b-1/reading", purpose="collection", fields=["name"]),
    "give_consent": house(
        "/persons/b-1/consents", purpose="collection", receiver="x", fields=["name"], version="v1", separate=True
    ),
    "withdraw_consent": house("/persons/b-1/consents/c-1/withdrawal"),
    "share_release": house(
        "/persons/b-1/releases", purpose="collection", receiver="x", receiver_key="1f" * 32, fields=["name"], pack="toy"
    ),
    "contact_person": at("/contacts", channel="call", purpose="collection", by_whom="x", words="请按期还款"),
    "erase_person": house("/persons/b-1/erasure", ground="本人请求"),
    "rotate_keys": house("/vault/rotation"),
    "apply": _http_apply,
    "confirm_disclosure": _http_confirm,
    "sign": _http_sign,
    "disburse": at("/disbursements", **MONEY),
    "pay": at("/payments", **MONEY),
    "reverse_payment": at("/payments/p-1/reversal", why="?"),
    "refund": at("/refunds", **MONEY),
    "restructure": at("/restructurings", count=6, rate="10", first_due="2015-06-01"),
    "charge_off": at("/charge-off"),
    "recover": at("/recoveries", **MONEY),
    "close_loan": at("/closure"),
    "withdraw": at("/withdrawal", why="?"),
}
"""Every operation that writes; those that end a loan come last, so that they spoil no other attempt."""


def on(verb: Callable[..., Awaitable[object]], *given: object) -> Attempt:
    """A verb about the loan."""
    return lambda target: target.call(lambda call: verb(target.office, call, *given))


async def _offer(target: Target) -> None:
    terms = replace(target.record.loan.terms, pack_digest="")
    for day in target.days:
        application = Application(terms, "b", target.loan, day, {"partner_listed": True, "all_in_cost_simple": 1})
        await offer(target.office, ADMIN, f"try-{next(_keys)}", application)


async def _sign(target: Target) -> None:
    await target.call(lambda call: sign(target.office, call, terms_digest(target.record.loan.terms)))


async def _confirm(target: Target) -> None:
    digest = disclosure_digest(target.record.loan.terms)
    await target.call(lambda call: confirm_disclosure(target.office, call, digest))


async def _change(target: Target) -> None:
    for command in (commands.Sign(terms_digest(target.record.loan.terms)), commands.Disburse(ALL)):
        await target.call(lambda call, command=command: change_loan(target.office, call, command))  # type: ignore[misc]


async def _run(target: Target) -> None:
    """The road that every verb takes, with a verb that records nothing."""

    async def nothing(_work: object) -> Mapping[str, object]:
        return {}

    await run(target.office, Call(ADMIN, "sign", f"try-{next(_keys)}", {"loan": target.loan}), nothing)


async def _admit(target: Target) -> None:
    other = Listing(BANK, OrgId("else"), PayeeRole.FACILITATOR, "", Approval.HEAD_OFFICE, target.today, None, "u")
    await admit_partner(target.office, ADMIN, f"try-{next(_keys)}", other)


async def _chunk(target: Target) -> None:
    pack = target.office.packs.pack("toy")
    await record_chunk(target.office, ADMIN, Chunk("book", next(_keys), (), {}, LiveLaw(pack), {}))


async def _propose(target: Target) -> None:
    await propose_law(target.office, ADMIN, f"try-{next(_keys)}", _texts())


async def _publish(target: Target) -> None:
    """What one person proposed, published by the same person."""
    async with target.office.store.begin(ADMIN) as work:
        proposals = await work.proposals()
    for row in proposals:
        await publish_law(
            target.office, ADMIN, f"try-{next(_keys)}", row.id, row.proposal.digest, row.proposal.proposed_on
        )


async def _switch(target: Target) -> None:
    await set_switches(target.office, ADMIN, f"try-{next(_keys)}", "toy", frozenset())


async def _try_out(target: Target) -> None:
    await begin_shadow(target.office, ADMIN, f"try-{next(_keys)}", _texts())
    await _sign(target)


async def _end_trial(target: Target) -> None:
    await end_shadow(target.office, ADMIN, f"try-{next(_keys)}", "toy")


async def _end_of_day(target: Target) -> None:
    await end_of_day(target.office, ADMIN)


async def _rebuild(target: Target) -> None:
    await rebuild(target.office, ADMIN)


_PERSON = "writes rows about a person, none that a gate looks at"
VERBS: dict[str, Attempt | str] = {
    "admit_partner.admit_partner": _admit,
    "audit_books.audit_books": "reads",
    "audit_law.audit_law": "reads",
    "bulk.chunk_done": "reads",
    "bulk.record_chunk": _chunk,
    "command.run": _run,
    "command.run_giving": "goes the road of `run`",
    "end_of_day.end_of_day": _end_of_day,
    "explain.explain": "reads",
    "jobs.run_job": "the steps of an end of day, tried by it",
    "rebuild.rebuild": _rebuild,
    "replay.begin": "tried with whole books",
    "replay.replay_slice": "tried with whole books",
    "replay_books.check_books": "reads",
    "replay_loan.replay_loan": "reads",
    "summary.summary": "reads",
    "summary.last_day": "reads",
    "verdicts.verdicts": "reads",
    "law_impact.law_impact": "reads",
    "propose_law.propose_law": _propose,
    "publish_law.preview": "reads",
    "publish_law.publish_law": _publish,
    "set_law.set_switches": _switch,
    "set_law.begin_shadow": _try_out,
    "set_law.end_shadow": _end_trial,
    "shadow_report.shadow_report": "reads",
    "register_person.register_person": _PERSON,
    "read_person.read_person": _PERSON,
    "erase_person.erase_person": _PERSON,
    "rotate_keys.rotate_keys": _PERSON,
    "give_consent.give_consent": _PERSON,
    "withdraw_consent.withdraw_consent": _PERSON,
    "share_release.share_release": _PERSON,
    "contact_person.contact_person": _PERSON,
    "answer_overlap.admit_asker": _PERSON,
    "answer_overlap.answer_overlap": _PERSON,
    "offer.offer": _offer,
    "confirm_disclosure.confirm_disclosure": _confirm,
    "sign.sign": _sign,
    "disburse.disburse": on(disburse, ALL),
    "change.change_loan": _change,
    "pay.pay": on(pay, ALL),
    "reverse_payment.reverse_payment": on(reverse_payment, EventId("p-1"), "?"),
    "refund.refund": on(refund, ALL),
    "restructure.restructure": on(restructure, 6, 10_000_000, date(2015, 6, 1)),
    "charge_off.charge_off": on(charge_off),
    "recover.recover": on(recover, ALL),
    "close.close": on(close),
    "withdraw.withdraw": on(withdraw, "?"),
}
"""Every verb that is given an office; for one that cannot write a loan, why."""


def verbs() -> set[str]:
    """Every public function of `app` that works with an office, found by looking."""
    found = set()
    for module in pkgutil.iter_modules(hengdai.app.__path__):
        for name, function in inspect.getmembers(import_module(f"hengdai.app.{module.name}"), inspect.isfunction):
            ours = function.__module__ == f"hengdai.app.{module.name}" and not name.startswith("_")
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if ours and first is not None and first.annotation in (Office, "Office"):
                found.add(f"{module.name}.{name}")
    return found


def reaching_the_book() -> set[str]:
    """Every command of the command line that is told where a book is."""
    found = set()
    for line in (line for chapter in STORY for line in chapter.commands):
        for name, each in leaves(line.name, load(line)):
            if any("--dsn" in getattr(given, "opts", ()) for given in each.params):
                found.add(name)
    return found


async def standing(office: Office, loan: LoanId) -> LoanRecord:
    """The loan as it stands."""
    async with office.store.begin(ADMIN) as work:
        record = await work.loan(loan)
    assert record is not None
    return record


PASSING = (
    "INSERT INTO event (org, loan_id, seq, event_id, day, known, kind, fact, clearance) "
    "VALUES ('bank-a', $1, 9, 'e9', $2, now(), $3, '{}', $4)"
)
TABLES: dict[str, tuple[str, ...] | str] = {
    "law_proposal": ("UPDATE law_proposal SET digest = 'x' WHERE $1 <> ''",),
    "law_publication": (
        "UPDATE law_publication SET digest = 'x' WHERE $1 <> ''",
        "INSERT INTO law_publication SELECT org, pack_id, number + 1, proposal_id, digest, replaces, maker, 'me', day, "
        "published, shown FROM law_publication WHERE $1 <> ''",
    ),
    "law_setting": (
        "INSERT INTO law_setting VALUES ('bank-a', 'toy', 9, '{}', $1, NULL, 'k', '2015-01-01', now())",
        "DELETE FROM law_setting WHERE $1 <> ''",
    ),
    "shadow_judgement": ("UPDATE shadow_judgement SET cleared = true WHERE loan_id = $1",),
    "event": (
        "UPDATE event SET kind = 'disbursed' WHERE loan_id = $1",
        "DELETE FROM event WHERE loan_id = $1",
    ),
    "judgement": (
        "UPDATE judgement SET stopping = '{}' WHERE loan_id = $1",
        "INSERT INTO judgement (org, loan_id, judgement_id, stage, day, pack_digest, judgement, stopping) "
        "SELECT org, loan_id, 'forged', 'signing', day, pack_digest, judgement, '{}' FROM judgement WHERE loan_id = $1",
        "UPDATE judgement SET cleared = true WHERE loan_id = $1",
        "DELETE FROM judgement WHERE loan_id = $1",
    ),
    "loan": ("UPDATE loan SET principal = 1 WHERE loan_id = $1", "DELETE FROM loan WHERE loan_id = $1"),
    "pack": ("UPDATE pack SET texts = '{}' WHERE $1 <> ''", "DELETE FROM pack WHERE $1 <> ''"),
    "partner_listing": ("UPDATE partner_listing SET listing = '{}' WHERE $1 <> ''",),
    "organisation": ("INSERT INTO organisation VALUES ($1, 'n', 'funder', now())",),
    "command": ("UPDATE command SET route = 'sign' WHERE $1 <> ''",),
    "answer": ("UPDATE answer SET body = 'x' WHERE $1 <> ''",),
    "entry": ("UPDATE entry SET amounts = '{1,-1}' WHERE $1 <> ''",),
    "arrears_move": ("DELETE FROM arrears_move WHERE $1 <> ''",),
    "day_close": ("DELETE FROM day_close WHERE $1 <> ''",),
    "job_step": ("DELETE FROM job_step WHERE $1 <> ''",),
    "api_key": "says who may come in, nothing of loans",
    "key_revocation": "says who may come in no more, nothing of loans",
    "position": "a view of events, made anew from them by rebuild",
    "plan": "a view of events, made anew from them by rebuild",
    "account_balance": "sums of entries, recomputed by the second bookkeeper",
    "job": "the list of an end of day",
    "person": ("UPDATE person SET sealed = 'x' WHERE $1 <> ''",),
    "person_access": ("DELETE FROM person_access WHERE $1 <> ''",),
    "erasure": ("DELETE FROM erasure WHERE $1 <> ''",),
    "consent": ("UPDATE consent SET separate = true WHERE $1 <> ''",),
    "consent_withdrawal": ("DELETE FROM consent_withdrawal WHERE $1 <> ''",),
    "release": ("UPDATE release SET receiver = 'x' WHERE $1 <> ''",),
    "overlap_asker": ("UPDATE overlap_asker SET daily = 9 WHERE $1 <> ''",),
    "overlap_query": ("DELETE FROM overlap_query WHERE $1 <> ''",),
    "contact": ("UPDATE contact SET stopping = '{}' WHERE $1 <> ''",),
    "evidence_leaf": "says which row became which leaf of the evidence log",
}
"""What each table refuses to whoever holds the program's role; for one that tells nothing of gates, why."""
