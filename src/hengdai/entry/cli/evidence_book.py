"""`hengdai evidence seal`, `export` and `monitor`: the evidence of the book that runs here."""

import asyncio
import signal
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from hengdai.adapters.evidence.anchors import BadAnchors
from hengdai.adapters.evidence.exporter import NotSealedYet
from hengdai.adapters.evidence.home import EvidenceHome, NotAHome, Published
from hengdai.adapters.evidence.key_files import UnsafeKey
from hengdai.adapters.evidence.shards import YearClosed
from hengdai.adapters.postgres.evidence_source import ForeignServer
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, settings_of
from hengdai.entry.cli.talk import data, say, stop
from hengdai.entry.evidence_watch import watch_book
from hengdai.entry.keep_sealing import Rhythm, keep_sealing
from hengdai.entry.sealing import (
    LogAhead,
    SealedElsewhere,
    SealReport,
    Unsealable,
    export_loan,
    seal_book,
)
from hengdai.entry.wiring import book_leaves
from hengdai.evidence.anchor import AnchorFailed
from hengdai.evidence.log import DamagedLog
from hengdai.evidence.monitor import Alarm
from hengdai.evidence.policy import BadPolicy

Log = Annotated[Path, typer.Option("--log", help="存证目录 / the evidence directory")]


def seal(
    log: Log,
    programme: Annotated[str, typer.Option(help="项目名, 日志以此命名 / the programme, which names the logs")] = (
        "evidence.local/book"
    ),
    policy: Annotated[
        list[Path] | None, typer.Option(help="见证策略, 每年一份, 记住 / a year's policy, kept; may repeat")
    ] = None,
    operator: Annotated[
        list[str] | None, typer.Option(help="策略中由运营方运行的见证方 / a witness of the policy run by the operator")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="每步约多少行 / about so many rows a step")] = 4096,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="SECONDS", help="每隔若干秒封存一次, 不停 / go on, resting so long")
    ] = None,
    until_eof: Annotated[bool, typer.Option(hidden=True)] = False,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """把账簿中新的命令, 判断, 事件, 凭证写入存证日志并封存; 被杀后重跑即可续做. Log and seal what is new in the book.

    标准输出给出各年日志的公钥. The logs' verifier keys go to stdout. 退出码 exit 3: 未达见证人数, not enough witnesses.

    例 Example: hengdai evidence seal --log evidence --policy parties.policy --operator facilitator
    """

    async def work() -> tuple[EvidenceHome, SealReport | None]:
        home = EvidenceHome.begin(log, programme)
        for path in policy or ():
            home.keep_policy(path.read_text(encoding="utf-8"), operator or ())
        async with book_leaves(settings_of(data_dir, dsn)) as leaves:
            if every is None:
                return home, await seal_book(leaves, home, _now, batch)
            rhythm = Rhythm(rest=timedelta(seconds=every), batch=batch)
            await keep_sealing(leaves, home, _now, rhythm, _tell_news, _until(until_eof))
            return home, None

    try:
        home, report = asyncio.run(work())
    except (OSError, UnsafeKey, NotAHome, BadPolicy, BadAnchors, UnicodeDecodeError) as error:
        stop(Exit.UNREADABLE, str(error))
    except (LogAhead, SealedElsewhere, ForeignServer) as error:
        stop(Exit.REFUSED, error.text)
    except (YearClosed, DamagedLog, AnchorFailed) as error:
        stop(Exit.REFUSED, str(error))
    if report is None:
        return
    _tell_report(report)
    for year in home.logs.years():
        data(str(home.signers(year)[0].key))
    if any(one.quorum is not None and not one.sealed for one in report.published):
        raise typer.Exit(int(Exit.REFUSED))


def _now() -> datetime:
    return datetime.now(UTC)


def _until(eof: bool) -> asyncio.Event:
    """What stops a sealing that goes on: a signal, or for one that a server started the end of its standard input."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if eof:

        def wait() -> None:
            while sys.stdin.buffer.read(4096):
                pass
            loop.call_soon_threadsafe(stopped.set)

        threading.Thread(target=wait, daemon=True).start()
    return stopped


def _tell_news(report: SealReport) -> None:
    """A round that changed nothing is not worth a line."""
    if report.taken or report.published:
        _tell_report(report)


def _tell_report(report: SealReport) -> None:
    say(Text(f"写入 {report.taken} 条", f"{report.taken} leaves taken in"))
    for one in report.published:
        _tell(one)
    for anchored in report.anchored.values() if report.published else ():
        if anchored.made:
            kinds = ", ".join(each.kind for each in anchored.made)
            say(Text(f"已锚定: {kinds}", f"anchored: {kinds}"))
        for kind, why in anchored.why_not.items():
            say(f"{kind}: {why}")


def _tell(one: Published) -> None:
    if one.quorum is None:
        say(Text(f"{one.origin} 规模 {one.size}: 无策略, 只有日志自己签名",
                 f"{one.origin} size {one.size}: no policy, signed by the log alone"))  # fmt: skip
        return
    signed = ", ".join(sorted({each.key.name for each in one.quorum.cosigned}))
    state = Text("已封存", "sealed") if one.sealed else Text("未封存", "not sealed")
    say(Text(f"{one.origin} 规模 {one.size} {state.zh}; 已签: {signed}",
             f"{one.origin} size {one.size} {state.en}; signed: {signed}"))  # fmt: skip
    for name, why in sorted(one.why_not.items()):
        say(f"{name}: {why}")


def export(
    loan: Annotated[str, typer.Argument(help="借款编号 / id of the loan")],
    output: Annotated[Path, typer.Option("-o", "--output", help="存证文件 / the bundle to write")],
    log: Log,
    org: Annotated[str | None, typer.Option(help="出资机构, 编号重名时 / the funder, when names clash")] = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """导出一笔借款的全部存证为一个文件, 任何人可离线检验. Export a loan's evidence as one file that anybody can check.

    例 Example: hengdai evidence export S00042 -o S00042.evidence --log evidence
    """

    async def work() -> bytes:
        home = EvidenceHome(log)
        async with book_leaves(settings_of(data_dir, dsn)) as leaves:
            return await export_loan(leaves, home, loan, org, datetime.now(UTC))

    try:
        output.write_bytes(asyncio.run(work()))
    except (OSError, UnsafeKey, NotAHome) as error:
        stop(Exit.UNREADABLE, str(error))
    except Unsealable as error:
        stop(Exit.REFUSED, error.text)
    except NotSealedYet as error:
        stop(Exit.REFUSED, error.what)
    if any(EvidenceHome(log).parties(year) is None for year in EvidenceHome(log).logs.years()):
        say(
            Text(
                "尚无见证策略: 检验会指出见证人数不足",
                "no policy yet: whoever checks it reads that witnesses are lacking",
            )
        )
    say(Text(f"已写入 {output}; 检验: hengdai evidence verify {output}",
             f"written to {output}; to check: hengdai evidence verify {output}"))  # fmt: skip


def print_bundle(
    bundle: Annotated[Path, typer.Argument(help="存证文件 / the bundle")],
    output: Annotated[Path, typer.Option("-o", "--output", help="PDF 或 HTML 文件 / the PDF or HTML to write")],
) -> None:
    """把存证文件打印成一份附检验方法的 PDF, 供法庭使用. Print a bundle for a court, with how to check it.

    以 .html 结尾则写成自检网页, 无需浏览器. With .html it is the page that checks itself.

    例 Example: hengdai evidence print S00042.evidence -o S00042.pdf
    """
    from hengdai.entry.report.pdf import print_pdf
    from hengdai.entry.verify_page import verify_page

    page = verify_page(bundle.read_bytes())
    if output.suffix == ".html":
        output.write_text(page, encoding="utf-8")
        return
    with tempfile.TemporaryDirectory(prefix="hengdai-print-") as folder:
        (Path(folder) / "bundle.html").write_text(page, encoding="utf-8")
        why = print_pdf(Path(folder) / "bundle.html", output.resolve())
    if why is not None:
        stop(Exit.UNREADABLE, why)


def monitor(log: Log, data_dir: Data = None, dsn: Dsn = None) -> None:
    """对照账簿与存证日志: 被改动, 删除, 塞入的行与不符的余额. Hold rows and balances of the book against the log.

    退出码 exit 3: 有警报, there are alarms.

    例 Example: hengdai evidence monitor --log evidence
    """

    async def work() -> tuple[Alarm, ...]:
        home = EvidenceHome(log)
        async with book_leaves(settings_of(data_dir, dsn)) as leaves:
            return (await watch_book(leaves, home, _now())).alarms

    try:
        alarms = asyncio.run(work())
    except (OSError, UnsafeKey, NotAHome) as error:
        stop(Exit.UNREADABLE, str(error))
    for alarm in alarms:
        data(f"{alarm.concern.value} {alarm.where}: {alarm.text}")
    say(Text(f"警报 {len(alarms)} 处", f"{len(alarms)} alarms"))
    if alarms:
        raise typer.Exit(int(Exit.REFUSED))
