"""Why a figure is what it is: the clause, the facts and the arithmetic, line by line (:func:`why`)."""

from collections.abc import Callable
from datetime import date

from hengdai.base.money import Money, currency
from hengdai.base.rate import Rate
from hengdai.base.reason import Finding, Reason
from hengdai.base.text import Text
from hengdai.loan.late import contract_rate, penalty_since
from hengdai.loan.loan import Due, Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import standing
from hengdai.maths.schedule import Method
from hengdai.product.cost import quote
from hengdai.product.disclosure import disclosure

METHOD_CITE = "中国人民银行公告〔2021〕第3号"
SCHEDULE, FEES, LATE, PREPAYMENT = "terms.schedule", "terms.fees", "terms.late", "terms.prepayment"


def why(loan: Loan, figure: str, day: date) -> Finding[int]:
    """The value of a figure on `day` (not before the latest event) and its reasons.

    Figures: `outstanding`, `payoff`, `overdue`, `dpd`, `penalty`, `all_in_simple`, `all_in_compound`, and of one
    instalment `due/3/principal`, `due/3/interest`, `due/3/fee`, `due/3/penalty`. Another raises `LookupError`.
    """
    parts = figure.split("/")
    if len(parts) == 3 and parts[0] == "due" and parts[2] in _OF_DUE:
        for due in loan.dues:
            if str(due.number) == parts[1]:
                return _OF_DUE[parts[2]](loan, due, day)
    elif figure in _OF_LOAN:
        return _OF_LOAN[figure](loan, day)
    known = ", ".join([*_OF_LOAN, *(f"due/N/{part}" for part in _OF_DUE)])
    raise LookupError(f"无此数字 / no such figure {figure!r}; known: {known}")


def _money(loan: Loan, minor: int) -> str:
    return str(Money(minor, currency(loan.terms.currency)))


def _reason(zh: str, en: str, cite: str, **figures: object) -> Reason:
    return Reason(Text(zh, en), cite, {name: str(value) for name, value in figures.items()})


def _outstanding(loan: Loan, _day: date) -> Finding[int]:
    totals = loan.totals
    lines = (
        ("放款本金", "principal paid out", totals.disbursed),
        ("减：已还本金", "less principal repaid", -totals.repaid),
        ("减：已核销本金", "less principal written off", -totals.written_off),
    )
    because = tuple(_reason(zh, en, SCHEDULE, amount=_money(loan, amount)) for zh, en, amount in lines if amount)
    return Finding(loan.outstanding, because)


def _payoff(loan: Loan, day: date) -> Finding[int]:
    found = payoff(loan, day)
    because = tuple(Reason(line.text, line.cite, {"amount": _money(loan, amount)}) for amount, line in found.lines)
    return Finding(found.total, because)


def _overdue(loan: Loan, day: date) -> Finding[int]:
    found = standing(loan, day)
    because = tuple(
        _reason(zh, en, cite, amount=_money(loan, amount), since=found.first_unpaid_due)
        for zh, en, cite, amount in (
            ("逾期本金", "overdue principal", SCHEDULE, found.principal),
            ("逾期利息", "overdue interest", SCHEDULE, found.interest),
            ("逾期费用", "overdue fees", FEES, found.fees),
            ("罚息", "penalty", LATE, found.penalty),
        )
        if amount
    )
    return Finding(found.overdue, because)


def _dpd(loan: Loan, day: date) -> Finding[int]:
    found = standing(loan, day)
    oldest = found.first_unpaid_due
    reason = _reason(
        "自最早未结清一期的到期日起算的天数",
        "days since the due date of the oldest instalment not paid in full",
        SCHEDULE,
        oldest=oldest or "—",
        day=day,
        bucket=found.bucket.value,
    )
    return Finding(found.dpd, (reason,))


def _penalty(loan: Loan, day: date) -> Finding[int]:
    each = [_due_penalty(loan, due, day) for due in loan.dues]
    unpaid = sum(found.value - due.penalty_paid for due, found in zip(loan.dues, each, strict=True))
    return Finding(unpaid, tuple(reason for found in each if found.value for reason in found.because))


def _cost(loan: Loan, simple: bool) -> Finding[int]:
    price = quote(loan.terms)
    rate = price.simple_e8 if simple else price.compound_e8
    items = [
        Reason(item.name, METHOD_CITE, {"payee": item.payee, "total": _money(loan, item.total or 0)})
        for item in disclosure(loan.terms, price).normal
    ]
    method = _reason(
        "使到手金额等于各期还款现值的期利率乘以每年期数" if simple else "期利率按每年期数复利",
        "the rate per period that makes receipts equal repayments, times the periods of a year"
        if simple
        else "the rate per period compounded over the periods of a year",
        METHOD_CITE,
        received=_money(loan, price.flows[0].amount),
        repaid=_money(loan, -sum(flow.amount for flow in price.flows[1:])),
        rate="—" if rate is None else Rate(rate).percent_text(4),
    )
    return Finding(rate or 0, (method, *items))


def _due_principal(loan: Loan, due: Due, _day: date) -> Finding[int]:
    reason = _reason(
        "还款计划中的本金，含当期内提前偿还的本金",
        "principal by the plan, with what was prepaid inside the period",
        SCHEDULE,
        method=loan.terms.schedule.method.value,
        due=due.due,
        paid=_money(loan, due.paid_principal),
    )
    return Finding(due.principal, (reason,))


def _due_interest(loan: Loan, due: Due, _day: date) -> Finding[int]:
    plan = loan.plan or loan.terms.schedule
    opening = loan.disbursed - sum(each.principal for each in loan.dues if each.number < due.number)
    flat = plan.method is Method.FLAT_FEE
    reason = _reason(
        "每期按初始本金收取" if flat else "期初余额 × 年利率 × 计息期间占一年的部分",
        "a share of the first principal" if flat else "opening balance x rate a year x the period's part of a year",
        SCHEDULE,
        opening=_money(loan, opening),
        rate=Rate(plan.flat_fee_e8 if flat else plan.rate_e8).percent_text(4),
        period=f"{due.start} – {due.due}",
        day_count=plan.day_count.value,
        rounding=plan.rounding.value,
        interest=_money(loan, due.interest),
    )
    if not due.earned_before:
        return Finding(due.interest, (reason,))
    earlier = _reason(
        "其中此前按旧余额已计的利息", "of it earned before, on the balance of that time", SCHEDULE,
        until=due.start, amount=_money(loan, due.earned_before),
    )  # fmt: skip
    return Finding(due.interest, (reason, earlier))


def _due_fee(loan: Loan, due: Due, _day: date) -> Finding[int]:
    because = tuple(
        _reason(fee.code, fee.code, FEES, payee=fee.payee, timing=fee.timing.value, amount=_money(loan, part))
        for fee, part in zip(loan.terms.fees, due.fee_parts, strict=True)
        if part
    )
    return Finding(due.fee, because)


def _due_penalty(loan: Loan, due: Due, day: date) -> Finding[int]:
    late, plan = loan.terms.late, loan.plan or loan.terms.schedule
    since = penalty_since(due, day, late, plan)
    because = []
    if due.penalty_due:
        because.append(_reason(
            "至上次入账已计罚息", "penalty charged when money last met it", LATE,
            until=due.penalty_until, amount=_money(loan, due.penalty_due), paid=_money(loan, due.penalty_paid),
        ))  # fmt: skip
    if since:
        because.append(_reason(
            "逾期本金 × 合同利率 × 倍数 × 天数 / 年天数",
            "overdue principal x contract rate x multiplier x days / year", LATE,
            principal=_money(loan, due.unpaid_principal), rate=Rate(contract_rate(plan)).percent_text(4),
            multiplier=Rate(late.multiplier_e8).decimal().normalize(), days=(day - due.penalty_until).days,
            basis=late.basis, amount=_money(loan, since),
        ))  # fmt: skip
    return Finding(due.penalty_due + since, tuple(because))


_OF_LOAN: dict[str, Callable[[Loan, date], Finding[int]]] = {
    "outstanding": _outstanding,
    "payoff": _payoff,
    "overdue": _overdue,
    "dpd": _dpd,
    "penalty": _penalty,
    "all_in_simple": lambda loan, day: _cost(loan, True),
    "all_in_compound": lambda loan, day: _cost(loan, False),
}
_OF_DUE: dict[str, Callable[[Loan, Due, date], Finding[int]]] = {
    "principal": _due_principal,
    "interest": _due_interest,
    "fee": _due_fee,
    "penalty": _due_penalty,
}
