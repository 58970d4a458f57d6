"""One loan on one page: where it stands, its plan, money, books, law and terms, and the why of each figure."""

from datetime import date
from urllib.parse import quote as quote_path

from nicegui import ui
from starlette.requests import Request

from hengdai.base.money import currency as currency_of
from hengdai.base.reason import Finding
from hengdai.entry.console import loan_papers, loan_plan, loan_side
from hengdai.entry.console.figures import figure, loan_name, money, rate, state_tag, strip
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.console.why import drawer, why
from hengdai.entry.explaining import explain
from hengdai.entry.markup import EMPTY, Html, tag
from hengdai.entry.reading import LoanPapers, Reading
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import Standing, standing
from hengdai.loan.state import State
from hengdai.product.cost import quote


async def show(visit: Visit, request: Request, loan_id: str) -> None:
    """Build the page; a loan of another organisation looks like one that does not exist."""
    head(f"{loan_id} · 衡贷", visit.language)
    reading = Reading(visit.platform.office, visit.actor)
    papers = await reading.papers(loan_id)
    if papers is None:
        with frame_around(visit, "/loans"):
            ui.html(str(_missing(visit, loan_id)), sanitize=False)
        return
    loan, day = papers.record.loan, max(visit.today, papers.record.loan.last_day)
    quoted = _day(request.query_params.get("day", ""), earliest=loan.last_day) or day
    with frame_around(visit, "/loans"):
        ui.html(str(_page(visit, papers, day, quoted)), sanitize=False)

    async def reasons(name: str) -> Finding[str] | None:
        try:
            return explain(loan, "payoff", quoted) if name == "quote" else explain(loan, name, day)
        except LookupError:
            return None

    drawer(visit, reasons)


def _day(text: str, *, earliest: date) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return max(found, earliest)


def _missing(visit: Visit, loan_id: str) -> Html:
    words = visit.say("没有这笔借款, 或它不属于您", "there is no such loan, or it is not yours")
    back = tag("p", tag("a", visit.say("← 全部借款", "← all loans"), href="/loans"))
    return (
        tag("div", tag("h1", tag("span", loan_id, class_="mono")), class_="head")
        + tag("p", words, class_="empty")
        + back
    )


def _page(visit: Visit, papers: LoanPapers, day: date, quoted: date) -> Html:
    loan = papers.record.loan
    at = standing(loan, day)
    main = tag(
        "div",
        loan_plan.plan(visit, loan, day),
        loan_papers.payments(visit, loan),
        loan_papers.postings(visit, papers),
        loan_papers.verdicts(visit, papers),
    )
    side = tag(
        "aside",
        loan_side.payoff_quote(visit, loan, quoted),
        loan_side.terms(visit, loan),
        loan_side.fees(visit, loan),
        loan_side.timeline(visit, loan),
    )
    return _heading(visit, loan, at) + _figures(visit, loan, at, day) + tag("div", main, side, class_="loan")


def _heading(visit: Visit, loan: Loan, at: Standing) -> Html:
    late = (
        tag(
            "span", visit.say(f"逾期 {at.dpd} 天 · {at.bucket}", f"{at.dpd} days late · {at.bucket}"), class_="tag stop"
        )
        if at.dpd
        else EMPTY
    )
    parties = loan.terms.parties
    names = [name for name in (parties.facilitator, parties.funder, parties.guarantor, parties.merchant) if name]
    whose = tag("span", " · ".join(names), class_="soft")
    at_loan = f"/loans/{quote_path(loan.id)}"
    proof = tag("a", visit.say("存证", "evidence"), href=f"{at_loan}/evidence")
    again = tag("a", visit.say("重演", "replay"), href=f"{at_loan}/replay")
    doors = tag("span", proof, again, class_="doors")
    return tag("div", tag("h1", loan_name(loan.id)), state_tag(visit, loan.state), late, whose, doors, class_="head")


def _figures(visit: Visit, loan: Loan, at: Standing, day: date) -> Html:
    unit, price = currency_of(loan.terms.currency), quote(loan.terms)
    principal, totals = loan.terms.schedule.principal, loan.totals
    following = next((due for due in loan.dues if due.unpaid and due.due >= day), None)
    name_left, name_cost = visit.say("剩余本金", "Outstanding"), visit.say("综合融资成本", "All-in cost")
    name_next, name_late = visit.say("下期应还", "Next due"), visit.say("逾期金额", "Overdue")
    name_paid = visit.say("已还本金", "Principal repaid")
    agreed = visit.say("约定本金 ", "agreed ") + money(principal, unit)
    if following is None:
        upcoming = figure(name_next, "–", visit.say("没有未到期的应还", "nothing more falls due"))
    else:
        ask = why(visit, f"due/{following.number}", name_next)
        when = visit.say(f"{following.due} · 第 {following.number} 期", f"{following.due} · no. {following.number}")
        upcoming = figure(name_next, money(following.unpaid, unit), when, ask)
    share = f"{totals.repaid * 100 / totals.disbursed:.1f}%" if totals.disbursed else None
    interest = visit.say("已付利息 ", "interest paid ") + money(totals.interest_paid, unit)
    return strip(
        figure(name_left, money(totals.outstanding, unit), agreed, why(visit, "outstanding", name_left)),
        figure(
            name_cost,
            rate(price.simple_e8),
            visit.say("单利; 复利 ", "simple; compound ") + rate(price.compound_e8),
            why(visit, "all_in", name_cost),
        ),
        upcoming,
        figure(
            name_late,
            tag("span", money(at.overdue, unit), class_="stop" if at.overdue else None),
            visit.say(f"{at.dpd} 天", f"{at.dpd} days"),
            why(visit, "overdue", name_late) if at.overdue else EMPTY,
        ),
        figure(
            name_paid,
            money(totals.repaid, unit),
            f"{share} · {interest}" if share else interest,
            why(visit, "repaid", name_paid) if totals.repaid else EMPTY,
        ),
        _closing(visit, loan, day, unit.code),
    )


def _closing(visit: Visit, loan: Loan, day: date, code: str) -> Html:
    name = visit.say("今日结清", "Pay-off today")
    if loan.state not in (State.ACTIVE, State.CHARGED_OFF):
        return figure(name, "–", visit.say("没有待还", "nothing is owed"))
    return figure(name, money(payoff(loan, day).total, currency_of(code)), day.isoformat(), why(visit, "payoff", name))
