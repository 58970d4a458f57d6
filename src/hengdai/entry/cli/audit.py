"""`hengdai audit`: any lender's loan tape, recomputed and held against the law; nothing else of ours is needed."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.book import BookTape, is_book
from hengdai.adapters.tapes.debits import FileDebits, looking_in
from hengdai.adapters.tapes.files import FileTape, FolderSink, mapping_data, sample_of
from hengdai.adapters.tapes.query import QueryTape, is_query
from hengdai.adapters.tapes.runoff import write_runoff
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Looking, Order, Tape, audit_tape
from hengdai.audit.batch import Audited
from hengdai.audit.guess import draft, guess
from hengdai.audit.mapping import MappingUnreadable, TapeMapping, parse_mapping
from hengdai.audit.runoff import Old, Remedy, old_loans, plan, step_of
from hengdai.audit.tally import Tally
from hengdai.audit.views import views_of
from hengdai.base.calendar import month_after
from hengdai.base.money import Money, currency
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.talk import data, say, stop
from hengdai.entry.report.content import Report, percent, summary
from hengdai.entry.report.page import page
from hengdai.entry.report.pdf import print_pdf
from hengdai.law.judge import Settings
from hengdai.law.pack import Pack

_NO_MAP = Text("须用 --map 给出列映射; 先用 --guess 起草", "a column mapping is needed: --map FILE; --guess drafts one")
_EMPTY = Text("没有一行贷款", "there is not one row of a loan")
_WENT = Text("已过 {rows} 行", "{rows} rows")
_DONE = Text(
    "{loans} 笔: 违反 {breached}, 差异 {different}, 无法判定 {undetermined}, 未见问题 {clean}; 无法读取 {rejected} 行",
    "{loans} loans: {breached} breached, {different} different, {undetermined} undetermined, {clean} clean; "
    "{rejected} rows unread",
)
_UNREAD = Text(
    "{count} 笔扣款无法读取, 见 rejects.csv: 变相收费未能查全",
    "{count} debits unread, see rejects.csv: disguised charges were not looked for in full",
)
_MONTH = Text(
    "{month}  处理 {mended} 笔, 费用 {price}, 尚余 {left}", "{month} {mended} mended for {price}, {left} left"
)
_CAP = Text(
    "超过上限 {over} 笔, 应退还 {refund}; 综合成本 (单利) 中位数 {median}",
    "{over} above the cap, {refund} to pay back; median all-in cost (simple) {median}",
)


Dsn = Annotated[
    str | None,
    typer.Option("--dsn", envvar="HENGDAI_TAPE_DSN", help="查询所问的 PostgreSQL / the PostgreSQL that a query asks"),
]


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
        tally = _audit(tapes, _Asked(pack, out, map, debits, entities, as_if, tuple(switch or ()), not no_pdf, dsn))
    except (TapeUnreadable, MappingUnreadable) as error:
        stop(Exit.UNREADABLE, str(error))
    if tally.findings:
        raise typer.Exit(int(Exit.NO))


@audit.command("runoff")
def runoff(
    tapes: Annotated[list[Path], typer.Argument(help="贷款带或账本目录 / loan tapes, or a book's folder")],
    by: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="至此日清零 / none above the line by this day")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="自此日起 / from this day [今天 / today]")
    ] = None,
    pack: Annotated[str | None, typer.Option(help="法规包 / law pack [映射所写 / as the mapping says]")] = None,
    out: Annotated[Path, typer.Option(help="输出目录 / folder to write")] = Path("runoff"),
    map: Annotated[str | None, typer.Option("--map", help="列映射 / the mapping")] = None,
    debits: Annotated[Path | None, typer.Option(help="借款人全部扣款 / all debits of the borrowers")] = None,
    entities: Annotated[Path | None, typer.Option(help="主体登记目录 / folder of the register")] = None,
    as_if: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="视同写于此日 / judge as if written that day")
    ] = None,
    dsn: Dsn = None,
    remedy: Annotated[list[Remedy] | None, typer.Option(help="可用的补救, 可重复 / remedies that may be used")] = None,
) -> None:
    """存量清退计划: 每笔超限贷款最便宜的合法补救, 逐月费用与进度. Plan the run-off of loans above the cap.

    写出 runoff.csv 与 runoff.json. Writes runoff.csv, a row a loan, and runoff.json, a row a month.

    例 Example: hengdai audit runoff tape.csv --map map.toml --by 2027-12-31
    """
    olds: list[Old] = []
    start = since.date() if since else datetime.now(ZoneInfo("Asia/Shanghai")).date()
    asked = _Asked(pack, out, map, debits, entities, as_if, (), False, dsn)
    try:
        order, tally = _run(tapes, asked, lambda audited: olds.extend(old_loans(audited, start)))
    except (TapeUnreadable, MappingUnreadable) as error:
        stop(Exit.UNREADABLE, str(error))
    months = max(1, (by.year - start.year) * 12 + by.month - start.month)
    steps = [step for old in olds if (step := step_of(old, tuple(remedy or Remedy))) is not None]
    told = plan(steps, months)
    write_runoff(out, steps, told, start)
    code = currency(order.mapping.currency)
    for month in told:
        due = month_after(start, month.number).isoformat()[:7]
        price = Money(month.price, code)
        data(str(_MONTH.fill(month=due, mended=f"{month.mended:,}", price=price, left=f"{month.left:,}")))
    _tell_unread(tally)
    data(str(out / "runoff.csv"))


class _Asked:
    """The options of one call."""

    def __init__(
        self, pack: str | None, out: Path, map: str | None, debits: Path | None, entities: Path | None,
        as_if: datetime | None, switches: tuple[str, ...], pdf: bool, dsn: str | None,
    ) -> None:  # fmt: skip
        self.pack, self.out, self.map, self.debits, self.entities = pack, out, map, debits, entities
        self.as_if, self.switches, self.pdf, self.dsn = as_if, switches, pdf, dsn


def _draft(tape: Path, pack: str, dsn: str | None) -> str:
    names, cells = QueryTape(tape, dsn, 200).sample() if is_query(tape) else sample_of(tape)
    return draft(guess(names, cells), pack=pack, currency="CNY")


def _run(paths: Sequence[Path], asked: _Asked, watch: Callable[[Audited], None] | None = None) -> tuple[Order, Tally]:
    """Audit the tapes into the folder; returns what was ordered and what it adds up to."""
    read, pack = _mapping(paths, asked, FolderShelf())
    as_if = read.judged_on(pack, asked.as_if.date() if asked.as_if else None)
    tapes = [_tape(path, read.encoding, asked.dsn) for path in paths]
    order = Order(read, pack, as_if, Settings(frozenset(asked.switches)), _looking(paths, asked), watch)
    with FolderSink(asked.out) as sink:
        tally = audit_tape(tapes, order, sink, lambda rows: say(_WENT.fill(rows=f"{rows:,}")))
    if tally.rows == 0:
        # A tape of nothing is more likely a wrong file than a clean book.
        stop(Exit.UNREADABLE, _EMPTY)
    return order, tally


def _tape(path: Path, encoding: str | None, dsn: str | None) -> Tape:
    if is_query(path):
        return QueryTape(path, dsn)
    return BookTape(path) if is_book(path) else FileTape(path, encoding)


def _audit(paths: Sequence[Path], asked: _Asked) -> Tally:
    order, tally = _run(paths, asked)
    read, pack, as_if, looking = order.mapping, order.pack, order.as_if, order.looking
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    report = Report(
        tally, pack, tuple(path.name for path in paths), currency(read.currency), today, read.mapped, as_if,
        read.note, looking is not None, views_of(tally.worst, pack, as_if),
    )  # fmt: skip
    _write(report, asked)
    counts = {name: f"{tally.answers[name]:,}" for name in ("breached", "different", "undetermined", "clean")}
    data(str(_DONE.fill(loans=f"{tally.loans:,}", rejected=f"{tally.rejected:,}", **counts)))
    data(str(_CAP.fill(over=f"{tally.over['simple']:,}", refund=report.money(tally.refunds["simple"]),
                       median=percent(tally.quantile_e8(1, 2)))))  # fmt: skip
    _tell_unread(tally)
    data(str(asked.out / "report.html"))
    return tally


def _tell_unread(tally: Tally) -> None:
    """Say how many debits were left out, where any was."""
    if tally.unread_debits:
        data(str(_UNREAD.fill(count=f"{tally.unread_debits:,}")))


def _mapping(paths: Sequence[Path], asked: _Asked, shelf: FolderShelf) -> tuple[TapeMapping, Pack]:
    named = asked.map or ("book" if all(is_book(path) for path in paths) else None)
    if named is None:
        stop(Exit.UNREADABLE, _NO_MAP)
    told = mapping_data(named)
    tape = told.get("tape")
    written = str(tape.get("pack", "cn")) if isinstance(tape, dict) else "cn"
    try:
        pack = shelf.pack(asked.pack or written)
    except LookupError as error:
        stop(Exit.UNREADABLE, str(error))
    return parse_mapping(told, named, pack.facts), pack


def _looking(paths: Sequence[Path], asked: _Asked) -> Looking | None:
    """The debits and the register that were named, or those of a book that is audited."""
    if asked.debits is not None:
        return FileDebits.looking(asked.debits, asked.entities)
    return looking_in(paths[0]) if len(paths) == 1 and is_book(paths[0]) else None


def _write(report: Report, asked: _Asked) -> None:
    out = asked.out
    (out / "report.html").write_text(page(report, "zh", "report.en.html"), encoding="utf-8")
    with ThreadPoolExecutor(1) as beside:
        # The browser prints while the rest is written.
        printed = beside.submit(print_pdf, out / "report.html", out / "report.pdf") if asked.pdf else None
        (out / "report.en.html").write_text(page(report, "en", "report.html"), encoding="utf-8")
        told = json.dumps(summary(report), ensure_ascii=False, indent=1, default=str)
        (out / "summary.json").write_text(told + "\n", encoding="utf-8")
    why = printed.result() if printed is not None else None
    if why is not None:
        say(why)
