"""`hengdai audit runoff`: the plan to be rid of old loans above the line, a page for a board and files for machines."""

from collections import Counter
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import polars as pl
import typer

from hengdai.adapters.tapes.runoff import write_runoff
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Order
from hengdai.audit.above import Span, old_loans
from hengdai.audit.batch import Audited
from hengdai.audit.mapping import MappingUnreadable
from hengdai.audit.runoff import Old, Remedy
from hengdai.audit.tally import Tally
from hengdai.audit.timetable import days_of, timetable
from hengdai.audit.unplanned import NOBODY, REASONS, in_words, left_out
from hengdai.base.money import currency
from hengdai.base.text import Text
from hengdai.entry.cli.asked import Asked, Dsn, audited, tell_unread
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.talk import data, say, stop
from hengdai.entry.report.pdf import Printer
from hengdai.entry.report.runoff import COLUMNS, RunOff, notes, row_of, summary_of
from hengdai.entry.report.runoff_page import runoff_page
from hengdai.entry.report.runoff_words import WORDS
from hengdai.law.pack import Pack

_MONTH = Text(
    "{month}  处理 {mended} 笔, 费用 {price}, 尚余 {left}", "{month} {mended} mended for {price}, {left} left"
)
_ENDED = Text("{month}  自然结清 {ended} 笔", "{month} {ended} ran out")
_ALL_ENDED = Text(
    "超过上限的 {ended} 笔在计划开始前均已到期结清",
    "all {ended} loans above the cap had run out before the plan begins",
)
_NOTHING = Text("没有超过上限的贷款", "no loan is above the cap")
_NONE_KNOWN = Text("没有已知超过上限的贷款", "no loan is known to be above the cap")


class _Above:
    """The loans above the line, gathered while the tape goes through, and those that could not be weighed."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.olds: list[Old] = []
        self._left_out: list[pl.DataFrame] = []

    def watch(self, pack: Pack, audited: Audited) -> None:
        """Take from one batch what the plan needs."""
        self.olds += old_loans(audited, self.span, pack)
        self._left_out.append(left_out(audited))

    @property
    def left_out(self) -> pl.DataFrame:
        """The loans that the plan leaves out, a row each."""
        return in_words(pl.concat([NOBODY, *self._left_out]))

    @property
    def reasons(self) -> dict[str, int]:
        """How many loans are left out for each reason."""
        found = Counter(reason for frame in self._left_out for reason in frame["reason"])
        return {name: found[name] for name in REASONS if found[name]}


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
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="不生成 PDF / no PDF")] = False,
) -> None:
    """存量清退计划: 每笔超限贷款最便宜的合法补救, 逐月费用与进度. Plan the run-off of loans above the cap.

    写出网页 runoff.html, runoff.en.html 与 runoff.pdf, 逐笔 runoff.csv, 逐月 runoff.json, 未入计划的另列.
    Pages, a PDF and files; those left out beside them.

    退出码 0 计划已写出, 2 无法读写. Exit 0 the plan was written, 2 could not read or write.

    例 Example: hengdai audit runoff tape.csv --map map.toml --by 2027-12-31
    """
    start = since.date() if since else datetime.now(ZoneInfo("Asia/Shanghai")).date()
    try:
        span = Span(start, days_of(start, by.date())[-1])
    except ValueError as error:
        stop(Exit.UNREADABLE, str(error))
    asked = Asked(pack, out, map, debits, entities, as_if, (), not no_pdf, dsn)
    above = _Above(span)
    try:
        with audited(tapes, asked, above.watch) as (order, tally):
            told = _told(tapes, order, tally, above, by.date(), frozenset(remedy or Remedy))
            _write(told, above.left_out, out, pdf=asked.pdf)
    except (TapeUnreadable, MappingUnreadable) as error:
        stop(Exit.UNREADABLE, str(error))
    _say(told)
    tell_unread(tally)
    data(str(out / "runoff.html"))


def _told(tapes: list[Path], order: Order, tally: Tally, above: _Above, by: date, allowed: frozenset[Remedy]) -> RunOff:
    plan = timetable(above.olds, above.span.start, by, allowed)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return RunOff(
        plan, by, allowed, order.pack, currency(order.mapping.currency), tuple(path.name for path in tapes), today,
        order.as_if, order.mapping.note, tally.loans, tally.rejected, tally.unread_debits, order.looking is not None,
        above.reasons,
    )  # fmt: skip


def _say(told: RunOff) -> None:
    """The months, one a line, and what the plan supposes and does not see."""
    if not told.above:
        nothing = _NONE_KNOWN if told.left_out else _NOTHING
        data(str(_ALL_ENDED.fill(ended=f"{told.ended:,}") if told.ended else nothing))
    for month in told.plan.months if told.above else ():
        name = f"{month.day:%Y-%m}"
        if month.ended:
            data(str(_ENDED.fill(month=name, ended=f"{month.ended:,}")))
        data(str(_MONTH.fill(month=name, mended=f"{month.mended:,}", price=told.money(month.price),
                             left=f"{month.left:,}")))  # fmt: skip
    if told.unmendable:
        data(str(WORDS["unmendable"].fill(count=f"{told.unmendable:,}")))
    for note in notes(told):
        data(str(note))


def _write(told: RunOff, left_out: pl.DataFrame, out: Path, *, pdf: bool) -> None:
    (out / "runoff.pdf").unlink(missing_ok=True)  # one of an earlier plan would be taken for this one's
    (out / "runoff.html").write_text(runoff_page(told, "zh", "runoff.en.html"), encoding="utf-8")
    with Printer() if pdf else nullcontext() as printer:
        # The browser prints while the rest is written.
        printed = None if printer is None else printer.print(out / "runoff.html", out / "runoff.pdf")
        (out / "runoff.en.html").write_text(runoff_page(told, "en", "runoff.html"), encoding="utf-8")
        write_runoff(out, [row_of(loan) for loan in told.plan.loans], summary_of(told), COLUMNS, left_out)
        why = None if printed is None else printed.result()
    if why is not None:
        say(why)
