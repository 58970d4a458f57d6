"""`hengdai law`: the law packs as people read them, and judgements of facts without any book."""

import json as json_module
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import typer

from hengdai.adapters.clock import WallClock
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.law_book import PackId, impact, pack_named, pages
from hengdai.entry.cli.law_publish import propose, publish, published, shadow, switch
from hengdai.entry.cli.options import Json
from hengdai.entry.cli.talk import console, data, data_json, stop, table
from hengdai.law import report
from hengdai.law.diff import diff as changes
from hengdai.law.judge import Settings
from hengdai.law.kinds import Stage

law = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="法律文本包: 查看, 解释, 检查, 差异, 影响, 发布, 试行. Show, explain, check, diff, impact, publish, try.",
)
law.command()(impact)
law.command()(pages)
for _verb in (propose, publish, published, switch):
    law.command()(_verb)
law.add_typer(shadow, name="shadow")
_On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="哪一天的法律, 默认今天 / law of which day"),
]


def _day(on: datetime | None) -> date:
    return on.date() if on else WallClock().today()


@law.command()
def show(
    pack: PackId = "cn",
    on: _On = None,
    theme: Annotated[str, typer.Option(help="主题 / theme")] = "",
    force: Annotated[str, typer.Option(help="效力: LAW RULE NORM STD SELF WINDOW DRAFT")] = "",
    lender_kind: Annotated[str, typer.Option(help="只看适用于此类贷款人的 / for this kind of lender")] = "",
    json: Json = False,
) -> None:
    """某日有效的规则一览. The rules in force on a day.

    例 Example: hengdai law show cn --on 2026-11-23 --lender-kind bank
    """
    lines = report.show(pack_named(pack), _day(on), theme=theme, force=force.upper(), lender_kind=lender_kind)
    if json:
        data_json([_line_json(line) for line in lines])
        return
    headings = {
        "规则 rule": False,
        "标题 title": False,
        "关口 stage": False,
        "后果 effect": False,
        "条款 clause": False,
    }
    rows = [[line.id, str(line.title), line.stage.value, line.effect.value, line.clause] for line in lines]
    console().print(table(headings, rows))


def _line_json(line: report.Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "zh": line.title.zh,
        "en": line.title.en,
        "force": line.force.value,
        "stage": line.stage.value,
        "effect": line.effect.value,
        "from": line.start.isoformat(),
        "until": None if line.end is None else line.end.isoformat(),
        "clause": line.clause,
        "theme": line.theme,
        "switch": line.switch,
        "figures": dict(line.figures),
        "uncertain": line.uncertain,
    }


@law.command()
def explain(rule: Annotated[str, typer.Argument(help="规则编号, 如 cn.lf-009 / id of a rule")], on: _On = None) -> None:
    """一条规则: 条款, 条件, 当日数值, 沿革, 判例. One rule with its clause, condition, figures, history and cases.

    例 Example: hengdai law explain cn.lf-009 --on 2026-11-23
    """
    try:
        found = report.explain(pack_named(rule.split(".")[0]), rule, _day(on))
    except LookupError as unknown:
        stop(Exit.UNREADABLE, str(unknown.args[0]))
    line = found.line
    data(f"{line.id}  {line.title}")
    data(f"  条款 clause      {line.clause}   [{line.force.value}, {found.confidence}, {found.checked_on}]")
    data(
        f"  关口 stage       {line.stage.value}   后果 effect {line.effect.value}   不明 unknown {found.unknown.value}"
    )
    data(f"  适用 when        {found.when or '总是 always'}")
    data(f"  条件 holds       {found.holds}")
    data(f"  当日 that day    {found.bound}")
    for text in (found.ranked, found.uncertain):
        if text is not None:
            data(f"  注意 note        {text}")
    for figure in found.figures:
        mark = "*" if figure.now else " "
        data(f"  {mark} {figure.id}  {figure.start} – {figure.end or '…'}  {figure.value}  {figure.clause}")
    for case in found.cases:
        given = ", ".join(f"{name} = {value}" for name, value in case.given.items())
        data(f"  例 case {case.on}  {case.answer.value:<14} {given}  ({case.why})")


@law.command()
def check(
    file: Annotated[
        typer.FileText,
        typer.Argument(
            encoding="utf-8-sig",
            errors="backslashreplace",  # a byte that is no UTF-8 makes its own line unreadable, no other
            help="每行一个事实对象, - 为标准输入 / JSON Lines of facts, - for stdin",
        ),
    ],
    pack: Annotated[str, typer.Option(help="法律包 / law pack")] = "cn",
    stage: Annotated[Stage, typer.Option(help="关口 / stage")] = Stage.APPLICATION,
    on: _On = None,
    switch: Annotated[list[str] | None, typer.Option(help="打开的开关, 可重复 / switched on, may repeat")] = None,
) -> None:
    """按法律判定事实, 逐行输出判定. Judge facts, one verdict a line; exit 1 when a rule stops something.

    例 Example: echo '{"lender_kind": "bank"}' | hengdai law check - --on 2026-11-23
    """
    settings = Settings(frozenset(switch or ()))
    stopped = False
    for record in report.check_lines(pack_named(pack), file, stage=stage, on=_day(on), settings=settings):
        stopped = stopped or "problem" in record or bool(record.get("stops"))
        data(json_module.dumps(record, ensure_ascii=False, default=str))
    if stopped:
        raise typer.Exit(int(Exit.NO))


@law.command()
def facts(pack: PackId = "cn", json: Json = False) -> None:
    """事实目录: 判定需要知道什么. The catalogue of facts: what judging needs to know.

    例 Example: hengdai law facts cn
    """
    entries = report.facts(pack_named(pack))
    if json:
        data_json(
            [
                {"id": e.id, "unit": e.unit.value, "zh": e.meaning.zh, "en": e.meaning.en, "values": e.values}
                for e in entries
            ]
        )
        return
    headings = {"事实 fact": False, "单位 unit": False, "含义 meaning": False, "由谁证明 attested by": False}
    rows = [[e.id, e.unit.value, str(e.meaning), ", ".join(e.attested_by)] for e in entries]
    console().print(table(headings, rows))


@law.command()
def diff(old: PackId, new: PackId, json: Json = False) -> None:
    """两个法律文本的差异; 有差异则退出码为 1. What changed from one text to another; exit 1 when something did.

    例 Example: hengdai law diff cn ./cn-draft
    """
    found = changes(pack_named(old), pack_named(new))
    if json:
        data_json([_change_json(each.kind.value, each.id, each.field, each.old, each.new) for each in found])
    else:
        for each in found:
            data(f"{each.kind.value:<8} {each.id} {each.field}")
            for mark, words in (("-", each.old), ("+", each.new)):
                if words:
                    data(f"  {mark} {words}")
    if found:
        raise typer.Exit(int(Exit.NO))


def _change_json(kind: str, id: str, field: str, old: str, new: str) -> Mapping[str, str]:
    return {"kind": kind, "id": id, "field": field, "old": old, "new": new}
