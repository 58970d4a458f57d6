"""Four countries abroad: caps in their own units and on their own days, and open points that do not pass as answers."""

from datetime import date

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.law.judge import Judgement, judge
from hengdai.law.kinds import Outcome, Stage

SHELF = FolderShelf()
ID, PH, IN, MX = (SHELF.pack(name) for name in ("id", "ph", "in", "mx"))
COVERED = {
    "lender_kind": "lending_company",
    "unsecured": True,
    "general_purpose": True,
    "principal": 1_000_000,
    "term_months": 3,
    "nominal_rate_month": 6_000_000,
    "total_cost_share": 60_000_000,
}


def contact(country: str, day: date, **facts: object) -> Judgement:
    return judge(SHELF.pack(country), facts, stage=Stage.CONTACT, days=day)


def test_indonesias_cap_is_per_day_and_changed_with_the_year_for_longer_tenors() -> None:
    loan = {"funding_purpose": "consumptive", "term_months": 6, "economic_benefit_per_day": 250_000}
    for day, outcome in ((date(2024, 12, 31), Outcome.HOLDS), (date(2025, 1, 1), Outcome.BREACHED)):
        assert judge(ID, loan, stage=Stage.APPLICATION, days=day).of("id.benefit.long").outcome is outcome


@pytest.mark.parametrize(("per_day", "outcome"), [(100_000, Outcome.HOLDS), (100_001, Outcome.UNDETERMINED)])
def test_indonesias_open_cap_of_2026_holds_at_the_safe_default_and_is_undetermined_beyond(
    per_day: int, outcome: Outcome
) -> None:
    loan = {"funding_purpose": "consumptive", "term_months": 3, "economic_benefit_per_day": per_day}
    verdict = judge(ID, loan, stage=Stage.APPLICATION, days=date(2026, 6, 1)).of("id.benefit.consumptive.2026")
    assert verdict.outcome is outcome
    assert verdict.stops is (outcome is Outcome.UNDETERMINED)
    assert ("the safe default is the lower candidate" in verdict.message.en) is verdict.stops


def test_the_philippine_cap_is_effective_per_month_and_fell_on_the_first_of_april_2026() -> None:
    loan = {**COVERED, "effective_rate_month": 15_000_000}
    for day, stopped in ((date(2026, 3, 31), set()), (date(2026, 4, 1), {"ph.effective"})):
        judgement = judge(PH, loan | {"loan_split": False}, stage=Stage.APPLICATION, days=day)
        assert {verdict.rule_id for verdict in judgement.stopping} == stopped


def test_a_philippine_loan_beyond_the_covered_amount_is_outside_the_caps() -> None:
    loan = {**COVERED, "principal": 1_000_001, "effective_rate_month": 30_000_000, "loan_split": False}
    assert judge(PH, loan, stage=Stage.APPLICATION, days=date(2026, 6, 1)).stopping == ()


def test_contact_hours_are_each_countrys_own() -> None:
    day = date(2026, 6, 1)
    seven = 7 * 60 + 30
    asked = {
        "id": {"contact_consented": False, "contact_minute": seven},
        "ph": {"contact_consented": False, "contact_minute": seven, "days_past_due": 1},
        "in": {"contact_minute": seven},
        "mx": {"contact_minute": seven},
    }
    outcomes = {name: contact(name, day, **facts).of(f"{name}.contact-hours").outcome for name, facts in asked.items()}
    assert outcomes == {"id": "breached", "ph": "holds", "in": "breached", "mx": "holds"}


def test_a_rate_per_day_of_the_wrong_size_is_not_believed() -> None:
    loan = {"funding_purpose": "consumptive", "term_months": 3, "economic_benefit_per_day": 3}
    verdict = judge(ID, loan, stage=Stage.APPLICATION, days=date(2025, 6, 1)).of("id.benefit.short")
    assert verdict.unbelievable == ("economic_benefit_per_day",)


def test_every_pack_names_its_currency_locale_time_zones_and_how_it_annualises() -> None:
    named = {pack.id: (pack.currency.code, pack.locale) for pack in (ID, PH, IN, MX)}
    assert named == {"id": ("IDR", "id-ID"), "ph": ("PHP", "en-PH"), "in": ("INR", "en-IN"), "mx": ("MXN", "es-MX")}
    assert all(pack.time_zones and pack.disclosed_rate for pack in (ID, PH, IN, MX))


def test_open_points_say_what_is_missing_and_name_a_safe_default() -> None:
    opened = [rule for pack in (ID, PH, IN, MX) for rule in pack.rules if rule.open is not None]
    assert {rule.id.split(".")[0] for rule in opened} == {"id", "ph", "in", "mx"}
    assert all("not found" in rule.open.en and "safe default" in rule.open.en for rule in opened if rule.open)
