"""The one table of moves has a good shape, and deciding agrees with it for every state and every command."""

from datetime import timedelta

import pytest

from hengdai.base.identity import EventId
from hengdai.law.kinds import Stage
from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.decide import decide
from hengdai.loan.refusal import No, Refusal
from hengdai.loan.state import FINAL, TRANSITIONS, Kind, State
from hengdai.product.codec import terms_digest
from hengdai.product.disclosure import disclosure_digest
from hengdai.product.terms import Intent
from tests.loan.story import LOAN, START, Story, clearance, granted, money, terms

LATER = START + timedelta(days=40)


def test_every_state_can_be_reached_from_the_application() -> None:
    reached = {State.APPLIED}
    for _ in State:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(State)


def test_only_final_states_are_stuck_apart_from_the_reopening_of_a_bounced_last_payment() -> None:
    moves_from_final = {(state, kind) for state, kind in TRANSITIONS if state in FINAL}
    assert moves_from_final == {(State.CLOSED, Kind.PAYMENT_REVERSED)}
    assert set(State) - {state for state, _ in TRANSITIONS} == FINAL - {State.CLOSED}


def test_every_kind_of_event_has_a_place_in_the_table() -> None:
    assert {kind for _, kind in TRANSITIONS} == set(Kind)


def test_money_only_moves_while_it_is_lent_or_lost() -> None:
    money_kinds = {Kind.PAID, Kind.REFUNDED, Kind.RESTRUCTURED, Kind.CHARGED_OFF, Kind.RECOVERED}
    assert {state for state, kind in TRANSITIONS if kind in money_kinds} == {State.ACTIVE, State.CHARGED_OFF}


def _in(state: State) -> Story:
    """A loan in that state, brought there by granted commands."""
    story = Story()
    if state is State.APPLIED:
        return story
    if state is State.REFUSED:
        said = clearance(story.terms, Stage.APPLICATION, START, partner_listed=False)
        granted(story.do(commands.Offer(LOAN, story.terms, "b"), START, said))
        return story
    granted(story.do(commands.Offer(LOAN, story.terms, "b"), START))
    if state is State.OFFERED:
        return story
    if state is State.WITHDRAWN:
        granted(story.do(commands.Withdraw("changed my mind"), START))
        return story
    granted(story.do(commands.ConfirmDisclosure(disclosure_digest(story.terms)), START))
    if state is State.DISCLOSED:
        return story
    granted(story.do(commands.Sign(terms_digest(story.terms)), START))
    if state is State.SIGNED:
        return story
    granted(story.do(commands.Disburse(money(6_000_00)), START))
    due = story.it.dues[0]
    granted(story.pay(due.unpaid, due.due))
    if state is State.CHARGED_OFF:
        granted(story.do(commands.ChargeOff(), LATER))
    if state is State.CLOSED:
        granted(story.do(commands.Refund(money(6_000_00)), LATER))
    return story


def _commands(story: Story) -> list[Command]:
    """One of each, which would be granted in the state that knows it."""
    paid = [event.id for event in story.events if event.fact.kind is Kind.PAID]
    due = story.it.dues[1] if story.loan and len(story.it.dues) > 1 else None
    return [
        commands.Offer(LOAN, terms(), "b"),
        commands.ConfirmDisclosure(disclosure_digest(terms())),
        commands.Sign(terms_digest(terms())),
        commands.Withdraw("why"),
        commands.Disburse(money(1_000_00)),
        commands.Pay(money(due.unpaid if due else 1_00), Intent.INSTALMENT),
        commands.ReversePayment(paid[0] if paid else EventId("none"), "bounced"),
        commands.Refund(money(100_00)),
        commands.Restructure(6, 12_000_000, LATER + timedelta(days=30)),
        commands.ChargeOff(),
        commands.Recover(money(1_00)),
        commands.Close(),
    ]


@pytest.mark.parametrize("state", list(State))
def test_decide_grants_what_the_table_knows_and_refuses_everything_else(state: State) -> None:
    story = _in(state)
    assert (story.loan.state if story.loan else State.APPLIED) is state
    day = max(LATER, story.today)
    for command in _commands(story):
        said = story.said(command, day)
        answer = decide(story.loan, command, day=day, today=day, clearance=said)
        # Closing a running loan is not a command: a running loan closes when nothing is owed.
        known = (state, command.kind) in TRANSITIONS and (state, command.kind) != (State.ACTIVE, Kind.SETTLED)
        assert isinstance(answer, No) != known, (state, command, answer)
        if isinstance(answer, No):
            missing = {Refusal.NO_SUCH_LOAN, Refusal.LOAN_EXISTS, Refusal.WRONG_STATE}
            assert answer.refusal in missing


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPLIED])
def test_a_granted_command_moves_the_loan_where_the_table_says(state: State) -> None:
    for place, command in enumerate(_commands(_in(state))):
        story = _in(state)
        command = _commands(story)[place]
        day = max(LATER, story.today)
        answer = decide(story.loan, command, day=day, today=day, clearance=story.said(command, day))
        if isinstance(answer, No):
            continue
        expected = state
        for fact in answer:
            expected = TRANSITIONS[expected, fact.kind]
        granted(story.do(command, day))
        assert story.it.state is expected


def test_refusals_stand_in_the_order_of_precedence_and_each_says_it_in_both_languages() -> None:
    assert len({refusal.code for refusal in Refusal}) == len(list(Refusal))
    for refusal in Refusal:
        assert refusal.text.zh
        assert refusal.text.en
        assert refusal.code == refusal.name.lower()


def test_the_first_refusal_that_applies_is_the_answer() -> None:
    story = Story().signed()
    tomorrow = START + timedelta(days=1)
    wrong_in_every_way = commands.Disburse(money(-1, "USD"))
    answer = decide(story.it, wrong_in_every_way, day=tomorrow, today=START)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.DAY_IN_FUTURE
    answer = decide(story.it, wrong_in_every_way, day=START, today=START)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.NOT_JUDGED
    said = story.said(wrong_in_every_way, START)
    answer = decide(story.it, wrong_in_every_way, day=START, today=START, clearance=said)
    assert isinstance(answer, No)
    assert answer.refusal is Refusal.WRONG_CURRENCY
