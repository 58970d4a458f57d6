"""`hengdai law impact` and `hengdai law pages`: a text of the law beside a book of loans."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hengdai.adapters.clock import WallClock
from hengdai.adapters.packs import FolderShelf, texts_of
from hengdai.app.actor import Actor, Role
from hengdai.app.law_impact import LawImpact, law_impact
from hengdai.base.identity import OrgId
from hengdai.base.money import Money
from hengdai.base.money import currency as currency_of
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Json, settings_of
from hengdai.entry.cli.talk import console, data_json, say, stop, table
from hengdai.entry.wiring import installation
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from hengdai.law.pages import pages as pages_of

PackId = Annotated[str, typer.Argument(help="法律包, 或其目录 / a law pack, or a folder of one")]
_EVERYBODY = Actor(OrgId("-"), Role.EXAMINER)
_WEIGHED = Text(
    "{judgements} 个判定: 现行文本拦截 {live}, 候选文本拦截 {new}; {loans} 笔贷款会改变",
    "{judgements} judgements: the live text stops {live}, the candidate {new}; {loans} loans would turn",
)
_WRITTEN = Text("写出 {count} 页, 从 {index} 看起", "{count} pages written; begin with {index}")


def pack_named(name: str) -> Pack:
    """The installed pack of that id, or the one in the folder of that name; ends the command when there is none."""
    folder = Path(name)
    try:
        if folder.is_dir():
            return load_pack(texts_of(folder))
        return FolderShelf().pack(name)
    except LookupError as unknown:
        stop(Exit.UNREADABLE, str(unknown.args[0]))


def impact(
    new: PackId,
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="从哪天的判定起 / judgements since which day"),
    ],
    pack: Annotated[str, typer.Option(help="与哪个文本相比 / the text to compare with")] = "cn",
    json: Json = False,
    data: Data = None,
    dsn: Dsn = None,
) -> None:
    """候选文本若早已施行, 哪些贷款会改变: 按条款, 金额, 合作机构. What a candidate text would have turned.

    不写入账本, 不约束任何人; 有改变则退出码为 1. Nothing is written and nobody is bound; exit 1 when something turns.

    例 Example: hengdai law impact ./cn-draft --since 2026-01-01
    """
    live, candidate = pack_named(pack), pack_named(new)
    if live.id != candidate.id:
        stop(Exit.UNREADABLE, f"{candidate.id} ≠ {live.id}: 须为同一法域 / the same jurisdiction is needed")

    async def work() -> LawImpact:
        async with installation(settings_of(data, dsn)) as platform:
            return await law_impact(platform.office, _EVERYBODY, live, candidate, since.date())

    found = asyncio.run(work())
    if json:
        data_json(_json(found, live, candidate, since.date()))
    else:
        print_impact(found)
    if found.turned.height:
        raise typer.Exit(int(Exit.NO))


def _json(found: LawImpact, live: Pack, candidate: Pack, since: date) -> dict[str, Any]:
    return {
        "live": {"id": live.id, "version": live.version, "digest": live.digest},
        "candidate": {"id": candidate.id, "version": candidate.version, "digest": candidate.digest},
        "since": since.isoformat(),
        "judgements": found.judgements,
        "stopped_live": found.stopped_live,
        "stopped_candidate": found.stopped_new,
        "by_rule": found.by_rule().to_dicts(),
        "turned": found.turned.to_dicts(),
    }


def print_impact(found: LawImpact) -> None:
    """What a candidate would have turned: the table, then the counts."""
    print_turned(found)
    loans = found.turned.select("org", "loan").n_unique()
    figures = {"judgements": found.judgements, "live": found.stopped_live, "new": found.stopped_new}
    say(_WEIGHED.fill(**figures, loans=loans))


def print_turned(found: LawImpact) -> None:
    """The table of what would turn: by rule, clause and partner, with loans and amounts; nothing when nothing would."""
    headings = {
        "规则 rule": False,
        "条款 clause": False,
        "合作机构 partner": False,
        "新拦截 stopped": True,
        "金额 amount": True,
        "放行 released": True,
        "金额 of them": True,
    }
    rows = [
        [
            row["rule"],
            row["clause"],
            row["partner"],
            f"{row['newly_stopped']:,}",
            str(Money(row["newly_stopped_amount"], currency_of(row["currency"]))),
            f"{row['released']:,}",
            str(Money(row["released_amount"], currency_of(row["currency"]))),
        ]
        for row in found.by_rule().to_dicts()
    ]
    if rows:
        console().print(table(headings, rows))


def pages(
    out: Annotated[Path, typer.Option(help="写到哪个目录 / into which folder")],
    pack: PackId = "cn",
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="哪一天的法律, 默认今天 / law of which day"),
    ] = None,
    book: Annotated[bool, typer.Option(help="写上账本中被各条拦截的笔数 / with the loans each rule stopped")] = False,
    data: Data = None,
    dsn: Dsn = None,
) -> None:
    """把法律包写成静态网页: 按主题, 效力, 贷款人, 日期; 每条附条款, 沿革, 案例. The pack as static pages.

    例 Example: hengdai law pages --out ./law-pages
    """
    text = pack_named(pack)
    stopped = asyncio.run(_stopped(data, dsn)) if book or dsn else {}
    written = pages_of(text, on.date() if on else WallClock().today(), stopped)
    out.mkdir(parents=True, exist_ok=True)
    for name, page in written.items():
        (out / name).write_text(page, encoding="utf-8")
    say(_WRITTEN.fill(count=len(written), index=out / "index.html"))


async def _stopped(data: Path | None, dsn: str | None) -> dict[str, int]:
    """How many loans each rule stopped at any gate, over every book."""
    async with installation(settings_of(data, dsn)) as platform, platform.office.store.begin(_EVERYBODY) as work:
        rows = await work.rows("stopped_by_rule")
    return {str(row["rule"]): int(str(row["loans"])) for row in rows}
