"""还款计划: every instalment with what of it was paid; before the payout, the plan that was agreed."""

from datetime import date

from hengdai.base.money import Currency
from hengdai.base.money import currency as currency_of
from hengdai.entry.console.figures import plain
from hengdai.entry.console.shell import Visit
from hengdai.entry.console.why import why
from hengdai.entry.markup import EMPTY, Column, Html, Row, section, table, tag
from hengdai.loan.late import penalty_since
from hengdai.loan.loan import Due, Loan
from hengdai.product.cost import quote


def plan(visit: Visit, loan: Loan, day: date) -> Html:
    """The section; its rows are dues once money went out, else the agreed rows."""
    unit = currency_of(loan.terms.currency)
    if loan.plan is None:
        return _agreed(visit, loan, unit)
    title = visit.say("还款计划", "Repayment plan")
    rows = [_row(visit, loan, due, day, unit) for due in loan.dues]
    sums = [sum(values) for values in zip(*(_parts(loan, due, day) for due in loan.dues), strict=True)] or [0] * 6
    foot = Row(("", visit.say("合计", "Total"), *(plain(value, unit) for value in sums), ""))
    paid = sum(1 for due in loan.dues if not due.unpaid)
    note = visit.say(f"{paid} / {len(loan.dues)} 期已还清", f"{paid} of {len(loan.dues)} paid")
    return section(title, table(_columns(visit, paid=True), rows, label=title, foot=foot), note=note, id_="plan")


def _columns(visit: Visit, *, paid: bool) -> tuple[Column, ...]:
    first = (
        Column(visit.say("期", "No."), wide_only=True),
        Column(visit.say("到期日", "Due")),
        Column(visit.say("应还", "Instalment"), figures=True),
    )
    parts = (
        Column(visit.say("本金", "Principal"), figures=True, wide_only=True),
        Column(visit.say("利息", "Interest"), figures=True, wide_only=True),
        Column(visit.say("费用", "Fees"), figures=True, wide_only=True),
    )
    if not paid:
        return first + parts
    rest = (
        Column(visit.say("罚息", "Penalty"), figures=True, wide_only=True),
        Column(visit.say("已还", "Paid"), figures=True),
        Column(visit.say("状态", "State"), figures=True),
    )
    return first + parts + rest


def _parts(loan: Loan, due: Due, day: date) -> tuple[int, int, int, int, int, int]:
    late = due.penalty_due + (penalty_since(due, day, loan.terms.late, loan.plan) if loan.plan else 0)
    owed = due.principal + due.interest + due.fee + late
    paid = due.paid_principal + due.paid_interest + due.paid_fee + due.penalty_paid
    return owed, due.principal, due.interest, due.fee, late, paid


def _row(visit: Visit, loan: Loan, due: Due, day: date, unit: Currency) -> Row:
    owed, principal, interest, fee, late, paid = _parts(loan, due, day)
    name = visit.say(f"第 {due.number} 期应还", f"instalment {due.number}")
    title = visit.say(f"第 {due.number} 期罚息", f"penalty on instalment {due.number}")
    penalty = why(visit, f"due/{due.number}/penalty", title) + tag("span", plain(late, unit), class_="stop")
    cells = (
        due.number,
        due.due.isoformat(),
        why(visit, f"due/{due.number}", name) + tag("span", plain(owed, unit)),
        plain(principal, unit),
        plain(interest, unit),
        plain(fee, unit) if fee else "",
        penalty if late else "",
        plain(paid, unit) if paid else "",
        _state(visit, due, day),
    )
    mark = "paid" if not due.unpaid else "now" if due.start < day <= due.due else None
    return Row(cells, mark)


def _state(visit: Visit, due: Due, day: date) -> Html:
    if not due.unpaid:
        return tag("span", visit.say("已还", "paid"))
    if due.due < day:
        return tag(
            "span", visit.say(f"逾期 {(day - due.due).days} 天", f"{(day - due.due).days} d late"), class_="stop"
        )
    return tag("span", visit.say("当期", "current")) if due.start < day else EMPTY


def _agreed(visit: Visit, loan: Loan, unit: Currency) -> Html:
    title = visit.say("还款计划", "Repayment plan")
    price = quote(loan.terms)
    rows = [
        Row(
            (
                row.number,
                row.due.isoformat(),
                plain(-flow.amount, unit),
                plain(row.principal, unit),
                plain(row.interest, unit),
                plain(-flow.amount - row.total, unit) if -flow.amount != row.total else "",
            )
        )
        for row, flow in zip(price.rows, price.flows[1:], strict=True)
    ]
    note = visit.say("约定的计划; 放款日起重新计日", "as agreed; its days are counted anew from the payout")
    return section(title, table(_columns(visit, paid=False), rows, label=title), note=note, id_="plan")
