"""A figure of a loan with its reasons, its value as people read it. The reasons are the loan's own (`loan.explain`)."""

from datetime import date

from hengdai.base.money import Money
from hengdai.base.money import currency as currency_of
from hengdai.base.rate import Rate
from hengdai.base.reason import Finding, Reason
from hengdai.base.text import Text
from hengdai.loan.explain import why
from hengdai.loan.loan import Loan

PARTS = ("principal", "interest", "fee", "penalty")
_RATES = frozenset({"all_in_simple", "all_in_compound"})
_DAYS = frozenset({"dpd"})


def explain(loan: Loan, figure: str, day: date) -> Finding[str]:
    """The value of a figure on `day` as text and why it is so; an unknown figure raises `LookupError`.

    Beside the figures of :func:`hengdai.loan.explain.why`: `due/3` for a whole instalment, `repaid`, and
    `all_in` for both rates of the all-in cost.
    """
    if figure == "all_in":
        return _both_rates(loan, day)
    if figure == "repaid":
        return _repaid(loan)
    parts = figure.split("/")
    if len(parts) == 2 and parts[0] == "due":
        return _whole_due(loan, figure, day)
    found = why(loan, figure, day)
    return Finding(_shown(loan, figure, found.value), found.because)


def _shown(loan: Loan, figure: str, value: int) -> str:
    if figure in _RATES:
        return Rate(value).percent_text(4)
    return str(value) if figure in _DAYS else _money(loan, value)


def _money(loan: Loan, minor: int) -> str:
    return str(Money(minor, currency_of(loan.terms.currency)))


def _both_rates(loan: Loan, day: date) -> Finding[str]:
    simple, compound = (why(loan, name, day) for name in ("all_in_simple", "all_in_compound"))
    value = f"{Rate(simple.value).percent_text(4)} / {Rate(compound.value).percent_text(4)}"
    # The items are the same for both rates; only the first reason, the method, differs.
    return Finding(value, (*simple.because[:1], *compound.because[:1], *simple.because[1:]))


def _whole_due(loan: Loan, figure: str, day: date) -> Finding[str]:
    found = [why(loan, f"{figure}/{part}", day) for part in PARTS]
    because = tuple(reason for each in found if each.value for reason in each.because)
    return Finding(_money(loan, sum(each.value for each in found)), because)


def _repaid(loan: Loan) -> Finding[str]:
    because = tuple(
        Reason(
            Text("第 {number} 期已还本金", "principal paid of instalment {number}").fill(number=due.number),
            "terms.schedule",
            {"due": due.due.isoformat(), "amount": _money(loan, due.paid_principal)},
        )
        for due in loan.dues
        if due.paid_principal
    )
    return Finding(_money(loan, loan.totals.repaid), because)
