"""The law of a book as it lives: proposed, checked by another, published; what judges then, and what does not."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import asyncpg
import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.app.actor import Actor, Role
from hengdai.app.audit_books import audit_books
from hengdai.app.command import Declined, Outcome, Status
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.live_law import live_law
from hengdai.app.offer import Application, offer
from hengdai.app.propose_law import propose_law
from hengdai.app.publish_law import preview, publish_law
from hengdai.app.set_law import begin_shadow, end_shadow, set_switches
from hengdai.app.shadow_report import shadow_report
from hengdai.app.sign import sign
from hengdai.app.verdicts import verdicts
from hengdai.base.identity import LoanId
from hengdai.law.load import load_pack
from tests.app.desk import BANK, FIRST_DAY, OTHER, Desk, body, code, terms, yuan

MAKER, CHECKER = Actor(BANK, Role.ADMIN, "key-of-li"), Actor(BANK, Role.ADMIN, "key-of-wang")
SINCE = date(2025, 1, 1)
TOY = {
    each.name: each.read_text("utf-8")
    for each in files("hengdai.packs").joinpath("toy").iterdir()
    if each.name.endswith(".toml")
}


def toy(cap: str = "36") -> dict[str, str]:
    """The toy country with another cap since 2015 and cases for it; with the same cap a text all the same."""
    law = TOY["law.toml"].replace('"36%"', f'"{cap}%"').replace('"36.000001%"', f'"{cap}.000001%"')
    return TOY | {"law.toml": law + "\n"}


async def proposed(desk: Desk, texts: dict[str, str], actor: Actor = MAKER) -> dict[str, Any]:
    return body(await propose_law(desk.office, actor, desk.key(), texts))


async def published(desk: Desk, texts: dict[str, str], actor: Actor = CHECKER) -> Outcome:
    put = await proposed(desk, texts)
    return await publish_law(desk.office, actor, desk.key(), put["proposal"], put["digest"], SINCE)


async def applied(desk: Desk, loan: str) -> dict[str, Any]:
    return body(await offer(desk.office, desk.bank, desk.key(), Application(terms(), "b", LoanId(loan))))


async def disclosed(desk: Desk, loan: str = "L1") -> dict[str, Any]:
    """A loan that is offered and whose table is confirmed."""
    answer = await applied(desk, loan)
    body(await confirm_disclosure(desk.office, desk.call(loan), answer["disclosure_digest"]))
    return answer


async def test_from_the_publication_on_every_gate_is_judged_by_the_published_text(desk: Desk) -> None:
    ready, lived = await disclosed(desk, "before"), await disclosed(desk, "signed")
    body(await sign(desk.office, desk.call("signed"), lived["terms_digest"]))
    done = body(await published(desk, toy("10")))
    assert done["shown"]["judgements"] == 3 and done["shown"]["loans_turned"] == 2
    assert (await applied(desk, "after"))["judgement"]["stopping"] == ["toy.cost-cap"]
    refused = await sign(desk.office, desk.call("before"), ready["terms_digest"])
    assert code(refused) == "law_forbids"
    assert code(await disburse(desk.office, desk.call("signed"), yuan("12000.00"))) == "law_forbids"
    rows = [each for loan in ("before", "after") for each in await verdicts(desk.office, desk.bank, LoanId(loan))]
    assert {each.row.pack_digest for each in rows if each.row.stopping} == {done["digest"]}
    assert all(each.stands for each in rows), "judged again from the texts that the book keeps"


async def test_a_laxer_text_opens_the_gate_only_after_a_second_person_published_it(desk: Desk) -> None:
    dear = terms().schedule
    plan = replace(dear, rate_e8=36_500_000)

    async def asked(loan: str) -> str:
        application = Application(terms(schedule=plan, fees=()), "b", LoanId(loan))
        return str(body(await offer(desk.office, desk.bank, desk.key(), application))["state"])

    assert await asked("one") == "refused"
    put = await proposed(desk, toy("38"))
    assert await asked("two") == "refused", "a proposal binds nobody"
    for digest, actor, why in [
        (put["digest"], MAKER, "SAME_PERSON"),
        ("0" * 64, CHECKER, "OTHER_TEXT"),
        (put["digest"], replace(CHECKER, role=Role.OPERATOR), "FORBIDDEN"),
        (put["digest"], Actor(OTHER, Role.ADMIN, "k"), "NOT_FOUND"),
    ]:
        assert code(await publish_law(desk.office, actor, desk.key(), put["proposal"], digest, SINCE)) == why
    assert await asked("three") == "refused"
    body(await publish_law(desk.office, CHECKER, desk.key(), put["proposal"], put["digest"], SINCE))
    assert await asked("four") == "offered"


async def test_a_text_that_was_published_is_not_published_again_nor_an_overtaken_one(desk: Desk) -> None:
    first, second = await proposed(desk, toy("10")), await proposed(desk, toy("11"))

    async def publish(put: dict[str, Any]) -> Outcome:
        return await publish_law(desk.office, CHECKER, desk.key(), put["proposal"], put["digest"], SINCE)

    assert body(await publish(first))["publication"] == 1
    assert code(await publish(first)) == "NOTHING_NEW"
    assert code(await publish(second)) == "OVERTAKEN"
    assert code(await propose_law(desk.office, MAKER, desk.key(), toy("10"))) == "NOTHING_NEW"
    assert body(await publish(await proposed(desk, toy("11"))))["publication"] == 2


async def test_a_text_whose_cases_fail_is_shown_with_them_and_not_published(desk: Desk) -> None:
    wrong = TOY | {
        "law.toml": TOY["law.toml"].replace('from = 2015-01-01, value = "36%"', 'from = 2015-01-01, value = "35%"')
    }
    put = await proposed(desk, wrong)
    seen = await preview(desk.office, CHECKER, put["proposal"], SINCE)
    assert any("恰在上限" in failing for failing in seen.failing)
    assert [change.id for change in seen.changes] == ["toy.cost_cap"]
    refused = await publish_law(desk.office, CHECKER, desk.key(), put["proposal"], put["digest"], SINCE)
    assert code(refused) == "CASES_FAIL"


async def test_texts_that_make_no_pack_are_refused_with_file_and_line(desk: Desk) -> None:
    for asked in (propose_law, begin_shadow):
        refused = await asked(desk.office, MAKER, desk.key(), TOY | {"law.toml": "[[rule]]\nid = 1\n"})
        assert code(refused) == "UNREADABLE"
        assert refused.refusal is not None and "law.toml:" in refused.refusal.text.zh


async def test_two_publications_at_once_are_one_after_the_other(desk: Desk) -> None:
    puts = [await proposed(desk, toy(cap)) for cap in ("10", "11", "12")]
    outcomes = await asyncio.gather(
        *(publish_law(desk.office, CHECKER, desk.key(), put["proposal"], put["digest"], SINCE) for put in puts)
    )
    assert sorted(each.status for each in outcomes) == [Status.DONE, Status.REFUSED, Status.REFUSED]
    assert {code(each) for each in outcomes if each.refusal} == {"OVERTAKEN"}


async def test_one_funders_text_judges_no_other_funders_book(desk: Desk) -> None:
    body(await published(desk, toy("10")))
    async with desk.store.begin(desk.other) as work:
        other = await live_law(desk.office.packs, work, OTHER, "toy")
        bank = await live_law(desk.office.packs, work, BANK, "toy")
    assert other.pack.digest == desk.office.packs.pack("toy").digest
    assert bank.pack.digest == load_pack(toy("10")).digest, "a facilitator is judged by its funder's text"


async def test_the_facilitator_is_judged_by_the_funders_text(desk: Desk) -> None:
    body(await published(desk, toy("10")))
    application = Application(terms(), "b", LoanId("L1"))
    answer = body(await offer(desk.office, desk.plat, desk.key(), application))
    assert answer["judgement"]["stopping"] == ["toy.cost-cap"]
    assert answer["judgement"]["pack_digest"] == load_pack(toy("10")).digest


async def test_another_server_on_the_book_judges_by_the_published_text_too(desk: Desk) -> None:
    body(await published(desk, toy("10")))
    elsewhere = Desk(desk.store, desk.clock)
    elsewhere.office = replace(elsewhere.office, packs=FolderShelf())
    application = Application(terms(), "b", LoanId("L1"))
    answer = body(await offer(elsewhere.office, desk.bank, "elsewhere", application))
    assert answer["judgement"]["stopping"] == ["toy.cost-cap"]


@pytest.mark.parametrize("kept", ["another text", "nothing"])
async def test_a_published_text_that_was_altered_or_is_gone_shuts_every_gate(desk: Desk, dsn: str, kept: str) -> None:
    answer = await disclosed(desk)
    body(await published(desk, toy("10")))
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER TABLE pack DISABLE TRIGGER append_only")
    if kept == "nothing":
        await connection.execute("DELETE FROM pack WHERE digest = $1", load_pack(toy("10")).digest)
    else:
        lax = json.dumps(toy("39"))
        await connection.execute("UPDATE pack SET texts = $1 WHERE digest = $2", lax, load_pack(toy("10")).digest)
    await connection.close()
    fresh = replace(desk.office, packs=FolderShelf())
    assert code(await sign(fresh, desk.call("L1"), answer["terms_digest"])) == "LAW_SILENT"
    assert code(await offer(fresh, desk.bank, desk.key(), Application(terms(), "b", LoanId("L2")))) == "LAW_SILENT"


async def test_a_switch_is_the_funders_and_binds_from_then_on(desk: Desk) -> None:
    dear = replace(terms().schedule, rate_e8=34_000_000)  # 34 % a year, compound above 36 %

    async def stops(loan: str) -> list[str]:
        application = Application(terms(schedule=dear, fees=()), "b", LoanId(loan))
        return list(body(await offer(desk.office, desk.bank, desk.key(), application))["judgement"]["stopping"])

    assert await stops("L1") == []
    for actor, why in [(desk.plat, "FORBIDDEN"), (replace(MAKER, role=Role.OPERATOR), "FORBIDDEN")]:
        assert code(await set_switches(desk.office, actor, desk.key(), "toy", frozenset({"strict"}))) == why
    assert code(await set_switches(desk.office, MAKER, desk.key(), "toy", frozenset({"lenient"}))) == "UNREADABLE"
    body(await set_switches(desk.office, desk.other, desk.key(), "toy", frozenset({"strict"})))
    assert await stops("L2") == [], "another funder's"
    body(await set_switches(desk.office, MAKER, desk.key(), "toy", frozenset({"strict"})))
    assert await stops("L3") == ["toy.cost-cap.compound"]
    (again,) = await verdicts(desk.office, desk.bank, LoanId("L3"))
    assert again.stands and again.row.said["switches"] == ["strict"]
    body(await set_switches(desk.office, MAKER, desk.key(), "toy", frozenset()))
    assert await stops("L4") == []


async def test_a_text_on_trial_is_recorded_at_every_gate_and_stops_nothing(desk: Desk) -> None:
    async def gates(loan: str) -> None:
        answer = await disclosed(desk, loan)
        body(await sign(desk.office, desk.call(loan), answer["terms_digest"]))
        body(await disburse(desk.office, desk.call(loan), yuan("12000.00")))

    await gates("before")
    assert await shadow_report(desk.office, desk.bank, "toy") is None
    begun = body(await begin_shadow(desk.office, MAKER, desk.key(), toy("10")))
    assert begun["shadow"] == load_pack(toy("10")).digest
    await gates("during")
    report = await shadow_report(desk.office, desk.bank, "toy")
    assert report is not None and report.running
    assert (report.impact.judgements, report.impact.stopped_live, report.impact.stopped_new) == (3, 0, 3)
    (row,) = report.impact.by_rule().to_dicts()
    assert row == {
        "rule": "toy.cost-cap", "clause": "《玩具国放贷法》(2000/1)第4条", "partner": "plat", "currency": "CNY",
        "newly_stopped": 1, "newly_stopped_amount": 1_200_000, "released": 0, "released_amount": 0,
    }  # fmt: skip
    body(await end_shadow(desk.office, MAKER, desk.key(), "toy"))
    await gates("after")
    ended = await shadow_report(desk.office, desk.bank, "toy")
    assert ended is not None and not ended.running and ended.impact.judgements == 3
    assert code(await end_shadow(desk.office, MAKER, desk.key(), "toy")) == "NOT_FOUND"


async def test_what_the_live_text_stops_the_trial_says_it_would_release(desk: Desk) -> None:
    body(await published(desk, toy("10")))
    body(await begin_shadow(desk.office, MAKER, desk.key(), toy("20")))
    assert (await applied(desk, "L1"))["state"] == "refused"
    report = await shadow_report(desk.office, desk.bank, "toy")
    assert report is not None
    assert report.impact.by_rule()["released"].to_list() == [1]
    assert (report.impact.stopped_live, report.impact.stopped_new) == (1, 0)


async def test_a_refused_signature_is_kept_with_what_the_trial_said(desk: Desk) -> None:
    answer = await disclosed(desk)
    body(await published(desk, toy("10")))
    body(await begin_shadow(desk.office, MAKER, desk.key(), toy("20")))
    assert code(await sign(desk.office, desk.call("L1"), answer["terms_digest"])) == "law_forbids"
    report = await shadow_report(desk.office, desk.bank, "toy")
    assert report is not None
    assert report.impact.turned["stage"].to_list() == ["signing"]


async def test_a_text_on_trial_that_cannot_answer_stops_nothing_and_says_so(desk: Desk) -> None:
    later = toy() | {"pack.toml": TOY["pack.toml"].replace("covers_from = 2000-01-01", "covers_from = 2030-01-01")}
    assert later["pack.toml"] != TOY["pack.toml"]
    body(await begin_shadow(desk.office, MAKER, desk.key(), later))
    assert (await applied(desk, "L1"))["state"] == "offered"
    report = await shadow_report(desk.office, desk.bank, "toy")
    assert report is not None and report.problems == 1


async def test_a_text_that_begins_later_opens_no_gate_when_it_is_published(desk: Desk) -> None:
    answer = await disclosed(desk)
    later = toy() | {"pack.toml": TOY["pack.toml"].replace("covers_from = 2000-01-01", "covers_from = 2030-01-01")}
    body(await published(desk, later))
    assert code(await sign(desk.office, desk.call("L1"), answer["terms_digest"])) == "LAW_SILENT"
    assert (
        code(await offer(desk.office, desk.bank, desk.key(), Application(terms(), "b", LoanId("L2")))) == "LAW_SILENT"
    )


async def test_a_jurisdiction_that_is_not_installed_is_neither_published_nor_judged(desk: Desk) -> None:
    nowhere = {name: text.replace("toy", "atlantis") for name, text in toy().items()}
    assert code(await propose_law(desk.office, MAKER, desk.key(), nowhere)) == "UNREADABLE"
    async with desk.store.begin(desk.bank) as work:
        with pytest.raises(Declined):
            await live_law(desk.office.packs, work, BANK, "atlantis")


async def test_files_that_change_while_the_server_runs_change_no_judgement(desk: Desk, tmp_path: Any) -> None:
    folder = tmp_path / "toy"
    folder.mkdir()
    for name, text in TOY.items():
        (folder / name).write_text(text, "utf-8")
    shelf = FolderShelf(tmp_path)
    office = replace(desk.office, packs=shelf)
    judged = shelf.pack("toy").digest
    (folder / "law.toml").write_text(TOY["law.toml"].replace('effect = "block"', 'effect = "report"'), "utf-8")
    plan = replace(terms().schedule, rate_e8=60_000_000)
    application = Application(terms(schedule=plan, fees=()), "b", LoanId("L1"))
    answer = body(await offer(office, desk.bank, desk.key(), application))
    assert (answer["state"], answer["judgement"]["pack_digest"]) == ("refused", judged)


async def test_the_books_agree_after_publications_switches_and_trials(desk: Desk) -> None:
    await desk.active("L1")
    body(await begin_shadow(desk.office, MAKER, desk.key(), toy("10")))
    body(await set_switches(desk.office, MAKER, desk.key(), "toy", frozenset({"strict"})))
    await desk.active("L2")
    body(await published(desk, toy("20")))
    await desk.active("L3")
    assert desk.clock.today() == FIRST_DAY
    assert (await audit_books(desk.office, desk.bank)).agrees
