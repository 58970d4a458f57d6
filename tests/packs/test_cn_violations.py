"""The ten patterns of violation that supervisors reported are refused or flagged, each by its clause."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.law.judge import Judgement, judge
from hengdai.law.kinds import Stage

CN = FolderShelf().pack("cn")
DAY = date(2026, 9, 1)
LAWFUL: Mapping[str, Any] = {
    "lender_kind": "bank",
    "product_kind": "consumer",
    "internet_loan": True,
    "unsecured": True,
    "principal": 1_000_000,
    "term_months": 12,
    "repayment_method": "equal_instalment",
    "loan_use": "consumption",
    "all_in_cost_simple": 20_000_000,
    "all_in_cost_compound": 21_939_108,
    "platform_charge_to_borrower": 0,
    "guarantor_present": True,
    "guarantor_listed": True,
    "guarantor_licence": "financing_guarantee",
    "guarantee_fee": 30_000,
    "guarantee_fee_counted": True,
    "disguised_guarantee_fee": 0,
    "partner_listed": True,
    "partner_approval_level": "head_office",
    "lender_decided_itself": True,
    "fees_disclosed": True,
    "disclosure_confirmed": True,
    "temporary_increase_agreed": False,
    "long_cash_cycle": False,
}


def judged(stage: Stage = Stage.POSTING, **facts: object) -> Judgement:
    return judge(CN, {**LAWFUL, **facts}, stage=stage, days=DAY)


def stopped_by(stage: Stage = Stage.POSTING, **facts: object) -> set[str]:
    return {verdict.rule_id for verdict in judged(stage, **facts).stopping}


def test_a_lawful_facilitated_loan_passes_every_stage_of_its_life() -> None:
    for stage in (Stage.APPLICATION, Stage.SIGNING, Stage.DISBURSEMENT, Stage.POSTING):
        assert stopped_by(stage) == set()


@pytest.mark.parametrize(
    ("pattern", "facts", "stage", "clauses"),
    [
        (
            "VIO-01 a second guarantor whose fee is not counted, 36 % in truth",
            {"guarantor_count": 2, "guarantee_fee_counted": False, "all_in_cost_simple": 36_000_000},
            Stage.APPLICATION,
            {"cn.vio-01", "cn.lf-006", "cn.lf-009"},
        ),
        ("VIO-02 24 % and a membership", {"benefit_charges": 14_900}, Stage.APPLICATION, {"cn.vio-02"}),
        ("VIO-03 a chain of referrals", {"referral_chain_charges": 9_900}, Stage.APPLICATION, {"cn.vio-03"}),
        ("VIO-04 600 taken at payout", {"upfront_deduction_by_third_party": 60_000}, Stage.POSTING, {"cn.vio-04"}),
        (
            "VIO-05 advice fees of the guarantor",
            {"disguised_guarantee_fee": 20_000},
            Stage.APPLICATION,
            {"cn.vio-05", "cn.lf-007"},
        ),
        (
            "VIO-06 a monthly service fee to the platform",
            {"recurring_service_fee": 90_000, "platform_charge_to_borrower": 90_000},
            Stage.APPLICATION,
            {"cn.vio-06", "cn.lf-005", "cn.il-011"},
        ),
        ("VIO-07 a pre-ticked insurance", {"pre_ticked": True}, Stage.SIGNING, {"cn.vio-07"}),
        ("VIO-08 a rate split in the group", {"related_party_charges": 50_000}, Stage.APPLICATION, {"cn.vio-08"}),
        (
            "VIO-10 a lender hidden at the checkout",
            {"merchant_checkout": True, "lender_shown_at_checkout": False, "cost_on_payment_page": False},
            Stage.SIGNING,
            {"cn.vio-10", "cn.disc-006"},
        ),
    ],
)  # fmt: skip
def test_a_reported_pattern_is_stopped_by_its_clauses(
    pattern: str, facts: dict[str, object], stage: Stage, clauses: set[str]
) -> None:
    assert stopped_by(stage, **facts) == clauses, pattern


def test_vio_09_a_low_headline_rate_is_stopped_in_marketing() -> None:
    facts = {"headline_not_annual": True, "annual_rate_shown": False, "other_rate_more_prominent": True}
    breached = {
        v.rule_id for v in judge(CN, facts, stage=Stage.MARKETING, days=DAY).verdicts if v.outcome == "breached"
    }
    assert {"cn.vio-09", "cn.apr-001", "cn.apr-002"} == breached


@pytest.mark.parametrize(
    ("simple", "compound", "stopped"),
    [(24_000_000, 26_824_179, False), (24_000_001, 26_824_180, True), (31_670_000, 36_690_000, True)],
)
def test_the_cap_stands_on_the_line_in_simple_and_warns_in_compound(simple: int, compound: int, stopped: bool) -> None:
    judgement = judged(Stage.APPLICATION, all_in_cost_simple=simple, all_in_cost_compound=compound)
    assert ("cn.lf-009" in {v.rule_id for v in judgement.stopping}) is stopped
    assert judgement.of("cn.lf-009.compound").outcome == "breached"
    assert not judgement.of("cn.lf-009.compound").stops
