"""The console in a browser: every page in both languages, on a desk and a phone, without error, from here alone."""

import asyncio
import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, sync_playwright

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.home import EvidenceHome, Watched
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import Server
from hengdai.app.actor import Actor, Role
from hengdai.base.identity import OrgId
from hengdai.entry.console.mount import mount
from hengdai.entry.http.server import build
from hengdai.entry.platform import Platform
from hengdai.evidence.monitor import reconcile
from tests.entry.front import Front, application, list_partner, people, seal
from tests.entry.serve import Live, served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
    pytest.mark.xdist_group("browser"),
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


async def _book(platform: Platform, clock: SetClock) -> dict[str, str]:
    """A loan with a reversed payment and an unpaid instalment, and an application that the law stopped."""
    keys = await people(platform)
    transport = httpx.ASGITransport(build(platform))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        front = Front(client, keys, clock)
        await list_partner(front)
        loan = await front.disbursed()
        refused = (await front.post("/applications", application(rate="48"))).json()["loan"]
        clock.put(date(2026, 12, 2))
        paid = (await front.post(f"/loans/{loan}/payments", {"amount": "1000.00", "currency": "CNY"})).json()
        await front.post(f"/loans/{loan}/payments/{paid['events'][0]['id']}/reversal", {"why": "退票"})
        clock.put(date(2027, 1, 20))
    home = await seal(platform)
    return {**keys, "loan": loan, "refused": str(refused), "evidence": str(home.directory)}


def _dress(app: FastAPI, platform: Platform) -> None:
    mount(app, platform, Actor(OrgId("office"), Role.EXAMINER, "demo"))


@pytest.fixture(scope="module")
def live(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One console for all of these tests: NiceGUI serves one application in the life of a process."""
    name = f"console_{os.getpid()}"
    dsn = asyncio.run(_database(server.dsn, name))
    with served(dsn, _book, _dress, tmp_path_factory.mktemp("evidence")) as serving:
        yield serving
    asyncio.run(_execute(server.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def _database(dsn: str, name: str) -> str:
    """A new migrated database beside the one of `dsn`."""
    await _execute(dsn, f"CREATE DATABASE {name}")
    own = dsn.replace("/postgres?", f"/{name}?", 1)
    engine = connect(own, 1)
    await migrate(engine)
    await engine.dispose()
    return own


@contextmanager
def _browsing(live: Live, size: dict[str, int], language: str) -> Iterator[tuple[Page, list[str]]]:
    """A page of that size and language, and everything that went wrong on it so far."""
    wrong: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": size["width"], "height": size["height"]})
        context.add_cookies([{"name": "hengdai_language", "value": language, "url": live.url}])
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        ours = (live.url, live.url.replace("http:", "ws:"), "data:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(ours) else wrong.append(f"outside: {asked.url}"))
        yield page, wrong
        browser.close()


def _settled(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".hd", timeout=30_000)
    page.wait_for_load_state("networkidle")


def test_every_page_is_whole_in_both_languages_on_a_desk_and_on_a_phone(live: Live) -> None:
    for size in (DESK, PHONE):
        for language, title in (("zh", "总览"), ("en", "Overview")):
            with _browsing(live, size, language) as (page, wrong):
                _settled(page, live.url)
                assert page.locator("h1").inner_text() == title
                assert page.locator("canvas").count() == 2
                loan, refused = live.told["loan"], live.told["refused"]
                for path in (
                    "/",
                    "/loans",
                    "/loans?state=refused",
                    f"/loans/{loan}",
                    f"/loans/{refused}",
                    f"/loans/{loan}/evidence",
                    f"/loans/{refused}/evidence?leaf=2",
                    "/loans/nothing/evidence",
                    f"/loans/{loan}/replay",
                    f"/loans/{loan}/replay?day=2026-12-02&known=2026-12-02",
                    f"/loans/{loan}/replay?day=1999-01-01&known=x",
                    "/loans/nothing/replay",
                    "/evidence",
                    "/law",
                    "/law?pack=toy&theme=partners&on=2026-01-01&lender=bank",
                    "/law?pack=nowhere&on=x",
                    "/law/cn.lf-009",
                    "/law/cn.mc-001?on=2026-01-01",
                    "/law/toy.nothing",
                    "/sign-in",
                ):
                    _settled(page, live.url + path)
                    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (path, language)
                assert wrong == []


def test_a_figure_opens_its_reasons_and_a_day_its_pay_off(live: Live) -> None:
    with _browsing(live, DESK, "zh") as (page, wrong):
        _settled(page, f"{live.url}/loans/{live.told['loan']}")
        page.locator('button.why[data-figure="all_in"]').first.click()
        page.wait_for_selector(".hd-dialog ol li")
        assert "14.6001%" in page.locator(".hd-dialog .value").inner_text()
        assert "中国人民银行公告〔2021〕第3号" in page.locator(".hd-dialog").inner_text()
        page.locator(".hd-dialog .close").click()
        page.locator('input[type="date"]').fill("2027-02-14")
        page.locator("form.quote button").click()
        page.wait_for_url("**day=2027-02-14")
        assert page.locator("#payoff .pairs").count() == 1
        assert page.locator("tr.undone").count() > 0
        assert wrong == []


def test_rules_are_found_by_theme_and_tell_their_clause_history_cases_and_what_they_stopped(live: Live) -> None:
    with _browsing(live, DESK, "zh") as (page, wrong):
        _settled(page, f"{live.url}/law?pack=toy")
        assert page.locator(".sec").count() == 6
        row = page.locator("tr", has_text="单笔成本上限")
        assert row.locator("td").last.inner_text() == "1"
        page.locator("select[name=theme]").select_option("partners")
        page.locator("form.filters button").click()
        page.wait_for_url("**theme=partners**")
        assert page.locator(".sec").count() == 1
        assert "合作机构在名单内" in page.locator(".page").inner_text()
        _settled(page, f"{live.url}/law?pack=toy&on=1999-12-31")
        assert page.locator(".sec").count() == 0
        _settled(page, f"{live.url}/law/toy.cost-cap?on=2014-12-31")
        words = page.locator(".page").inner_text()
        assert "《玩具国放贷法》(2000/1)第4条" in words
        assert "40.00%" in page.locator("tr.now").inner_text()
        assert page.locator("ul.clauses").last.locator("li").count() == 9
        assert wrong == []


def test_the_evidence_page_says_honestly_that_nobody_independent_vouches(live: Live) -> None:
    with _browsing(live, DESK, "zh") as (page, wrong):
        _settled(page, f"{live.url}/evidence")
        words = page.locator(".page").inner_text()
        assert "尚无独立见证" in words
        assert "还没有独立见证" in page.locator("#witnesses").inner_text()
        assert "evidence.local/book/" in page.locator("#checkpoint pre").inner_text()
        assert page.locator("canvas").count() == 1
        assert wrong == []


def test_a_balance_that_is_off_is_shown_to_its_organisation_and_to_an_examiner_alone(live: Live) -> None:
    home, off = EvidenceHome(Path(live.told["evidence"])), reconcile({}, {"bank-a cash.clearing CNY": 7})
    home.keep_watched(Watched(7, 3, tuple(off)))
    with _browsing(live, PHONE, "zh") as (page, wrong):
        _settled(page, f"{live.url}/evidence")
        examiner = page.locator("#monitor").inner_text()
        assert "余额不符" in examiner and "bank-a cash.clearing CNY" in examiner
        for who, seen in (("viewer", True), ("stranger", False)):
            page.request.post(f"{live.url}/sign-in", form={"key": live.told[who]})
            _settled(page, f"{live.url}/evidence")
            words = page.locator("#monitor").inner_text()
            assert ("cash.clearing" in words, "另有 1 处属于其他机构" in words) == (seen, not seen)
        home.keep_watched(Watched(7, 3, ()))
        _settled(page, f"{live.url}/evidence")
        assert "每个账户的余额与存证凭证的合计一致" in page.locator("#monitor").inner_text()
        assert wrong == []


def test_a_record_shows_its_proof_at_a_click_and_the_file_is_checked_in_this_browser(live: Live) -> None:
    with _browsing(live, PHONE, "en") as (page, wrong):
        _settled(page, f"{live.url}/loans/{live.told['loan']}")
        page.locator(".doors a").first.click()
        page.wait_for_selector("svg.path")
        assert page.locator("#records tr.chosen").count() == 1
        page.locator("#records a", has_text="payment").first.click()
        page.wait_for_url("**leaf=*")
        root = page.locator("svg.path .top").locator("xpath=..").locator("title").text_content()
        checkpoint = page.locator("#proof pre").last.text_content() or ""
        assert bytes.fromhex(root or "") == base64.b64decode(checkpoint.splitlines()[2])
        page.locator(".actions .go").click()
        page.wait_for_selector("#verdict")
        assert "NOT VALID" in page.locator("#verdict").inner_text()
        assert page.locator("table", has_text="Broken links").locator("tr").count() == 1
        assert "too few witnesses signed" in page.locator("table", has_text="Broken links").inner_text()
        assert wrong == []


def test_an_examiner_replays_a_loan_and_sees_it_as_it_was_known(live: Live) -> None:
    with _browsing(live, DESK, "en") as (page, wrong):
        _settled(page, f"{live.url}/loans/{live.told['loan']}/replay")
        assert "byte for byte" in page.locator(".page").inner_text()
        page.locator("#known").fill("2026-11-30")
        page.locator("#seen form button").click()
        page.wait_for_url("**known=2026-11-30**")
        assert page.locator("#money tbody tr").count() == 1
        assert wrong == []


def test_every_installed_jurisdiction_is_chosen_by_name_and_shows_its_own_rules(live: Live) -> None:
    with _browsing(live, PHONE, "zh") as (page, wrong):
        _settled(page, f"{live.url}/law?theme=facilitation&lender=trust")
        offered = page.locator("select[name=pack] option").evaluate_all("all => all.map(each => each.value)")
        assert offered == ["cn", "id", "in", "mx", "ph", "toy"]
        for pack, words in [("id", "印度尼西亚"), ("ph", "菲律宾"), ("toy", "玩具国")]:
            page.locator("select[name=pack]").select_option(pack)
            page.locator("form.filters button").click()
            page.wait_for_url(f"**pack={pack}**")
            assert words in page.locator(".head").inner_text()
            assert page.locator("select[name=theme]").input_value() == "", "a theme that this place does not know"
            links = page.locator(".page td a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
            assert links and all(link.startswith(f"/law/{pack}.") for link in links)
        assert wrong == []


def test_a_key_opens_the_console_and_sees_only_its_own_book(live: Live) -> None:
    with httpx.Client(base_url=live.url) as client:
        client.post("/sign-in", data={"key": live.told["stranger"]})
        for name in ("file", "check"):
            assert client.get(f"/loans/{live.told['loan']}/evidence/{name}").status_code == 404
    with _browsing(live, DESK, "zh") as (page, wrong):
        _settled(page, f"{live.url}/sign-in")
        page.locator("#key").fill("hd.bank-a.nonsense")
        page.locator("form button").click()
        page.wait_for_url("**/sign-in?wrong=1")
        page.locator("#key").fill(live.told["stranger"])
        page.locator("form button").click()
        page.wait_for_url(f"{live.url}/")
        _settled(page, f"{live.url}/loans/{live.told['loan']}")
        assert "没有这笔借款" in page.locator(".page").inner_text()
        page.locator("a.switch").click()
        page.wait_for_selector("text=there is no such loan")
        page.locator("text=Sign out").click()
        page.wait_for_url("**/sign-in")
        assert wrong == []


def test_the_demonstration_is_open_to_this_machine_alone(live: Live) -> None:
    async def ask(host: str) -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(live.url, headers={"Host": host})).status_code

    assert asyncio.run(ask(live.url.removeprefix("http://"))) == 200
    assert asyncio.run(ask("evil.example")) == 303


def test_a_key_that_was_revoked_ends_its_sessions(live: Live) -> None:
    with httpx.Client(base_url=live.url) as client:
        viewer, admin = live.told["viewer"], live.told["admin"]
        assert client.post("/sign-in", data={"key": viewer}).headers["location"] == "/"
        assert client.get("/").status_code == 200
        headers = {"Authorization": f"Bearer {admin}", "Idempotency-Key": "revoke"}
        client.post(f"/v1/keys/{viewer.split('.')[-2]}/revocation", json={}, headers=headers)
        assert client.get("/").headers["location"] == "/sign-in"


def test_the_language_switch_leads_nowhere_else(live: Live) -> None:
    with httpx.Client(base_url=live.url) as client:
        for back in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"):
            assert client.get("/language/en", params={"back": back}).headers["location"] == "/"
        assert (
            client.get("/language/en", params={"back": "/loans?state=active"}).headers["location"]
            == "/loans?state=active"
        )
