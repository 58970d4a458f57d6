"""A figure of a loan with its reasons, its value as people read it. The reasons are the loan's own (`loan.explain`)."""

from datetime import date

from hengdai.base.money import Money
from hengdai.base.money import currency as currency_of
from hengdai.base.rate import Rate
from hengdai.base.reason import Finding, Reason
from hengdai.base.rounding import Rounding
from hengdai.base.text import Text
from hengdai.loan.explain import METHOD_CITE, why
from hengdai.loan.loan import Loan
from hengdai.product.cost import periods_per_year, quote

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
    return Finding(value, (*simple.because[:1], *_arithmetic(loan), *compound.because[:1], *simple.because[1:]))


def _arithmetic(loan: Loan) -> tuple[Reason, ...]:
    """The rate per period and what a year makes of it; nothing where the periods do not divide a year."""
    plan, price = loan.terms.schedule, quote(loan.terms)
    periods = periods_per_year(plan)
    if periods is None or price.simple_e8 is None or price.compound_e8 is None:
        return ()
    each = Rate(Rounding.HALF_UP.ratio(price.simple_e8, periods)).percent_text(6)
    text = Text(
        "每期 {each} × {periods} = {simple}; (1 + {each})^{periods} − 1 = {compound}",
        "{each} a period × {periods} = {simple}; (1 + {each})^{periods} − 1 = {compound}",
    )
    simple, compound = Rate(price.simple_e8).percent_text(4), Rate(price.compound_e8).percent_text(4)
    return (Reason(text.fill(each=each, periods=periods, simple=simple, compound=compound), METHOD_CITE),)


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
