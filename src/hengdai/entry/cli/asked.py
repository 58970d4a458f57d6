"""What the commands of `hengdai audit` are asked, and the audit that each of them begins with."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.book import BookTape, is_book
from hengdai.adapters.tapes.debits import FileDebits, looking_in
from hengdai.adapters.tapes.files import FileTape, FolderSink, mapping_data
from hengdai.adapters.tapes.query import QueryTape, is_query
from hengdai.app.audit_tape import Looking, Order, Tape, audit_tape
from hengdai.audit.batch import Audited
from hengdai.audit.mapping import TapeMapping, parse_mapping
from hengdai.audit.tally import Tally
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.process import for_long_runs
from hengdai.entry.cli.talk import data, say, stop
from hengdai.law.judge import Settings
from hengdai.law.pack import Pack

Watch = Callable[[Pack, Audited], None]
_NO_MAP = Text("须用 --map 给出列映射; 先用 --guess 起草", "a column mapping is needed: --map FILE; --guess drafts one")
_EMPTY = Text("没有一行贷款", "there is not one row of a loan")
_WENT = Text("已过 {rows} 行", "{rows} rows")
_UNREAD = Text(
    "{count} 笔扣款无法读取, 见 rejects.csv: 变相收费未能查全",
    "{count} debits unread, see rejects.csv: disguised charges were not looked for in full",
)
Dsn = Annotated[
    str | None,
    typer.Option("--dsn", envvar="HENGDAI_TAPE_DSN", help="查询所问的 PostgreSQL / the PostgreSQL that a query asks"),
]


class Asked:
    """The options of one call."""

    def __init__(
        self, pack: str | None, out: Path, map: str | None, debits: Path | None, entities: Path | None,
        as_if: datetime | None, switches: tuple[str, ...], pdf: bool, dsn: str | None,
    ) -> None:  # fmt: skip
        self.pack, self.out, self.map, self.debits, self.entities = pack, out, map, debits, entities
        self.as_if, self.switches, self.pdf, self.dsn = as_if, switches, pdf, dsn


@contextmanager
def audited(paths: Sequence[Path], asked: Asked, watch: Watch | None = None) -> Iterator[tuple[Order, Tally]]:
    """Audit the tapes into the folder: what was ordered and what it adds up to. `watch` sees every batch.

    The last findings are still being written while the block makes something of the sums; they are whole after it.
    """
    read, pack = _mapping(paths, asked, FolderShelf())
    as_if = read.judged_on(pack, asked.as_if.date() if asked.as_if else None)
    tapes = [_tape(path, read.encoding, asked.dsn) for path in paths]
    seen = None if watch is None else partial(watch, pack)
    order = Order(read, pack, as_if, Settings(frozenset(asked.switches)), _looking(paths, asked), seen)
    for_long_runs()
    with FolderSink(asked.out) as sink:
        tally = audit_tape(tapes, order, sink, lambda rows: say(_WENT.fill(rows=f"{rows:,}")))
        if tally.rows == 0:
            # A tape of nothing is more likely a wrong file than a clean book.
            stop(Exit.UNREADABLE, _EMPTY)
        yield order, tally


def _tape(path: Path, encoding: str | None, dsn: str | None) -> Tape:
    if is_query(path):
        return QueryTape(path, dsn)
    return BookTape(path) if is_book(path) else FileTape(path, encoding)


def tell_unread(tally: Tally) -> None:
    """Say how many debits were left out, where any was."""
    if tally.unread_debits:
        data(str(_UNREAD.fill(count=f"{tally.unread_debits:,}")))


def _mapping(paths: Sequence[Path], asked: Asked, shelf: FolderShelf) -> tuple[TapeMapping, Pack]:
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


def _looking(paths: Sequence[Path], asked: Asked) -> Looking | None:
    """The debits and the register that were named, or those of a book that is audited."""
    if asked.debits is not None:
        return FileDebits.looking(asked.debits, asked.entities)
    return looking_in(paths[0]) if len(paths) == 1 and is_book(paths[0]) else None
