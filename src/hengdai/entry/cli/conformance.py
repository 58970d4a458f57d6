"""`hengdai conformance`: worked examples that others published, run against this arithmetic."""

from pathlib import Path
from typing import Annotated, TextIO

import typer

from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.talk import data, data_json
from hengdai.maths.conformance import Outcome, Result, closing_line, run_apr, run_schedule

conformance = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="用他人公布的算例核对本系统的计算. Check our arithmetic against worked examples that others published.",
)
_File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="每行一条 JSON / one JSON record a line")
]
_Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="只输出结论 / print the closing line only")]


@conformance.command()
def apr(file: _File, json: _Json = False, quiet: _Quiet = False) -> None:
    """综合融资成本与计息天数的算例. Worked examples of rates and day counts.

    末行为 `N passed, N failed, N skipped`; 有不符则退出码为 1. The last line counts; exit 1 when one fails.

    例 Example: hengdai conformance apr apr.jsonl
    """
    with _lines(file) as lines:
        _report(list(run_apr(lines)), as_json=json, quiet=quiet)


@conformance.command()
def schedule(file: _File, json: _Json = False, quiet: _Quiet = False) -> None:
    """还款计划的算例. Worked examples of repayment schedules.

    末行为 `N passed, N failed, N skipped`; 有不符则退出码为 1. The last line counts; exit 1 when one fails.

    例 Example: hengdai conformance schedule schedule.jsonl
    """
    with _lines(file) as lines:
        _report(list(run_schedule(lines)), as_json=json, quiet=quiet)


def _lines(file: Path) -> TextIO:
    """The file's lines; a byte that is no UTF-8 makes its own record unreadable and leaves the others alone."""
    return file.open(encoding="utf-8-sig", errors="backslashreplace")


def _report(results: list[Result], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        data_json(
            {
                "results": [{"id": each.id, "outcome": each.outcome.value, "reason": each.reason} for each in results],
                "closing": closing_line(results),
            }
        )
    else:
        for each in [] if quiet else results:
            data(f"{each.outcome.value:<5} {each.id}{'  ' + each.reason if each.reason else ''}")
        data(closing_line(results))
    if any(each.outcome is Outcome.FAIL for each in results):
        raise typer.Exit(int(Exit.NO))
