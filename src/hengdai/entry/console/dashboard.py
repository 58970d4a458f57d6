"""总览: the whole book on one page: what is lent, at what cost, what the law stopped, what is late."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui
from starlette.requests import Request

from hengdai.base.money import Currency
from hengdai.base.money import currency as currency_of
from hengdai.entry.console.charts import arrears_bars, cost_bins, cost_histogram
from hengdai.entry.console.figures import figure, money, plain, short_money, state_tag, strip
from hengdai.entry.console.laws import rule_title
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.console.words import STAGES
from hengdai.entry.markup import EMPTY, Column, Html, Row, join, section, table, tag
from hengdai.entry.reading import BUCKETS, Book, Reading
from hengdai.ledger.chart import CHART
from hengdai.loan.state import State

_LINE = 24
"""The line the distribution is read against, in percent; which line binds whom is the law pack's to say."""
_NOT_LENT = frozenset({State.APPLIED, State.REFUSED, State.OFFERED, State.DISCLOSED, State.SIGNED, State.WITHDRAWN})


async def show(visit: Visit, request: Request) -> None:
    """Build the page."""
    head(f"{visit.say('总览', 'Overview')} · 衡贷", visit.language)
    book = await Reading(visit.platform.office, visit.actor).book()
    currencies = sorted({str(row["currency"]) for row in book.states})
    chosen = request.query_params.get("currency", "")
    unit = currency_of(chosen if chosen in currencies else currencies[0] if currencies else "CNY")
    with frame_around(visit, "/"):
        ui.html(str(_heading(visit, currencies, unit) + _figures(visit, book, unit)), sanitize=False)
        if book.states:
            _charts(visit, book, unit)
            right = tag("div", _trial_balance(visit, book, unit), _by_state(visit, book, unit))
            rest = tag("div", _stopped(visit, book), right, class_="grid")
            ui.html(str(rest), sanitize=False)


def _heading(visit: Visit, currencies: list[str], unit: Currency) -> Html:
    links = (
        tag("a", code, href=f"/?currency={code}", aria_current="page" if code == unit.code else None)
        for code in currencies
    )
    switch = tag("span", join(links, " · "), class_="soft") if len(currencies) > 1 else EMPTY
    return tag("div", tag("h1", visit.say("总览", "Overview")), switch, class_="head")


def _of(rows: Any, unit: Currency) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["currency"] == unit.code]


def _figures(visit: Visit, book: Book, unit: Currency) -> Html:
    states = {State(row["state"]): row for row in _of(book.states, unit)}
    lent = [row for state, row in states.items() if state not in _NOT_LENT]
    active = states.get(State.ACTIVE)
    late = [row for row in _of(book.arrears, unit) if row["bucket"] > 0]
    outstanding = active["outstanding"] if active else 0
    at_risk, late_count = sum(row["outstanding"] for row in late), sum(row["loans"] for row in late)
    share = f"{at_risk * 100 / outstanding:.2f}%" if outstanding else "–"
    refused = states[State.REFUSED]["loans"] if State.REFUSED in states else 0
    applied = sum(row["loans"] for row in states.values())
    disbursed, lost = sum(r["disbursed"] for r in lent), sum(r["written_off"] for r in lent)
    recovered = sum(r["recovered"] for r in lent)
    debit, credit = _sums(book, unit)
    count = visit.say("{} 笔", "{} loans")

    def big(minor: int) -> Html:
        return tag("span", short_money(visit, minor, unit), title=money(minor, unit))

    even = visit.say("平", "in balance") if debit == credit else visit.say("不平", "off")
    return strip(
        figure(
            visit.say("在贷余额", "Outstanding"),
            big(outstanding),
            count.format(f"{active['loans'] if active else 0:,}"),
        ),
        figure(visit.say("累计放款", "Disbursed"), big(disbursed), count.format(f"{sum(r['loans'] for r in lent):,}")),
        figure(visit.say("逾期余额占比", "Overdue share"), share, count.format(f"{late_count:,}")),
        figure(
            visit.say("被拦下", "Stopped"),
            f"{refused:,}",
            visit.say(f"申请 {applied:,} 笔", f"of {applied:,} applications"),
        ),
        figure(
            visit.say("核销 / 收回", "Written off / recovered"),
            big(lost),
            visit.say("收回 ", "recovered ") + short_money(visit, recovered, unit),
        ),
        figure(
            visit.say("试算平衡", "Trial balance"),
            tag("span", even, class_="state-ok" if debit == credit else "stop"),
            visit.say("借 = 贷 = ", "Dr = Cr = ") + short_money(visit, debit, unit),
        ),
    )


def _charts(visit: Visit, book: Book, unit: Currency) -> None:
    costs = {int(row["percent"]): int(row["loans"]) for row in book.bands}
    bins = cost_bins(costs)
    total, beyond = sum(costs.values()), sum(count for percent, count in costs.items() if percent > _LINE)
    label = visit.say(f"{_LINE}% 线", f"{_LINE}% line")
    names = visit.say("笔", "loans"), visit.say("笔数", "loans")
    note = visit.say(
        f"单利年化; 申请 {total:,} 笔, 高于 {_LINE}% 的 {beyond:,} 笔",
        f"simple, a year; {total:,} applications, {beyond:,} above {_LINE}%",
    )
    late = {int(row["bucket"]): row for row in _of(book.arrears, unit)}
    amounts = [str(plain(late[i]["outstanding"], unit).replace(",", "")) if i in late else "0" for i in range(1, 8)]
    counts = [late[i]["loans"] if i in late else 0 for i in range(1, 8)]
    with ui.element("div").classes("grid charts"):
        with ui.element("section").classes("sec"):
            ui.html(str(_chart_head(visit.say("综合融资成本分布", "All-in cost"), note)), sanitize=False)
            ui.echart(cost_histogram(bins, _LINE, label, names)).classes("chart")
        with ui.element("section").classes("sec"):
            current = late[0]["loans"] if 0 in late else 0
            note = visit.say(f"按逾期天数; 正常 {current:,} 笔", f"by days past due; {current:,} on time")
            ui.html(str(_chart_head(visit.say("逾期账龄", "Arrears"), note)), sanitize=False)
            ui.echart(
                arrears_bars(amounts, counts, BUCKETS[1:], visit.say("余额", "outstanding"), visit.say("笔", "loans"))
            ).classes("chart")


def _chart_head(title: str, note: str) -> Html:
    return tag("header", tag("h2", title), tag("span", note, class_="faint"))


def _stopped(visit: Visit, book: Book) -> Html:
    by_rule: dict[str, int] = {}
    stages: dict[str, str] = {}
    for row in book.stopped:
        by_rule[row["rule"]] = by_rule.get(row["rule"], 0) + row["loans"]
        stages.setdefault(row["rule"], str(row["stage"]))
    most = max(by_rule.values(), default=1)
    items = []
    for rule, count in sorted(by_rule.items(), key=lambda pair: (-pair[1], pair[0]))[:12]:
        title, cite = rule_title(visit, rule)
        stage = visit.text(STAGES[stages[rule]]) if stages[rule] in STAGES else stages[rule]
        line = tag("div", tag("span", title), tag("span", f"{count:,}", class_="num"), class_="row")
        source = tag("div", tag("span", rule, class_="mono"), f" · {stage} · ", cite, class_="cite")
        items.append(tag("li", line, source, tag("i", class_="stop", style=f"width:{max(1, count * 100 // most)}%")))
    title, note = visit.say("被法律拦下的", "Stopped by law"), visit.say("按条款, 笔数", "by clause, applications")
    none = tag("p", visit.say("没有", "none"), class_="empty")
    return section(title, tag("ul", *items, class_="bars") if items else none, note=note, id_="stopped")


def _by_state(visit: Visit, book: Book, unit: Currency) -> Html:
    columns = (
        Column(visit.say("状态", "State")),
        Column(visit.say("笔数", "Loans"), figures=True),
        Column(visit.say("放款", "Disbursed"), figures=True, wide_only=True),
        Column(visit.say("已还本金", "Repaid"), figures=True, wide_only=True),
        Column(visit.say("剩余本金", "Outstanding"), figures=True),
    )
    found = {State(row["state"]): row for row in _of(book.states, unit)}
    rows = [
        Row(
            (
                tag("a", state_tag(visit, state), href=f"/loans?state={state.value}"),
                f"{row['loans']:,}",
                *(plain(row[name], unit) if row[name] else "" for name in ("disbursed", "repaid", "outstanding")),
            )
        )
        for state in State
        if (row := found.get(state)) is not None
    ]
    title = visit.say("按状态", "By state")
    return section(title, table(columns, rows, label=title))


def _sums(book: Book, unit: Currency) -> tuple[int, int]:
    balances = [row["balance"] for row in _of(book.balances, unit)]
    return sum(b for b in balances if b > 0), -sum(b for b in balances if b < 0)


def _trial_balance(visit: Visit, book: Book, unit: Currency) -> Html:
    found = {str(row["account"]): int(row["balance"]) for row in _of(book.balances, unit)}
    columns = (
        Column(visit.say("科目", "Account")),
        Column("", wide_only=True),
        Column(visit.say("借方", "Debit"), figures=True),
        Column(visit.say("贷方", "Credit"), figures=True),
    )
    rows = []
    for code in [*(c for c in CHART if c in found), *sorted(set(found) - set(CHART))]:
        balance = found[code]
        name = visit.text(CHART[code].text) if code in CHART else code
        debit, credit = (plain(balance, unit), "") if balance >= 0 else ("", plain(-balance, unit))
        rows.append(Row((name, tag("span", code, class_="mono faint"), debit, credit)))
    debit_sum, credit_sum = _sums(book, unit)
    foot = Row((visit.say("合计", "Total"), "", plain(debit_sum, unit), plain(credit_sum, unit)))
    even = debit_sum == credit_sum
    note = (
        visit.say("借贷相等", "debits equal credits")
        if even
        else tag("span", visit.say("借贷不等", "debits and credits differ"), class_="stop")
    )
    title = visit.say("试算平衡表", "Trial balance")
    return section(title, table(columns, rows, label=title, foot=foot), note=note, more=unit.code)
