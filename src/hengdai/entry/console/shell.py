"""The frame of every page: wordmark, navigation, who looks, the language switch; and the words in two languages."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

from nicegui import ui
from starlette.requests import Request

from hengdai.app.actor import Actor
from hengdai.base.text import Language, Text
from hengdai.entry.markup import EMPTY, Html, tag
from hengdai.entry.platform import Platform

CSS = files("hengdai.entry.console").joinpath("console.css").read_text(encoding="utf-8")

_BALANCE = Html(
    '<svg width="26" height="26" viewBox="0 0 26 26" fill="none" stroke="currentColor" stroke-width="1.5" '
    'aria-hidden="true">'
    '<path d="M13 3v19M8 22h10M3 7.5h20M13 5l-.01 0"/><path d="M3 7.5l-2 7h0a3.2 3.2 0 0 0 6 0h0l-2-7" '
    'transform="translate(1.2)"/><path d="M21 7.5l-2 7h0a3.2 3.2 0 0 0 6 0h0l-2-7" transform="translate(-1.2)"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page: by whom, in which language, on which business day."""

    platform: Platform
    actor: Actor
    language: Language
    today: date
    path: str
    again: Callable[[], Awaitable[Actor | None]] = field(repr=False)
    """Asks anew who looks, so that a click after a revocation finds a closed door."""
    signed_in: bool = True

    def say(self, zh: str, en: str) -> str:
        """One of two wordings."""
        return zh if self.language == "zh" else en

    def text(self, text: Text) -> str:
        """A text in the visitor's language."""
        return text.in_(self.language)


def head(title: str, language: Language) -> None:
    """Title, language and style of a page."""
    ui.page_title(title)
    ui.add_head_html(f"<style>{CSS}</style>")
    ui.add_head_html(f'<script>document.documentElement.lang="{"zh-CN" if language == "zh" else "en"}"</script>')


@contextmanager
def frame_around(visit: Visit, current: str) -> Iterator[None]:
    """The page around elements that are built one by one; charts and dialogs need that."""
    with ui.element("div").classes("hd"):
        ui.html(str(_bar(visit, current)), sanitize=False).classes("bar-slot")
        with ui.element("div").classes("page"):
            yield
        ui.html(str(_foot(visit)), sanitize=False)


def _bar(visit: Visit, current: str) -> Html:
    links = (
        ("/", visit.say("总览", "Overview")),
        ("/loans", visit.say("借款", "Loans")),
        ("/law", visit.say("法规", "Law")),
        ("/evidence", visit.say("存证", "Evidence")),
    )
    nav = (tag("a", name, href=to, aria_current="page" if to == current else None) for to, name in links)
    mark = tag("a", _BALANCE, tag("b", "衡贷"), tag("span", "Hengdai"), href="/", class_="mark")
    inner = tag(
        "div",
        mark,
        tag("nav", *nav, class_="nav", aria_label=visit.say("主导航", "Main")),
        _who(visit),
        class_="bar-in",
    )
    return tag("header", inner, class_="bar")


def _who(visit: Visit) -> Html:
    role = visit.text(ROLES[visit.actor.role.value])
    other = ("en", "English") if visit.language == "zh" else ("zh", "中文")
    switch = tag("a", other[1], href=f"/language/{other[0]}?back={visit.path}", hreflang=other[0], class_="switch")
    leave = tag("form", tag("button", visit.say("退出", "Sign out")), method="post", action="/sign-out")
    enter = tag("a", visit.say("用密钥登录", "Sign in"), href="/sign-in")
    day = tag("span", visit.say("营业日 ", "Day "), tag("span", visit.today.isoformat(), class_="num"))
    org = tag("span", f"{visit.actor.org} · {role}", class_="org")
    return tag("div", day, org, switch, leave if visit.signed_in else enter, class_="who")


def _foot(visit: Visit) -> Html:
    promise = visit.say(
        "法律不许的不放款 · 每个数字能自证 · 任何人可核验",
        "No loan the law forbids · every number explains itself · anyone can verify",
    )
    api = tag("a", visit.say("接口说明", "API"), href="/v1/openapi.json")
    return tag("footer", tag("span", promise), tag("span", api), class_="foot")


def door_page(language: Language, *, wrong: bool) -> Html:
    """The page that asks for a key."""

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    form = tag(
        "form",
        tag("label", say("接口密钥", "API key"), for_="key"),
        tag(
            "input",
            type="password",
            id="key",
            name="key",
            required=True,
            autocomplete="current-password",
            placeholder="hd.…",
        ),
        tag("span", say("密钥无效或已吊销", "This key is not valid, or was revoked"), class_="stop", role="alert")
        if wrong
        else EMPTY,
        tag("button", say("进入", "Enter"), class_="go"),
        method="post",
        action="/sign-in",
    )
    other = ("en", "English") if language == "zh" else ("zh", "中文")
    switch = tag("p", tag("a", other[1], href=f"/language/{other[0]}?back=/sign-in"))
    words = say("可自证的助贷业务核心", "The provable core of loan facilitation")
    inner = tag("div", tag("h1", "衡贷"), tag("p", words), form, switch, class_="door-in")
    return tag("div", tag("div", inner, class_="page door"), class_="hd")


ROLES = {
    "viewer": Text("查看", "viewer"),
    "operator": Text("经办", "operator"),
    "admin": Text("管理", "admin"),
    "examiner": Text("检查", "examiner"),
}


def request_path(request: Request) -> str:
    """Path and query of a page, to come back to."""
    return request.url.path + (f"%3F{request.url.query.replace('&', '%26')}" if request.url.query else "")
