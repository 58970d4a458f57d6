"""Small tapes for tests: a folder with a CSV and a mapping, audited as the command does it."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.tapes.files import FileTape
from hengdai.app.audit_tape import Looking, Order, audit_tape
from hengdai.audit.batch import Audited
from hengdai.audit.mapping import TapeMapping, parse_mapping
from hengdai.audit.tally import Tally

PACK = FolderShelf().pack("cn")
COLUMNS: dict[str, dict[str, str]] = {
    "loan_id": {"header": "借据号"},
    "lender": {"header": "资金方"},
    "partner": {"header": "平台"},
    "guarantor": {"header": "担保"},
    "principal": {"header": "本金", "unit": "major"},
    "payout": {"header": "到账", "unit": "major"},
    "rate": {"header": "年利率", "unit": "percent"},
    "count": {"header": "期数"},
    "instalment": {"header": "月供", "unit": "major"},
    "disbursed_on": {"header": "放款日"},
    "applied_at": {"header": "申请时间"},
    "upfront_fee": {"header": "前期费", "unit": "major"},
    "periodic_fee": {"header": "月费", "unit": "major"},
    "guarantee_fee": {"header": "担保费", "unit": "major"},
    "stated_cost": {"header": "明示成本", "unit": "percent"},
    "paid_total": {"header": "已还", "unit": "major"},
    "as_of": {"header": "数据日"},
    "class5": {"header": "分类", "words": {"正常": "normal", "次级": "substandard"}},  # type: ignore[dict-item]
}
CONSTANTS: dict[str, object] = {
    "lender_kind": "bank", "product_kind": "consumer", "method": "equal_instalment", "internet_loan": True,
}  # fmt: skip
LOAN = {"借据号": "A1", "本金": "10000", "年利率": "12", "期数": "12", "放款日": "2026-01-15"}


@dataclass
class Kept:
    """A sink that keeps what it is given."""

    found: list[pl.DataFrame] = field(default_factory=list)
    unread: list[pl.DataFrame] = field(default_factory=list)
    linked: list[pl.DataFrame] = field(default_factory=list)

    def findings(self, frame: pl.DataFrame) -> None:
        self.found.append(frame)

    def rejects(self, frame: pl.DataFrame) -> None:
        self.unread.append(frame)

    def links(self, frame: pl.DataFrame) -> None:
        self.linked.append(frame)


@dataclass(frozen=True)
class Result:
    """What an audit gave."""

    tally: Tally
    findings: pl.DataFrame
    rejects: pl.DataFrame

    def only(self) -> dict[str, Any]:
        """The single finding of a tape of one loan."""
        assert self.findings.height == 1, self.rejects
        return self.findings.row(0, named=True)


def mapping_for(headers: Sequence[str], **constants: object) -> TapeMapping:
    """The mapping of the columns whose headers the tape has."""
    columns = {name: spec for name, spec in COLUMNS.items() if spec["header"] in headers}
    return parse_mapping({"columns": columns, "constants": CONSTANTS | constants}, "test", PACK.facts)


def write(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8") -> Path:
    """A CSV of these rows; headers are those of the first."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def audited(folder: Path, *rows: Mapping[str, str], as_if: date | None = None, looking: Looking | None = None,
            watch: Callable[[Audited], None] | None = None, encoding: str = "utf-8",
            **constants: object) -> Result:  # fmt: skip
    """Audit these rows; each is laid over a plain loan of 10,000 at 12 % over 12 months."""
    whole = [LOAN | dict(row) for row in rows]
    headers = list(dict.fromkeys(name for row in whole for name in row))
    path = write(folder / "tape.csv", [{name: row.get(name, "") for name in headers} for row in whole], encoding)
    order = Order(mapping_for(headers, **constants), PACK, as_if, looking=looking, watch=watch)
    kept = Kept()
    tally = audit_tape([FileTape(path)], order, kept, lambda rows: None)
    return Result(tally, pl.concat(kept.found) if kept.found else pl.DataFrame(), pl.concat(kept.unread))
