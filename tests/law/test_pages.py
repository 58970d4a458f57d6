"""A pack as static pages: every rule has its page, every link its target, and nothing of a text can break the page."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.law.load import load_pack
from hengdai.law.pages import pages
from tests.law.small import texts

TODAY = date(2026, 11, 23)
CN = FolderShelf().pack("cn")


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return pages(CN, TODAY, {"cn.lf-009": 12})


def test_every_rule_has_a_page_with_its_clause_condition_history_and_cases(site: dict[str, str]) -> None:
    for rule in CN.rules:
        page = site[f"{rule.id}.html"]
        assert rule.title.zh in page
        assert page.count("<tr>") >= len(rule.cases)
    cap = site["cn.lf-009.html"]
    assert "金规〔2025〕9号" in cap
    assert "24.00%" in cap
    assert "<p>12</p>" in cap


def test_every_link_leads_somewhere(site: dict[str, str]) -> None:
    for name, page in site.items():
        assert set(re.findall(r'href="([^"]+)"', page)) <= set(site), name


def test_lists_group_by_theme_force_lender_and_date(site: dict[str, str]) -> None:
    assert "<h2>collection</h2>" in site["by-theme.html"]
    assert "<h2>STD</h2>" in site["by-force.html"]
    lenders = dict(re.findall(r"<h2>(\w+)</h2>(.*?)(?=<h2>|</body>)", site["by-lender.html"], re.DOTALL))
    assert "cn.mc-001.html" in lenders["microloan"]
    assert "cn.mc-001.html" not in lenders["bank"]
    days = re.findall(r"<h2>(\d{4}-\d\d-\d\d)</h2>", site["by-date.html"])
    assert days == sorted(days)


def test_every_page_is_closed_where_it_was_opened(site: dict[str, str]) -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the parser's own signature)
            if tag in ("html", "head", "body", "table", "nav", "p", "span", "a", "h1", "h2", "code", "b"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag in ("tr", "title", "style"):
                return
            assert self.open.pop() == tag

    for page in site.values():
        parser = Tags()
        parser.feed(page)
        assert parser.open == []


def test_a_title_that_looks_like_markup_stays_text() -> None:
    pack = load_pack(texts(('title = { zh = "成本", en = "cost" }', 'title = { zh = "<b>成本", en = "a & b" }')))
    page = pages(pack, TODAY)["zz.cost.html"]
    assert "&lt;b&gt;成本" in page
    assert "a &amp; b" in page
