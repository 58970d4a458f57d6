"""Reading over HTTP: loans and their papers. A loan of another organisation is answered as one that does not exist."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime
from starlette.responses import HTMLResponse

from hengdai.app.actor import Actor
from hengdai.app.command import No, Turned
from hengdai.app.reperform import IncompleteCase
from hengdai.app.replay_loan import replay_loan
from hengdai.app.work import JudgementRow, LoanRecord
from hengdai.base.identity import LoanId
from hengdai.base.money import currency as currency_of
from hengdai.entry.explaining import explain
from hengdai.entry.http import out, render
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.disclosure_page import disclosure_page
from hengdai.entry.http.errors import Refused, Turn
from hengdai.entry.http.fields import Day
from hengdai.entry.http.paging import Cursor, Limit, decode, encode
from hengdai.entry.http.problem import FieldProblem, documented
from hengdai.entry.http.routes_write import LoanPath, platform_of
from hengdai.entry.http.turned import Edge
from hengdai.entry.reading import BUCKETS, Reading, Search
from hengdai.entry.replaying import replay_json
from hengdai.product.cost import quote
from hengdai.product.disclosure import Disclosure, disclosure

router = APIRouter(tags=["查阅 / reading"])
_ONE = documented(401, 403, 404, 422)
_States = Literal[
    "refused", "offered", "disclosed", "signed", "withdrawn", "active", "charged_off", "closed",
]  # fmt: skip
OnDay = Annotated[Day | None, Query(description="日期, 默认营业日 / the day; the business day by default")]


def reading_of(request: Request, actor: Actor) -> Reading:
    """The questions that this actor may ask."""
    return Reading(platform_of(request).office, actor)


def _missing(loan: str) -> Refused:
    return Refused(No.because(Turned.NOT_FOUND, what=loan))


async def _record(request: Request, actor: Actor, loan: str) -> LoanRecord:
    found = await reading_of(request, actor).loan(loan)
    if found is None:
        raise _missing(loan)
    return found


def _day(request: Request, record: LoanRecord, asked: date | None) -> date:
    """The day of a question: as asked, not before the loan's latest event; the business day otherwise."""
    latest = record.loan.last_day
    if asked is None:
        return max(latest, platform_of(request).office.clock.today())
    if asked < latest:
        text = f"不早于最近事件日 {latest} / not before the latest event, {latest}"
        raise Turn(Edge.INVALID, [FieldProblem(where="query: day", code="day_before_event", zh=text, en=text)], count=1)
    return asked


@router.get("/loans", response_model=out.LoanPageOut, responses=documented(401, 403, 422))
async def list_loans(
    request: Request,
    actor: Admitted,
    cursor: Cursor = None,
    limit: Limit = 50,
    state: Annotated[_States | None, Query()] = None,
    product: Annotated[str | None, Query(max_length=64)] = None,
    bucket: Annotated[Literal["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M6+"] | None, Query()] = None,
    words: Annotated[
        str | None, Query(max_length=64, description="编号的一部分或借款人 / part of the id, or the borrower")
    ] = None,
) -> out.LoanPageOut:
    """借款列表, 新的在前. Loans, newest application first."""
    keys = decode(cursor, 3)
    search = Search(
        words=words,
        state=state,
        product=product,
        bucket=None if bucket is None else BUCKETS.index(bucket),
        after=None if keys is None else (_cursor_day(keys[0]), keys[1], keys[2]),
        limit=limit,
    )
    found, _ = await reading_of(request, actor).find(search)
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else encode(last["applied"].isoformat(), last["org"], last["loan_id"])
    return out.LoanPageOut(items=[render.loan_row(row) for row in found[:limit]], next=following)


def _cursor_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Turn(Edge.BAD_CURSOR) from None


@router.get("/loans/{loan}", response_model=out.LoanOut, responses=_ONE)
async def read_loan(request: Request, actor: Admitted, loan: LoanPath, day: OnDay = None) -> out.LoanOut:
    """一笔借款. One loan as its events left it, and its arrears on a day."""
    record = await _record(request, actor, loan)
    price = quote(record.loan.terms)
    return render.loan(record.org, record.loan, _day(request, record, day), (price.simple_e8, price.compound_e8))


@router.get("/loans/{loan}/schedule", response_model=out.ScheduleOut, responses=_ONE)
async def read_schedule(request: Request, actor: Admitted, loan: LoanPath) -> out.ScheduleOut:
    """还款计划与已还情况. The plan with its paid state."""
    return render.plan((await _record(request, actor, loan)).loan)


@router.get("/loans/{loan}/events", response_model=out.EventsOut, responses=_ONE)
async def read_events(request: Request, actor: Admitted, loan: LoanPath) -> out.EventsOut:
    """经过. The facts of its life, each with the day it counts for and the instant it was known."""
    record = await _record(request, actor, loan)
    return out.EventsOut(loan=record.id, items=render.events(record.events))


@router.get("/loans/{loan}/postings", response_model=out.EntriesOut, responses=_ONE)
async def read_postings(request: Request, actor: Admitted, loan: LoanPath) -> out.EntriesOut:
    """记账. Its balanced entries, corrections linked with what they answer."""
    papers = await reading_of(request, actor).papers(loan)
    if papers is None:
        raise _missing(loan)
    unit = currency_of(papers.record.loan.terms.currency)
    return out.EntriesOut(loan=loan, currency=unit.code, items=render.entries(papers.entries, unit))


@router.get("/loans/{loan}/verdicts", response_model=out.JudgementsOut, responses=_ONE)
async def read_verdicts(request: Request, actor: Admitted, loan: LoanPath) -> out.JudgementsOut:
    """法律判定. What the law said at each gate, with clauses and facts."""
    papers = await reading_of(request, actor).papers(loan)
    if papers is None:
        raise _missing(loan)
    return out.JudgementsOut(loan=loan, items=[_judgement(row) for row in papers.judgements])


def _judgement(row: JudgementRow) -> out.JudgementOut:
    said: Mapping[str, Any] = row.said
    return out.JudgementOut(
        id=row.id,
        stage=row.stage,
        day=row.day,
        pack_digest=row.pack_digest,
        stopping=list(row.stopping),
        facts=said["facts"],
        verdicts=said["verdicts"],
    )


@router.get("/loans/{loan}/payoff", response_model=out.PayoffOut, responses=_ONE)
async def read_payoff(request: Request, actor: Admitted, loan: LoanPath, day: OnDay = None) -> out.PayoffOut:
    """结清试算. What closes the loan on a day, line by line; paying it leaves 0.00."""
    record = await _record(request, actor, loan)
    return render.payoff_of(record.loan, _day(request, record, day))


@router.get("/loans/{loan}/figures/{figure:path}", response_model=out.FindingOut, responses=_ONE)
async def explain_figure(
    request: Request,
    actor: Admitted,
    loan: LoanPath,
    figure: Annotated[
        str, Path(max_length=64, pattern=r"^[a-z_]+(/[0-9]{1,4}(/[a-z]+)?)?$", examples=["due/1/interest"])
    ],
    day: OnDay = None,
) -> out.FindingOut:
    """为什么. Why a figure is what it is: clause, facts, arithmetic.

    Figures: outstanding, payoff, overdue, dpd, penalty, repaid, all_in, all_in_simple, all_in_compound, due/N,
    due/N/principal, due/N/interest, due/N/fee, due/N/penalty.
    """
    record = await _record(request, actor, loan)
    on = _day(request, record, day)
    try:
        return render.finding(loan, figure, on, explain(record.loan, figure, on))
    except LookupError:
        raise _missing(figure) from None


@router.get("/loans/{loan}/replay", response_model=out.ReplayOut, responses=documented(401, 403, 404, 409, 422))
async def replay_of_loan(
    request: Request,
    actor: Admitted,
    loan: LoanPath,
    day: Annotated[Day | None, Query(description="看当日日终的状况 / as of the end of that day")] = None,
    known: Annotated[AwareDatetime | None, Query(description="看该时刻所知 / as known at that instant")] = None,
) -> out.ReplayOut:
    """重演. Re-perform a loan with the law and the calculators of its days; what differs is shown. Writes nothing."""
    try:
        found = await replay_loan(platform_of(request).office, actor, LoanId(loan), known, day)
    except IncompleteCase as incomplete:
        raise Turn(Edge.NOT_REPLAYABLE, problem=str(incomplete)) from None
    if found is None:
        raise _missing(loan)
    as_seen = None
    if found.as_seen is not None:
        price = quote(found.as_seen.terms)
        on = max(day or found.as_seen.last_day, found.as_seen.last_day)
        as_seen = render.loan(found.org, found.as_seen, on, (price.simple_e8, price.compound_e8))
    return out.ReplayOut.model_validate({**replay_json(found), "seen": as_seen})


@router.get("/loans/{loan}/disclosure", response_model=out.DisclosureOut, responses=_ONE)
async def read_disclosure(request: Request, actor: Admitted, loan: LoanPath) -> out.DisclosureOut:
    """综合融资成本明示表. The disclosure table and the digest that the borrower confirms."""
    table = _table(await _record(request, actor, loan))
    return out.DisclosureOut(loan=loan, digest=table.digest(), table=table.document())


@router.get("/loans/{loan}/disclosure.html", response_class=HTMLResponse, responses=_ONE)
async def read_disclosure_page(request: Request, actor: Admitted, loan: LoanPath) -> HTMLResponse:
    """综合融资成本明示表 (网页). The same table as one page for people."""
    return HTMLResponse(disclosure_page(_table(await _record(request, actor, loan))))


def _table(record: LoanRecord) -> Disclosure:
    terms = record.loan.terms
    return disclosure(terms, quote(terms))
