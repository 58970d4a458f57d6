"""The report as one self-contained HTML page in one language: no script, no font, no picture from elsewhere."""

from collections.abc import Iterator

from hengdai.audit.compare import NAMES
from hengdai.base.text import Language
from hengdai.entry.markup import EMPTY, Column, Html, Piece, Row, html, join, table, tag
from hengdai.entry.report.cases import case
from hengdai.entry.report.content import Report, cited, percent, share
from hengdai.entry.report.document import document, prose
from hengdai.entry.report.pictures import histogram, months
from hengdai.entry.report.words import ATTESTERS, METHOD, PATTERNS, WORDS
from hengdai.law.kinds import Outcome

ROWS = 12
"""Rows of a table of partners, products or lenders; all of them are in `summary.json`."""
MONTHS_SHOWN = 60
FIRST_CLAUSES = 8
"""Clauses on the first page; the others follow."""
FACTS = 16
"""Missing facts with a row of their own; the others are named beneath."""


def page(report: Report, language: Language, other: str) -> str:
    """The page; `other` is the file of its twin in the other language."""
    words = Words(language)
    body = tag(
        "main",
        tag("div", _top(report, words, other), _lead(report, words), _figures(report, words), _costs(report, words),
            _clauses(report, words), class_="board"),
        _other_clauses(report, words), _groups(report, words), _patterns(report, words),
        _differences(report, words), _missing(report, words), _rejected(report, words),
        _worst(report, words), _method(words),
        tag("footer", words("made", day=report.made_on.isoformat())),
    )  # fmt: skip
    return document(words("title"), body, language)


class Words:
    """The report's words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key].fill(**values).in_(self.language)


def _top(report: Report, words: Words, other: str) -> Html:
    pack = report.pack
    law = words("law", title=pack.title.in_(words.language), version=pack.version, digest=pack.digest[:12])
    read = words("of", rows=f"{report.tally.rows:,}", files=", ".join(report.files))
    link = tag("span", Html(" · "), tag("a", words("other"), href=other), class_="other")
    lines = [tag("p", read, link, class_="faint"), tag("p", law, class_="faint")]
    told = [words("as_if", day=report.as_if.isoformat())] if report.as_if else []
    told += [report.note.in_(words.language)] if report.note else []
    if not report.pack.takes(report.currency.code):
        told.append(words("currency", mine=report.currency.code, law=report.pack.currency.code))
    ended = [line.rstrip(".。") + (". " if words.language == "en" else "。") for line in told]
    warning = tag("p", prose("".join(ended)), class_="note") if told else EMPTY
    return tag("header", tag("h1", words("title")), *lines, class_="top") + warning


def _lead(report: Report, words: Words) -> Html:
    """What a board reads first, in two sentences."""
    tally, cap = report.tally, report.cap_e8
    over = tally.over["simple"]
    if cap is None:
        first: Piece = words("no_cap")
    elif over:
        text = words("over", over=f"{over:,}", share=share(over, tally.loans), cap=percent(cap, 0),
                     refund=report.money(tally.refunds["simple"]))  # fmt: skip
        slight = tally.rounding["simple"]
        first = tag("b", prose(text), class_="bad") + html(
            f" {words('rounding', count=f'{slight:,}')}" if slight else ""
        )
    else:
        first = words("none_over", cap=percent(cap, 0))
    counts = {name: f"{tally.answers[name]:,}" for name in ("breached", "different", "undetermined", "clean")}
    rest = words("rest", **counts)
    linked = words("linked", amount=report.money(tally.linked)) if report.looked and tally.linked else ""
    unseen = EMPTY if report.looked else tag("p", words("not_looked"), class_="faint")
    return tag("p", first, " ", rest, " ", prose(linked), class_="lead") + unseen + _unread_debits(report, words)


def _unread_debits(report: Report, words: Words) -> Html:
    """How many debits were left out; wherever it is told what the audit did not see."""
    count = report.tally.unread_debits
    return tag("p", tag("b", words("unread_debits", count=f"{count:,}"))) if count else EMPTY


def _figures(report: Report, words: Words) -> Html:
    tally = report.tally
    compound = words("or_compound", amount=report.money(tally.refunds["compound"]))
    back = join([report.money(tally.refunds["simple"]), tag("small", prose(compound), class_="under")])
    shown: tuple[tuple[str, Piece, bool], ...] = (
        (words("audited"), f"{tally.loans:,} {words('loans')}", False),
        (words("principal"), report.money(tally.principal), False),
        (words("median"), percent(tally.quantile_e8(1, 2)), False),
        (words("payback"), back, tally.refunds["simple"] > 0),
    )
    cells = [
        tag("div", tag("div", name, class_="name"), tag("div", figure, class_="figure bad" if bad else "figure"))
        for name, figure, bad in shown
    ]
    return tag("div", *cells, class_="kpis")


def _costs(report: Report, words: Words) -> Html:
    name = words("histogram")
    picture = histogram(report.tally.costs, report.cap_e8, (words("cap"), words("loans")), name)
    return tag("h2", name) + tag("div", picture, class_="scroll wide")


def _clauses(report: Report, words: Words) -> Html:
    """The clauses breached most, for the first page."""
    found = report.tally.breaches()
    if not found:
        return tag("h2", words("breaches")) + tag("p", words("nothing_breached"))
    return tag("h2", words("breaches")) + _rules(report, words, found[:FIRST_CLAUSES])


def _other_clauses(report: Report, words: Words) -> Html:
    found = report.tally.breaches()[FIRST_CLAUSES:]
    return tag("h2", words("other_breaches")) + _rules(report, words, found) if found else EMPTY


def _rules(report: Report, words: Words, found: list[tuple[str, int]]) -> Html:
    columns = (Column(words("rule")), Column(words("clause"), wide_only=True), Column(words("effect")),
               Column(words("breached"), figures=True), Column(words("share"), figures=True))  # fmt: skip
    rows = []
    for rule_id, count in found:
        rule = report.pack.rule(rule_id)
        told = words(rule.effect_under(Outcome.BREACHED, frozenset()).value)
        cite, effect = tag("small", cited(rule.cite, words.language)), tag("span", told, class_="together")
        title = join([tag("span", rule.title.in_(words.language)), tag("small", f" {rule.id}")])
        rows.append(Row((title, cite, effect, f"{count:,}", share(count, report.tally.loans)), below=cite))
    return table(columns, rows, label=words("breaches"))


def _groups(report: Report, words: Words) -> Html:
    parts = []
    for name in ("partner", "lender", "product"):
        found = report.groups(name, ROWS)
        if len(found) < 2:
            continue
        columns = (Column(""), Column(words("loans"), figures=True), Column(words("breached"), figures=True),
                   Column(words("over_cap"), figures=True), Column(words("refund"), figures=True))  # fmt: skip
        rows = [
            Row((key or words("unnamed"), f"{g.loans:,}", f"{g.breached:,}", f"{g.over:,}", report.money(g.refund)))
            for key, g in found
        ]
        parts.append(tag("div", tag("h2", words(name)), table(columns, rows, label=words(name))))
    when = [(month, g.loans, g.breached) for month, g in report.groups("month", MONTHS_SHOWN) if month]
    picture = months(when, (words("loans"), words("breached")), words("month"))
    key = tag("p", tag("small", words("months_key")))
    by_month = tag("h2", words("month")) + tag("div", picture, class_="scroll wide") + key if when else EMPTY
    return tag("div", *parts, class_="two" if parts[1:] else None) + by_month


def _patterns(report: Report, words: Words) -> Html:
    if not report.looked or not report.tally.patterns:
        return EMPTY
    columns = (Column(words("pattern")), Column(words("loans"), figures=True))
    rows = [
        Row((join([PATTERNS[name].in_(words.language), tag("small", f" {name}")]), f"{count:,}"))
        for name, count in sorted(report.tally.patterns.items())
    ]
    return tag("h2", words("patterns")) + table(columns, rows, label=words("patterns"))


def _differences(report: Report, words: Words) -> Html:
    found = report.tally.material()
    if not found:
        return tag("h2", words("differences")) + tag("p", words("agrees"))
    columns = (Column(words("figure")), Column(words("material"), figures=True), Column(words("small"), figures=True))
    rows = [Row((NAMES[name].in_(words.language), f"{material:,}", f"{small:,}")) for name, material, small in found]
    return tag("h2", words("differences")) + table(columns, rows, label=words("differences"))


def _missing(report: Report, words: Words) -> Html:
    found, unread = report.missing(), _unread_debits(report, words)
    if not found:
        return tag("h2", words("missing")) + unread if unread != EMPTY else EMPTY
    columns = (Column(words("fact")), Column(words("who"), wide_only=True), Column(words("open"), figures=True),
               Column(words("for_loans"), figures=True))  # fmt: skip
    rows = []
    for fact, loans, rules in found[:FACTS]:
        entry = report.pack.facts[fact]
        who = ", ".join(ATTESTERS[each].in_(words.language) for each in entry.attested_by)
        name = join([entry.meaning.in_(words.language), tag("small", f" {fact}")])
        below = tag("small", f"{words('who')}: {who}")
        rows.append(Row((name, who, str(len(rules)), f"{loans:,}"), below=below))
    about = tag("p", words("missing_about"), class_="faint")
    others = [report.pack.facts[fact].meaning.in_(words.language) for fact, _, _ in found[FACTS:]]
    rest = tag("p", tag("small", words("also", facts="; ".join(others)))) if others else EMPTY
    return tag("h2", words("missing")) + unread + about + table(columns, rows, label=words("missing")) + rest


def _rejected(report: Report, words: Words) -> Html:
    tally = report.tally
    if not tally.rejected:
        return EMPTY
    columns = (Column(words("column")), Column(words("cells"), figures=True))
    rows = [Row((name or "—", f"{count:,}")) for name, count in tally.rejected_columns.most_common()]
    heading = f"{words('rejected')}: {tally.rejected:,}"
    return tag("h2", heading) + table(columns, rows, label=words("rejected"))


def _worst(report: Report, words: Words) -> Html:
    shown = list(_cases(report, words))
    if not shown:
        return EMPTY
    return tag("h2", words("worst", count=len(shown))) + join(shown)


def _cases(report: Report, words: Words) -> Iterator[Html]:
    for each, views in zip(report.tally.worst, report.views, strict=True):
        yield case(report, each, views, words)


def _method(words: Words) -> Html:
    lines = [tag("li", html(line.in_(words.language))) for line in METHOD]
    return tag("section", tag("h2", words("method")), tag("ul", *lines), class_="method")
