"""Time, memory and loan-days a second of a whole replay, in a fresh embedded database.

    python -m benchmarks.replay [BOOK [MAP]]

Without a book, a synthetic one of 5,000 loans. The figures are those of one run on this machine; memory is the peak of
the proportional share (PSS) of this process, its workers and the database together, sampled twice a second.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from hengdai.adapters.synthetic.book import write_book
from hengdai.entry.cli.replay import Map, Wish, replay_book
from hengdai.entry.wiring import Settings

LOANS, SEED = 5_000, 1


def main() -> None:
    """Run the replay once and print its figures."""
    with tempfile.TemporaryDirectory(prefix="hengdai-bench-") as scratch:
        folder = Path(scratch)
        map = Map(sys.argv[2]) if len(sys.argv) > 2 else None
        book = Path(sys.argv[1]) if len(sys.argv) > 1 else _synthetic(folder / "book")
        peak = Peak()
        with peak:
            summary = asyncio.run(
                replay_book(Settings(data=folder / "data"), Wish(book, map), lambda done, total: None)
            )
    seconds = summary["seconds"]
    print(f"replay of {summary['applications']:,} loans, whole lives ({summary['book']['name']})")
    print(f"  seconds                 {seconds:,.1f}")
    print(f"  loans a second          {summary['applications'] / seconds:,.0f}")
    print(f"  events a second         {summary['events'] / seconds:,.0f}")
    print(f"  loan-days a second      {summary['loan_days_per_second']:,}")
    print(f"  peak memory, all        {peak.mib:,} MiB")
    print(f"  books balanced          {'yes' if summary['balanced'] else 'NO'}")


def _synthetic(folder: Path) -> Path:
    begun = time.perf_counter()
    write_book(folder, LOANS, SEED, "parquet", lambda done: None)
    print(f"synthetic book of {LOANS:,} loans written in {time.perf_counter() - begun:.1f} s")
    return folder


class Peak:
    """The most memory that this process, its descendants and any embedded PostgreSQL held together."""

    def __init__(self) -> None:
        self.mib = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Peak":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            self.mib = max(self.mib, sum(_pss_kib(each) for each in _family()) // 1024)


def _family() -> set[int]:
    """This process, all its descendants, and servers that the embedded database detached from us."""
    parents: dict[int, int] = {}
    servers: set[int] = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
                if b"hengdai-bench-" in (entry / "cmdline").read_bytes():
                    servers.add(int(entry.name))
        except OSError:
            continue  # it ended while we looked
    family = {os.getpid(), *servers}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
