"""Beside the plan: the pay-off of a chosen day, the frozen terms, the fees by payee, and the loan's life as a line."""

from datetime import date

from hengdai.base.money import currency as currency_of
from hengdai.base.rate import Rate
from hengdai.entry.console.figures import money, rate
from hengdai.entry.console.shell import Visit
from hengdai.entry.console.why import why
from hengdai.entry.console.words import KINDS, METHODS, PARTS, TIMINGS
from hengdai.entry.markup import EMPTY, Html, pairs, section, tag
from hengdai.loan.codec import terms_digest
from hengdai.loan.events import PaymentReversed
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.state import State


def payoff_quote(visit: Visit, loan: Loan, day: date) -> Html:
    """What closes the loan on the chosen day, line by line."""
    if loan.state not in (State.ACTIVE, State.CHARGED_OFF):
        return EMPTY
    unit, found = currency_of(loan.terms.currency), payoff(loan, day)
    title = visit.say("结清试算", "Pay-off quote")
    form = tag(
        "form",
        tag(
            "input",
            type="date",
            name="day",
            value=day.isoformat(),
            min=loan.last_day.isoformat(),
            aria_label=visit.say("结清日", "day"),
        ),
        tag("button", visit.say("试算", "Quote"), class_="go"),
        method="get",
        class_="quote",
    )
    lines = [(visit.text(reason.text), money(minor, unit)) for minor, reason in found.lines]
    total = tag("b", visit.say("合计", "Total")), tag("b", money(found.total, unit)) + why(visit, "quote", title)
    return section(title, form, pairs([*lines, total], wordy=True), id_="payoff")


def terms(visit: Visit, loan: Loan) -> Html:
    """The terms as frozen when the loan was offered."""
    agreed, unit = loan.terms, currency_of(loan.terms.currency)
    plan, late, early = agreed.schedule, agreed.late, agreed.prepayment
    parties = agreed.parties
    order = " → ".join(visit.text(PARTS[part.value]) for part in agreed.allocation)
    rows: list[tuple[str, Html | str]] = [
        (visit.say("本金", "Principal"), money(plan.principal, unit)),
        (visit.say("年利率", "Rate a year"), rate(plan.rate_e8)),
        (visit.say("还款方式", "Method"), visit.text(METHODS[plan.method.value])),
        (visit.say("期数", "Instalments"), str(plan.count)),
        (visit.say("计息基础", "Day count"), plan.day_count.value),
        (
            visit.say("罚息", "Penalty"),
            visit.say(
                f"合同利率 × {Rate(late.multiplier_e8).percent_text(0)}",
                f"contract rate × {Rate(late.multiplier_e8).percent_text(0)}",
            ),
        ),
        (visit.say("宽限期", "Grace"), visit.say(f"{late.grace_days} 天", f"{late.grace_days} days")),
        (visit.say("提前还款费", "Prepayment fee"), rate(early.fee_e8)),
        (visit.say("冲还顺序", "A payment pays"), order),
        (visit.say("贷款人", "Lender"), f"{parties.funder} · {parties.lender_kind}"),
        (visit.say("助贷平台", "Facilitator"), parties.facilitator),
        (visit.say("增信机构", "Guarantor"), parties.guarantor or "–"),
        (visit.say("商户", "Merchant"), parties.merchant or "–"),
        (visit.say("产品 / 用途", "Product / use"), f"{agreed.product} · {agreed.loan_use}"),
        (visit.say("法律包", "Law pack"), tag("span", f"{agreed.pack} {agreed.pack_digest[:12]}", class_="mono")),
        (visit.say("计算版本", "Calculator"), agreed.calculator),
        (
            visit.say("条款摘要", "Terms digest"),
            tag("span", terms_digest(agreed)[:16], class_="mono", title=terms_digest(agreed)),
        ),
    ]
    return section(
        visit.say("条款", "Terms"), pairs(rows), note=visit.say("报价时冻结", "frozen at the offer"), id_="terms"
    )


def fees(visit: Visit, loan: Loan) -> Html:
    """The charges by payee; a loan without any says so, since silence would be no answer."""
    unit, title = currency_of(loan.terms.currency), visit.say("息费项目", "Charges")
    if not loan.terms.fees:
        return section(
            title, tag("p", visit.say("除利息外不收任何费用", "no charge beside the interest"), class_="empty")
        )
    rows = [
        (
            tag(
                "span",
                f"{fee.code} · {fee.payee}",
                tag("br"),
                tag("span", visit.text(TIMINGS[fee.timing.value]), class_="faint"),
            ),
            money(fee.amount, unit),
        )
        for fee in loan.terms.fees
    ]
    return section(title, pairs(rows, wordy=True))


def timeline(visit: Visit, loan: Loan) -> Html:
    """The events in the order of their days; money in the plan's rhythm is left to the tables."""
    reversed_ids = {event.fact.payment for event in loan.events if isinstance(event.fact, PaymentReversed)}
    items = []
    for event in loan.events:
        known = event.known.date()
        late = visit.say(f" · {known} 得知", f" · known {known}") if known > event.day else ""
        items.append(
            tag(
                "li",
                tag("time", f"{event.day}{late}", class_="num"),
                visit.text(KINDS[event.fact.kind]),
                class_="undone" if event.id in reversed_ids else None,
            )
        )
    return section(visit.say("经过", "Timeline"), tag("ol", *items, class_="line"), id_="timeline")
