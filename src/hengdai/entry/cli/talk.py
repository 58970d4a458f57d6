"""How commands speak: data to stdout, talk to stderr, failures in words and an exit code."""

import errno
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import typer

from hengdai.base.check import Defect
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit

_WHY = {
    errno.EACCES: Text("没有权限", "no permission"),
    errno.EPERM: Text("没有权限", "no permission"),
    errno.EROFS: Text("只读, 不能写入", "read-only, nothing can be written"),
    errno.ENOSPC: Text("磁盘已满", "the disk is full"),
    errno.EISDIR: Text("是目录, 不是文件", "a folder and no file"),
    errno.ENOTDIR: Text("不是目录", "not a folder"),
    errno.ENOENT: Text("不存在", "there is no such file or folder"),
}
"""What a person can do something about; the system tells the rest in its own words."""

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def say(text: Text | str) -> None:
    """A line of talk on stderr."""
    print(text, file=sys.stderr, flush=True)


def data(text: str) -> None:
    """Data on stdout, as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def data_json(value: object) -> None:
    """A value as indented JSON on stdout, in UTF-8, with sorted names so that two runs compare."""
    data(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str))


def stop(code: Exit, text: Text | str) -> NoReturn:
    """Say why on stderr and end with that code."""
    say(text)
    raise typer.Exit(int(code))


def console(*, stderr: bool = False) -> "Console":
    """A Rich console; without a terminal it writes plain text of a fixed width, so that output can be compared."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 120, highlight=False, soft_wrap=False)


def table(headings: Mapping[str, bool], rows: Sequence[Sequence[str]], *, title: str | None = None) -> "Table":
    """A Rich table; `headings` maps each heading to whether its column holds figures."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, show_edge=False)
    for heading, figures in headings.items():
        made.add_column(heading, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def explain_failure(error: Exception) -> int:
    """Say on stderr what went wrong, and give the exit code that fits."""
    if type(error).__name__ == "DatabaseUnavailable":
        say(str(error))
        return Exit.UNAVAILABLE
    if type(error).__name__ == "CannotOpen":
        say(str(error))
        return Exit.REFUSED
    if isinstance(error, Defect):
        say(f"程序缺陷 / defect: {error}")
        return Exit.DEFECT
    if isinstance(error, OSError):
        why = _WHY.get(error.errno or 0) if error.filename else None
        say(f"无法读写 / cannot read or write: {f'{error.filename}: {why}' if why else error}")
        return Exit.UNREADABLE
    if isinstance(error, ValueError):
        say(str(error))
        return Exit.UNREADABLE
    say(f"程序缺陷 / defect: {type(error).__name__}: {error}")
    return Exit.DEFECT
