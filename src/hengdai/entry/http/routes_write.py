"""The life of a loan over HTTP: one route for each verb; parse, call it, answer."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Request
from pydantic import Field
from starlette.responses import Response

from hengdai.app.actor import Actor
from hengdai.app.change import LoanCall
from hengdai.app.charge_off import charge_off as do_charge_off
from hengdai.app.close import close as do_close
from hengdai.app.confirm_disclosure import confirm_disclosure as do_confirm
from hengdai.app.disburse import disburse as do_disburse
from hengdai.app.offer import Application
from hengdai.app.offer import offer as do_offer
from hengdai.app.pay import pay as do_pay
from hengdai.app.recover import recover as do_recover
from hengdai.app.refund import refund as do_refund
from hengdai.app.restructure import restructure as do_restructure
from hengdai.app.reverse_payment import reverse_payment as do_reverse
from hengdai.app.sign import sign as do_sign
from hengdai.app.withdraw import withdraw as do_withdraw
from hengdai.base.identity import EventId, LoanId
from hengdai.base.rate import Rate
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.answers import ApplicationOut, ChangeOut, answer
from hengdai.entry.http.fields import Amount, CurrencyCode, Day, Digest, In, Name, Percent, Words
from hengdai.entry.http.problem import documented
from hengdai.entry.http.readable import money_of, readable, unit_of
from hengdai.entry.http.terms_in import TermsIn
from hengdai.entry.platform import Platform
from hengdai.product.terms import Intent

router = APIRouter(tags=["借款一生 / the life of a loan"])
_PROBLEMS = documented(400, 401, 403, 404, 409, 413, 415, 422)
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]{1,200}$",
        description="同一键与同一内容得到同一回答 / the same key and body get the same answer",
        examples=["order-2026-0001"],
    ),
]
LoanPath = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", examples=["L-1"])]
Attested = dict[str, str | int | bool]


class OnDay(In):
    """A command that may count for an earlier day; without one it counts for the business day."""

    day: Day | None = Field(None, description="归属日, 默认营业日 / the day it counts for; the business day by default")


class ApplicationIn(OnDay):
    """一笔申请 / an application. `borrower` is an opaque reference, never personal data."""

    loan: Name | None = Field(None, description="贷款编号, 缺省则生成 / the loan's id; made when left out")
    borrower: Name
    terms: TermsIn
    facts: Attested = Field(
        default_factory=dict,
        max_length=100,
        description="他人证明的事实 (机器值) / facts that others vouch for, as the pack's catalogue has them",
    )


class ConfirmationIn(OnDay):
    """确认明示表 / the digest of the disclosure table that the borrower read."""

    disclosure_digest: Digest


class SignatureIn(OnDay):
    """签约 / the digest of the terms that are signed."""

    terms_digest: Digest


class WhyIn(OnDay):
    """A reason that is kept."""

    why: Words


class AmountIn(OnDay):
    """An amount of money in the loan's currency."""

    amount: Amount
    currency: CurrencyCode


class PaymentIn(AmountIn):
    """还款 / a payment and what is meant by it: an instalment, 缩期, 减额, or 结清."""

    intent: Literal["instalment", "shorten", "reduce", "settle"] = "instalment"


class RestructuringIn(OnDay):
    """重组 / the rest of the debt on a new plan."""

    count: int = Field(ge=1, le=1200)
    rate: Percent
    first_due: Day


def _call(actor: Actor, key: str, loan: str, body: OnDay) -> LoanCall:
    return LoanCall(actor, key, LoanId(loan), body.day)


def platform_of(request: Request) -> Platform:
    """The platform that the server was built on."""
    platform: Platform = request.app.state.platform
    return platform


@router.post("/applications", status_code=201, response_model=ApplicationOut, responses=_PROBLEMS)
async def apply(request: Request, actor: Admitted, key: Key, body: ApplicationIn) -> Response:
    """申请. Apply: priced, judged by the law of the day; offered, or refused with the clauses that say why."""
    unit = unit_of(body.terms.currency)
    with readable("/terms/schedule"):
        terms = body.terms.terms(unit, "")
    loan = None if body.loan is None else LoanId(body.loan)
    application = Application(terms, body.borrower, loan, body.day, body.facts)
    return answer(await do_offer(platform_of(request).office, actor, key, application), request)


@router.post("/loans/{loan}/disclosure/confirmation", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def confirm_disclosure(
    request: Request, actor: Admitted, key: Key, loan: LoanPath, body: ConfirmationIn
) -> Response:
    """确认综合融资成本明示表. The borrower confirms the disclosure table before signing."""
    call = _call(actor, key, loan, body)
    return answer(await do_confirm(platform_of(request).office, call, body.disclosure_digest), request)


@router.post("/loans/{loan}/signature", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def sign(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: SignatureIn) -> Response:
    """签约. Sign the contract; judged again by the law of the day."""
    return answer(await do_sign(platform_of(request).office, _call(actor, key, loan, body), body.terms_digest), request)


@router.post("/loans/{loan}/withdrawal", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def withdraw(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: WhyIn) -> Response:
    """撤回. Step back before money has moved."""
    return answer(await do_withdraw(platform_of(request).office, _call(actor, key, loan, body), body.why), request)


@router.post("/loans/{loan}/disbursements", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def disburse(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: AmountIn) -> Response:
    """放款. Pay out a drawdown; judged again by the law of the day."""
    amount = money_of(body.amount, body.currency)
    return answer(await do_disburse(platform_of(request).office, _call(actor, key, loan, body), amount), request)


@router.post("/loans/{loan}/payments", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def pay(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: PaymentIn) -> Response:
    """还款. Take a payment from the borrower; an earlier day records it late and derives the loan again."""
    amount, call = money_of(body.amount, body.currency), _call(actor, key, loan, body)
    return answer(await do_pay(platform_of(request).office, call, amount, Intent(body.intent)), request)


@router.post(
    "/loans/{loan}/payments/{payment}/reversal", status_code=201, response_model=ChangeOut, responses=_PROBLEMS
)
async def reverse_payment(
    request: Request, actor: Admitted, key: Key, loan: LoanPath, payment: LoanPath, body: WhyIn
) -> Response:
    """冲正还款. A payment bounced or was booked in error; both legs stay, linked."""
    call = _call(actor, key, loan, body)
    return answer(await do_reverse(platform_of(request).office, call, EventId(payment), body.why), request)


@router.post("/loans/{loan}/refunds", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def refund(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: AmountIn) -> Response:
    """商户退款. The merchant returns money because goods went back."""
    amount = money_of(body.amount, body.currency)
    return answer(await do_refund(platform_of(request).office, _call(actor, key, loan, body), amount), request)


@router.post("/loans/{loan}/restructurings", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def restructure(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: RestructuringIn) -> Response:
    """重组. Put the rest of the debt on a new plan."""
    call, rate = _call(actor, key, loan, body), Rate.percent(body.rate).e8
    return answer(await do_restructure(platform_of(request).office, call, body.count, rate, body.first_due), request)


@router.post("/loans/{loan}/charge-off", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def charge_off(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: OnDay) -> Response:
    """核销. Write the rest of the debt off the books; the borrower still owes it."""
    return answer(await do_charge_off(platform_of(request).office, _call(actor, key, loan, body)), request)


@router.post("/loans/{loan}/recoveries", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def recover(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: AmountIn) -> Response:
    """核销后收回. Money came in on a written-off debt."""
    amount = money_of(body.amount, body.currency)
    return answer(await do_recover(platform_of(request).office, _call(actor, key, loan, body), amount), request)


@router.post("/loans/{loan}/closure", status_code=201, response_model=ChangeOut, responses=_PROBLEMS)
async def close_loan(request: Request, actor: Admitted, key: Key, loan: LoanPath, body: OnDay) -> Response:
    """结束. Waive what is left of a written-off debt and close the loan."""
    return answer(await do_close(platform_of(request).office, _call(actor, key, loan, body)), request)
