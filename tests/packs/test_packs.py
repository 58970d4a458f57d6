"""The kit that every pack is held to: its cases pass, no one-step change goes unnoticed, everything is cited."""

from datetime import date

import pytest

from hengdai.adapters.packs import FolderShelf
from hengdai.law.cases import failing_cases, run_case
from hengdai.law.kinds import Outcome, Stage
from hengdai.law.pack import Pack
from tests.packs.mutants import mutants

SHELF = FolderShelf()
PACKS = [SHELF.pack(name) for name in SHELF.known()]
each_pack = pytest.mark.parametrize("pack", PACKS, ids=[pack.id for pack in PACKS])


@each_pack
def test_every_case_is_answered_as_its_author_expects(pack: Pack) -> None:
    assert [str(problem) for problem in failing_cases(pack)] == []


@each_pack
def test_no_threshold_date_list_or_comparison_can_move_one_step_unnoticed(pack: Pack) -> None:
    assert [mutant.name for mutant in mutants(pack) if mutant.survives()] == []


@each_pack
def test_every_rule_has_the_four_kinds_of_case(pack: Pack) -> None:
    for rule in pack.rules:
        expected = {case.expect for case in rule.cases}
        assert expected == set(Outcome) - ({Outcome.BREACHED} if rule.open else set()), rule.id
        assert any(case.on == rule.start for case in rule.cases), rule.id


@each_pack
def test_every_figure_rule_fee_and_duty_stands_on_a_document_and_names_its_source(pack: Pack) -> None:
    cites = [rule.cite for rule in pack.rules] + [duty.cite for duty in pack.duties]
    cites += [span.cite for figure in pack.parameters.values() for span in figure.spans]
    cites += [fee.cite for fee in pack.fee_classes.values()]
    assert all(cite.document.id in pack.documents and cite.source for cite in cites)
    assert all(cite.checked_on <= date(2026, 11, 23) for cite in cites)


@each_pack
def test_every_title_and_message_speaks_both_languages(pack: Pack) -> None:
    for rule in pack.rules:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.title.zh + rule.message.zh), rule.id
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in rule.title.en + rule.message.en), rule.id


@each_pack
def test_every_case_has_a_reason_that_both_a_chinese_and_an_english_lawyer_could_sign(pack: Pack) -> None:
    for rule in pack.rules:
        for case in rule.cases:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in case.why.zh), rule.id
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in case.why.en), rule.id
            assert "_" not in case.why.zh + case.why.en, "a reason is no code"


@each_pack
def test_every_case_says_something_people_can_read(pack: Pack) -> None:
    for rule in pack.rules:
        for case in rule.cases:
            verdict = run_case(pack, rule, case)
            assert "{" not in verdict.message.zh + verdict.message.en
            assert verdict.message.zh
            assert verdict.record()["rule"] == rule.id


def test_the_packs_do_not_share_an_id() -> None:
    ids = [rule.id for pack in PACKS for rule in pack.rules]
    assert len(ids) == len(set(ids))


def test_the_toy_country_asks_only_at_the_stages_of_the_small_flow() -> None:
    toy = SHELF.pack("toy")
    assert {rule.stage for rule in toy.rules} == {Stage.APPLICATION, Stage.SIGNING, Stage.CONTACT, Stage.DATA}
