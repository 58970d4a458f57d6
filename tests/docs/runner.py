"""Runs the commands that a document shows and compares what they print with what it says they print.

A block fenced as ``console`` is run. A line `$ command` is a command (`\\` at its end continues it on the next
line), the lines below it are what it prints, both streams together, compared line by line:

- `…` alone on a line stands for any number of lines, `…` inside a line for any characters of it;
- times and rates (`12.3 s`, `850 ms`, `1,234 /s`, `3 秒`) are compared by their unit alone;
- blanks at the end of a line do not count.

A comment on the line before the fence changes how the block is run:

- ``<!-- not run: reason -->`` shows the block only; the reason is read by whoever wonders;
- ``<!-- run at the root -->`` runs it in the project's root; without it a document's blocks run, in their
  order, in one empty directory of their own;
- ``<!-- exits 3 -->`` says that its last command ends with that status.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.source import ROOT

FENCE = re.compile(r"(?:^<!-- *(?P<mark>[^\n]*?) *-->\n+)?^```console\n(?P<body>.*?)^```$", re.M | re.S)
TIME = re.compile(r"\d[\d,.]*( ?)(ms|s|min|秒|毫秒|分钟)(?![A-Za-z])")
RATE = re.compile(r"\d[\d,.]*( ?)(/s|/秒|/ s)(?![A-Za-z])")
ANY = "…"


@dataclass(frozen=True)
class Command:
    """A command, what it is said to print, and the status it is said to end with."""

    line: str
    expected: tuple[str, ...]
    status: int
    at_root: bool


@dataclass(frozen=True)
class Block:
    """A fenced block: its commands, or the reason why it is not run."""

    commands: tuple[Command, ...]
    not_run: str | None


def blocks(text: str) -> list[Block]:
    """Every console block of a document, in order; a block without a command is refused by `ValueError`."""
    return [_block(found["mark"] or "", found["body"]) for found in FENCE.finditer(text)]


def _block(mark: str, body: str) -> Block:
    at_root = "run at the root" in mark
    exits = re.search(r"exits (\d+)", mark)
    commands: list[tuple[str, list[str]]] = []
    lines = iter(body.splitlines())
    for line in lines:
        if line.startswith("$ "):
            whole = line[2:]
            while whole.endswith("\\"):
                whole = whole[:-1] + next(lines).removeprefix("> ").lstrip()
            commands.append((whole, []))
        elif commands:
            commands[-1][1].append(line)
        else:
            raise ValueError(f"a console block begins with `$ command`, not with {line!r}")
    if not commands:
        raise ValueError("a console block shows at least one command")
    last = int(exits[1]) if exits else 0
    statuses = [0] * (len(commands) - 1) + [last]
    made = [Command(line, tuple(out), status, at_root) for (line, out), status in zip(commands, statuses, strict=True)]
    reason = mark.partition("not run:")[2].strip() if "not run" in mark else None
    if reason == "":
        raise ValueError("a block that is not run says why: <!-- not run: reason -->")
    return Block(tuple(made), reason)


def steady(line: str) -> str:
    """A line without what differs from run to run: times, rates, blanks at its end."""
    return TIME.sub(r"<n>\1\2", RATE.sub(r"<n>\1\2", line)).rstrip()


def agrees(expected: tuple[str, ...], printed: str) -> bool:
    """Whether the printed text is what the document says, `…` standing for what is left out."""
    parts = [r"(?:.*\n)*?" if line.strip() == ANY else _pattern(line) for line in _trimmed(expected)]
    text = "".join(f"{steady(line)}\n" for line in _trimmed(tuple(printed.splitlines())))
    return re.fullmatch("".join(parts), text) is not None


def _pattern(line: str) -> str:
    return ".*?".join(re.escape(steady(part)) for part in line.rstrip().split(ANY)) + r"\n"


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def run(command: Command, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader would, in a terminal of 120 columns without colour, both streams in one."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {
        "PATH": tools,
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.run(
        ["/bin/sh", "-c", command.line],
        cwd=ROOT if command.at_root else directory,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def differences(text: str, directory: Path) -> list[str]:
    """Run every block of a document; for each command that did not do as it says, what it did."""
    said = []
    for block in blocks(text):
        for command in () if block.not_run else block.commands:
            done = run(command, directory)
            if done.returncode != command.status:
                said.append(f"$ {command.line}\nended with {done.returncode}, not {command.status}\n{done.stdout}")
            elif not agrees(command.expected, done.stdout):
                expected = "\n".join(command.expected)
                said.append(f"$ {command.line}\nthe document says\n{expected}\nit prints\n{done.stdout}")
    return said
