"""A book of two loans, small enough to read: the tests take it apart line by line."""

from collections.abc import Mapping
from pathlib import Path

from hengdai.adapters.books.columns import TABLES

Rows = list[dict[str, str]]

MANIFEST = """format = "hengdai-book/1"
name = "two loans"
pack = "toy"
currency = "CNY"
money = "major"
rates = "percent"
"""

LOAN = {
    "loan": "A-1", "borrower": "B-1", "product": "CASH", "product_kind": "consumer", "loan_use": "consumption",
    "funder": "F-1", "lender_kind": "bank", "facilitator": "P-1", "guarantor": "", "merchant": "", "currency": "CNY",
    "principal": "1200.00", "annual_rate": "12", "method": "equal_instalment", "count": "3", "every": "1",
    "unit": "months", "first_due": "", "due_day": "", "day_count": "act/360", "period_interest": "whole_period",
    "broken_first": "actual_days", "month_end": "last_day", "rounding": "half_up", "multiple": "1",
    "residue": "last", "grace_principal": "0", "flat_fee_rate": "0", "instalment": "", "late_multiplier": "150",
    "late_grace_days": "0", "late_basis": "360", "prepayment_fee": "1", "prepayment_free_after": "1",
    "allocation": "penalty,fee,interest,principal", "unsecured": "true", "internet": "true",
    "lender_decided": "true", "temporary_increase": "", "long_cash_cycle": "false", "applied": "2026-01-05",
    "disclosed": "2026-01-05", "signed": "2026-01-05", "withdrawn": "", "disbursed": "2026-01-06", "first_payout": "",
}  # fmt: skip
EVENT = dict.fromkeys(TABLES["events"].names, "") | {"loan": "A-1", "kind": "paid", "intent": "instalment"}


def tables() -> dict[str, Rows]:
    """The rows of the two-loan book, all fields as text."""
    return {
        "loans": [dict(LOAN), LOAN | {"loan": "A-2", "borrower": "B-2", "principal": "500", "count": "1"}],
        "events": [
            EVENT | {"seq": "1", "day": "2026-02-06"},
            EVENT | {"seq": "2", "day": "2026-03-06"},
            EVENT | {"seq": "3", "day": "2026-04-06"},
            EVENT | {"loan": "A-2", "seq": "1", "day": "2026-01-20", "intent": "settle"},
        ],
        "fees": [],
        "organisations": [
            {"org": "F-1", "name": "甲一银行", "kind": "funder"},
            {"org": "P-1", "name": "子一助贷科技", "kind": "facilitator"},
        ],
        "partners": [
            {"funder": "F-1", "partner": "P-1", "role": "facilitator", "licence": "", "approved_by": "head_office",
             "from": "2020-01-01", "to": "", "published_url": "https://f-1.example/partners"},
        ],
    }  # fmt: skip


def write(folder: Path, rows: Mapping[str, Rows], manifest: str = MANIFEST) -> Path:
    """Write the tables as CSV by hand, without our writer, so that reader and writer are not each other's witness."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(manifest, "utf-8")
    for name, lines in rows.items():
        names = TABLES[name].names
        text = [",".join(names), *(",".join(_quoted(line[each]) for each in names) for line in lines)]
        (folder / f"{name}.csv").write_text("\n".join(text) + "\n", "utf-8")
    return folder


def _quoted(field: str) -> str:
    return f'"{field}"' if "," in field or '"' in field or "\n" in field else field
