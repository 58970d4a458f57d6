"""重演: a loan re-performed for an examiner, and the loan as known at any instant and as of any day."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request

from hengdai.app.reperform import Answer, IncompleteCase, Kind
from hengdai.app.replay_loan import Replay, replay_loan
from hengdai.base.identity import LoanId
from hengdai.base.money import currency as currency_of
from hengdai.entry.console import loan_papers, loan_plan
from hengdai.entry.console.figures import figure, loan_name, money, state_tag, strip
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.markup import EMPTY, Column, Html, Row, section, table, tag
from hengdai.entry.replaying import KINDS
from hengdai.loan.loan import Loan
from hengdai.loan.standing import standing

_PLACES = 12


async def show(visit: Visit, request: Request, loan_id: str) -> None:
    """Build the page; a loan of another organisation looks like one that does not exist."""
    head(f"{loan_id} · {visit.say('重演', 'Replay')} · 衡贷", visit.language)
    day, known = (_day(request.query_params.get(name, "")) for name in ("day", "known"))
    failed, found = "", None
    try:
        found = await replay_loan(visit.platform.office, visit.actor, LoanId(loan_id), _end_of(known), day)
    except IncompleteCase as incomplete:
        failed = str(incomplete)
    with frame_around(visit, "/loans"):
        ui.html(str(_heading(visit, loan_id) + _page(visit, found, failed, day, known)), sanitize=False)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _end_of(known: date | None) -> datetime | None:
    return (
        None if known is None else datetime.combine(known + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    )


def _heading(visit: Visit, loan_id: str) -> Html:
    words = visit.say("重演", "replay")
    back = tag("a", visit.say("← 借款", "← the loan"), href=f"/loans/{quote(loan_id)}")
    return tag("div", tag("h1", loan_name(loan_id)), tag("span", words, class_="soft"), back, class_="head")


def _page(visit: Visit, found: Replay | None, failed: str, day: date | None, known: date | None) -> Html:
    if failed:
        return tag("p", failed, class_="stop")
    if found is None:
        words = visit.say("没有这笔借款, 或它不属于您", "there is no such loan, or it is not yours")
        return tag("p", words, class_="empty")
    return _verdict(visit, found) + _answers(visit, found) + _differing(visit, found) + _seen(visit, found, day, known)


def _verdict(visit: Visit, found: Replay) -> Html:
    given = len(found.answers)
    if found.same:
        words = visit.say(
            f"由记录的输入, 用当日的法律文本与计算器重演: {given} 项答复逐字节一致.",
            f"From the recorded inputs, by the law texts and the calculator of those days: {given} answers are the "
            "same, byte for byte.",
        )
        return tag("p", words, class_="state-ok")
    differing = sum(not answer.same for answer in found.answers)
    words = visit.say(f"{given} 项答复中有 {differing} 项不同.", f"{differing} of {given} answers differ.")
    return tag("p", words, class_="stop")


def _answers(visit: Visit, found: Replay) -> Html:
    title = visit.say("重新给出的答复", "Answers given again")
    columns = (
        Column(visit.say("答复", "Answer")),
        Column(visit.say("项数", "Given"), figures=True),
        Column(visit.say("一致", "Same"), figures=True),
    )
    rows = []
    for kind in Kind:
        some = [answer for answer in found.answers if answer.kind is kind]
        same = sum(answer.same for answer in some)
        if some:
            mark = f"{same:,}" if same == len(some) else tag("span", f"{same:,}", class_="stop")
            rows.append(Row((visit.text(KINDS[kind]), f"{len(some):,}", mark)))
    return section(title, table(columns, rows, label=title))


def _differing(visit: Visit, found: Replay) -> Html:
    wrong = [answer for answer in found.answers if not answer.same]
    if not wrong:
        return EMPTY
    items = (_difference(visit, answer) for answer in wrong[:50])
    return section(visit.say("不同之处", "What differs"), tag("ul", *items, class_="clauses"), note=str(len(wrong)))


def _difference(visit: Visit, answer: Answer) -> Html:
    kind = tag("div", tag("span", visit.text(KINDS[answer.kind]), class_="tag stop"))
    if answer.failed:
        body = tag("p", answer.failed, class_="cite")
    else:
        lines = [
            tag("p", visit.say(f"{path}: 记录 {then!r}, 重演 {again!r}", f"{path}: recorded {then!r}, again {again!r}"),
                class_="cite facts-line")
            for path, then, again in answer.differing()[:_PLACES]
        ]  # fmt: skip
        body = tag("div", *lines)
    return tag("li", kind, tag("div", tag("div", answer.where, class_="mono"), body))


def _seen(visit: Visit, found: Replay, day: date | None, known: date | None) -> Html:
    form = tag(
        "form",
        tag("label", visit.say("所知截至", "known until"), for_="known", class_="soft"),
        tag("input", type="date", id="known", name="known", value=known.isoformat() if known else ""),
        tag("label", visit.say("状况截至", "as of the end of"), for_="day", class_="soft"),
        tag("input", type="date", id="day", name="day", value=day.isoformat() if day else ""),
        tag("button", visit.say("查看", "Show"), class_="go"),
        method="get",
        class_="filters",
    )
    title = visit.say("当时所见", "As seen then")
    loan = found.as_seen
    if loan is None:
        words = visit.say("当时尚无所知", "nothing was known of it then")
        return section(title, form, tag("p", words, class_="empty"), id_="seen")
    note = visit.say(
        "两个时间: 何时得知, 算在哪天 (UTC 日末)", "two times: when known, and for which day (end of day, UTC)"
    )
    on = max(day or visit.today, loan.last_day)
    parts = (_strip(visit, loan, on), loan_plan.plan(visit, loan, on), loan_papers.payments(visit, loan))
    return section(title, form, *parts, note=note, id_="seen")


def _strip(visit: Visit, loan: Loan, on: date) -> Html:
    unit, at = currency_of(loan.terms.currency), standing(loan, on)
    return strip(
        figure(visit.say("状态", "State"), state_tag(visit, loan.state), visit.say(f"{on} 日末", f"end of {on}")),
        figure(visit.say("已放款", "Disbursed"), money(loan.totals.disbursed, unit)),
        figure(visit.say("已还本金", "Repaid"), money(loan.totals.repaid, unit)),
        figure(visit.say("剩余本金", "Outstanding"), money(loan.outstanding, unit)),
        figure(visit.say("逾期", "Overdue"), money(at.overdue, unit), f"{at.dpd} d · {at.bucket}"),
        figure(visit.say("已知事件", "Events known"), f"{len(loan.events)}"),
    )
