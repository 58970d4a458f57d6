"""The audit of a large tape with all debits of its borrowers, against Polars merely reading the same two files.

    python benchmarks/audit_tape.py [LOANS] [--keep FOLDER]

Fifteen debits a loan, in the order of the statements (by time, all borrowers mixed), from two thousand shops and from
those who take disguised charges. Reach: all reports (findings, links, page, PDF) within 5 times what Polars takes to
read both files and group the debits by loan, and 4 GiB. Each runs three times and the fastest counts, the audit in
processes of its own: its time is that of the whole command, start and imports included, Polars' is without them. With
--keep the files stay in FOLDER and are taken from there the next time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from hengdai.adapters.synthetic import world
from hengdai.adapters.synthetic.applications import METHODS, Applications, draw, parties
from hengdai.adapters.synthetic.draw import Generator, Ints, seeded, seeds_of, text
from hengdai.adapters.synthetic.hidden import hide

SEED, EACH, BLOCK = 1, 15, 50_000
SHOPS = np.array([f"shop-{number:04d}" for number in range(2_000)], dtype=object)
GOODS = np.array(
    [f"{kind}消费 {place:03d} 店" for kind in ("超市", "餐饮", "出行", "书店") for place in range(250)], dtype=object
)
MAP = """[tape]
pack = "cn"
currency = "CNY"

[columns]
loan_id = { header = "loan" }
lender = { header = "lender" }
lender_kind = { header = "lender_kind" }
partner = { header = "partner" }
guarantor = { header = "guarantor" }
product = { header = "product" }
product_kind = { header = "product_kind" }
principal = { header = "principal", unit = "minor" }
rate = { header = "rate", unit = "e8" }
method = { header = "method" }
flat_fee_rate = { header = "flat_fee", unit = "e8" }
count = { header = "count" }
applied_at = { header = "applied_at" }
disbursed_on = { header = "disbursed_on" }
due_day = { header = "due_day" }
guarantee_fee = { header = "guarantee_fee", unit = "minor" }
platform_fee = { header = "platform_fee", unit = "minor" }
"""
POLARS = """
import sys, time
import polars as pl
tape, debits = sys.argv[1:]
for _ in range(3):
    begun, used = time.perf_counter(), time.process_time()
    loans, every = pl.read_parquet(tape), pl.read_parquet(debits)
    grouped = every.group_by("loan").agg(pl.len(), pl.col("amount").sum())
    print(time.perf_counter() - begun, time.process_time() - used)
    del loans, every, grouped
"""
TURNS = 3
REPORTS = ("findings.csv", "findings.parquet", "links.csv", "links.parquet", "report.html", "report.pdf")


def write_tape(folder: Path, loans: int) -> None:
    """The loans, their debits and the register of entities, from a fixed seed."""
    tapes, debits, left, first = [], [], loans, 0
    for child in seeds_of(SEED, loans // BLOCK * 2 + 2):
        if left <= 0:
            break
        rng = seeded(child)
        drawn = draw(rng, first, BLOCK)
        paid_out = np.flatnonzero(~np.isnat(drawn.disbursed))[:left]
        tapes.append(_loans(drawn)[paid_out])
        debits.append(_debits(rng, drawn, paid_out))
        first, left = first + BLOCK, left - len(paid_out)
    pl.concat(tapes).write_parquet(folder / "tape.parquet")
    pl.concat(debits).sort("at").write_parquet(folder / "debits.parquet")
    world.entities().write_parquet(folder / "entities.parquet")
    world.relations().write_parquet(folder / "relations.parquet")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")


def _loans(drawn: Applications) -> pl.DataFrame:
    who = parties(drawn)
    texts = {
        "loan": drawn.ids(), "lender": who["funder"], "partner": who["facilitator"], "guarantor": who["guarantor"],
        "lender_kind": text([each.kind for each in world.FUNDERS], drawn.funder),
        "product": text(("CASH", "SCENE", "BIZ"), drawn.product),
        "product_kind": text(("consumer", "consumer", "business"), drawn.product),
        "method": text(METHODS, drawn.method),
    }  # fmt: skip
    figures = {
        "principal": drawn.principal, "rate": drawn.rate, "flat_fee": drawn.flat_fee, "count": drawn.count,
        "due_day": drawn.fixed_day, "guarantee_fee": drawn.guarantee_fee, "platform_fee": drawn.platform_fee,
        "disbursed_on": drawn.disbursed, "applied_at": drawn.applied.astype("datetime64[us]"),
    }  # fmt: skip
    return pl.DataFrame({name: pl.Series(name, values.tolist(), pl.String) for name, values in texts.items()} | figures)


def _debits(rng: Generator, drawn: Applications, paid_out: Ints) -> pl.DataFrame:
    """What the loans' own book would hold, and shopping until there are fifteen debits a loan."""
    names = pl.Series("loan", drawn.ids().tolist(), pl.String)
    hidden = hide(rng, drawn, drawn.due(drawn.count)).debits
    mine = hidden.filter(pl.col("at").is_in(paid_out.tolist()))
    size = max(EACH * len(paid_out) - mine.height, 0)
    at = paid_out[rng.integers(0, len(paid_out), size)]
    days = drawn.applied[at].astype(np.int64) + rng.integers(-60, 365, size)
    moments = days * 86_400 + rng.integers(25_200, 82_800, size)
    payees, texts = (pl.Series(some).gather(rng.integers(0, len(some), size)) for some in (SHOPS, GOODS))
    amounts = rng.integers(1, 900, size) * 100
    shopping = pl.DataFrame({"at": at, "moment": moments, "payee": payees, "amount": amounts, "text": texts})
    every = pl.concat([mine, shopping])
    return every.select(
        names.gather(every["at"]), pl.from_epoch("moment", time_unit="s").cast(pl.Datetime("us")).alias("at"),
        "payee", "amount", "text",
    )  # fmt: skip


def audit(folder: Path) -> tuple[float, float, int]:
    """One audit as a command: seconds, processor seconds, peak memory in bytes; without its reports it did not end."""
    program = Path(sys.executable).with_name("hengdai")
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        command = [program, "audit", folder / "tape.parquet", "--map", folder / "map.toml", "--pack", "cn",
                   "--debits", folder / "debits.parquet", "--entities", folder, "--out", out]  # fmt: skip
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        lacking = [name for name in REPORTS if not (out / name).is_file()]
    if lacking:
        raise SystemExit(f"没有写出 / not written: {', '.join(lacking)}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def measure(folder: Path, loans: int) -> int:
    """Print both times, the ratio and the memory; 1 when either is beyond what should be reached."""
    files = [folder / "tape.parquet", folder / "debits.parquet"]
    told = subprocess.run([sys.executable, "-c", POLARS, *files], capture_output=True, text=True, check=True)
    times = [[float(word) for word in line.split()] for line in told.stdout.splitlines()]
    reading, reading_processor = (min(column) for column in zip(*times, strict=True))
    runs = [audit(folder) for _ in range(TURNS)]
    (taken, processor, _), memory = min(runs), max(memory for *_, memory in runs)
    ratio, gib = taken / reading, memory / 2**30
    print(f"Polars reads both and groups {reading:9.2f} s, {reading_processor:.2f} s of processor")
    print(f"hengdai audit, all reports   {taken:9.2f} s, {processor:.2f} s of processor, {loans / taken:,.0f} loans/s")
    print(f"ratio                        {ratio:9.1f}   (reach: 5), {processor / reading_processor:.1f} of processor")
    print(f"peak memory of the process   {gib:9.2f} GiB (reach: 4)")
    return 0 if ratio <= 5 and gib <= 4 else 1


def main() -> int:
    """Make the files where there are none, then measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("loans", type=int, nargs="?", default=1_000_000)
    options.add_argument("--keep", type=Path)
    asked = options.parse_args()
    print(f"{asked.loans:,} loans, {asked.loans * EACH:,} debits, Parquet")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "map.toml").is_file():
            # By a process of its own: a child's peak memory is never told as less than its parent's was.
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:
                apart.submit(write_tape, folder, asked.loans).result()
        small = Path(scratch) / "small"
        small.mkdir()
        write_tape(small, 100)
        audit(small)  # compiles the kernels where this machine has not yet
        return measure(folder, asked.loans)


if __name__ == "__main__":
    sys.exit(main())
