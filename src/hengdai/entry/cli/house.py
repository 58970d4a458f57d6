"""`hengdai end-of-day`, `audit-books` and `migrate`: the daily work of whoever runs the book."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from hengdai.app.actor import Actor, Role
from hengdai.app.audit_books import Audit
from hengdai.app.audit_books import audit_books as do_audit
from hengdai.app.command import Declined
from hengdai.app.end_of_day import end_of_day as do_end
from hengdai.base.identity import OrgId
from hengdai.base.money import Money
from hengdai.base.money import currency as currency_of
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Json, settings_of
from hengdai.entry.cli.talk import console, data_json, say, stop, table
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import installation

_Orgs = Annotated[
    list[str] | None, typer.Option("--org", help="出资机构, 可重复, 默认全部 / funder, may repeat; all by default")
]
_NOBODY = OrgId("-")


async def _funders(platform: Platform, named: list[str] | None) -> list[OrgId]:
    if named:
        return [OrgId(each) for each in named]
    async with platform.office.store.begin(Actor(_NOBODY, Role.EXAMINER)) as work:
        return [each.id for each in await work.organisations() if each.kind == "funder"]


def end_of_day(
    org: _Orgs = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="默认营业日 / the business day by default"),
    ] = None,
    json: Json = False,
    data: Data = None,
    dsn: Dsn = None,
) -> None:
    """日终: 结束营业日, 补结漏掉的日子; 被杀后重跑即可续做. Close a business day, and the days missed before it.

    例 Example: hengdai end-of-day --org bank-a
    """

    async def work() -> list[dict[str, str]]:
        async with installation(settings_of(data, dsn)) as platform:
            done = []
            for funder in await _funders(platform, org):
                actor = Actor(funder, Role.OPERATOR)
                for report in await do_end(platform.office, actor, day.date() if day else None):
                    done.append({"org": funder, "day": report.key.day.isoformat(), "status": report.status.value})
            return done

    try:
        reports = asyncio.run(work())
    except Declined as declined:
        stop(Exit.REFUSED, declined.no.text)
    if json:
        data_json(reports)
    else:
        headings = {"机构 funder": False, "日期 day": False, "结果 status": False}
        console().print(table(headings, [list(report.values()) for report in reports]))


def audit_books(org: _Orgs = None, json: Json = False, data: Data = None, dsn: Dsn = None) -> None:
    """第二记账人: 独立重算全部余额, 借款与持仓, 并重新判定. A second bookkeeper recomputes everything, verdicts too.

    退出码 1: 账不符. Exit 1: the books differ.

    例 Example: hengdai audit-books --json
    """

    async def work() -> list[Audit]:
        async with installation(settings_of(data, dsn)) as platform:
            return [
                await do_audit(platform.office, Actor(funder, Role.VIEWER)) for funder in await _funders(platform, org)
            ]

    audits = asyncio.run(work())
    if json:
        data_json([_audit_json(audit) for audit in audits])
    else:
        _print_audits(audits)
    if not all(audit.agrees for audit in audits):
        raise typer.Exit(int(Exit.NO))


def _audit_json(audit: Audit) -> dict[str, object]:
    return {
        "org": audit.org,
        "loans": audit.loans,
        "events": audit.events,
        "entries": audit.entries,
        "judgements": audit.judgements,
        "agrees": audit.agrees,
        "trial_balances": [
            {"currency": each.currency, "debit": each.debit, "credit": each.credit} for each in audit.trial_balances
        ],
        "discrepancies": [f"{each.where}: {each.text}" for each in audit.discrepancies],
    }


def _print_audits(audits: list[Audit]) -> None:
    headings = {
        "机构 funder": False,
        "借款 loans": True,
        "事件 events": True,
        "凭证 entries": True,
        "判定 verdicts": True,
        "借 = 贷 debit = credit": True,
        "结论 verdict": False,
    }
    rows = []
    for audit in audits:
        sums = "  ".join(str(Money(each.debit, currency_of(each.currency))) for each in audit.trial_balances)
        verdict = "相符 agrees" if audit.agrees else "不符 differs"
        rows.append(
            [
                audit.org,
                f"{audit.loans:,}",
                f"{audit.events:,}",
                f"{audit.entries:,}",
                f"{audit.judgements:,}",
                sums,
                verdict,
            ]
        )
    console().print(table(headings, rows))
    for audit in audits:
        for found in audit.discrepancies[:20]:
            say(f"{audit.org} {found.where}: {found.text}")


def migrate(data: Data = None, dsn: Dsn = None) -> None:
    """把数据库升级到本版本的表结构; 可重复执行. Bring the database to this version's tables; safe to run again.

    例 Example: hengdai migrate --dsn postgresql:///hengdai
    """

    async def work() -> None:
        async with installation(settings_of(data, dsn)):
            pass

    asyncio.run(work())
    say(Text("表结构已是最新", "the tables are up to date"))
