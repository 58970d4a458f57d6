"""The invented world: organisations, who stands on whose partner list, and who is related to whom.

Every name is built from the heavenly stems and earthly branches and belongs to nobody.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from hengdai.adapters.books.columns import ENTITIES, ORGANISATIONS, PARTNERS, RELATIONS

FIRST_DAY = date(2025, 6, 1)
LAST_APPLICATION = date(2026, 11, 10)
AS_OF = date(2026, 11, 20)
"""Events are told up to this day."""


@dataclass(frozen=True, slots=True)
class Funder:
    """A lender: its kind, its share of the applications, and the range of its contract rates in percent."""

    org: str
    name: str
    kind: str
    weight: float
    rates: tuple[float, float]


FUNDERS = (
    Funder("F-BANK-1", "甲一银行", "bank", 0.24, (5.5, 11.0)),
    Funder("F-BANK-2", "甲二银行", "bank", 0.18, (6.0, 12.5)),
    Funder("F-BANK-3", "甲三银行", "bank", 0.13, (7.0, 14.0)),
    Funder("F-CF-1", "乙一消费金融", "consumer_finance", 0.12, (9.0, 18.0)),
    Funder("F-CF-2", "乙二消费金融", "consumer_finance", 0.08, (10.0, 20.0)),
    Funder("F-TRUST-1", "丙一信托", "trust", 0.10, (8.0, 15.0)),
    Funder("F-ML-1", "丁一小额贷款", "microloan", 0.09, (14.0, 23.0)),
    Funder("F-ML-2", "丁二小额贷款", "microloan", 0.06, (16.0, 23.8)),
)
FACILITATORS = ("P-1", "P-2", "P-3", "P-4")
GUARANTORS = ("G-1", "G-2", "G-3")
MERCHANTS = ("M-1", "M-2", "M-3", "M-4", "M-5")
_NAMES = {
    "P-1": "子一助贷科技",
    "P-2": "丑二助贷科技",
    "P-3": "寅三助贷科技",
    "P-4": "卯四助贷科技",
    "G-1": "辰一融资担保",
    "G-2": "巳二融资担保",
    "G-3": "午三担保服务",
    "M-1": "未一家电",
    "M-2": "未二数码",
    "M-3": "未三美业",
    "M-4": "未四教育",
    "M-5": "未五家装",
}
_LICENCES = {"G-1": "financing_guarantee", "G-2": "financing_guarantee", "V-GUARD": "financing_guarantee"}

# Who takes hidden charges, and who merely sells something: id, name, trade.
VIP_CLUBS = ("V-VIP-1", "V-VIP-2", "V-VIP-3")
SECOND_GUARANTOR = "V-GUARD"
CONSULTANT = "V-CONSULT"
INSURANCE_AGENT = "V-INSURE"
RATE_SPLITTER = "V-SPLIT"
STRANGERS = ("S-1", "S-2", "S-3", "S-4")
_ENTITIES = (
    ("V-VIP-1", "申一权益会员", "membership"),
    ("V-VIP-2", "申二权益会员", "membership"),
    ("V-VIP-3", "申三权益会员", "membership"),
    ("V-GUARD", "酉一融资担保", "guarantee"),
    ("V-CONSULT", "酉二咨询顾问", "consulting"),
    ("V-INSURE", "戌一保险代理", "insurance_agency"),
    ("V-SPLIT", "戌二技术服务", "technology"),
    ("H-1", "亥一控股", "holding"),
    ("H-2", "亥二控股", "holding"),
    ("S-1", "天一影音会员", "membership"),
    ("S-2", "天二超市", "retail"),
    ("S-3", "天三出行", "transport"),
    ("S-4", "天四通信", "telecom"),
)
_RELATIONS = (
    ("H-1", "controls", "P-1", 0.80, date(2021, 3, 1)),
    ("H-1", "controls", "V-VIP-1", 0.67, date(2024, 5, 20)),
    ("H-1", "controls", "V-SPLIT", 0.51, date(2025, 1, 8)),
    ("P-2", "controls", "V-VIP-2", 1.00, date(2023, 9, 11)),
    ("P-3", "controls", "V-VIP-3", 0.60, date(2024, 2, 2)),
    ("H-2", "controls", "G-1", 0.75, date(2020, 7, 1)),
    ("H-2", "controls", "V-CONSULT", 0.90, date(2024, 11, 15)),
    ("V-GUARD", "same_controller", "P-1", None, date(2025, 2, 1)),
    ("V-INSURE", "agent_of", "P-2", None, date(2025, 3, 1)),
)


def organisations() -> pl.DataFrame:
    """The organisations table."""
    rows = [(funder.org, funder.name, "funder") for funder in FUNDERS]
    for group, kind in ((FACILITATORS, "facilitator"), (GUARANTORS, "guarantor"), (MERCHANTS, "merchant")):
        rows += [(org, _NAMES[org], kind) for org in group]
    return pl.DataFrame(rows, schema=list(ORGANISATIONS.names), orient="row")


def partners() -> pl.DataFrame:
    """The partner lists. Three things are wrong in them on purpose.

    P-4 is on nobody's list, F-BANK-3 let P-2 in by a branch, and F-BANK-2 took P-3 off its list after March 2026.
    """
    rows: list[tuple[str, str, str, str | None, str, date, date | None, str | None]] = []
    for funder in FUNDERS:
        url = f"https://{funder.org.lower()}.example/partners"
        for org in (*FACILITATORS[:3], *GUARANTORS):
            role = "facilitator" if org in FACILITATORS else "guarantor"
            approved = "branch" if (funder.org, org) == ("F-BANK-3", "P-2") else "head_office"
            to = date(2026, 3, 31) if (funder.org, org) == ("F-BANK-2", "P-3") else None
            rows.append((funder.org, org, role, _LICENCES.get(org), approved, date(2025, 1, 1), to, url))
        rows += [(funder.org, org, "merchant", None, "head_office", date(2025, 1, 1), None, url) for org in MERCHANTS]
    return pl.DataFrame(rows, schema=list(PARTNERS.names), orient="row", infer_schema_length=None)


def entities() -> pl.DataFrame:
    """The register: the organisations of the book, and those that only take debits."""
    rows = [(org, name, kind, _LICENCES.get(org)) for org, name, kind in organisations().iter_rows()]
    rows += [(entity, name, kind, _LICENCES.get(entity)) for entity, name, kind in _ENTITIES]
    return pl.DataFrame(rows, schema=list(ENTITIES.names), orient="row", infer_schema_length=None)


def relations() -> pl.DataFrame:
    """Who controls, shares a controller with, or acts for whom; shares in e8."""
    rows = [
        (who, how, whom, None if share is None else round(share * 10**8), day)
        for who, how, whom, share, day in _RELATIONS
    ]
    return pl.DataFrame(rows, schema=list(RELATIONS.names), orient="row", infer_schema_length=None)
