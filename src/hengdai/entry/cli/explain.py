"""`hengdai explain`: why a figure of a loan is what it is."""

import asyncio
from datetime import date, datetime
from typing import Annotated

import typer

from hengdai.app.actor import Actor, Role
from hengdai.base.identity import OrgId
from hengdai.base.reason import Finding
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Json, settings_of
from hengdai.entry.cli.talk import console, data_json, stop
from hengdai.entry.explaining import explain as reasons_of
from hengdai.entry.reading import Reading
from hengdai.entry.wiring import installation


def explain(
    loan: Annotated[str, typer.Argument(help="借款编号 / id of the loan")],
    figure: Annotated[
        str, typer.Argument(help="outstanding, payoff, overdue, dpd, penalty, repaid, all_in, due/3, due/3/interest …")
    ],
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="默认营业日 / the business day by default"),
    ] = None,
    json: Json = False,
    org: Annotated[str | None, typer.Option(help="只看此机构可见的 / as this organisation sees it")] = None,
    data: Data = None,
    dsn: Dsn = None,
) -> None:
    """一笔借款的一个数字为什么是这样: 条款, 事实, 算式. Why a figure of a loan is what it is.

    例 Example: hengdai explain S00042 all_in --on 2026-11-23
    """
    actor = Actor(OrgId(org), Role.VIEWER) if org else Actor(OrgId("-"), Role.EXAMINER)

    async def work() -> tuple[date, Finding[str]] | None:
        async with installation(settings_of(data, dsn)) as platform:
            record = await Reading(platform.office, actor).loan(loan)
            if record is None:
                return None
            day = max(on.date() if on else platform.office.clock.today(), record.loan.last_day)
            return day, reasons_of(record.loan, figure, day)

    try:
        found = asyncio.run(work())
    except LookupError as unknown:
        stop(Exit.UNREADABLE, str(unknown.args[0]))
    if found is None:
        stop(Exit.REFUSED, Text("没有借款 {loan}", "there is no loan {loan}").fill(loan=loan))
    day, finding = found
    if json:
        data_json(_json(loan, figure, day, finding))
    else:
        _print(figure, day, finding)


def _json(loan: str, figure: str, day: date, finding: Finding[str]) -> dict[str, object]:
    because = [
        {"zh": reason.text.zh, "en": reason.text.en, "clause": reason.cite, "figures": dict(reason.figures)}
        for reason in finding.because
    ]
    return {"loan": loan, "figure": figure, "day": day.isoformat(), "value": finding.value, "because": because}


def _print(figure: str, day: date, finding: Finding[str]) -> None:
    out = console()
    out.print(f"{figure}  {finding.value}  ({day})")
    for reason in finding.because:
        out.print(f"  因为 because  {reason.text}" + (f"   [{reason.cite}]" if reason.cite else ""), markup=False)
        for name, value in reason.figures.items():
            out.print(f"                {name:<12} {value}", markup=False)
