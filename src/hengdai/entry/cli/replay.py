"""`hengdai replay`: a whole book through every step of its life, and the summary of what became of it."""

import asyncio
import csv
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from hengdai.adapters.books.lendingclub import open_lendingclub
from hengdai.adapters.books.processes import OfficeFactory, replay_in_processes
from hengdai.adapters.books.reader import FolderBook, open_book
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import open_server
from hengdai.app.ports import Office
from hengdai.app.replay import CHUNK, Done, Replay, begin, replay_slice
from hengdai.app.replay_book import RowProblem, Slice, UnreadableBook
from hengdai.app.replay_books import BooksChecked, check_books
from hengdai.app.replay_figures import Figures, merged, ordered
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, settings_of
from hengdai.entry.cli.replay_summary import show
from hengdai.entry.cli.talk import data_json, say, stop
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import Settings, platform

Told = Callable[[int, int], None]
"""Is told how many loans are done, and of how many."""


WORKERS = min(2, os.cpu_count() or 1)


class Map(StrEnum):
    """The foreign files that can be read."""

    LENDINGCLUB = "lendingclub"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be replayed, and how. `pack` None takes the book's own; `workers` 1 works in this process alone."""

    book: Path
    map: Map | None = None
    pack: str | None = None
    chunk: int = CHUNK
    workers: int = WORKERS
    rejects: Path | None = None


def replay(
    book: Annotated[
        Path, typer.Argument(help="账本目录, 或用 --map 读入的外来文件 / a book folder, or a file with --map")
    ],
    map: Annotated[Map | None, typer.Option(help="外来文件的格式 / format of a foreign file")] = None,
    pack: Annotated[str | None, typer.Option(help="法律包, 默认由账本指定 / law pack, else the book's own")] = None,
    json: Annotated[bool, typer.Option("--json", help="总结输出为 JSON / print the summary as JSON")] = False,
    data: Data = None,
    dsn: Dsn = None,
    chunk: Annotated[int, typer.Option(min=1, max=100_000, help="每片贷款数 / loans in a slice")] = CHUNK,
    workers: Annotated[int, typer.Option(min=1, max=64, help="进程数 / worker processes")] = WORKERS,
    rejects: Annotated[Path | None, typer.Option(help="未读入与被拒步骤清单 / list of what was left out (CSV)")] = None,
) -> None:
    """让整本账走完一生: 依法申请, 明示, 签约, 放款, 还款直至结清. Drive a whole book through every step of its life.

    被杀后重跑同一命令即可续做. Killed? Run the same command again and it goes on.
    退出码 Exit codes: 0 账平 balanced; 1 账不平或第二记账人不认可 books differ; 2 账本无法读取 unreadable book.

    例 Example: hengdai replay mybook --json
    """
    wish = Wish(book, map, pack, chunk, workers, rejects)
    try:
        with _progress() as told:
            summary = asyncio.run(replay_book(settings_of(data, dsn), wish, told))
    except UnreadableBook as unreadable:
        stop(Exit.UNREADABLE, str(unreadable))
    if json:
        data_json(summary)
    else:
        show(summary)
    if not summary["balanced"]:
        raise typer.Exit(int(Exit.NO))


@contextmanager
def _progress() -> Iterator[Told]:
    """A progress bar on stderr, or without a terminal a line now and then."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    if not sys.stderr.isatty():
        yield _lines()
        return
    columns = (TextColumn("重放 replay"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(every: float = 10.0) -> Told:
    last = [time.monotonic()]

    def told(done: int, total: int) -> None:
        if time.monotonic() - last[0] >= every:
            last[0] = time.monotonic()
            say(Text("已重放 {done} / {total}", "replayed {done} of {total}").fill(done=done, total=total))

    return told


def opened(wish: Wish) -> FolderBook:
    """The book of a wish; raises :class:`hengdai.app.replay_book.UnreadableBook`."""
    return open_lendingclub(wish.book) if wish.map is Map.LENDINGCLUB else open_book(wish.book)


async def replay_book(settings: Settings, wish: Wish, told: Told) -> dict[str, Any]:
    """Open the installation of `settings`, replay the book into it, and give the summary (JSON values)."""
    book = opened(wish)
    with open_server(settings.data, settings.dsn) as server:
        engine = connect(server.dsn, 1)
        try:
            await migrate(engine)
        finally:
            await engine.dispose()
        async with platform(server.dsn, packs=settings.packs) as house:
            where = wish.rejects or settings.data / f"rejects-{book.digest[:8]}.csv"
            return await replay_into(house, server.dsn, book, wish, told, packs=settings.packs, rejects=where)


async def replay_into(
    house: Platform, dsn: str, book: FolderBook, wish: Wish, told: Told, *, packs: Path | None, rejects: Path
) -> dict[str, Any]:
    """Replay a book into an open installation on `dsn`; the summary as JSON values."""
    started = time.monotonic()
    parts = book.slices(wish.chunk)
    # The first slice comes when every table has been read: a book that is unreadable as a whole has written nothing.
    first = next(parts, None)
    for organisation in book.organisations():
        await house.door.found(organisation, datetime.now(UTC))
    pack_id = wish.pack or book.pack
    replay = await begin(house.office, book, pack_id, wish.chunk)
    figures: Figures = {}
    before = 0
    parts = chain([first] if first else [], parts)
    opening = partial(_office, dsn, packs)
    workers = wish.workers if book.total() > wish.chunk else 1
    async for done in _all_done(house.office, opening, replay, parts, workers):
        merged(figures, done.figures)
        before += done.loans if done.before else 0
        told(figures.get("applications", 0), book.total())
    told(book.total(), book.total())
    checked = await check_books(house.office, sorted(_funders(book)), book.currency)
    summary = summed(book, ordered(figures), checked, seconds=time.monotonic() - started)
    summary["book"] |= {"pack": pack_id, "pack_digest": house.office.packs.pack(pack_id).digest}
    summary["done_before"] = before
    _write_rejects(rejects, book, figures, summary)
    return summary


def _funders(book: FolderBook) -> set[str]:
    return {each.id for each in book.organisations() if each.kind == "funder"}


async def _all_done(
    office: Office, opening: OfficeFactory, replay: Replay, parts: Iterator[Slice], workers: int
) -> AsyncIterator[Done]:
    """Every part of the book replayed: here when one process works, else in workers that open their own office."""
    if workers == 1:
        for part in parts:
            yield await replay_slice(office, replay, part)
        return
    for done in replay_in_processes(opening, replay, parts, workers):
        yield done


@asynccontextmanager
async def _office(dsn: str, packs: Path | None) -> AsyncIterator[Office]:
    """The office of a worker process."""
    async with platform(dsn, packs=packs) as house:
        yield house.office


def summed(book: FolderBook, figures: Figures, checked: BooksChecked, *, seconds: float) -> dict[str, Any]:
    """The summary that people and machines read: amounts in minor units, days and seconds plain."""
    rows = figures.pop("left_out_rows")
    turned = figures.pop("turned_rows")
    unreadable = {problem.loan for problem in book.problems() if problem.loan}
    shown = {name: value for name, value in figures.items() if name != "left_out"}
    return {
        "book": {
            "name": book.name,
            "digest": book.digest,
            "currency": book.currency,
            "rows": book.total(),
            "notes": [{"zh": note.zh, "en": note.en} for note in book.notes],
        },
        **shown,
        "rejects": {
            "loans": len(unreadable) + figures["left_out"],
            "fields": len(list(book.problems())) + len(rows),
            "steps": len(turned),
            "file": None,
        },
        "trial_balance": {
            "currency": checked.balance.currency,
            "debit": checked.balance.debit,
            "credit": checked.balance.credit,
            "lines": [
                {"account": line.account.code, "zh": line.account.text.zh, "en": line.account.text.en,
                 "debit": line.debit, "credit": line.credit}
                for line in checked.balance.lines
            ],
        },
        "second_bookkeeper": {
            "entries": checked.entries,
            "agrees": checked.agrees,
            "discrepancies": [f"{each.where}: {each.text}" for each in checked.discrepancies[:20]],
        },
        "balanced": checked.agrees,
        "seconds": round(seconds, 3),
        "loan_days_per_second": int(figures["loan_days"] / seconds) if seconds else 0,
    }  # fmt: skip


def _write_rejects(path: Path, book: FolderBook, figures: Figures, summary: dict[str, Any]) -> None:
    """The list of everything that did not go in, one line each; no file when there is nothing to list."""
    rows = [_problem_row(problem) for problem in book.problems()]
    rows += [
        [table, row, where, loan, found, zh, en]
        for table, row, where, loan, found, zh, en in figures.get("left_out_rows", [])
    ]
    for loan, seq, kind, day, code, text in figures.get("turned_rows", []):
        rows.append(["events" if seq else "loans", f"seq {seq}" if seq else "", kind, loan, f"{code} {day}", text, ""])
    if not rows:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "row", "column", "loan", "found", "expected_zh", "expected_en"])
        writer.writerows(sorted(rows, key=str))
    summary["rejects"]["file"] = str(path)


def _problem_row(problem: RowProblem) -> list[object]:
    text = problem.expected
    return [problem.table, problem.row, problem.column, problem.loan, problem.found, text.zh, text.en]
