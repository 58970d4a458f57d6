"""What the Chinese pack says on particular days: the LPR goes stale, 调休 days work, switches bind, silence refuses."""

from datetime import date

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.base.calendar import OutsideCalendar
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.judge import Settings, judge
from hengdai.law.kinds import Confidence, Outcome, Stage
from tests.packs.test_cn_violations import LAWFUL

CN = FolderShelf().pack("cn")


def test_the_lpr_is_the_published_one_and_fails_closed_thirty_five_days_after_it_was_last_seen() -> None:
    lpr = CN.parameter("lpr_1y")
    published = [(date(2024, 7, 21), 3_450_000), (date(2024, 7, 22), 3_350_000), (date(2026, 10, 25), 3_000_000)]
    assert [(day, lpr.on(day).value) for day, _ in published] == published
    with pytest.raises(LawIsStale, match="2026-09-20"):
        lpr.on(date(2026, 10, 26))


def test_a_loan_before_the_pack_begins_is_refused_and_one_before_a_rule_begins_is_not_asked() -> None:
    with pytest.raises(LawIsSilent):
        judge(CN, LAWFUL, stage=Stage.APPLICATION, days=date(2023, 12, 31))
    early = judge(CN, {**LAWFUL, "partner_listed": False}, stage=Stage.APPLICATION, days=date(2025, 9, 30))
    assert early.of("cn.lf-001").outcome is Outcome.NOT_APPLICABLE
    assert early.of("cn.lf-001").message.en == "in force only from 2025-10-01"


def test_the_disclosure_table_is_demanded_from_august_2026() -> None:
    facts = {**LAWFUL, "disclosure_confirmed": False}
    for day, stopped in ((date(2026, 7, 31), False), (date(2026, 8, 1), True)):
        judgement = judge(CN, facts, stage=Stage.SIGNING, days=day)
        assert ("cn.disc-005" in {v.rule_id for v in judgement.stopping}) is stopped


def test_window_guidance_and_the_strict_reading_bind_only_those_who_switch_them_on() -> None:
    day = date(2026, 9, 1)
    facts = {**LAWFUL, "all_in_cost_compound": 25_000_000}
    assert judge(CN, facts, stage=Stage.APPLICATION, days=day).stopping == ()
    strict = judge(CN, facts, stage=Stage.APPLICATION, days=day, settings=Settings(frozenset({"strict"})))
    assert [verdict.rule_id for verdict in strict.stopping] == ["cn.lf-009.compound"]
    dear = {"lender_kind": "consumer_finance", "quarter_average_cost": 21_000_000}
    for switches, outcome in ((frozenset[str](), "not_applicable"), (frozenset({"window"}), "breached")):
        judged = judge(CN, dear, stage=Stage.PORTFOLIO, days=day, settings=Settings(switches))
        assert judged.of("cn.cf-010").outcome == outcome


def test_a_funder_may_choose_to_compare_the_cap_at_two_decimals_and_then_instalments_rounded_to_the_fen_pass() -> None:
    facts = {**LAWFUL, "all_in_cost_simple": 24_000_834}  # 10,000 yuan, 12 instalments of 945.60
    day = date(2026, 9, 1)
    assert [v.rule_id for v in judge(CN, facts, stage=Stage.APPLICATION, days=day).stopping] == ["cn.lf-009"]
    rounding = Settings(frozenset({"round_cost"}))
    assert judge(CN, facts, stage=Stage.APPLICATION, days=day, settings=rounding).stopping == ()
    dearer = {**facts, "all_in_cost_simple": 24_005_000}
    stopped = judge(CN, dearer, stage=Stage.APPLICATION, days=day, settings=rounding).stopping
    assert [verdict.rule_id for verdict in stopped] == ["cn.lf-009.rounded"]


def test_microloans_above_four_times_the_lpr_are_warned_of_until_2027_and_blocked_from_2028() -> None:
    rules = {rule.id: rule for rule in CN.rules}
    assert (rules["cn.mc-002"].effect, rules["cn.mc-002.2028"].effect) == ("warn", "block")
    facts = {**LAWFUL, "lender_kind": "microloan", "all_in_cost_simple": 13_000_000}
    now = judge(CN, facts, stage=Stage.APPLICATION, days=date(2026, 9, 1))
    assert (now.of("cn.mc-002").outcome, now.stopping) == (Outcome.BREACHED, ())
    later = judge(CN, facts, stage=Stage.APPLICATION, days=date(2028, 1, 1)).of("cn.mc-002.2028")
    assert (later.outcome, later.stops) == (Outcome.UNDETERMINED, True), "until the LPR is entered, nothing passes"


def test_the_working_saturdays_of_three_years_are_business_days_and_the_holidays_are_not() -> None:
    calendar = CN.business_days()
    working = [date(2024, 2, 4), date(2024, 10, 12), date(2025, 1, 26), date(2025, 9, 28), date(2026, 2, 28)]
    resting = [date(2024, 2, 12), date(2024, 9, 16), date(2025, 1, 28), date(2025, 10, 8), date(2026, 2, 23)]
    assert all(calendar.is_business(day) for day in working)
    assert not any(calendar.is_business(day) for day in resting)
    assert calendar.next_business(date(2025, 10, 1)) == date(2025, 10, 9)
    with pytest.raises(OutsideCalendar):
        calendar.is_business(date(2027, 1, 1))
    assert CN.calendars["cn.business_days_2026"].cite.confidence is Confidence.MEDIUM


def test_the_number_of_business_days_of_each_year_is_the_published_one() -> None:
    calendar = CN.business_days()
    for year, expected in ((2024, 251), (2025, 248), (2026, 248)):
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        assert sum(calendar.is_business(date.fromordinal(day)) for day in range(first, last + 1)) == expected


def test_what_is_uncertain_is_marked_as_such() -> None:
    marked = CN.uncertain
    for id in ("cn.lf-009", "cn.il-003", "cn.mc-002", "cn.col-004", "cn.internet_consumer_limit_temporary@2025-03-14"):
        assert id in marked


def test_fee_classes_say_who_may_charge_and_what_counts() -> None:
    fees = CN.fee_classes
    assert (fees["cn.guarantee_fee"].in_cost, fees["cn.guarantee_fee"].may_charge) == (True, ("guarantor",))
    assert fees["cn.platform_fee"].may_charge == fees["cn.consulting_fee"].may_charge == ()
    assert fees["cn.penalty_interest"].contingent
    assert not fees["cn.penalty_interest"].in_cost
