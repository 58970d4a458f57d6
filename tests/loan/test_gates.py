"""No offer, no signature and no payout without the law's word on these very terms, at this stage, on this day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import Days, Judgement
from hengdai.law.kinds import Stage
from hengdai.loan import commands
from hengdai.loan.clearance import Clearance
from hengdai.loan.commands import Command
from hengdai.loan.decide import decide
from hengdai.loan.events import Refused
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.state import State
from hengdai.product.codec import terms_digest
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.terms import Component, FeeTiming, LateTerms, PayeeRole, PrepaymentTerms
from tests.loan.story import LOAN, START, Story, clearance, fee, granted, money, plan, refused, terms

GATES = [
    (Stage.APPLICATION, commands.Offer(LOAN, terms(), "b")),
    (Stage.SIGNING, commands.Sign(terms_digest(terms()))),
    (Stage.DISBURSEMENT, commands.Disburse(money(1_000_00))),
]


def _before(command: Command) -> Story:
    """A story whose loan stands right before the gate of that command."""
    story = Story()
    if isinstance(command, commands.Sign):
        granted(story.do(commands.Offer(LOAN, story.terms, "b"), START))
        granted(story.do(commands.ConfirmDisclosure(disclosure_digest(story.terms)), START))
    if isinstance(command, commands.Disburse):
        story.signed()
    return story


def _answer(command: Command, said: Clearance | None) -> object:
    answer = decide(_before(command).loan, command, day=START, today=START, clearance=said)
    return answer.refusal if isinstance(answer, No) else answer


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_the_gate_opens_on_a_fitting_word(stage: Stage, command: Command) -> None:
    assert not isinstance(_answer(command, clearance(terms(), stage, START)), Refusal)


@pytest.mark.parametrize("command", [command for _, command in GATES])
def test_no_word_no_gate(command: Command) -> None:
    assert _answer(command, None) is Refusal.NOT_JUDGED


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_a_word_for_another_stage_opens_nothing(stage: Stage, command: Command) -> None:
    for other in {Stage.APPLICATION, Stage.SIGNING, Stage.DISBURSEMENT, Stage.POSTING} - {stage}:
        assert _answer(command, clearance(terms(), other, START)) is Refusal.NOT_JUDGED


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_yesterdays_word_opens_nothing_today(stage: Stage, command: Command) -> None:
    for days in (-1, 1):
        said = clearance(terms(), stage, START + timedelta(days=days))
        assert _answer(command, said) is Refusal.NOT_JUDGED


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_a_word_about_other_terms_opens_nothing(stage: Stage, command: Command) -> None:
    a_fen_more = terms(plan(12_000_01))
    assert _answer(command, clearance(a_fen_more, stage, START)) is Refusal.NOT_JUDGED


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_a_word_of_another_jurisdiction_opens_nothing(stage: Stage, command: Command) -> None:
    said = clearance(terms(), stage, START)
    foreign = replace(said, judgement=_of_pack(said.judgement, "elsewhere"))
    assert _answer(command, foreign) is Refusal.NOT_JUDGED


def _of_pack(said: Judgement, pack: str) -> Judgement:
    return Judgement(pack, said.pack_version, said.pack_digest, said.stage, said.verdicts)


@pytest.mark.parametrize(("stage", "command"), GATES)
def test_a_word_that_asked_no_rule_opens_nothing(stage: Stage, command: Command) -> None:
    said = clearance(terms(), stage, START)
    empty = Judgement(said.judgement.pack_id, "1", said.judgement.pack_digest, stage, ())
    assert _answer(command, replace(said, judgement=empty)) is Refusal.NOT_JUDGED


@pytest.mark.parametrize(("stage", "command"), GATES[1:])
def test_a_word_that_stops_is_the_laws_refusal_and_names_the_rules(stage: Stage, command: Command) -> None:
    said = clearance(terms(), stage, START, partner_listed=False)
    assert said.stopping
    answer = decide(_before(command).loan, command, day=START, today=START, clearance=said)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.LAW_FORBIDS
    assert all(rule in answer.figures["rules"] for rule in said.stopping)


def test_a_fact_that_is_missing_stops_like_a_breach() -> None:
    said = clearance(terms(), Stage.APPLICATION, START, partner_listed=None)
    facts = granted(decide(None, commands.Offer(LOAN, terms(), "b"), day=START, today=START, clearance=said))
    assert isinstance(facts[0], Refused)


def test_an_application_that_the_law_stops_is_decided_and_says_by_which_rules() -> None:
    story = Story()
    said = clearance(story.terms, Stage.APPLICATION, START, partner_listed=False)
    facts = granted(story.do(commands.Offer(LOAN, story.terms, "b"), START, said))
    assert facts == (Refused(story.terms, "b", said.stopping),)
    assert said.stopping
    assert story.stands() is State.REFUSED
    assert refused(story.do(commands.Sign(terms_digest(story.terms)), START)) is Refusal.WRONG_STATE


def test_the_facilitator_may_take_nothing_from_the_borrower_and_the_law_sees_it() -> None:
    charging = terms(fees=(fee(FeeTiming.UPFRONT, 1, PayeeRole.FACILITATOR, "toy.platform_fee"),))
    said = clearance(charging, Stage.APPLICATION, START)
    assert "toy.platform-free" in said.stopping


def test_a_later_drawdown_is_judged_again() -> None:
    story = Story().running(amount=6_000_00)
    later = START + timedelta(days=40)
    draw = commands.Disburse(money(1_000_00))
    forbidden = clearance(story.terms, Stage.DISBURSEMENT, later, partner_listed=False)
    assert refused(story.do(draw, later, forbidden)) is Refusal.LAW_FORBIDS
    granted(story.do(draw, later))


def test_a_day_before_the_law_begins_has_no_answer() -> None:
    with pytest.raises(LawIsSilent):
        clearance(terms(), Stage.APPLICATION, date(1900, 1, 1))
    assert Days.all(START).application == START


def test_another_disclosure_table_cannot_be_confirmed() -> None:
    story = Story()
    granted(story.do(commands.Offer(LOAN, story.terms, "b"), START))
    other = disclosure_digest(terms(plan(12_000_01)))
    assert refused(story.do(commands.ConfirmDisclosure(other), START)) is Refusal.DISCLOSURE_DIFFERS
    assert refused(story.do(commands.Sign(terms_digest(story.terms)), START)) is Refusal.WRONG_STATE


def test_other_terms_cannot_be_signed() -> None:
    story = _before(commands.Sign(""))
    assert refused(story.do(commands.Sign(terms_digest(terms(plan(1_00)))), START)) is Refusal.TERMS_DIFFER


@pytest.mark.parametrize(
    ("senseless", "where"),
    [
        (terms(plan(0)), "principal"),
        (terms(plan(count=0)), "count"),
        (terms(plan(rate_e8=-1)), "rate_e8"),
        (terms(currency="XXX"), "currency"),
        (terms(fees=(fee(FeeTiming.UPFRONT, 0),)), "fees[0].amount"),
        (terms(fees=(fee(FeeTiming.DEDUCTED, 12_000_00),)), "fees"),
        (terms(late=LateTerms(basis=0)), "late"),
        (terms(prepayment=PrepaymentTerms(fee_e8=-1)), "prepayment"),
        (terms(allocation=(Component.PRINCIPAL, Component.INTEREST)), "allocation"),
        (terms(calculator="1066.1"), "calculator"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_terms_that_make_no_loan_are_refused_and_say_where(senseless: object, where: str) -> None:
    offer = commands.Offer(LOAN, senseless, "b")  # type: ignore[arg-type]
    said = replace(clearance(terms(), Stage.APPLICATION, START), terms_digest=terms_digest(senseless))
    answer = decide(None, offer, day=START, today=START, clearance=said)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.PLAN_NOT_POSSIBLE
    assert where in answer.figures["found"]
