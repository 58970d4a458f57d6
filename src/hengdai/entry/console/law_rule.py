"""One rule: its clause, its condition as written and as it stands that day, its history, its cases, what it stopped."""

from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from hengdai.entry.console.law import effect_tag, named, stopped, wanted
from hengdai.entry.console.law_words import DAYS, FORCES, STAGES, THEMES
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.console.words import OUTCOMES
from hengdai.entry.markup import EMPTY, Column, Html, Piece, Row, join, pairs, section, table, tag
from hengdai.law.report import Explanation, WorkedCase, explain


async def show_rule(visit: Visit, request: Request, rule_id: str) -> None:
    """Build the page of one rule."""
    head(f"{rule_id} · 衡贷", visit.language)
    asked = await wanted(visit, request, rule_id.split(".")[0])
    try:
        told = explain(asked.pack, rule_id, asked.day) if asked else None
    except LookupError:
        told = None
    with frame_around(visit, "/law"):
        if told is None or asked is None:
            words = visit.say("没有这条规则", "there is no such rule")
            page = tag("div", tag("h1", rule_id), class_="head") + tag("p", words, class_="empty")
        else:
            count = (await stopped(visit)).get(rule_id, 0)
            main = tag("div", _condition(visit, told), _history(visit, told), _cases(visit, told))
            side = tag("aside", _about(visit, told, count), _facts(visit, told))
            page = _heading(visit, told) + tag("div", main, side, class_="loan")
        query = urlencode(asked.query()) if asked else ""
        back = tag("p", tag("a", visit.say("← 全部规则", "← all rules"), href=f"/law?{query}"))
        ui.html(str(page + back), sanitize=False)


def _heading(visit: Visit, told: Explanation) -> Html:
    line = told.line
    name = tag("span", line.id, class_="mono soft")
    first = tag("div", tag("h1", visit.text(line.title)), effect_tag(visit, line.effect), name, class_="head")
    notes = [
        (visit.say("未定", "uncertain"), told.uncertain),
        (visit.say("未查到", "not found"), told.open),
        (visit.say("例外", "exception"), told.ranked),
    ]
    shown = (
        tag("p", tag("span", label, class_="tag plain"), " ", visit.text(text), class_="soft")
        for label, text in notes
        if text is not None
    )
    told_apart = join(shown)
    return first + (tag("div", told_apart, class_="sec") if str(told_apart) else EMPTY)


_SHORT = 24
"""A value of so many characters stays on one line; a longer one is a list of words and may break."""


def _condition(visit: Visit, told: Explanation) -> Html:
    rows: list[tuple[Piece, Piece]] = [
        (visit.say("适用", "applies when"), _code(told.when or visit.say("总是", "always"))),
        (visit.say("须", "must hold"), _code(told.holds)),
        (visit.say("当日", "that day"), _code(told.bound)),
    ]
    items = (tag("li", tag("span", name, class_="soft"), tag("div", text)) for name, text in rows)
    return section(visit.say("条件", "Condition"), tag("ul", *items, class_="clauses"))


def _code(text: str) -> Html:
    return tag("span", text, class_="mono facts-line")


def _history(visit: Visit, told: Explanation) -> Html:
    columns = (
        Column(visit.say("数值", "Figure")),
        Column(visit.say("期间", "In force")),
        Column(visit.say("值", "Value")),
        Column(visit.say("条款", "Clause"), wide_only=True),
    )
    rows = [
        Row(
            (
                visit.text(each.title),
                tag("span", f"{each.start} – {each.end or ''}", class_="num"),
                tag("span", each.value, class_="num" if len(each.value) <= _SHORT else "facts-line"),
                tag("span", each.clause, class_="soft"),
            ),
            "now" if each.now else None,
        )
        for each in told.figures
    ]
    title = visit.say("沿革", "History")
    none = tag("p", visit.say("这条规则不引用数值", "this rule names no figure"), class_="empty")
    note = visit.say("着色的是当日的值", "the value of that day is tinted") if rows else None
    return section(title, table(columns, rows, label=title) if rows else none, note=note)


def _cases(visit: Visit, told: Explanation) -> Html:
    items = (_case(visit, case) for case in told.cases)
    title, note = visit.say("案例", "Cases"), visit.say("逐条由引擎判定", "each judged by the engine")
    return section(title, tag("ul", *items, class_="clauses"), note=note)


def _case(visit: Visit, case: WorkedCase) -> Html:
    answer = case.answer.value
    mark = tag("span", named(visit, OUTCOMES, answer), class_=_MARKS.get(answer, "tag plain"))
    given = "; ".join(f"{name} = {value}" for name, value in case.given.items())
    words = tag("div", visit.text(case.why), " ", tag("span", case.on.isoformat(), class_="faint num"))
    facts = tag("div", given, class_="cite facts-line")
    return tag("li", tag("div", mark), tag("div", words, tag("p", visit.text(case.message)), facts))


_MARKS = {"holds": "tag", "breached": "tag stop", "undetermined": "tag stop"}


def _about(visit: Visit, told: Explanation, count: int) -> Html:
    line = told.line
    until = line.end.isoformat() if line.end else visit.say("至今", "until further notice")
    rows: list[tuple[Piece, Piece]] = [
        (visit.say("拦下的借款", "Loans stopped"), f"{count:,}"),
        (visit.say("条款", "Clause"), line.clause),
        (visit.say("效力", "Force"), named(visit, FORCES, line.force.value)),
        (visit.say("主题", "Theme"), named(visit, THEMES, line.theme)),
        (visit.say("关口", "Asked at"), named(visit, STAGES, line.stage.value)),
        (visit.say("按哪天", "By which day"), named(visit, DAYS, told.decided_by)),
        (visit.say("施行", "In force"), f"{line.start} – {until}"),
        (visit.say("不能判定时", "When undetermined"), effect_tag(visit, told.unknown)),
        (visit.say("把握", "Confidence"), told.confidence),
        (visit.say("来源", "Source"), told.source),
        (visit.say("核对", "Checked"), told.checked_on.isoformat()),
    ]
    if line.switch:
        rows.append((visit.say("开关", "Switch"), tag("span", line.switch, class_="mono")))
    beside = join((tag("a", id, href=f"/law/{id}", class_="mono") for id in told.beside), " ")
    more = tag("p", visit.say("同一问题 ", "the same question "), beside, class_="soft") if told.beside else EMPTY
    return section(visit.say("关于", "About"), pairs(rows), more)


def _facts(visit: Visit, told: Explanation) -> Html:
    rows = ((visit.text(each.meaning), tag("span", each.id, class_="mono")) for each in told.facts)
    return section(visit.say("所看事实", "Facts it reads"), pairs(rows, wordy=True))
