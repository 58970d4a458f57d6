"""`hengdai law propose, publish, published, switch` and `hengdai law shadow`: by which text a book is judged."""

import asyncio
import json as json_module
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hengdai.adapters.packs import FolderShelf, texts_of
from hengdai.app.actor import Actor, Role
from hengdai.app.command import Declined, Outcome
from hengdai.app.law_impact import LawImpact
from hengdai.app.live_law import live_law
from hengdai.app.propose_law import propose_law
from hengdai.app.publish_law import Preview, preview, publish_law
from hengdai.app.set_law import begin_shadow, end_shadow, set_switches
from hengdai.app.shadow_report import ShadowReport, shadow_report
from hengdai.base.identity import OrgId
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.law_book import PackId, print_impact, print_turned
from hengdai.entry.cli.options import Data, Dsn, Json, Org, settings_of
from hengdai.entry.cli.talk import console, data, data_json, say, stop, table
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import installation

T = TypeVar("T")
Key = Annotated[
    str,
    typer.Option("--key", envvar="HENGDAI_KEY", help="以谁的密钥 / whose API key [HENGDAI_KEY]", show_envvar=False),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="按哪天以来的判定衡量, 默认一年 / judgements since; a year"
    ),
]
_PROPOSED = Text(
    "已送审 {proposal}; 由另一人复核: hengdai law publish {proposal}",
    "proposed {proposal}; for another person to check: hengdai law publish {proposal}",
)
_NOT_YET = Text(
    "尚未发布. 看过以上差异后, 由复核人加 --digest {digest}",
    "not published. Having read this, the checker repeats it with --digest {digest}",
)
_PUBLISHED = Text("第 {number} 次发布, 自此刻起按该文本判定", "publication {number}: this text judges from now on")
_SHADOW = Text(
    "{judgements} 个判定: 现行文本拦截 {live}, 试行文本会拦截 {new}, 无法作答 {problems}",
    "{judgements} judgements: the live text stopped {live}, the one on trial would {new}, no answer {problems}",
)
_NO_TRIAL = Text("{pack} 没有试行过的文本", "no text of {pack} was ever on trial")
_NO_KEY = Text("密钥无效或已吊销", "the key is not valid, or revoked")
_SWITCHED = Text("已打开: {switches}", "switched on: {switches}")
_ENDED = Text("试行已结束", "the trial has ended")
_BEGUN = Text(
    "试行文本 {digest} 自此刻起与现行文本并行, 不拦截任何业务", "{digest} runs beside the live text from now on"
)


def _as(key: str, data_dir: Path | None, dsn: str | None, do: Callable[[Platform, Actor], Awaitable[T]]) -> T:
    """Run something as the holder of that key; a key that is not valid, or a refusal, ends the command."""

    async def work() -> T:
        async with installation(settings_of(data_dir, dsn)) as platform:
            actor = await platform.door.actor(key)
            if actor is None:
                stop(Exit.REFUSED, _NO_KEY)
            return await do(platform, actor)

    try:
        return asyncio.run(work())
    except Declined as declined:
        stop(Exit.REFUSED, declined.no.text)


def _done(outcome: Outcome) -> Mapping[str, Any]:
    """The answer; a refusal ends the command with its words."""
    if outcome.refusal is not None:
        stop(Exit.REFUSED, outcome.refusal.text)
    answer: Mapping[str, Any] = json_module.loads(outcome.body)
    return answer


def _texts(name: str) -> dict[str, str]:
    """The texts in the folder of that name, or of the installed pack of that id."""
    folder = Path(name)
    if folder.is_dir():
        return texts_of(folder)
    shelf = FolderShelf()
    try:
        return shelf.texts(shelf.pack(name).digest)
    except LookupError as unknown:
        stop(Exit.UNREADABLE, str(unknown.args[0]))


def propose(text: PackId, key: Key, json: Json = False, data_dir: Data = None, dsn: Dsn = None) -> None:
    """送审一个法律文本; 另一人发布之前不约束任何人. Put a text forward; it binds nobody until another publishes it.

    例 Example: hengdai law propose ./cn-next --key "$MAKER_KEY"
    """
    texts = _texts(text)

    async def do(platform: Platform, actor: Actor) -> Outcome:
        return await propose_law(platform.office, actor, platform.office.ids.next(), texts)

    answer = _done(_as(key, data_dir, dsn, do))
    if json:
        data_json(answer)
        return
    data(f"{answer['proposal']}  {answer['pack']} {answer['version']}  {answer['digest']}")
    say(_PROPOSED.fill(proposal=answer["proposal"]))


def publish(
    proposal: Annotated[str, typer.Argument(help="送审编号 / what was proposed")],
    key: Key,
    digest: Annotated[str | None, typer.Option(help="看过的文本的摘要 / of the text that was read")] = None,
    since: Since = None,
    json: Json = False,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """复核并发布: 先列出差异与影响; 加 --digest 即发布. Show what would change; with --digest, publish it.

    没有 --digest 只是看, 退出码 1. Without --digest nothing is published: exit 1.

    例 Example: hengdai law publish 0199-… --digest 5f…c1 --key "$CHECKER_KEY"
    """

    async def look(platform: Platform, actor: Actor) -> Preview:
        return await preview(platform.office, actor, proposal, _day(platform, since))

    async def do(platform: Platform, actor: Actor) -> Outcome:
        office = platform.office
        return await publish_law(office, actor, office.ids.next(), proposal, str(digest), _day(platform, since))

    if digest is None:
        seen = _as(key, data_dir, dsn, look)
        if json:
            data_json(_preview_json(seen))
        else:
            _print_preview(seen)
        say(_NOT_YET.fill(digest=seen.candidate.digest))
        raise typer.Exit(int(Exit.NO))
    answer = _done(_as(key, data_dir, dsn, do))
    if json:
        data_json(answer)
        return
    shown = ", ".join(f"{name} {value}" for name, value in answer["shown"].items())
    data(f"{answer['pack']} {answer['version']}  {answer['digest']}")
    say(_PUBLISHED.fill(number=answer["publication"]))
    say(shown)


def _day(platform: Platform, since: datetime | None) -> date:
    return since.date() if since else platform.office.clock.today() - timedelta(days=365)


def _preview_json(seen: Preview) -> dict[str, Any]:
    named = ("kind", "id", "field", "old", "new")
    return {
        "proposal": seen.row.id,
        "maker": seen.row.proposal.maker,
        "live": {"version": seen.live.version, "digest": seen.live.digest},
        "candidate": {"version": seen.candidate.version, "digest": seen.candidate.digest},
        "changes": [{name: getattr(change, name) for name in named} for change in seen.changes],
        "figures": seen.figures(),
        "by_rule": seen.impact.by_rule().to_dicts(),
        "failing_cases": list(seen.failing),
    }


def _print_preview(seen: Preview) -> None:
    for change in seen.changes:
        data(f"{change.kind.value:<8} {change.id} {change.field}")
        for mark, words in (("-", change.old), ("+", change.new)):
            if words:
                data(f"  {mark} {words}")
    print_impact(seen.impact)
    for failing in seen.failing:
        say(Text(f"案例未通过: {failing}", f"a case fails: {failing}"))


def _print_trial(found: LawImpact, problems: int) -> None:
    print_turned(found)
    figures = {"judgements": found.judgements, "live": found.stopped_live, "new": found.stopped_new}
    say(_SHADOW.fill(**figures, problems=problems))


def published(org: Org, pack: PackId = "cn", json: Json = False, data_dir: Data = None, dsn: Dsn = None) -> None:
    """一本账按哪个文本判定: 历次发布, 制作人, 复核人, 开关, 试行. By which text a book is judged, by whose hand.

    例 Example: hengdai law published cn --org bank-a
    """

    async def work() -> dict[str, Any]:
        async with (
            installation(settings_of(data_dir, dsn)) as platform,
            platform.office.store.begin(Actor(OrgId(org), Role.VIEWER)) as work,
        ):
            law = await live_law(platform.office.packs, work, OrgId(org), pack, opening=True)
            rows = await work.law_of(OrgId(org), pack)
            history = await work.publications(OrgId(org), pack)
            named = ("number", "day", "digest", "replaces", "maker", "checker", "proposal_id", "shown")
            return {
                "book": org,
                "pack": pack,
                "version": law.pack.version,
                "digest": law.pack.digest,
                "switches": sorted(rows.switches),
                "shadow": rows.shadow,
                "publications": [{name: getattr(row, name) for name in named} for row in history],
            }

    try:
        found = asyncio.run(work())
    except Declined as declined:
        stop(Exit.REFUSED, declined.no.text)
    if json:
        data_json(found)
        return
    data(f"{found['pack']} {found['version']}  {found['digest']}")
    _print_standing(found)


def _print_standing(found: Mapping[str, Any]) -> None:
    rows: Sequence[Mapping[str, Any]] = found["publications"]
    if not rows:
        say(Text("未发布过文本, 按安装的文本判定", "nothing was published: the installed text judges"))
    else:
        headings = {"次 no.": True, "日 day": False, "摘要 digest": False, "制作 maker": False, "复核 checker": False}
        shown = [[str(r["number"]), str(r["day"]), r["digest"][:16], r["maker"], r["checker"]] for r in rows]
        console().print(table(headings, shown))
    say(_SWITCHED.fill(switches=", ".join(found["switches"]) or "—"))
    if found["shadow"]:
        say(Text(f"试行: {found['shadow']}", f"on trial: {found['shadow']}"))


def switch(
    pack: Annotated[str, typer.Argument(help="法律包 / law pack")],
    key: Key,
    on: Annotated[list[str] | None, typer.Option("--on", help="打开, 可重复; 未列出的即关闭 / on; may repeat")] = None,
    lender_kind: Annotated[
        str | None, typer.Option(help="以何种牌照放贷, 如 bank / the licence the funder lends by")
    ] = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """设定一本账打开的开关: 从严口径, 窗口指导, 征求意见稿. Say all that is switched on in your own book.

    设定过的账簿只按所设法域放贷, 条款中的牌照须与所设一致. A book that was set lends under no other law or licence.

    例 Example: hengdai law switch cn --lender-kind bank --on strict --key "$ADMIN_KEY"
    """

    async def do(platform: Platform, actor: Actor) -> Outcome:
        office, chosen = platform.office, frozenset(on or ())
        return await set_switches(office, actor, office.ids.next(), pack, chosen, lender_kind)

    answer = _done(_as(key, data_dir, dsn, do))
    say(_SWITCHED.fill(switches=", ".join(answer["switches"]) or "—"))


shadow = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="试行: 候选文本与现行文本并行而不约束任何人. A text on trial beside the live one, binding nobody.",
)


@shadow.command()
def begin(text: PackId, key: Key, data_dir: Data = None, dsn: Dsn = None) -> None:
    """开始试行: 自此刻起每道关口都记下该文本会怎么说. From now on, record at every gate what this text would say.

    例 Example: hengdai law shadow begin ./cn-next --key "$ADMIN_KEY"
    """
    texts = _texts(text)

    async def do(platform: Platform, actor: Actor) -> Outcome:
        return await begin_shadow(platform.office, actor, platform.office.ids.next(), texts)

    say(_BEGUN.fill(digest=_done(_as(key, data_dir, dsn, do))["shadow"]))


@shadow.command()
def end(
    pack: Annotated[str, typer.Argument(help="法律包 / law pack")], key: Key, data_dir: Data = None, dsn: Dsn = None
) -> None:
    """结束试行; 已记下的保留. End the trial; what it said stays.

    例 Example: hengdai law shadow end cn --key "$ADMIN_KEY"
    """

    async def do(platform: Platform, actor: Actor) -> Outcome:
        return await end_shadow(platform.office, actor, platform.office.ids.next(), pack)

    _done(_as(key, data_dir, dsn, do))
    say(_ENDED)


@shadow.command()
def report(
    org: Org,
    pack: Annotated[str, typer.Argument(help="法律包 / law pack")] = "cn",
    digest: Annotated[str | None, typer.Option(help="哪个试行文本, 默认最近 / which trial; the latest")] = None,
    json: Json = False,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """试行报告: 哪些申请与借款会改变, 按条款, 金额, 合作机构. What would have turned; exit 1 when something did.

    例 Example: hengdai law shadow report cn --org bank-a
    """

    async def work() -> ShadowReport | None:
        async with installation(settings_of(data_dir, dsn)) as platform:
            return await shadow_report(platform.office, Actor(OrgId(org), Role.VIEWER), pack, digest)

    try:
        found = asyncio.run(work())
    except Declined as declined:
        stop(Exit.REFUSED, declined.no.text)
    if found is None:
        stop(Exit.NO, _NO_TRIAL.fill(pack=pack))
    if json:
        data_json(_report_json(found))
    else:
        _print_trial(found.impact, found.problems)
    if found.impact.turned.height:
        raise typer.Exit(int(Exit.NO))


def _report_json(found: ShadowReport) -> dict[str, Any]:
    return {
        "live": {"version": found.live.version, "digest": found.live.digest},
        "candidate": {"version": found.candidate.version, "digest": found.candidate.digest},
        "running": found.running,
        "judgements": found.impact.judgements,
        "stopped_live": found.impact.stopped_live,
        "stopped_candidate": found.impact.stopped_new,
        "problems": found.problems,
        "by_rule": found.impact.by_rule().to_dicts(),
        "turned": found.impact.turned.to_dicts(),
    }
