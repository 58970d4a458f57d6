"""`hengdai evidence replay`: an examiner re-performs one loan, from the book or from its evidence bundle alone."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from hengdai.app.actor import Actor, Role
from hengdai.app.reperform import IncompleteCase, Kind
from hengdai.app.replay_loan import Replay, replay_loan
from hengdai.base.identity import LoanId, OrgId
from hengdai.base.money import Money, currency
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Json, settings_of
from hengdai.entry.cli.talk import data as tell
from hengdai.entry.cli.talk import data_json, say, stop
from hengdai.entry.replaying import KINDS, replay_bundle, replay_json
from hengdai.entry.wiring import Settings, installation
from hengdai.evidence.bundle import verify_bundle
from hengdai.loan.loan import Loan
from hengdai.loan.standing import standing


def replay(
    what: Annotated[str, typer.Argument(metavar="LOAN|FILE", help="借款编号, 或存证文件 / a loan's id, or a bundle")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="看当日日终的状况 / as of the end of that day"),
    ] = None,
    known: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="看该时刻所知的状况, 带时区 / as known at that instant")
    ] = None,
    packs: Annotated[
        list[Path] | None, typer.Option(help="另有法律文本的目录, 可重复 / a folder of more law packs; may repeat")
    ] = None,
    org: Annotated[str | None, typer.Option(help="出资机构, 编号重名时 / the funder, when names clash")] = None,
    json: Json = False,
    data: Data = None,
    dsn: Dsn = None,
) -> None:
    """用当日的法律文本与计算器重演一笔借款, 逐字节对照当时的答复. Re-perform a loan and compare every answer.

    退出码 Exit: 0 完全一致 the same; 3 有不同, 逐处列出 what differs is shown; 2 无法读取 unreadable.

    例 Example: hengdai evidence replay S00042 --day 2026-03-01 --known 2026-03-02T09:00:00+08:00
    """
    instant, on = _instant(known), day.date() if day else None
    try:
        replayed = _of_bundle(Path(what), packs or []) if Path(what).is_file() else None
        if replayed is None:
            settings = settings_of(data, dsn)
            replayed = asyncio.run(_of_book(settings, what, OrgId(org) if org else None, instant, on))
    except IncompleteCase as incomplete:
        stop(Exit.REFUSED, str(incomplete))
    if replayed is None:
        stop(Exit.REFUSED, Text("没有借款 {loan}", "there is no loan {loan}").fill(loan=what))
    if json:
        data_json(replay_json(replayed))
    else:
        _print(replayed, on)
    if not replayed.same:
        raise typer.Exit(int(Exit.REFUSED))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        wanted = "应为带时区的时刻 / expected an instant with its zone, such as 2026-03-02T09:00:00+08:00"
        stop(Exit.UNREADABLE, f"--known {text!r}: {wanted}")
    return found


def _of_bundle(path: Path, folders: list[Path]) -> Replay:
    found = verify_bundle(path.read_bytes())
    for broken in found.broken:
        say(f"断裂 broken: {broken}")
    if found.exit == Exit.UNREADABLE:
        stop(Exit.UNREADABLE, f"{path}: 不是存证文件 / not an evidence bundle")
    if found.exit:
        say(Text("存证无效, 仍予重演", "the evidence is not valid; it is replayed all the same"))
    return replay_bundle(found, folders)


async def _of_book(
    settings: Settings, loan: str, org: OrgId | None, known: datetime | None, day: date | None
) -> Replay | None:
    async with installation(settings) as platform:
        examiner = Actor(OrgId("-"), Role.EXAMINER)
        return await replay_loan(platform.office, examiner, LoanId(loan), known, day, org)


def _print(replayed: Replay, day: date | None) -> None:
    shown = replay_json(replayed)
    for line in shown["answers"]:  # type: ignore[attr-defined]
        name = KINDS[Kind(line["kind"])]
        tell(f"{name.zh} {name.en}: {line['same']}/{line['given']} 一致 the same")
    for each in shown["differing"]:  # type: ignore[attr-defined]
        tell(f"不同 differs: {each['kind']} {each['where']}" + (f": {each['failed']}" if each["failed"] else ""))
        for place in each["places"]:
            tell(f"  {place['path']}: 记录 recorded {place['recorded']!r}, 重演 again {place['again']!r}")
    if replayed.as_seen is None:
        tell(str(Text("当时尚无所知", "nothing was known of it then")))
    else:
        tell(_as_seen(replayed.as_seen, day))
    tell(str(Text("逐字节一致", "the same, byte for byte") if replayed.same else Text("有不同", "it differs")))


def _as_seen(loan: Loan, day: date | None) -> str:
    unit = currency(loan.terms.currency)
    at = standing(loan, max(day or loan.last_day, loan.last_day))
    outstanding, overdue = Money(loan.outstanding, unit), Money(at.overdue, unit)
    return (
        f"{at.day} {loan.state.value}: 剩余本金 outstanding {outstanding}, {at.bucket.value}, 逾期 overdue {overdue}, "
        f"已知事件 events known {len(loan.events)}"
    )
