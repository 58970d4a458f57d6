"""The evidence of a book in PostgreSQL: leaves a second from rows to a signed checkpoint, and what a command pays.

    python -m benchmarks.evidence_book [LOANS] [COMMANDS]

A synthetic book of LOANS (default 1,000) is replayed, then sealed: rows read, records made, commitments, leaves written
back and taken into the durable log of files. A command pays for evidence with one column and one index in each table it
writes; payments are timed with the indexes and without them, in turns, on the same loans of one database.
"""

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from benchmarks.online import ACTOR, DAY, LISTING, done, terms
from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.adapters.synthetic.book import write_book
from hengdai.app.admit_partner import admit_partner
from hengdai.app.change import LoanCall
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.ports import Office
from hengdai.app.sign import sign
from hengdai.base.identity import LoanId
from hengdai.base.money import CNY, Money
from hengdai.entry.cli.replay import Wish, replay_book
from hengdai.entry.sealing import seal_book
from hengdai.entry.wiring import Settings, book_leaves, installation

_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE '%recorded_in%'"
_ROUNDS = 6


async def sealing(settings: Settings, log: Path) -> None:
    """One sealing of the whole book; seconds of the clock and of this process's own time."""
    home = EvidenceHome.begin(log, "evidence.example/bench")
    async with book_leaves(settings) as leaves:
        begun, worked = time.perf_counter(), time.process_time()
        report = await seal_book(leaves, home, lambda: datetime.now(UTC), 16_384)
        seconds, own = time.perf_counter() - begun, time.process_time() - worked
        entries = [one.leaf for one in await leaves.after(0, 1_000_000)]
    hashing = time.process_time()
    for leaf in entries:
        hashlib.sha256(leaf).digest()
    share = (time.process_time() - hashing) / own
    print(f"append from PostgreSQL, {report.taken:,} leaves: {report.taken / seconds:,.0f} a second of the clock, "
          f"{report.taken / own:,.0f} of processor time (reach 5,000); SHA-256 of the leaves {share:.1%}")  # fmt: skip


async def commanding(settings: Settings, commands: int) -> None:
    """Median of payments with and without the indexes that evidence needs, in turns."""
    clock = SetClock(DAY)
    async with installation(settings, clock) as platform:
        office = platform.office
        loans = [await _active(office, number) for number in range(4)]
        dsn = str(settings.dsn)
        with_evidence: list[float] = []
        without: list[float] = []
        connection = await asyncpg.connect(dsn)
        indexes = await connection.fetch(_INDEXES)
        for turn in range(_ROUNDS):
            for row in indexes:
                await connection.execute(f"DROP INDEX {row['indexname']}" if turn % 2 else row["indexdef"].replace(
                    "CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))  # fmt: skip
            taken = without if turn % 2 else with_evidence
            taken.extend(await _payments(office, loans, turn, commands // _ROUNDS))
        await connection.close()
    one, other = statistics.median(with_evidence) * 1e3, statistics.median(without) * 1e3
    print(f"a command, {len(with_evidence)} payments with evidence and {len(without)} without: median {one:.2f} ms and "
          f"{other:.2f} ms, added {one - other:+.2f} ms (reach 1)")  # fmt: skip


async def _active(office: Office, number: int) -> LoanId:
    """A loan of ten years whose money is out."""
    loan, key = LoanId(f"bench-{number}"), f"bench-{number}"
    asked = terms(7_000_000 + number, 120)
    answer = done(await offer(office, ACTOR, f"{key}-offer", Application(asked, "borrower", loan)))
    done(await confirm_disclosure(office, LoanCall(ACTOR, f"{key}-shown", loan), answer["disclosure_digest"]))
    done(await sign(office, LoanCall(ACTOR, f"{key}-signed", loan), answer["terms_digest"]))
    done(await disburse(office, LoanCall(ACTOR, f"{key}-out", loan), Money(asked.schedule.principal, CNY)))
    return loan


async def _payments(office: Office, loans: list[LoanId], turn: int, count: int) -> list[float]:
    taken = []
    for number in range(count):
        call = LoanCall(ACTOR, f"pay-{turn}-{number}", loans[number % len(loans)])
        begun = time.perf_counter()
        done(await pay(office, call, Money(100, CNY)))
        taken.append(time.perf_counter() - begun)
    return taken


async def main() -> None:
    """Print both lines."""
    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    commands = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    with tempfile.TemporaryDirectory(prefix="hengdai-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        write_book(folder / "book", loans, 1, "parquet", lambda told: None)
        settings = Settings(data=folder / "data")
        await replay_book(settings, Wish(folder / "book", None), lambda told, total: None)
        await sealing(settings, folder / "log")
        await _commands(settings, commands)


async def _commands(settings: Settings, commands: int) -> None:
    from hengdai.adapters.postgres.server import open_server

    with open_server(settings.data, None) as server:
        shared = Settings(data=settings.data, dsn=server.dsn)
        async with installation(shared, SetClock(DAY)) as platform:
            done(await admit_partner(platform.office, ACTOR, "listed", LISTING))
        await commanding(shared, commands)


if __name__ == "__main__":
    asyncio.run(main())
