"""Disguised charges found in synthetic books with known truth: precision and recall by threshold, over ten seeds.

Each book plants ten patterns in one loan of seven; honest purchases stand beside them. Because an honest purchase from
an unrelated shop is easy to tell, this benchmark mixes in purchases from the very merchants that take the disguised
charges: the same clubs, consultants and insurers, on days and for goods that have nothing to do with a loan.

    python benchmarks/audit_links.py [LOANS]
"""

import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.synthetic.book import write_book
from hengdai.adapters.tapes.book import BookTape
from hengdai.adapters.tapes.files import mapping_data
from hengdai.audit.clean import ZONE
from hengdai.audit.intake import SOURCE, take_in
from hengdai.audit.links import THRESHOLD, score
from hengdai.audit.mapping import parse_mapping
from hengdai.audit.register import register_of

SEEDS = range(1, 11)
STRANGERS = "S-"
HONEST = {
    "V-VIP-1": "影音会员月费", "V-VIP-2": "阅读会员年费", "V-VIP-3": "健身会员次卡", "V-CONSULT": "留学讲座门票",
    "V-INSURE": "车险续保", "V-SPLIT": "手机维修",
}  # fmt: skip
EVERY = 5
"""One loan in so many has bought something honest from one of those merchants."""


def honest_purchases(loans: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Purchases from the same merchants, on any day from sixty before the payout to a year after it."""
    chance = random.Random(seed)
    rows = []
    for loan, paid_out in loans.select("loan_id", "disbursed_on").iter_rows():
        if chance.randrange(EVERY) == 0:
            payee = chance.choice(list(HONEST))
            morning = datetime.fromisoformat(f"{paid_out} 09:00:00")
            at = morning + timedelta(days=chance.randint(-60, 365), minutes=chance.randrange(720))
            rows.append((loan, at, payee, chance.randint(10, 900) * 100, HONEST[payee], False))
    schema = {"loan_id": pl.String, "at": pl.Datetime("us"), "payee": pl.String, "amount": pl.Int64, "text": pl.String,
              "guilty": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def every_debit(folder: Path, tape: pl.DataFrame) -> pl.DataFrame:
    """The debits of the book's loans, telling or not."""
    local = pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z").dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    debits = (
        pl.read_parquet(folder / "debits.parquet")
        .rename({"loan": "loan_id"})
        .with_columns(local.dt.cast_time_unit("us"))
    )
    return debits.join(tape.select("loan_id"), on="loan_id").select("loan_id", "at", "payee", "amount", "text")


def scored(folder: Path, seed: int, loans: int) -> tuple[pl.DataFrame, pl.DataFrame, float]:
    """Every debit of a book with its score and whether it is guilty, with texts and without; the seconds it took."""
    write_book(folder, loans, seed, "parquet", lambda done: None)
    mapping = parse_mapping(mapping_data("book"), "book", FolderShelf().pack("cn").facts)
    raw = pl.concat(list(BookTape(folder).batches())).with_columns(pl.lit("book").alias(SOURCE))
    tape = take_in(raw, mapping, 2).loans
    register = register_of(pl.read_parquet(folder / "entities.parquet"), pl.read_parquet(folder / "relations.parquet"))
    guilty = every_debit(folder, tape).with_columns(guilty=~pl.col("payee").str.starts_with(STRANGERS))
    debits = pl.concat([guilty, honest_purchases(tape, seed)])
    start = time.perf_counter()
    found = score(tape, debits.drop("guilty"), register)
    taken = time.perf_counter() - start
    key = ["loan_id", "at", "payee", "amount"]
    silent = score(tape, debits.drop("guilty").with_columns(text=pl.lit("")), register)
    truth = debits.select(*key, "guilty").unique(key)
    told = [truth.join(each, on=key, how="left").with_columns(pl.col("score").fill_null(0)) for each in (found, silent)]
    return told[0], told[1], taken


def main() -> int:
    """Print the curve; exit 1 when the threshold misses 0.95 of either."""
    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
    parts, silent, seconds = [], [], 0.0
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            found, mute, taken = scored(Path(folder), seed, loans)
        parts.append(found.with_columns(seed=pl.lit(seed)))
        silent.append(mute)
        seconds += taken
    every = pl.concat(parts)
    print(f"{every.height:,} debits of {len(SEEDS)} books of {loans:,} applications, {every['guilty'].sum():,} guilty")
    print(f"scored in {seconds:.2f} s, {every.height / seconds:,.0f} /s")
    print("score  precision  recall  worst seed (precision, recall)")
    reached = True
    for threshold in range(30, 105, 5):
        precision, recall = quality(every, threshold)
        seeds = [quality(each, threshold) for each in every.partition_by("seed")]
        worst = f"{min(p for p, _ in seeds):.4f}, {min(r for _, r in seeds):.4f}"
        mark = "  <" if threshold == THRESHOLD else ""
        print(f"{threshold:>5}  {precision:>9.4f}  {recall:>6.4f}  {worst}{mark}")
        reached &= threshold != THRESHOLD or (precision >= 0.95 and recall >= 0.95)
    precision, recall = quality(pl.concat(silent), THRESHOLD)
    print(f"with every statement text blank: precision {precision:.4f}, recall {recall:.4f} at {THRESHOLD}")
    return 0 if reached else 1


def quality(found: pl.DataFrame, threshold: int) -> tuple[float, float]:
    """Precision and recall of debits at or above a score."""
    kept = found.filter(pl.col("score") >= threshold)
    right = int(kept["guilty"].sum())
    return right / max(kept.height, 1), right / max(int(found["guilty"].sum()), 1)


if __name__ == "__main__":
    sys.exit(main())
