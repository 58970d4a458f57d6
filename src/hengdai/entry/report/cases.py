"""One of the worst loans: its figures, its arithmetic in lines that a person can follow, its flows and its views."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hengdai.audit.tally import Case
from hengdai.audit.views import View
from hengdai.base.text import Text
from hengdai.entry.markup import EMPTY, Column, Html, Row, table, tag
from hengdai.entry.report import pictures
from hengdai.entry.report.content import Report, percent
from hengdai.entry.report.document import prose

_Words = Callable[..., str]

RECEIVED = Text(
    "到手 {received} = 本金 {principal} − 期初扣收 {kept}",
    "received {received} = principal {principal} − kept back {kept}",
)
PLAIN = Text("到手 {received} (本金全额)", "received {received}, the whole principal")
PAYS = Text(
    "其后 {count} 期共付 {paid} (合同利息 {interest}, 约定费用 {fees})",
    "pays {paid} in {count} instalments (contract interest {interest}, agreed fees {fees})",
)
LINKED = Text(
    "关联扣款共 {linked} ({patterns}), 其中期初 {first}: 实际可用 {usable}",
    "linked debits {linked} ({patterns}), {first} of them at the start: {usable} to use",
)
SOLVES = Text(
    "使两者现值相等的月利率, 乘 12 得单利 {simple}, 复利 {compound}",
    "the monthly rate that makes both equal in value, times twelve: {simple} simple, {compound} compound",
)
SOLVES_DAYS = Text(
    "使两者现值相等的每期 ({days} 天) 利率, 乘 365/{days} 得单利 {simple}, 复利 {compound}",
    "the rate of {days} days that makes both equal in value, times 365/{days}: {simple} simple, {compound} compound",
)
CONTRACT = Text("合同利率 {contract}", "contract rate {contract}")
ABOVE = Text(
    "超过上限 {cap} 达 {over}; 退还 {refund} (复利口径 {other}) 即恰为上限",
    "above the cap of {cap} by {over}; giving back {refund} ({other} on the compound method) makes it the cap",
)


def case(report: Report, one: Case, views: Sequence[View], words: Any) -> Html:
    """The loan as a part of the page."""
    found = one.finding
    told = [text.in_(words.language) for text in _arithmetic(report, one)]
    over = bool(found["over_simple_e8"])
    cost = f"{words('simple')} {percent(found['simple_e8'])} · {words('compound')} {percent(found['compound_e8'])}"
    told_of = (found["lender"], found["partner"], found["product"], found["disbursed_on"].isoformat())
    heading = tag(
        "h3", words("loan", id=found["loan_id"]), tag("small", prose("  " + " · ".join(p for p in told_of if p)))
    )
    text = tag(
        "div", heading, tag("p", cost, class_="sum"), tag("ol", *(tag("li", prose(line)) for line in told)),
        _breached(report, found, words),
    )  # fmt: skip
    early = [(int(view.key.removeprefix("early-")), view.simple_e8) for view in views if view.key.startswith("early-")]
    figure = tag(
        "figure", pictures.flows(one.flows, words("flows"), report.currency.digits), tag("figcaption", words("flows"))
    )
    curve = pictures.early(early, found["cap_simple_e8"], words("early"))
    second = tag("figure", curve, tag("figcaption", words("early"))) if early[1:] else EMPTY
    shown = tag("div", figure, second, class_="figures")
    return tag("section", text, shown, _table(views, words), class_="case over" if over else "case")


def _arithmetic(report: Report, one: Case) -> Iterator[Text]:
    found, money = one.finding, report.money
    kept = found["principal"] - found["received"]
    received = {"received": money(found["received"]), "principal": money(found["principal"]), "kept": money(kept)}
    yield (RECEIVED if kept else PLAIN).fill(**received)
    if found.get("linked_debits"):
        yield LINKED.fill(linked=money(found["linked_debits"]), patterns=found["patterns"], usable=money(one.flows[0]),
                          first=money(found["received"] - one.flows[0]))  # fmt: skip
    yield PAYS.fill(count=len(one.flows) - 1, paid=money(-sum(one.flows[1:])), interest=money(found["interest"]),
                    fees=money(found["fees"]))  # fmt: skip
    yield CONTRACT.fill(contract=percent(found["contract_rate_e8"]))
    solved = {"simple": percent(found["simple_e8"], 4), "compound": percent(found["compound_e8"], 4)}
    yield SOLVES_DAYS.fill(days=one.days, **solved) if one.days else SOLVES.fill(**solved)
    if found["over_simple_e8"]:
        yield ABOVE.fill(cap=percent(found["cap_simple_e8"]), over=percent(found["over_simple_e8"], 4),
                         refund=money(found["refund_simple"]), other=money(found["refund_compound"]))  # fmt: skip


def _breached(report: Report, found: Any, words: Any) -> Html:
    if not found["breached"]:
        return EMPTY
    titles = [report.pack.rule(rule).title.in_(words.language) for rule in found["breached"].split(";")]
    return tag("p", f"{words('breached')}: " + "; ".join(titles), class_="sum")


def _table(views: Sequence[View], words: Any) -> Html:
    """The views that are not one of a curve."""
    shown = [view for view in views if not view.key.startswith("early-")]
    if len(shown) < 2:
        return EMPTY
    columns = (Column(words("view")), Column(words("simple"), figures=True), Column(words("compound"), figures=True))
    rows = [Row((v.text.in_(words.language), percent(v.simple_e8), percent(v.compound_e8))) for v in shown]
    return table(columns, rows, label=words("views"))
