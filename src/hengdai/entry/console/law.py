"""法规: the rules of a pack on a day, by theme, force and kind of lender, with the loans that each has stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from hengdai.app.command import Declined
from hengdai.app.laws import PublicationRow
from hengdai.app.live_law import live_law
from hengdai.base.text import Text
from hengdai.entry.console.law_words import EFFECTS, FORCES, LENDERS, STAGES, THEMES
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.markup import EMPTY, Column, Html, Row, section, table, tag
from hengdai.law.kinds import Effect, Force
from hengdai.law.pack import Pack
from hengdai.law.report import Line, show, themes

DEFAULT = "cn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rules are asked for: of which pack, on which day, narrowed by what is not empty."""

    pack: Pack
    published: PublicationRow | None
    """By which publication it judges the visitor's book; None for the installed text."""
    day: date
    theme: str
    force: str
    lender: str

    def query(self) -> dict[str, str]:
        """What of it an address must say."""
        return {"pack": self.pack.id, "on": self.day.isoformat()}


async def wanted(visit: Visit, request: Request, pack_id: str | None = None) -> Wanted | None:
    """What an address asks for; None for a pack that is not held here. What makes no sense in it is left out.

    The text is the one that judges the visitor's own book.
    """
    asked, org = request.query_params, visit.actor.org
    named = pack_id or asked.get("pack", DEFAULT)
    try:
        async with visit.platform.office.store.begin(visit.actor) as work:
            pack = (await live_law(visit.platform.office.packs, work, org, named, opening=True)).pack
            published = await work.publications(org, named)
    except Declined:
        return None
    theme, force, lender = (asked.get(name, "") for name in ("theme", "force", "lender"))
    return Wanted(
        pack,
        published[-1] if published else None,
        _day(asked.get("on", ""), visit.today),
        theme if theme in themes(pack) else "",
        force if force in set(Force) else "",
        lender if lender in _kinds(pack) else "",
    )


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def _kinds(pack: Pack) -> tuple[str, ...]:
    return pack.facts["lender_kind"].values if "lender_kind" in pack.facts else ()


async def stopped(visit: Visit) -> dict[str, int]:
    """How many loans each rule stopped, at whatever gate, in the books that the visitor sees."""
    async with visit.platform.office.store.begin(visit.actor) as work:
        rows = await work.rows("stopped_by_rule")
    return {str(row["rule"]): int(str(row["loans"])) for row in rows}


def named(visit: Visit, words: Mapping[str, Text], code: str) -> str:
    """A code in words, or as it stands."""
    return visit.text(words[code]) if code in words else code


def effect_tag(visit: Visit, effect: Effect) -> Html:
    """What a breach does; in the warning colour when it stops."""
    return tag("span", named(visit, EFFECTS, effect.value), class_="tag stop" if effect.stops else "tag plain")


async def show_rules(visit: Visit, request: Request) -> None:
    """Build the page of all rules."""
    head(f"{visit.say('法规', 'Law')} · 衡贷", visit.language)
    asked = await wanted(visit, request)
    with frame_around(visit, "/law"):
        if asked is None:
            words = visit.say("这里没有这个法律包", "this law pack is not held here")
            page = tag("div", tag("h1", visit.say("法规", "Law")), class_="head") + tag("p", words, class_="empty")
        else:
            page = _page(visit, asked, await stopped(visit))
        ui.html(str(page), sanitize=False)


def _page(visit: Visit, asked: Wanted, counts: Mapping[str, int]) -> Html:
    lines = show(asked.pack, asked.day, theme=asked.theme, force=asked.force, lender_kind=asked.lender)
    about = visit.say(
        f"{asked.pack.title.zh} · {asked.day} 有效 {len(lines)} 条, 全部 {len(asked.pack.rules)} 条",
        f"{asked.pack.title.en} · {len(lines)} in force on {asked.day}, {len(asked.pack.rules)} in all",
    )
    version = tag(
        "span", f"{asked.pack.version} · {asked.pack.digest[:12]}", class_="mono faint", title=asked.pack.digest
    )
    heading = tag("div", tag("h1", visit.say("法规", "Law")), tag("span", about, class_="soft"), version, class_="head")
    heading += _published(visit, asked.published)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.theme, []).append(line)
    none = tag("p", visit.say("没有符合条件的规则", "no rule matches"), class_="empty")
    tables = (_theme(visit, asked, theme, group, counts) for theme, group in groups.items())
    return heading + _filters(visit, asked) + (Html("".join(str(each) for each in tables)) if groups else none)


def _published(visit: Visit, row: PublicationRow | None) -> Html:
    if row is None:
        return EMPTY
    words = visit.say(
        f"第 {row.number} 次发布, {row.day}; 制作 {row.maker}, 复核 {row.checker}",
        f"publication {row.number} of {row.day}; made by {row.maker}, checked by {row.checker}",
    )
    return tag("p", words, class_="soft")


def _packs(visit: Visit, chosen: Pack) -> Html:
    """The jurisdictions that are installed, by name."""
    shelf, label = visit.platform.office.packs, visit.say("哪个法域", "which jurisdiction")
    items = (
        tag("option", visit.text(chosen.title if id == chosen.id else shelf.pack(id).title), value=id,
            selected=id == chosen.id)
        for id in shelf.known()
    )  # fmt: skip
    return tag("select", *items, name="pack", aria_label=label, title=label)


def _filters(visit: Visit, asked: Wanted) -> Html:
    pack, day = asked.pack, visit.say("哪一天的法规", "law of which day")
    return tag(
        "form",
        _packs(visit, pack),
        tag("input", type="date", name="on", value=asked.day.isoformat(), aria_label=day, title=day),
        _select(visit, "theme", visit.say("全部主题", "any theme"), (THEMES, themes(pack)), asked.theme),
        _select(
            visit,
            "force",
            visit.say("全部效力", "any force"),
            (FORCES, tuple(each.value for each in Force)),
            asked.force,
        ),
        _select(visit, "lender", visit.say("全部贷款人", "any lender"), (LENDERS, _kinds(pack)), asked.lender),
        tag("button", visit.say("查看", "Show"), class_="go"),
        method="get",
        action="/law",
        class_="filters",
    )


def _select(visit: Visit, name: str, every: str, of: tuple[Mapping[str, Text], Sequence[str]], chosen: str) -> Html:
    words, codes = of
    items = (tag("option", named(visit, words, code), value=code, selected=code == chosen) for code in codes)
    return tag("select", tag("option", every, value=""), *items, name=name, aria_label=every)


def _theme(visit: Visit, asked: Wanted, theme: str, lines: Sequence[Line], counts: Mapping[str, int]) -> Html:
    columns = (
        Column(visit.say("编号", "Id"), wide_only=True),
        Column(visit.say("规则", "Rule")),
        Column(visit.say("条款", "Clause"), wide_only=True),
        Column(visit.say("效力", "Force"), wide_only=True),
        Column(visit.say("关口", "Asked at"), wide_only=True),
        Column(visit.say("自", "From"), wide_only=True),
        Column(visit.say("违反时", "On breach")),
        Column(visit.say("拦下", "Stopped"), figures=True),
    )
    query = urlencode({"on": asked.day.isoformat()})
    rows = [
        Row(
            (
                tag("a", line.id.removeprefix(f"{asked.pack.id}."), href=f"/law/{line.id}?{query}", class_="mono"),
                _title(visit, line, f"/law/{line.id}?{query}"),
                tag("span", line.clause, class_="cite soft"),
                tag("span", named(visit, FORCES, line.force.value), class_="num"),
                tag("span", named(visit, STAGES, line.stage.value), class_="num"),
                tag("span", line.start.isoformat(), class_="num"),
                effect_tag(visit, line.effect),
                f"{counts[line.id]:,}" if line.id in counts else tag("span", "0", class_="faint"),
            )
        )
        for line in lines
    ]
    title = named(visit, THEMES, theme)
    note = visit.say(f"{len(lines)} 条", f"{len(lines)} rules" if len(lines) > 1 else "1 rule")
    return section(title, table(columns, rows, label=title), note=note)


def _title(visit: Visit, line: Line, to: str) -> Html:
    figures = ", ".join(value for _, value in line.figures if len(value) <= 24)
    shown = tag("div", figures, class_="faint") if figures else EMPTY
    asleep = tag("span", visit.say("未启用", "asleep"), class_="tag plain") if line.switch else EMPTY
    unsure = tag("span", visit.say("未定", "uncertain"), class_="tag plain") if line.uncertain else EMPTY
    return tag("a", visit.text(line.title), href=to, title=line.id) + Html(" ") + asleep + unsure + shown
