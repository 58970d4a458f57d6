"""借款: the list, newest first, with search and filters; every page is an address that can be kept."""

from datetime import date
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from hengdai.base.money import currency as currency_of
from hengdai.entry.console.figures import loan_name, plain, rate, state_tag
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.console.words import STATES
from hengdai.entry.markup import EMPTY, Column, Html, Row, table, tag
from hengdai.entry.reading import BUCKETS, Reading, Rows, Search
from hengdai.loan.state import State

_LIMIT = 50


async def show(visit: Visit, request: Request) -> None:
    """Build the page."""
    head(f"{visit.say('借款', 'Loans')} · 衡贷", visit.language)
    search = _search(request)
    found, products = await Reading(visit.platform.office, visit.actor).find(search)
    names = [str(row["product"]) for row in products]
    with frame_around(visit, "/loans"):
        heading = tag("div", tag("h1", visit.say("借款", "Loans")), class_="head")
        page = heading + _filters(visit, search, names) + _list(visit, found[:_LIMIT])
        ui.html(str(page + _pager(visit, request, search, found)), sanitize=False)


def _search(request: Request) -> Search:
    """The search of an address; what makes no sense in it is left out."""
    asked = request.query_params
    bucket = asked.get("bucket", "")
    state = asked.get("state", "")
    return Search(
        words=asked.get("q", "").strip()[:100] or None,
        state=state if state in {each.value for each in State} else None,
        product=asked.get("product", "")[:100] or None,
        bucket=BUCKETS.index(bucket) if bucket in BUCKETS else None,
        after=_after(asked.get("after", "")),
        limit=_LIMIT,
    )


def _after(text: str) -> tuple[date, str, str] | None:
    parts = text.split("~")
    if len(parts) != 3:
        return None
    try:
        return date.fromisoformat(parts[0]), parts[1], parts[2]
    except ValueError:
        return None


def _filters(visit: Visit, search: Search, products: list[str]) -> Html:
    states = [(state.value, visit.text(text)) for state, text in STATES.items() if state is not State.APPLIED]
    buckets = [(name, name) for name in BUCKETS]
    words = visit.say("借款编号的一部分, 或借款人代号", "part of a loan id, or a borrower reference")
    bucket = None if search.bucket is None else BUCKETS[search.bucket]
    return tag(
        "form",
        tag("input", type="search", name="q", value=search.words, placeholder=words, aria_label=words),
        _select("state", visit.say("全部状态", "any state"), states, search.state),
        _select("product", visit.say("全部产品", "any product"), [(name, name) for name in products], search.product),
        _select("bucket", visit.say("全部账龄", "any arrears"), buckets, bucket),
        tag("button", visit.say("查找", "Find"), class_="go"),
        method="get",
        action="/loans",
        class_="filters",
        role="search",
    )


def _select(name: str, every: str, options: list[tuple[str, str]], chosen: str | None) -> Html:
    items = (tag("option", shown, value=value, selected=value == chosen) for value, shown in options)
    return tag("select", tag("option", every, value=""), *items, name=name, aria_label=every)


def _list(visit: Visit, found: Rows) -> Html:
    if not found:
        return tag("p", visit.say("没有符合条件的借款", "no loan matches"), class_="empty")
    columns = (
        Column(visit.say("借款", "Loan")),
        Column(visit.say("状态", "State")),
        Column(visit.say("申请日", "Applied"), wide_only=True),
        Column(visit.say("产品", "Product"), wide_only=True),
        Column(visit.say("借款人", "Borrower"), wide_only=True),
        Column(visit.say("金额", "Amount"), figures=True, wide_only=True),
        Column(visit.say("剩余本金", "Outstanding"), figures=True),
        Column(visit.say("综合成本", "All-in"), figures=True),
        Column(visit.say("账龄", "Arrears"), figures=True),
    )
    rows = []
    for row in found:
        unit, state, bucket = currency_of(row["currency"]), State(row["state"]), int(row["bucket"])
        late = (
            tag("span", BUCKETS[bucket], class_="tag stop" if bucket else "faint") if state is State.ACTIVE else EMPTY
        )
        rows.append(
            Row(
                (
                    tag("a", loan_name(row["loan_id"]), href=f"/loans/{row['loan_id']}", title=row["loan_id"]),
                    state_tag(visit, state),
                    row["applied"].isoformat(),
                    row["product"],
                    row["borrower"],
                    plain(row["principal"], unit),
                    plain(row["outstanding"], unit),
                    rate(row["simple_e8"]),
                    late,
                )
            )
        )
    return table(columns, rows, label=visit.say("借款", "Loans"))


def _pager(visit: Visit, request: Request, search: Search, found: Rows) -> Html:
    kept = {name: value for name, value in request.query_params.items() if name != "after" and value}
    first = tag("a", visit.say("回到最新", "Newest"), href=f"/loans?{urlencode(kept)}") if search.after else EMPTY
    if len(found) <= _LIMIT:
        return tag("nav", first, class_="pager")
    last = found[_LIMIT - 1]
    kept["after"] = f"{last['applied'].isoformat()}~{last['org']}~{last['loan_id']}"
    more = tag("a", visit.say("更早的 →", "Older →"), href=f"/loans?{urlencode(kept)}")
    return tag("nav", first, more, class_="pager", aria_label=visit.say("翻页", "pages"))
