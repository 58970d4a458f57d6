"""Judging one subject: four answers, fail closed, exceptions by rank, days, switches, verdicts that explain."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.base.canonical import canonical
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import Days, Judgement, Settings, judge
from hengdai.law.kinds import Effect, Outcome, Stage
from hengdai.law.load import load_pack
from tests.law.small import texts

TOY = FolderShelf().pack("toy")
DAY = date(2026, 1, 1)
GOOD: Mapping[str, Any] = {
    "all_in_cost_simple": 20_000_000,
    "all_in_cost_compound": 21_000_000,
    "principal": 1_000_000,
    "term_months": 12,
    "lender_kind": "bank",
    "platform_charge_to_borrower": 0,
    "partner_listed": True,
    "guarantor_present": False,
    "disclosure_confirmed": True,
}


def judged(stage: Stage = Stage.APPLICATION, day: date | Days = DAY, on: str = "", **facts: object) -> Judgement:
    settings = Settings(frozenset(on.split()))
    return judge(TOY, {**GOOD, **facts}, stage=stage, days=day, settings=settings)


def stopping(judgement: Judgement) -> list[str]:
    return [verdict.rule_id for verdict in judgement.stopping]


def test_a_lawful_loan_is_stopped_by_nothing() -> None:
    assert stopping(judged(Stage.POSTING)) == []


def test_each_breach_stops_the_loan_by_its_own_rule() -> None:
    assert stopping(judged(all_in_cost_simple=36_000_001)) == ["toy.cost-cap"]
    assert stopping(judged(platform_charge_to_borrower=1)) == ["toy.platform-free"]
    assert stopping(judged(partner_listed=False)) == ["toy.partner-listed"]
    assert stopping(judged(term_months=361, principal=0)) == ["toy.amount", "toy.term"]


@pytest.mark.parametrize("name", ["all_in_cost_simple", "partner_listed", "principal", "guarantor_present"])
def test_a_missing_fact_is_never_a_pass(name: str) -> None:
    verdicts = judge(TOY, {**GOOD, name: None}, stage=Stage.APPLICATION, days=DAY).stopping
    assert verdicts
    assert {verdict.outcome for verdict in verdicts} == {Outcome.UNDETERMINED}
    assert all(name in verdict.missing for verdict in verdicts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("all_in_cost_simple", 24),
        ("all_in_cost_simple", 0.24),
        ("all_in_cost_simple", "24%"),
        ("all_in_cost_simple", True),
        ("principal", 100.5),
        ("principal", -1),
        ("partner_listed", 1),
        ("partner_listed", "yes"),
        ("term_months", 12.0),
        ("term_months", 10**9),
    ],
)
def test_a_fact_of_wrong_type_unit_or_range_is_not_believed(name: str, value: object) -> None:
    verdicts = judge(TOY, {**GOOD, name: value}, stage=Stage.APPLICATION, days=DAY).stopping
    assert verdicts
    assert all(verdict.outcome is Outcome.UNDETERMINED for verdict in verdicts)
    assert all(name in verdict.unbelievable for verdict in verdicts)
    assert all(name in verdict.message.en for verdict in verdicts)


def test_a_kind_of_lender_that_nobody_knows_is_undetermined() -> None:
    verdict = judged(lender_kind="bnak", on="window").of("toy.no-private-lenders")
    assert (verdict.outcome, verdict.unbelievable) == (Outcome.UNDETERMINED, ("lender_kind",))


def test_a_missing_fact_that_cannot_change_the_answer_does_not_stop() -> None:
    guarantor = judged(guarantor_present=None, guarantor_listed=True).of("toy.guarantor-listed")
    assert guarantor.outcome is Outcome.HOLDS


def test_an_exception_governs_where_it_applies_and_the_base_rule_elsewhere() -> None:
    small = judged(principal=50_000, all_in_cost_simple=60_000_000)
    assert small.of("toy.cost-cap").outcome is Outcome.NOT_APPLICABLE
    assert small.of("toy.cost-cap").message.en == "the exception toy.cost-cap.small governs instead"
    assert small.of("toy.cost-cap.small").outcome is Outcome.HOLDS
    large = judged(principal=50_001, all_in_cost_simple=60_000_000)
    assert stopping(large) == ["toy.cost-cap"]


def test_whether_an_exception_applies_may_be_unknown_and_then_so_is_a_breach() -> None:
    verdict = judged(principal=None, all_in_cost_simple=50_000_000).of("toy.cost-cap")
    assert verdict.outcome is Outcome.UNDETERMINED
    assert "it is not known whether the exception toy.cost-cap.small applies" in verdict.message.en


def test_a_later_stage_asks_the_rules_of_the_earlier_ones_again() -> None:
    asked = {stage: {v.rule_id for v in judged(stage).verdicts} for stage in Stage}
    assert asked[Stage.APPLICATION] < asked[Stage.SIGNING] <= asked[Stage.DISBURSEMENT] <= asked[Stage.POSTING]
    assert asked[Stage.CONTACT] == {"toy.quiet-hours", "toy.no-threats"}
    assert stopping(judged(Stage.DISBURSEMENT, partner_listed=False)) == ["toy.partner-listed"]


def test_the_day_that_counts_is_the_one_the_rule_names() -> None:
    days = Days(application=date(2014, 12, 31), contract=date(2014, 12, 31), origination=date(2015, 1, 1))
    late = judged(Stage.DISBURSEMENT, days, all_in_cost_simple=40_000_000)
    assert stopping(late) == ["toy.cost-cap"]
    weighed_early = judged(Stage.APPLICATION, Days(date(2014, 12, 31)), all_in_cost_simple=40_000_000)
    assert stopping(weighed_early) == []


def test_a_day_that_should_be_known_by_now_and_is_not_leaves_the_rule_undetermined() -> None:
    verdict = judged(Stage.SIGNING, Days(DAY)).of("toy.disclosure")
    assert verdict.outcome is Outcome.UNDETERMINED
    assert verdict.message.en == "disclosure confirmed before signing: undetermined; " + (
        "the day that decides which text applies is missing: contract"
    )


def test_before_the_pack_covers_the_day_nothing_is_judged() -> None:
    with pytest.raises(LawIsSilent, match="toy says nothing on 1999-12-31; it begins on 2000-01-01"):
        judged(day=date(1999, 12, 31))


def test_unpublished_guidance_sleeps_until_a_funder_switches_it_on() -> None:
    assert judged(lender_kind="private").of("toy.no-private-lenders").outcome is Outcome.NOT_APPLICABLE
    for on in ("window", "toy.no-private-lenders"):
        verdict = judged(lender_kind="private", on=on).of("toy.no-private-lenders")
        assert (verdict.outcome, verdict.effect, verdict.stops) == (Outcome.BREACHED, Effect.REFER, True)


def test_a_switch_may_turn_a_warning_into_a_block() -> None:
    assert judged(all_in_cost_compound=50_000_000).of("toy.cost-cap.compound").effect is Effect.WARN
    assert stopping(judged(all_in_cost_compound=50_000_000)) == []
    assert stopping(judged(all_in_cost_compound=50_000_000, on="strict")) == ["toy.cost-cap.compound"]


def test_a_switch_that_the_pack_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown switch stricht; known: strict, toy\\.no-private-lenders, window"):
        judged(on="stricht")


def test_a_verdict_carries_facts_spans_clause_and_a_message_in_both_languages() -> None:
    verdict = judged(all_in_cost_simple=36_000_001).of("toy.cost-cap")
    assert verdict.facts == {"all_in_cost_simple": 36_000_001}
    assert [(span.parameter, span.value, span.start) for span in verdict.parameters] == [
        ("toy.cost_cap", 36_000_000, date(2015, 1, 1))
    ]
    assert str(verdict.cite) == "《玩具国放贷法》(2000/1)第4条"
    assert verdict.message.zh == "综合融资成本 36.000001%, 上限 36.00%"
    assert verdict.message.en == "all-in cost 36.000001%, cap 36.00%"


def test_money_in_a_message_wears_the_loans_own_currency() -> None:
    verdict = judged(principal=0, currency="USD").of("toy.amount")
    assert verdict.message.en == "principal USD 0.00, at most USD 1,000,000.00"


def test_a_verdict_can_be_logged_and_names_the_digest_of_its_text() -> None:
    judgement = judged()
    assert judgement.pack_digest == TOY.digest
    assert all(canonical(verdict.record()) for verdict in judgement.verdicts)


def test_judging_one_subject_does_not_load_the_column_engine() -> None:
    program = (
        "import sys, datetime; from hengdai.adapters.packs import FolderShelf; from hengdai.law.judge import judge;"
        "from hengdai.law.kinds import Stage;"
        "judge(FolderShelf().pack('cn'), {}, stage=Stage.POSTING, days=datetime.date(2026, 1, 1));"
        "print('polars' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_one_changed_letter_of_the_text_is_another_digest() -> None:
    assert load_pack(texts()).digest == load_pack(texts()).digest
    assert load_pack(texts()).digest != load_pack(texts(('zh = "恰在上限"', 'zh = "正好上限"'))).digest
