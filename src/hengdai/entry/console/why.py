"""为什么: the drawer that opens from a figure and shows its rule, clause, facts and arithmetic."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import events, ui

from hengdai.base.reason import Finding, Reason
from hengdai.entry.console.shell import Visit
from hengdai.entry.console.words import CLAUSES, FACTS
from hengdai.entry.markup import EMPTY, Html, join, tag

_CLICKS = """
<script>
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.why");
  if (button) emitEvent("why", {figure: button.dataset.figure, title: button.dataset.title || ""});
});
</script>
"""

Explain = Callable[[str], Awaitable[Finding[str] | None]]


def why(visit: Visit, figure: str, title: str) -> Html:
    """The small button beside a figure."""
    label = visit.say(f"{title}为什么是这样", f"why: {title}")
    return tag(
        "button",
        visit.say("为什么", "why"),
        type="button",
        class_="why",
        data_figure=figure,
        data_title=title,
        aria_label=label,
    )


def drawer(visit: Visit, explain: Explain) -> None:
    """Put the drawer on the page; `explain` finds the reasons of a figure, or None when there is no such figure."""
    ui.add_body_html(_CLICKS)
    with (
        ui.dialog().props(
            'position=right full-height maximized transition-show="slide-left" transition-hide="slide-right"'
        ) as dialog,
        ui.element("div").classes("hd-dialog"),
    ):
        content = ui.html("", sanitize=False)
        close = ui.element("button").classes("close").props('type="button"')
        close.on("click", dialog.close)
        with close:
            ui.html(visit.say("关闭", "Close"), sanitize=False)

    async def opened(event: events.GenericEventArguments) -> None:
        asked: Mapping[str, object] = event.args if isinstance(event.args, dict) else {}
        figure, title = str(asked.get("figure", ""))[:200], str(asked.get("title", ""))[:200]
        found = await explain(figure) if await visit.again() == visit.actor else None
        content.set_content(str(_shown(visit, title, found)))
        dialog.open()

    ui.on("why", opened)


def _shown(visit: Visit, title: str, found: Finding[str] | None) -> Html:
    if found is None:
        words = visit.say("没有这个数字, 或您已不能查看", "there is no such figure, or you may no longer see it")
        return tag("h2", title) + tag("p", words, class_="soft")
    steps = tag("ol", *(_step(visit, reason) for reason in found.because))
    return tag("h2", title) + tag("div", found.value, class_="value num") + steps


def _step(visit: Visit, reason: Reason) -> Html:
    clause = visit.text(CLAUSES[reason.cite]) if reason.cite in CLAUSES else reason.cite
    cite = tag("p", clause, class_="cite") if clause else EMPTY
    named = ((visit.text(FACTS[name]) if name in FACTS else name, value) for name, value in reason.figures.items())
    facts = join(tag("dt", name) + tag("dd", value, class_="num") for name, value in named)
    return tag(
        "li", tag("p", visit.text(reason.text)), cite, tag("dl", facts, class_="facts") if reason.figures else EMPTY
    )
