"""The audit over Spark gives, row for row, what the command gives on the same tape; run on a local Spark of two."""

import os
import shutil
import sys
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
from hengdai.spark.audit import TapeAudit
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
    """A local Spark; skips where there is no Java or no pyspark."""
    if shutil.which("java") is None:
        pytest.skip("no Java is installed: apt-get install default-jre-headless")
    session = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: make spark").SparkSession
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = (
        session.builder.master("local[2]").config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "4").getOrCreate()
    )  # fmt: skip
    yield made
    made.stop()


def collected(frame: Any) -> pl.DataFrame:
    table = pl.from_arrow(frame.toArrow())
    assert isinstance(table, pl.DataFrame)
    return table


def test_the_cluster_gives_row_for_row_what_the_command_gives(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP, "utf-8")
    rows = tape(LOANS)
    rows.write_parquet(tmp_path / "spark.parquet")
    rows.with_row_index("row_number", 1).cast({"row_number": pl.Int64}).write_parquet(tmp_path / "lake.parquet")
    pack = FolderShelf().pack("cn")
    order = Order(parse_mapping(mapping_data(str(tmp_path / "map.toml")), "map", pack.facts), pack)
    kept = Kept()
    tally = audit_tape([FileTape(tmp_path / "spark.parquet")], order, kept, lambda rows: None)
    direct, unread = pl.concat(kept.found), pl.concat(kept.unread)

    audit = TapeAudit(str(tmp_path / "map.toml"), source="spark.parquet")
    lake = spark.read.parquet(str(tmp_path / "lake.parquet")).repartition(5)
    found = collected(audit.findings(lake)).sort("row")
    assert found.equals(direct.sort("row"))
    assert tally.answers["breached"] > 200 and tally.rejected > 2_000  # the tape is of every kind
    keys = ["row", "column"]
    assert collected(audit.rejects(lake)).sort(keys).equals(unread.sort(keys))
    assert "loan_id" in unread["column"].to_list()


def test_a_frame_without_a_mapped_column_or_a_row_number_is_refused_at_once(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP, "utf-8")
    frame = spark.createDataFrame([("A1", 1)], ["借据号", "本金"])
    with pytest.raises(MappingUnreadable, match="row_number") as caught:
        TapeAudit(str(tmp_path / "map.toml")).findings(frame)
    assert "年利率" in str(caught.value)
