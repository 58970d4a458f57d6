"""`hengdai audit`: any lender's loan tape, recomputed and held against the law; nothing else of ours is needed."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from hengdai.adapters.tapes.files import sample_of
from hengdai.adapters.tapes.query import QueryTape, is_query
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Order
from hengdai.audit.guess import draft, guess
from hengdai.audit.mapping import MappingUnreadable
from hengdai.audit.tally import Tally
from hengdai.audit.views import views_of
from hengdai.base.money import currency
from hengdai.base.text import Text
from hengdai.entry.cli.asked import Asked, Dsn, audited, tell_unread
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.runoff import runoff
from hengdai.entry.cli.talk import data, say, stop
from hengdai.entry.report.content import Report, percent, summary
from hengdai.entry.report.page import page
from hengdai.entry.report.pdf import Printer

_DONE = Text(
    "{loans} 笔: 违反 {breached}, 差异 {different}, 无法判定 {undetermined}, 未见问题 {clean}; 无法读取 {rejected} 行",
    "{loans} loans: {breached} breached, {different} different, {undetermined} undetermined, {clean} clean; "
    "{rejected} rows unread",
)
_CAP = Text(
    "超过上限 {over} 笔, 应退还 {refund}; 综合成本 (单利) 中位数 {median}",
    "{over} above the cap, {refund} to pay back; median all-in cost (simple) {median}",
)


class _TapeFirst(TyperGroup):
    """A group whose first word may be a tape: then it is `tape` that is meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the word `tape` before anything that is no command of the group."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["tape", *args]
        return super().parse_args(ctx, args)


audit = typer.Typer(
    cls=_TapeFirst, add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="审计任何机构的贷款带, 制定清退计划. Audit any lender's loan tape; plan the run-off of loans above the cap.",
)  # fmt: skip


@audit.command("tape")
def tape(
    tapes: Annotated[
        list[Path],
        typer.Argument(
            help="贷款带 (CSV, Parquet, xlsx, 或 .sql 查询) 或账本目录 / loan tapes, a query, or a book's folder"
        ),
    ],
    pack: Annotated[str | None, typer.Option(help="法规包 / law pack [映射所写 / as the mapping says]")] = None,
    out: Annotated[Path, typer.Option(help="输出目录 / folder to write")] = Path("audit"),
    map: Annotated[
        str | None, typer.Option("--map", help="列映射 TOML, 或自带的 lendingclub / a mapping, or a packaged one")
    ] = None,
    debits: Annotated[Path | None, typer.Option(help="借款人全部扣款 / all debits of the borrowers")] = None,
    entities: Annotated[
        Path | None, typer.Option(help="主体登记目录 (entities, relations) / folder of the register")
    ] = None,
    as_if: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="视同写于此日 / judge as if written that day")
    ] = None,
    switch: Annotated[
        list[str] | None, typer.Option(help="法规包开关, 如 strict / switches of the pack, such as strict")
    ] = None,
    dsn: Dsn = None,
    guess_map: Annotated[bool, typer.Option("--guess", help="只起草列映射 / only draft a mapping")] = False,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="不生成 PDF / no PDF")] = False,
) -> None:
    """审计任何机构的贷款带: 重算计划与综合融资成本, 逐条对照法规. Audit any lender's loan tape.

    退出码 0 未见问题, 1 有发现, 2 无法读取. Exit 0 clean, 1 findings, 2 could not read.

    例 Example: hengdai audit tape.csv --map map.toml --pack cn --out audit
    """
    try:
        if guess_map:
            data(_draft(tapes[0], pack or "cn", dsn))
            return
        tally = _audit(tapes, Asked(pack, out, map, debits, entities, as_if, tuple(switch or ()), not no_pdf, dsn))
    except (TapeUnreadable, MappingUnreadable) as error:
        stop(Exit.UNREADABLE, str(error))
    if tally.findings:
        raise typer.Exit(int(Exit.NO))


audit.command("runoff")(runoff)


def _draft(tape: Path, pack: str, dsn: str | None) -> str:
    names, cells = QueryTape(tape, dsn, 200).sample() if is_query(tape) else sample_of(tape)
    return draft(guess(names, cells), pack=pack, currency="CNY")


def _audit(paths: Sequence[Path], asked: Asked) -> Tally:
    # The browser starts while the tape is read, and prints while the last findings are written.
    with Printer() if asked.pdf else nullcontext() as printer, audited(paths, asked) as (order, tally):
        report = _report(paths, order, tally)
        _write(report, asked.out, printer)
    counts = {name: f"{tally.answers[name]:,}" for name in ("breached", "different", "undetermined", "clean")}
    data(str(_DONE.fill(loans=f"{tally.loans:,}", rejected=f"{tally.rejected:,}", **counts)))
    data(str(_CAP.fill(over=f"{tally.over['simple']:,}", refund=report.money(tally.refunds["simple"]),
                       median=percent(tally.quantile_e8(1, 2)))))  # fmt: skip
    tell_unread(tally)
    data(str(asked.out / "report.html"))
    return tally


def _report(paths: Sequence[Path], order: Order, tally: Tally) -> Report:
    read, pack, as_if = order.mapping, order.pack, order.as_if
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return Report(
        tally, pack, tuple(path.name for path in paths), currency(read.currency), today, read.mapped, as_if,
        read.note, order.looking is not None, views_of(tally.worst, pack, as_if),
    )  # fmt: skip


def _write(report: Report, out: Path, printer: Printer | None) -> None:
    (out / "report.pdf").unlink(missing_ok=True)  # one of an earlier audit would be taken for this one's
    (out / "report.html").write_text(page(report, "zh", "report.en.html"), encoding="utf-8")
    printed = None if printer is None else printer.print(out / "report.html", out / "report.pdf")
    (out / "report.en.html").write_text(page(report, "en", "report.html"), encoding="utf-8")
    told = json.dumps(summary(report), ensure_ascii=False, indent=1, default=str)
    (out / "summary.json").write_text(told + "\n", encoding="utf-8")
    why = None if printed is None else printed.result()
    if why is not None:
        say(why)
