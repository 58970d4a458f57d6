"""The run-off plan as one self-contained HTML page in one language, the first sheet of it for a board."""

from collections.abc import Iterator

from hengdai.audit.runoff import NAMES, Remedy
from hengdai.audit.timetable import Planned
from hengdai.base.text import Language, Text
from hengdai.entry.markup import EMPTY, Column, Html, Row, join, table, tag
from hengdai.entry.report.content import cited, percent
from hengdai.entry.report.curves import prices, progress
from hengdai.entry.report.document import document, prose
from hengdai.entry.report.pictures import flows
from hengdai.entry.report.runoff import Chosen, RunOff, after, notes
from hengdai.entry.report.runoff_words import BEFORE, COSTS, DOES, METHOD, NO_RATE, PASSED, STOPPED, WORDS

SHOWN = 20
"""Loans with a part of their own; all of them are in the files."""
ROWS = 12


class Words:
    """The plan's words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key].fill(**values).in_(self.language)


def runoff_page(told: RunOff, language: Language, other: str) -> str:
    """The page; `other` is the file of its twin in the other language."""
    words = Words(language)
    board = tag(
        "div", _top(told, words, other), _lead(told, words), _figures(told, words), _curve(told, words),
        _remedies(told, words), class_="board" if told.above else None,
    )  # fmt: skip
    body = tag(
        "main", board, _months(told, words), _parts(told, words), _caps(told, words), _dearest(told, words),
        _method(words), tag("footer", words("made", day=told.made_on.isoformat())),
    )  # fmt: skip
    return document(words("title"), body, language)


def _top(told: RunOff, words: Words, other: str) -> Html:
    pack, files = told.pack, ", ".join(told.files)
    span = words("span", audited=f"{told.audited:,}", files=files, start=told.plan.start, by=told.by)
    link = tag("span", Html(" · "), tag("a", words("other"), href=other), class_="other")
    law = words("law", title=pack.title.in_(words.language), version=pack.version, digest=pack.digest[:12])
    lines = (tag("p", span, link, class_="faint"), tag("p", law, class_="faint"))
    return tag("header", tag("h1", words("title")), *lines, class_="top") + _notes(told, words)


def _notes(told: RunOff, words: Words) -> Html:
    lines = [line.in_(words.language).strip() for line in notes(told)]
    return tag("p", prose(" ".join(lines)), class_="note") if lines else EMPTY


def _lead(told: RunOff, words: Words) -> Html:
    if not told.above:
        first = words("nothing_left" if told.ended else "nothing_known" if told.left_out else "nothing")
        return tag("p", tag("b", first), class_="lead")
    dearest = max(told.plan.months, key=lambda month: month.price)
    cap = " · ".join(dict.fromkeys(percent(cap, 0 if cap % 1_000_000 == 0 else 2) for _, cap, _ in told.caps))
    first = words("lead", above=f"{told.above:,}", cap=cap, by=told.by, price=told.money(told.plan.price))
    months = len(told.plan.months)
    key = "dearest_month" if months > 1 else "one_month"
    second = words(key, months=months, month=f"{dearest.day:%Y-%m}", price=told.money(dearest.price))
    lead = tag("p", tag("b", prose(first), class_="bad"), " ", prose(second) if dearest.price else None, class_="lead")
    waiting = sum(loan.step.remedy is Remedy.RUN_OUT and loan.month > 0 for loan in told.plan.loans)
    counts = {"forbidden": told.breaches, "waiting": waiting, "ended": told.ended, "unmendable": told.unmendable}
    return lead + join(tag("p", prose(words(name, count=f"{n:,}"))) for name, n in counts.items() if n)


def _figures(told: RunOff, words: Words) -> Html:
    if not told.above:
        return EMPTY
    dearest = max(told.plan.months, key=lambda month: month.price)
    month = tag("span", f"{dearest.day:%Y-%m}", class_="under")
    shown = (
        (words("above"), words("loans_count", count=f"{told.above:,}"), True),
        (words("whole_price"), told.money(told.plan.price), False),
        (words("month_price"), join([told.money(dearest.price), tag("small", month)]), False),
        (words("clear_by"), told.by.isoformat(), False),
    )
    cells = [
        tag("div", tag("div", name, class_="name"), tag("div", figure, class_="figure bad" if bad else "figure"))
        for name, figure, bad in shown
    ]
    return tag("div", *cells, class_="kpis")


def _curve(told: RunOff, words: Words) -> Html:
    if not told.above:
        return EMPTY
    points = [(told.plan.start.isoformat()[:7], told.above)]
    points += [(f"{month.day:%Y-%m}", month.left) for month in told.plan.months]
    costs = [(f"{month.day:%Y-%m}", month.price) for month in told.plan.months]
    left, cost = words("progress"), words("cost_months")
    bars = tag("h2", cost) + tag("div", prices(costs, told.money, cost), class_="scroll wide")
    curve = tag("h2", left) + tag("div", progress(points, left), class_="scroll wide")
    both = tag("div", tag("div", curve), tag("div", bars), class_="pair")
    return both if told.plan.price else curve


def _remedies(told: RunOff, words: Words) -> Html:
    """Each remedy with what it costs, here and if it were the only one, and the clause that it stands on."""
    if not told.plan.loans:
        return EMPTY
    columns = (Column(words("remedy")), Column(words("loans"), figures=True), Column(words("price"), figures=True),
               Column(words("alone"), figures=True), Column(words("clause"), wide_only=True))  # fmt: skip
    rows = [_remedy(told, each, words) for each in told.chosen()]
    foot = Row((words("whole"), f"{len(told.plan.loans):,}", told.money(told.plan.price), "", ""))
    return tag("h2", words("remedies")) + table(columns, rows, label=words("remedies"), foot=foot)


def _caps(told: RunOff, words: Words) -> Html:
    """What the caps of these loans stand on."""
    caps = [
        f"{told.pack.rule(rule).title.in_(words.language)} {percent(cap)}: "
        f"{cited(told.pack.rule(rule).cite, words.language)} ({words('loans_count', count=f'{count:,}')})"
        for rule, cap, count in told.caps
    ]
    listed = tag("ul", *(tag("li", cap) for cap in caps))
    return tag("section", tag("h2", words("cap_rules")), listed, class_="method") if caps else EMPTY


def _remedy(told: RunOff, each: Chosen, words: Words) -> Row:
    clause = told.clause(each.remedy)
    cite = EMPTY
    if clause is not None:
        title, span = clause
        cite = tag("small", title.in_(words.language), " — ", cited(span.cite, words.language))
    alone = join([told.money(each.alone), tag("small", tag("span", words("of_loans", count=f"{each.possible:,}"),
                                                           class_="under"))])  # fmt: skip
    name = NAMES[each.remedy].in_(words.language)
    return Row((name, f"{each.loans:,}" if each.loans else "—", told.money(each.price) if each.loans else "—", alone,
                cite), below=cite)  # fmt: skip


def _months(told: RunOff, words: Words) -> Html:
    if not told.above:
        return EMPTY
    columns = (Column(words("month")), *(Column(words(name), figures=True) for name in ("mended", "run_out", "price",
                                                                                        "left")))  # fmt: skip
    rows = [
        Row((f"{m.day:%Y-%m}", f"{m.mended:,}", f"{m.ended:,}", told.money(m.price), f"{m.left:,}"))
        for m in told.plan.months
    ]
    return tag("h2", words("months")) + table(columns, rows, label=words("months"))


def _parts(told: RunOff, words: Words) -> Html:
    made = []
    for name in ("partner", "lender"):
        found = told.parts(name)
        if not any(key for key, _ in found):
            continue
        columns = (Column(""), Column(words("loans"), figures=True), Column(words("principal"), figures=True),
                   Column(words("price"), figures=True))  # fmt: skip
        rows = [
            Row((key or words("unnamed"), f"{p.loans:,}", told.money(p.principal), told.money(p.price)))
            for key, p in found[:ROWS]
        ]
        made.append(tag("div", tag("h2", words(name)), table(columns, rows, label=words(name))))
    return tag("div", *made, class_="two" if made[1:] else None) if made else EMPTY


def _dearest(told: RunOff, words: Words) -> Html:
    shown = told.dearest(SHOWN)
    heading = words("dearest" if told.plan.price else "running_out", count=len(shown))
    return tag("h2", heading) + join(_case(told, loan, words) for loan in shown) if shown else EMPTY


def _case(told: RunOff, loan: Planned, words: Words) -> Html:
    """One loan: the arithmetic in lines, the other remedies, its flows before and after."""
    known, step = loan.old.told, loan.step
    about = (known["lender"], known["partner"], known["product"], known["disbursed_on"].isoformat())
    heading = tag("h3", words("loan", id=step.loan_id), tag("small", prose("  " + " · ".join(p for p in about if p))))
    name = NAMES[step.remedy].in_(words.language)
    lines = tag("ol", *(tag("li", prose(text.in_(words.language))) for text in _arithmetic(told, loan)))
    others = [
        f"{NAMES[remedy].in_(words.language)} {told.money(price)}"
        for remedy, price in step.prices.items() if remedy is not step.remedy
    ]  # fmt: skip
    rest = tag("p", prose(f"{words('others')}: " + "; ".join(others)), class_="sum") if others else EMPTY
    chosen = tag("p", tag("b", name), f" · {told.money(step.price)} · {loan.day.isoformat()}", class_="sum")
    digits = told.currency.digits
    pictures = [
        tag("figure", flows(amounts, words(key), digits), tag("figcaption", words(key)))
        for key, amounts in (("before", loan.old.flows), ("after", step.flows))
        if key == "before" or amounts != loan.old.flows
    ]
    return tag(
        "section", tag("div", heading, chosen, lines, rest), tag("div", *pictures, class_="figures"), class_="case"
    )


def _arithmetic(told: RunOff, loan: Planned) -> Iterator[Text]:
    old, step, money = loan.old, loan.step, told.money
    at = old.on(loan.day)
    paid = -sum(old.flows[1:])
    yield BEFORE.fill(received=money(old.flows[0]), paid=money(paid), count=len(old.flows) - 1,
                      cost=percent(old.told["simple_e8"], 4), cap=percent(old.cap_e8),
                      over=percent(old.told["over_simple_e8"], 4))  # fmt: skip
    yield PASSED.fill(day=loan.day, passed=at.passed, left=at.to_come, rate=_each(loan), excess=money(at.excess))
    if old.forbidden_each and at.to_come:
        yield STOPPED.fill(each=money(old.forbidden_each))
    lowered = step.price - step.back
    yield DOES[step.remedy].fill(day=loan.day, left=at.to_come, amount=money(step.amount), lowered=money(lowered),
                                 back=money(step.back))  # fmt: skip
    cost, price = after(loan), money(step.price)
    yield NO_RATE.fill(price=price) if cost is None else COSTS.fill(price=price, after=percent(cost, 4))


def _each(loan: Planned) -> str:
    """The rate of the cap for one period."""
    days = loan.old.days
    return percent(loan.old.cap_e8 * days // 365 if days else loan.old.cap_e8 // 12, 4)


def _method(words: Words) -> Html:
    lines = [tag("li", line.in_(words.language)) for line in METHOD]
    return tag("section", tag("h2", words("method")), tag("ul", *lines), class_="method")
