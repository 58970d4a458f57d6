"""The audit over Spark gives, row for row, what the command gives on the same tape; run on a local Spark of two."""

import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.files import FileTape, mapping_data
from hengdai.app.audit_tape import Order, audit_tape
from hengdai.audit.mapping import MappingUnreadable, parse_mapping
from hengdai.spark import work
from hengdai.spark.audit import TapeAudit
from hengdai.spark.parts import FolderTaken
from tests.audit.tapes import Kept

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]
LOANS = 6_000
MAP = """
[tape]
pack = "cn"
currency = "CNY"
[constants]
lender_kind = "bank"
product_kind = "consumer"
internet_loan = true
[columns]
loan_id = { header = "借据号" }
partner = { header = "平台" }
principal = { header = "本金", unit = "major" }
payout = { header = "到账", unit = "minor" }
rate = { header = "年利率", unit = "percent" }
count = { header = "期数" }
method = { header = "方式" }
disbursed_on = { header = "放款日" }
periodic_fee = { header = "月费", unit = "major" }
[facts]
partner_listed = { header = "在名单" }
"""


def tape(loans: int, seed: int = 3) -> pl.DataFrame:
    """Loans of every kind, some above the cap, some that cannot be read, some whose number comes twice."""
    chance = Random(seed)
    methods = ("equal_instalment", "equal_principal", "interest_first", "bullet")
    rows = [
        (
            f"A{chance.randrange(loans * 20)}" if n % 50 else "", f"P{n % 7}",
            chance.choice(("10000", "1,234.50元", "２０００", "9.999", "50000")),
            chance.choice((None, 900_000, 120_000)), chance.choice(("12", "23.9 %", "0.24", "35", "x")),
            chance.choice(("12", "36期", "14天", "3个月")), chance.choice(methods),
            date(2025, 1, 1) + timedelta(days=chance.randrange(690)), chance.choice(("", "0", "35.00")),
            chance.choice((True, False, None)),
        )
        for n in range(1, loans + 1)
    ]  # fmt: skip
    names = ["借据号", "平台", "本金", "到账", "年利率", "期数", "方式", "放款日", "月费", "在名单"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A local Spark of two that tries a task four times; skips where there is no Java or no pyspark."""
    if shutil.which("java") is None:
        pytest.skip("no Java is installed: apt-get install default-jre-headless")
    session = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: make spark").SparkSession
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = (
        session.builder.master("local[2,4]").config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "4").getOrCreate()
    )  # fmt: skip
    yield made
    made.stop()


def collected(frame: Any) -> pl.DataFrame:
    table = pl.from_arrow(frame.toArrow())
    assert isinstance(table, pl.DataFrame)
    return table


def directly(folder: Path, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and rejects of the command, and the tape with numbered rows left for Spark."""
    (folder / "map.toml").write_text(MAP, "utf-8")
    rows.write_parquet(folder / "spark.parquet")
    rows.with_row_index("row_number", 1).cast({"row_number": pl.Int64}).write_parquet(folder / "lake.parquet")
    pack, kept = FolderShelf().pack("cn"), Kept()
    order = Order(parse_mapping(mapping_data(str(folder / "map.toml")), "map", pack.facts), pack)
    audit_tape([FileTape(folder / "spark.parquet")], order, kept, lambda rows: None)
    return pl.concat(kept.found).sort("row"), pl.concat(kept.unread).sort("row", "column")


def written(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What lies in the folder of a run, and nothing else lies there."""
    assert sorted(each.name for each in folder.iterdir()) == ["_SUCCESS", "findings", "rejects"]
    found, unread = (pl.read_parquet(folder / kind / "*.parquet") for kind in ("findings", "rejects"))
    return found.sort("row"), unread.sort("row", "column")


def test_frames_give_row_for_row_what_the_command_gives(spark: Any, tmp_path: Path) -> None:
    direct, unread = directly(tmp_path, tape(LOANS))
    audit = TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet")
    lake = spark.read.parquet(str(tmp_path / "lake.parquet")).repartition(5)
    assert collected(audit.findings(lake)).sort("row").equals(direct)
    assert collected(audit.rejects(lake)).sort("row", "column").equals(unread)
    assert (direct["answer"] == "breached").sum() > 200 and unread.height > 2_000  # the tape is of every kind


@pytest.mark.parametrize("bits", [64, 8])
def test_workers_write_what_the_command_gives_also_when_digests_are_equal(
    spark: Any, tmp_path: Path, bits: int
) -> None:
    direct, unread = directly(tmp_path, tape(LOANS))
    audit = TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet", digest_bits=bits)
    lake = spark.read.parquet(str(tmp_path / "lake.parquet")).repartition(5)
    told = audit.write(lake, str(tmp_path / "audit"))
    found, left = written(tmp_path / "audit")
    assert found.equals(direct) and left.equals(unread)
    assert (told.findings, told.rejects) == (direct.height, unread.height)
    twice = unread.filter(pl.col("column") == "loan_id")["found"]
    assert twice.len() > 40  # over five partitions, so that most pairs are in two
    with pytest.raises(FolderTaken):
        audit.write(lake, str(tmp_path / "audit"))
    assert written(tmp_path / "audit")[0].equals(direct)
    lake = spark.read.parquet(str(tmp_path / "audit" / "findings"))
    assert collected(lake).sort("row").equals(direct)


def test_a_tape_without_a_loan_that_can_be_read_leaves_columns_and_no_rows(spark: Any, tmp_path: Path) -> None:
    direct, _ = directly(tmp_path, tape(200))
    audit = TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet")
    told = audit.write(spark.read.parquet(str(tmp_path / "lake.parquet")).where("false"), str(tmp_path / "audit"))
    found, left = written(tmp_path / "audit")
    assert (told.findings, told.rejects, found.height, left.height) == (0, 0, 0, 0)
    assert found.schema == direct.schema


def deadly(runs: Path, marker: Path) -> Any:
    """A step before the audit that lets batches through and, once, kills every worker while a file is being written."""

    def through(batches: Any) -> Any:
        for number, batch in enumerate(batches):
            yield batch
            if number == 17 and not marker.exists():
                for _ in range(600):
                    if any(each.stat().st_size for each in runs.glob("_run-*/findings/*")):
                        break
                    time.sleep(0.1)
                else:
                    raise AssertionError("no file was begun")
                marker.touch()
                here, daemon = os.getpid(), os.getppid()
                children = Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split()
                for worker in sorted((int(each) for each in children), key=lambda each: each == here):
                    os.kill(worker, signal.SIGKILL)

    return through


def test_workers_killed_while_they_write_leave_no_trace(spark: Any, tmp_path: Path) -> None:
    few = tape(LOANS).filter(pl.col("年利率") == "12", pl.col("到账").is_null(), pl.col("月费") != "35.00")
    rows = pl.concat([few.with_columns(pl.col("借据号") + f"-{n}") for n in range(200_000 // few.height)])
    direct, unread = directly(tmp_path, rows)
    lake = spark.read.parquet(str(tmp_path / "lake.parquet")).coalesce(1)
    lake = lake.mapInArrow(deadly(tmp_path / "audit", tmp_path / "killed"), lake.schema)
    TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet").write(lake, str(tmp_path / "audit"))
    assert (tmp_path / "killed").exists()
    found, left = written(tmp_path / "audit")
    assert found.equals(direct) and left.equals(unread)


def test_a_run_that_fails_leaves_nothing_and_can_be_tried_again(spark: Any, tmp_path: Path) -> None:
    direct, _ = directly(tmp_path, tape(300))
    audit = TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet")
    lake = spark.read.parquet(str(tmp_path / "lake.parquet"))
    torn = lake.withColumn("row_number", functions().raise_error("torn").cast("long"))
    with pytest.raises(Exception, match="torn"):
        audit.write(torn, str(tmp_path / "audit"))
    assert list((tmp_path / "audit").iterdir()) == []
    audit.write(lake, str(tmp_path / "audit"))
    assert written(tmp_path / "audit")[0].equals(direct)


@pytest.mark.parametrize(("digest", "probe_", "said"), [("0" * 64, None, "law"), (None, (1, 2, 3, 4), "digests")])
def test_a_worker_with_another_law_or_other_digests_stops_the_job(
    spark: Any, tmp_path: Path, digest: str | None, probe_: tuple[int, ...] | None, said: str
) -> None:
    directly(tmp_path, tape(200))
    law = FolderShelf().pack("cn")
    order = work.Order(
        "map", mapping_data(str(tmp_path / "map.toml")), "cn", digest or law.digest, "spark", None, frozenset(),
        probe=probe_ or work.probe(),
    )  # fmt: skip
    lake = spark.read.parquet(str(tmp_path / "lake.parquet"))
    with pytest.raises(Exception, match=said):
        lake.mapInArrow(lambda batches: work.digests(order, batches), "digest long").collect()


def functions() -> Any:
    """Spark's functions, which are there only with the extra."""
    return importlib.import_module("pyspark.sql.functions")


def test_a_frame_without_a_mapped_column_or_a_row_number_is_refused_at_once(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP, "utf-8")
    frame = spark.createDataFrame([("A1", 1)], ["借据号", "本金"])
    with pytest.raises(MappingUnreadable, match="row_number") as caught:
        TapeAudit(str(tmp_path / "map.toml")).findings(frame)
    assert "年利率" in str(caught.value)
