"""Which debits belong to a loan: it takes a tie or a telling text, and never the date alone."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from hengdai.adapters.synthetic.book import write_book
from hengdai.adapters.tapes.book import BookTape
from hengdai.adapters.tapes.debits import looking_in
from hengdai.adapters.tapes.files import mapping_data
from hengdai.app.audit_tape import Looking, Order, audit_tape
from hengdai.audit.intake import REJECTS
from hengdai.audit.links import link, score
from hengdai.audit.mapping import parse_mapping
from hengdai.audit.register import Register, register_of
from tests.audit.tapes import PACK, Kept, audited

at = datetime.fromisoformat
ENTITIES = pl.DataFrame(
    [("P-1", "facilitator"), ("G-1", "guarantor"), ("F-1", "funder"), ("H-1", "holding"), ("CLUB", "membership"),
     ("GUARD", "guarantee"), ("SHOP", "retail"), ("STRANGER", "membership")],
    schema=["entity", "kind"], orient="row",
)  # fmt: skip
RELATIONS = pl.DataFrame([("H-1", "P-1"), ("H-1", "CLUB"), ("GUARD", "P-1")], schema=["entity", "of"], orient="row")
REGISTER = register_of(ENTITIES, RELATIONS)
LOANS = pl.DataFrame(
    {
        "loan_id": ["A1"], "borrower": ["B1"], "lender": ["F-1"], "partner": ["P-1"], "guarantor": ["G-1"],
        "disbursed_on": [date(2026, 3, 10)], "applied_at": [at("2026-03-09 10:20:00")], "count": [6],
        "period_days": [None],
    },
    schema_overrides={"applied_at": pl.Datetime("us"), "period_days": pl.Int64},
)  # fmt: skip


def debits(*rows: tuple[datetime, str, int, str]) -> pl.DataFrame:
    whole = [("A1", *row) for row in rows]
    names = ["loan_id", "at", "payee", "amount", "text"]
    told = pl.DataFrame(whole, schema=names, orient="row")
    return told.cast({"at": pl.Datetime("us"), "amount": pl.Int64}).cast(
        {"loan_id": pl.String, "payee": pl.String, "text": pl.String}
    )


def patterns(*rows: tuple[datetime, str, int, str]) -> list[str]:
    return link(LOANS, debits(*rows), REGISTER).links["pattern"].to_list()


def test_the_platform_itself_is_always_a_party() -> None:
    assert patterns((at("2026-05-02 09:00:00"), "P-1", 5_000, "")) == ["VIO-06"]


def test_a_club_under_the_platforms_holding_is_found_by_tie_and_words() -> None:
    assert patterns((at("2026-03-09 10:40:00"), "CLUB", 19_900, "会员权益-优先审批")) == ["VIO-02"]


def test_an_honest_purchase_from_the_same_club_is_left_alone() -> None:
    assert patterns((at("2026-06-20 09:00:00"), "CLUB", 1_500, "影音会员月费")) == []


@pytest.mark.parametrize("payee", ["STRANGER", "SHOP", "NOT-IN-REGISTER"])
def test_the_date_alone_links_nothing(payee: str) -> None:
    assert patterns((at("2026-03-10 09:00:00"), payee, 1_500, "影音会员月费")) == []


def test_a_guarantor_a_second_after_the_payout_is_a_deduction() -> None:
    assert patterns((at("2026-03-10 12:00:01"), "GUARD", 60_000, "保证金")) == ["VIO-04"]


def test_a_guarantor_with_every_instalment_is_a_second_guarantee() -> None:
    rows = [(at(f"2026-{month:02d}-10 12:00:00"), "GUARD", 4_000, "担保服务费") for month in (4, 5, 6)]
    assert patterns(*rows) == ["VIO-01"] * 3


def test_a_debit_long_after_the_loan_is_not_looked_at() -> None:
    seen = score(LOANS, debits((at("2027-03-01 09:00:00"), "P-1", 5_000, "")), REGISTER)
    assert seen.is_empty()


def test_ties_reach_two_steps_and_no_further() -> None:
    chain = pl.DataFrame([("A", "B"), ("B", "C"), ("C", "D")], schema=["entity", "of"], orient="row")
    ties = register_of(ENTITIES, chain).ties.filter(pl.col("party") == "A")
    assert dict(ties.select("payee", "steps").iter_rows()) == {"B": 1, "C": 2}


def test_a_shared_phone_is_a_tie() -> None:
    told = pl.DataFrame(
        {"entity": ["X", "Y", "Z"], "kind": ["facilitator", "retail", "retail"], "phone": ["1", "1", "2"]}
    )
    nothing = pl.DataFrame(schema={"entity": pl.String, "of": pl.String})
    found = register_of(told, nothing)
    assert found.near_trade["payee"].to_list() == ["Y"]


class _Given:
    """Debits that lie in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def of(self, loans: pl.DataFrame) -> pl.DataFrame:
        return self._frame.join(loans.select("loan_id"), on="loan_id", how="semi")

    def doubtful(self, loans: pl.DataFrame) -> pl.Series:
        return pl.Series([False]).new_from_index(0, loans.height)

    def unread(self) -> pl.DataFrame:
        return REJECTS.to_frame()

    def shown(self, loans: pl.DataFrame) -> pl.DataFrame | None:
        return None if loans.height else loans


def _looked(tmp_path: Path, register: Register, *rows: tuple[datetime, str, int, str]) -> dict[str, object]:
    looking = Looking(_Given(debits(*rows)), register)
    row = {"资金方": "F-1", "平台": "P-1", "担保": "G-1", "放款日": "2026-03-10", "年利率": "20"}
    return audited(tmp_path, row, looking=looking).only()


def test_linked_debits_raise_the_cost_and_attest_their_facts(tmp_path: Path) -> None:
    nothing = _looked(tmp_path, REGISTER)
    taken = _looked(tmp_path, REGISTER, (at("2026-03-10 12:00:01"), "GUARD", 60_000, "保证金"))
    assert nothing["breached"] == "" and nothing["linked_debits"] == 0
    assert taken["linked_debits"] == 60_000 and taken["patterns"] == "VIO-04"
    assert taken["simple_e8"] > nothing["simple_e8"]  # type: ignore[operator]
    assert {"cn.lf-009", "cn.vio-04"} <= set(str(taken["breached"]).split(";"))


def test_nobody_looked_is_not_nothing_found(tmp_path: Path) -> None:
    unseen = audited(tmp_path, {"年利率": "20"}).only()
    assert "cn.vio-02" in unseen["undetermined"].split(";")
    seen = _looked(tmp_path, REGISTER)
    assert "cn.vio-02" not in str(seen["undetermined"]).split(";")


def test_the_disguises_of_a_synthetic_book_are_found_at_the_stated_quality(tmp_path: Path) -> None:
    write_book(tmp_path / "book", 3_000, 11, "parquet", lambda done: None)
    mapping, kept = parse_mapping(mapping_data("book"), "book", PACK.facts), Kept()
    order = Order(mapping, PACK, looking=looking_in(tmp_path / "book"))
    audit_tape([BookTape(tmp_path / "book")], order, kept, lambda rows: None)
    found = pl.concat(kept.found).select(pl.col("loan_id").alias("loan"), "patterns")
    truth = pl.read_parquet(tmp_path / "book" / "truth.parquet")
    # A plan whose first debit is not due yet has taken nothing that anybody could find.
    due = truth.filter((pl.col("amount") > 0) | pl.col("pattern").is_in(["VIO-09", "VIO-10"]))
    both = found.join(truth.select("loan", "pattern"), on="loan", how="left")
    flagged = both.filter(pl.col("patterns") != "")
    recalled = due.join(flagged.select("loan"), on="loan", how="semi")
    assert flagged["pattern"].is_not_null().sum() >= 0.95 * flagged.height
    assert recalled.height >= 0.95 * due.height
