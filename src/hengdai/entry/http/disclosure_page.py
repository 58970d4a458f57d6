"""综合融资成本明示表 as one printable page: plain HTML, nothing loaded from anywhere, Chinese with English beneath."""

from importlib.resources import files

from hengdai.base.money import Money
from hengdai.base.money import currency as currency_of
from hengdai.base.rate import Rate
from hengdai.base.text import Text
from hengdai.entry.markup import EMPTY, Html, tag
from hengdai.product.disclosure import CITE, Disclosure, Item

_STYLE = files("hengdai.entry.http").joinpath("disclosure.css").read_text(encoding="utf-8")


def disclosure_page(table: Disclosure) -> str:
    """The whole HTML document."""
    unit = currency_of(table.currency)

    def money(minor: int) -> Html:
        return tag("span", str(Money(minor, unit)), class_="n")

    cost = tag(
        "dl",
        *_pair(
            "综合融资成本 (单利年化)",
            "all-in cost a year, simple",
            tag("b", _rate(table.all_in_simple_e8), class_="n big"),
        ),
        *_pair(
            "综合融资成本 (复利年化)",
            "all-in cost a year, compound",
            tag("b", _rate(table.all_in_compound_e8), class_="n"),
        ),
        *_pair("借款本金", "principal", money(table.principal)),
        *_pair("实际到手", "received", money(table.received)),
        *_pair("期数", "instalments", tag("span", table.instalments, class_="n")),
    )
    parts = (
        tag("h1", "综合融资成本明示表"),
        tag("p", tag("small", f"Disclosure of the all-in cost · {CITE}")),
        cost,
        tag("h2", "正常履约的息费项目 ", tag("span", "charges of normal performance", class_="en")),
        tag("ul", *(_item(item, money(item.total or 0)) for item in table.normal)),
        tag("h2", "违约或提前还款时的或有项目 ", tag("span", "charges that depend on what happens", class_="en")),
        tag("ul", *(_item(item, EMPTY) for item in table.contingent)),
        tag("p", table.nothing_else.zh, tag("br"), tag("span", table.nothing_else.en, class_="en"), class_="close"),
        tag("p", tag("small", "本表摘要 digest "), tag("code", table.digest())),
    )
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'),
        tag("title", "综合融资成本明示表"),
        Html(f"<style>{_STYLE}</style>"),
    )
    return "<!doctype html>" + str(tag("html", head, tag("body", tag("main", *parts)), lang="zh-CN"))


def _rate(e8: int | None) -> str:
    return "无法计算 / none" if e8 is None else Rate(e8).percent_text(4)


def _pair(zh: str, en: str, value: Html) -> tuple[Html, Html]:
    return tag("dt", zh, " ", tag("span", en, class_="en")), tag("dd", value)


def _item(item: Item, total: Html) -> Html:
    def both(text: Text) -> Html:
        return tag("span", text.zh, " ", tag("span", text.en if text.en != text.zh else None, class_="en"))

    a_year = tag("small", f" · 年化 {_rate(item.yearly_e8)}") if item.yearly_e8 is not None else EMPTY
    first = tag("div", tag("b", both(item.name)), tag("span", total, a_year), class_="row")
    return tag(
        "li",
        first,
        tag("div", both(item.manner), "; ", both(item.standard)),
        tag("small", f"收取主体 payee: {item.payee}"),
    )
