"""What was written about a loan: money that moved, the books, and the law's verdicts with their clauses."""

from collections.abc import Mapping
from typing import Any

from hengdai.app.work import JudgementRow
from hengdai.base.money import Currency
from hengdai.base.money import currency as currency_of
from hengdai.entry.console.figures import money, plain
from hengdai.entry.console.laws import facts_of, rule_title
from hengdai.entry.console.shell import Visit
from hengdai.entry.console.words import INTENTS, KINDS, OUTCOMES, STAGES
from hengdai.entry.markup import EMPTY, Column, Html, Piece, Row, join, section, table, tag
from hengdai.entry.reading import LoanPapers
from hengdai.ledger.chart import CHART
from hengdai.loan.events import Disbursed, Event, Paid, PaymentReversed, Recovered, Refunded
from hengdai.loan.loan import Loan

_MONEY = (Disbursed, Paid, Refunded, Recovered, PaymentReversed)


def payments(visit: Visit, loan: Loan) -> Html:
    """Money in and out, latest first; a reversed payment is struck through and linked with its reversal."""
    unit = currency_of(loan.terms.currency)
    reversals = {event.fact.payment: event for event in loan.events if isinstance(event.fact, PaymentReversed)}
    moved = [
        event
        for event in sorted(loan.events, key=lambda e: (e.day, e.seq), reverse=True)
        if isinstance(event.fact, _MONEY)
    ]
    title = visit.say("收付", "Money in and out")
    if not moved:
        return section(title, tag("p", visit.say("还没有资金往来", "no money has moved yet"), class_="empty"))
    columns = (
        Column(visit.say("日期", "Day")),
        Column(visit.say("事项", "What")),
        Column(visit.say("说明", "Note"), wide_only=True),
        Column(visit.say("金额", "Amount"), figures=True),
    )
    rows = [_moved(visit, event, reversals.get(event.id), unit) for event in moved]
    return section(
        title, table(columns, rows, label=title), note=visit.say(f"{len(moved)} 笔", f"{len(moved)}"), id_="money"
    )


def _moved(visit: Visit, event: Event, reversal: Event | None, unit: Currency) -> Row:
    fact, note = event.fact, EMPTY
    if isinstance(fact, Paid):
        note = tag("span", visit.text(INTENTS[fact.intent.value]))
    if isinstance(fact, PaymentReversed):
        note = tag("a", visit.say("冲正的还款", "the payment it reverses"), href=f"#e-{fact.payment}") + tag(
            "span", f" · {fact.why}"
        )
    if reversal is not None:
        note = note + tag(
            "a", visit.say(f" · 已于 {reversal.day} 冲正", f" · reversed on {reversal.day}"), href=f"#e-{reversal.id}"
        )
    late = event.known.date() > event.day
    known = (
        tag("span", visit.say(f" · {event.known.date()} 得知", f" · known {event.known.date()}"), class_="faint")
        if late
        else EMPTY
    )
    amount: Piece = EMPTY
    if not isinstance(fact, PaymentReversed) and isinstance(fact, _MONEY):
        shown = money(-fact.amount if isinstance(fact, Disbursed) else fact.amount, unit)
        amount = tag("span", shown, class_="amount")
    kind = tag("span", visit.text(KINDS[fact.kind]), id=f"e-{event.id}")
    return Row((event.day.isoformat(), kind, note + known, amount), "undone" if reversal is not None else None)


def postings(visit: Visit, papers: LoanPapers) -> Html:
    """The books of the loan, one line for each leg; a correction is linked with what it answers."""
    unit = currency_of(papers.record.loan.terms.currency)
    title = visit.say("记账", "Postings")
    answered = {entry.reverses: entry.id for entry in papers.entries if entry.reverses}
    columns = (
        Column(visit.say("记账日", "Booked")),
        Column(visit.say("归属日", "For"), wide_only=True),
        Column(visit.say("科目", "Account")),
        Column(visit.say("借方", "Debit"), figures=True),
        Column(visit.say("贷方", "Credit"), figures=True),
        Column(visit.say("凭证", "Entry"), wide_only=True),
    )
    rows = []
    for entry in reversed(papers.entries):
        other = entry.reverses or answered.get(entry.id)
        words = visit.say("冲销", "reverses") if entry.reverses else visit.say("被冲销", "reversed by")
        link = tag("a", f"{words} {_short(other)}", href=f"#p-{other}") if other else EMPTY
        for i, (account, minor) in enumerate(zip(entry.accounts, entry.amounts, strict=True)):
            name = visit.text(CHART[account].text) if account in CHART else account
            debit, credit = (plain(minor, unit), "") if minor > 0 else ("", plain(-minor, unit))
            first = i == 0
            mark = tag("span", _short(entry.id), class_="mono faint", id=f"p-{entry.id}") + (link if other else EMPTY)
            rows.append(
                Row(
                    (
                        entry.booked.isoformat() if first else "",
                        entry.day.isoformat() if first else "",
                        tag("span", name, title=account),
                        debit,
                        credit,
                        mark if first else "",
                    ),
                    _mark(entry.id in answered, last=i == len(entry.accounts) - 1),
                )
            )
    if not rows:
        return section(title, tag("p", visit.say("还没有记账", "nothing is booked yet"), class_="empty"))
    even = visit.say(f"{len(papers.entries)} 张凭证, 每张借贷相等", f"{len(papers.entries)} entries, each in balance")
    return section(title, table(columns, rows, label=title), note=even, id_="postings")


def _mark(undone: bool, *, last: bool) -> str | None:
    return " ".join(["undone"] * undone + ["leg"] * (not last)) or None


def _short(id: str | None) -> str:
    return "" if id is None else f"{id[-8:]} "


def verdicts(visit: Visit, papers: LoanPapers) -> Html:
    """Every judgement, latest first, with the clauses that were asked; what does not apply is left out of sight."""
    title, unit = visit.say("法律判定", "What the law said"), currency_of(papers.record.loan.terms.currency)
    order = {stage: number for number, stage in enumerate(STAGES)}
    latest_first = sorted(papers.judgements, key=lambda row: (row.day, order.get(row.stage, 0), row.id), reverse=True)
    parts = [_judgement(visit, row, unit) for row in latest_first]
    none = tag("p", visit.say("没有判定", "no judgement"), class_="empty")
    note = visit.say("每一关按当日法律重新判定", "each gate is judged anew by the law of its day")
    return section(title, join(parts) if parts else none, note=note, id_="law")


def _judgement(visit: Visit, row: JudgementRow, unit: Currency) -> Html:
    said: Mapping[str, Any] = row.said
    given = [each for each in said.get("verdicts", ()) if each["outcome"] != "not_applicable"]
    order = sorted(given, key=lambda each: each["rule"] not in row.stopping)
    name = visit.text(STAGES[row.stage]) if row.stage in STAGES else row.stage
    passed = visit.say("通过", "passed") if not row.stopping else visit.say("不予通过", "stopped")
    head = tag(
        "summary",
        tag("b", f"{name} "),
        tag("span", f"{row.day} · ", class_="faint num"),
        tag("span", passed, class_="state-ok" if not row.stopping else "stop"),
        tag("span", visit.say(f" · {len(given)} 条适用", f" · {len(given)} rules apply"), class_="faint"),
    )
    pack = str(said.get("pack", ""))
    items = (_verdict(visit, each, pack, unit, stops=each["rule"] in row.stopping) for each in order)
    return tag("details", head, tag("ul", *items, class_="clauses"), open=bool(row.stopping), class_="judgement")


def _verdict(visit: Visit, said: Mapping[str, Any], pack: str, unit: Currency, *, stops: bool) -> Html:
    outcome = str(said["outcome"])
    kind = "tag stop" if stops else "tag plain" if outcome == "undetermined" else "tag"
    title, cite = rule_title(visit, said["rule"])
    clause = tag("p", said.get("cite") or cite, " · ", tag("span", said["rule"], class_="mono"), class_="cite")
    shown = join((f"{name}: {value}" for name, value in facts_of(visit, pack, said.get("facts", {}), unit)), " · ")
    missing = ", ".join(said.get("missing", ())) if stops else ""
    words = visit.say(f"缺少事实: {missing}", f"facts missing: {missing}")
    lack = tag("p", words, class_="cite stop") if missing else EMPTY
    body = tag("div", tag("span", title), clause, tag("p", shown, class_="cite facts-line"), lack)
    return tag("li", tag("div", tag("span", visit.text(OUTCOMES[outcome]), class_=kind)), body)
