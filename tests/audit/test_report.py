"""The views of a loan, and the pictures that stand for many."""

from pathlib import Path

from hengdai.adapters.packs import FolderShelf
from hengdai.audit.tally import Tally
from hengdai.audit.views import View, views_of
from hengdai.entry.report.content import cited
from hengdai.entry.report.pictures import bands, early, histogram
from hengdai.entry.report.words import ATTESTERS
from tests.audit.tapes import PACK, audited


def views(tally: Tally) -> dict[str, View]:
    (found,) = views_of(tally.worst, PACK, None)
    return {view.key: view for view in found}


def test_a_fee_taken_away_leaves_the_cost_without_it(tmp_path: Path) -> None:
    with_fee = views(audited(tmp_path, {"年利率": "20", "月费": "50", "前期费": "100"}).tally)
    plain = audited(tmp_path, {"年利率": "20", "前期费": "100"}).only()
    assert with_fee["periodic_fee"].simple_e8 == plain["simple_e8"] < with_fee["normal"].simple_e8
    only_monthly = audited(tmp_path, {"年利率": "20", "月费": "50"}).only()
    assert with_fee["kept_back"].simple_e8 == only_monthly["simple_e8"]


def test_an_upfront_fee_weighs_more_the_earlier_the_loan_is_paid_off(tmp_path: Path) -> None:
    found = views(audited(tmp_path, {"年利率": "12", "前期费": "300"}).tally)
    early = [found[f"early-{month}"].simple_e8 for month in range(1, 12)]
    assert early == sorted(early, reverse=True) and early[-1] > found["normal"].simple_e8


def test_without_fees_paying_off_early_costs_the_contract_rate(tmp_path: Path) -> None:
    found = views(audited(tmp_path, {"年利率": "12"}).tally)
    assert all(abs(found[f"early-{month}"].simple_e8 - 12_000_000) < 20_000 for month in range(1, 12))


def test_a_subsidy_takes_a_point_off_and_never_more_than_half_the_rate(tmp_path: Path) -> None:
    dear = views(audited(tmp_path, {"年利率": "12"}).tally)
    cheap = views(audited(tmp_path, {"年利率": "1.2"}).tally)
    assert abs(dear["normal"].simple_e8 - dear["subsidy"].simple_e8 - 1_000_000) < 5_000
    assert abs(cheap["subsidy"].simple_e8 - 600_000) < 5_000


def test_outside_the_window_there_is_no_subsidy(tmp_path: Path) -> None:
    assert "subsidy" not in views(audited(tmp_path, {"放款日": "2025-08-31"}).tally)


def test_a_missed_instalment_with_penalty_costs_more_than_without(tmp_path: Path) -> None:
    kind = views(audited(tmp_path, {"年利率": "12"}).tally)["missed"]
    hard = views(audited(tmp_path, {"年利率": "12"}, penalty_uplift=50).tally)["missed"]
    assert hard.simple_e8 > kind.simple_e8


def test_every_loan_with_a_cost_stands_in_one_band() -> None:
    costs = {0: 1, 999: 2, 1_000: 4, 24_000: 8, 99_999: 16, 200_000: 32, -1: 64}
    found = bands(costs, 60)
    assert sum(found) == sum(costs.values())
    assert found[0] == 1 + 2 + 64 and found[1] == 4 and found[24] == 8 and found[59] == 16 + 32


def test_a_loan_exactly_on_the_line_stands_below_it() -> None:
    tally = Tally()
    tally.costs[(24_000_000 - 1) // 1_000] += 1
    assert bands(tally.costs, 60)[23] == 1 and tally.quantile_e8(1, 2) == 24_000_000


def test_a_single_loan_beyond_the_cap_is_drawn_in_red() -> None:
    drawn = str(histogram({10_000: 100_000, 25_000: 1}, 24_000_000, ("cap", "loans"), "costs"))
    assert drawn.count("#b3261e") == 1


def test_every_word_for_who_attests_a_fact_has_its_chinese() -> None:
    shelf = FolderShelf()
    used = {who for name in shelf.known() for fact in shelf.pack(name).facts.values() for who in fact.attested_by}
    assert used <= ATTESTERS.keys()


def test_the_figures_of_a_picture_stay_inside_it() -> None:
    drawn = str(early([(1, 11_186_000_000), (2, 5_000_000_000)], 24_000_000, "early"))
    right = float(drawn.split(">11,186%")[0].rsplit('x="', 1)[1].split('"')[0])
    assert right >= 7 * len("11,186%")
    ticks = str(histogram({59_500: 3, 1_000: 5}, 24_000_000, ("cap", "loans"), "costs"))
    assert ">56%<" not in ticks
    assert "≥59%" in ticks


def test_a_clause_is_cited_in_the_language_of_the_page() -> None:
    cite = PACK.rule("cn.lf-009").cite
    assert cited(cite, "zh").startswith("《关于加强商业银行互联网助贷业务管理")
    assert cited(cite, "en") == (
        "Notice on the internet loan facilitation business of commercial banks (金规〔2025〕9号), art. 6"
    )
    unverified = next(rule.cite for rule in PACK.rules if rule.cite.article == "?")
    assert "verified" not in cited(unverified, "zh") and "article not verified" in cited(unverified, "en")
