"""How figures look: money, rates and days as text, a figure in a strip, a tag for a state."""

from hengdai.base.money import Currency, Money
from hengdai.base.rate import Rate
from hengdai.entry.console.shell import Visit
from hengdai.entry.console.words import STATES
from hengdai.entry.markup import EMPTY, Html, Piece, tag
from hengdai.loan.state import State

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_STOPPED = frozenset({State.REFUSED, State.CHARGED_OFF})
_OVER = frozenset({State.CLOSED, State.WITHDRAWN})


def plain(minor: int, unit: Currency) -> str:
    """`1,234.50`, with a true minus sign."""
    return f"{Money(minor, unit).decimal():,.{unit.digits}f}".replace("-", "−")


def money(minor: int, unit: Currency) -> str:
    """`¥1,234.50`; a currency without a sign of its own is named."""
    text = plain(abs(minor), unit)
    sign = "−" if minor < 0 else ""
    return sign + (_SIGNS[unit.code] + text if unit.code in _SIGNS else f"{unit.code} {text}")


def short_money(visit: Visit, minor: int, unit: Currency) -> str:
    """A large amount at a glance: in 万 and 亿, or in k and m; the exact one stands beside it."""
    major = Money(abs(minor), unit).decimal()
    steps = ((10**8, "亿"), (10**4, "万")) if visit.language == "zh" else ((10**9, "bn"), (10**6, "m"), (10**3, "k"))
    sign = ("−" if minor < 0 else "") + _SIGNS.get(unit.code, f"{unit.code} ")
    for size, name in steps:
        if major >= size:
            return f"{sign}{major / size:,.2f} {name}"
    return f"{sign}{major:,.{unit.digits}f}"


def rate(e8: int | None, digits: int = 2) -> str:
    """`14.60%`, or a dash where there is none."""
    return "–" if e8 is None else Rate(e8).percent_text(digits)


def figure(name: str, value: Piece, note: Piece = None, ask: Html = EMPTY) -> Html:
    """One figure of a strip, with its "why" and a note beneath."""
    return tag(
        "div", tag("dt", name, ask), tag("dd", value, class_="num"), tag("p", note) if note else EMPTY, class_="fig"
    )


def strip(*figures: Html, five: bool = False) -> Html:
    """Figures side by side between two lines."""
    return tag("dl", *figures, class_="strip five" if five else "strip")


def state_tag(visit: Visit, state: State) -> Html:
    """A loan's state; only what stopped is in the colour of what stops."""
    kind = "tag stop" if state in _STOPPED else "tag plain" if state in _OVER else "tag"
    return tag("span", visit.text(STATES[state]), class_=kind)


def loan_name(loan_id: str) -> Html:
    """A loan's id; a long one is cut to its end on a phone, where ids made by time differ."""
    if len(loan_id) <= 16:
        return tag("span", loan_id, class_="mono")
    return tag(
        "span", tag("span", loan_id, class_="hide-s"), tag("span", "…" + loan_id[-10:], class_="only-s"), class_="mono"
    )
