"""A loan's whole life driven at random through decide, apply and the books; every invariant holds after every step."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hengdai.base.identity import EventId
from hengdai.base.rounding import Rounding
from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.decide_money import payable_now
from hengdai.loan.events import Fact, Paid
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import No
from hengdai.loan.standing import standing
from hengdai.loan.state import State
from hengdai.maths.periods import PeriodInterest
from hengdai.maths.schedule import Method, Residue
from hengdai.product.terms import Component, FeeTiming, Intent, LateTerms, PayeeRole, PrepaymentTerms, Terms
from tests.loan.story import START, Story, fee, granted, money, plan, terms

GUARANTEE = fee(FeeTiming.EACH_INSTALMENT, 5_01)
ALL_FEES = (
    GUARANTEE,
    fee(FeeTiming.DEDUCTED, 20_02, PayeeRole.FUNDER),
    fee(FeeTiming.UPFRONT, 3_00),
    fee(FeeTiming.AT_END, 7_77, PayeeRole.MERCHANT),
    fee(FeeTiming.EACH_INSTALMENT, 1, PayeeRole.FUNDER),
)


@st.composite
def some_terms(draw: st.DrawFn) -> Terms:
    """Terms of every kind: methods, roundings, residues, grace, fees, rates from nothing to 36 %."""
    method = draw(st.sampled_from(Method))
    count = draw(st.integers(1, 9))
    schedule = plan(
        draw(st.one_of(st.integers(100, 5_000_00), st.just(1_000_00))), count,
        method=method,
        rate_e8=0 if method is Method.FLAT_FEE else draw(st.sampled_from([0, 7_300_000, 18_000_000, 36_000_000])),
        flat_fee_e8=600_000 if method is Method.FLAT_FEE else 0,
        rounding=draw(st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.UP, Rounding.DOWN])),
        multiple=draw(st.sampled_from([1, 100])),
        residue=draw(st.sampled_from(Residue)),
        period_interest=draw(st.sampled_from(PeriodInterest)),
        due_day=draw(st.sampled_from([None, 1, 31])),
        grace_principal=draw(st.integers(0, count - 1)) if method is not Method.BULLET else 0,
    )  # fmt: skip
    kept = sum(each.amount for each in ALL_FEES if each.timing is FeeTiming.DEDUCTED)
    fees = draw(st.sampled_from([(), (GUARANTEE,), ALL_FEES])) if schedule.principal > kept else ()
    return terms(
        schedule,
        fees=fees,
        late=LateTerms(grace_days=draw(st.sampled_from([0, 3]))),
        prepayment=draw(
            st.sampled_from([PrepaymentTerms(), PrepaymentTerms(1_000_000, 2), PrepaymentTerms(3_000_000)])
        ),
        allocation=tuple(draw(st.permutations(list(Component)))),
    )


waits = st.sampled_from([0, 1, 9, 20, 31, 45])


def _is(*states: State) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule for loans in these states."""
    return precondition(lambda self: self.story.it.state in states)


class LifeOfALoan(RuleBasedStateMachine):
    """Commands on rising days, sensible and senseless; the story looks at every invariant after each."""

    story: Story

    @initialize(of=some_terms(), share=st.sampled_from([30, 100, 100]))
    def begun(self, of: Terms, share: int) -> None:
        # What is dear is the law's affair; here every term of every kind is lived through.
        cheap = {"all_in_cost_simple": 1_000_000, "all_in_cost_compound": 1_000_000}
        self.story = Story(of, **cheap).running(amount=max(1, of.schedule.principal * share // 100))

    def _do(self, command: Command, wait: int = 0, ago: int = 0) -> tuple[Fact, ...] | No:
        self.story.today += timedelta(days=wait)
        before = self.story.loan, self.story.events, self.story.books
        answer = self.story.do(command, max(START, self.story.today - timedelta(days=ago)))
        if isinstance(answer, No):
            assert before == (self.story.loan, self.story.events, self.story.books)
        return answer

    def _wait(self, wait: int) -> date:
        self.story.today += timedelta(days=wait)
        return self.story.today

    @_is(State.ACTIVE)
    @rule(wait=waits, share=st.sampled_from([1, 20, 50, 100]))
    def draws(self, wait: int, share: int) -> None:
        left = self.story.terms.schedule.principal - self.story.it.disbursed
        self._do(commands.Disburse(money(left * share // 100)), wait)

    @_is(State.ACTIVE)
    @rule(wait=waits, amount=st.integers(1, 2_000_00), intent=st.sampled_from(Intent), ago=st.sampled_from([0, 17, 90]))
    def pays_something(self, wait: int, amount: int, intent: Intent, ago: int) -> None:
        self._do(commands.Pay(money(amount), intent), wait, ago)

    @_is(State.ACTIVE)
    @rule(wait=waits, share=st.integers(1, 100))
    def pays_a_part_of_what_can_be_paid(self, wait: int, share: int) -> None:
        payable, closes = payable_now(self.story.it, self._wait(wait))
        amount = payable * share // 100
        if amount > 0:
            granted(self._do(commands.Pay(money(amount))))
            assert (self.story.it.state is State.CLOSED) == (closes and amount == payable)

    @_is(State.ACTIVE)
    @rule(wait=waits)
    def pays_what_can_be_paid(self, wait: int) -> None:
        self.pays_a_part_of_what_can_be_paid(wait, 100)

    @_is(State.ACTIVE)
    @rule(wait=waits, share=st.integers(1, 99), intent=st.sampled_from([Intent.SHORTEN, Intent.REDUCE]))
    def pays_in_advance(self, wait: int, share: int, intent: Intent) -> None:
        asked = payoff(self.story.it, self._wait(wait)).total
        dues = len(self.story.it.dues)
        answer = self._do(commands.Pay(money(asked * share // 100), intent))
        if not isinstance(answer, No):
            assert len(self.story.it.dues) <= dues
            assert intent is Intent.SHORTEN or len(self.story.it.dues) == dues

    @_is(State.ACTIVE)
    @rule(wait=waits, really=st.sampled_from([False, False, True]))
    def settles(self, wait: int, really: bool) -> None:
        asked = payoff(self.story.it, self._wait(wait)).total
        other = self.story.fork()
        granted(other.pay(asked, other.today, Intent.SETTLE))
        assert other.stands() is State.CLOSED
        if really:
            self.story = other

    @_is(State.ACTIVE)
    @rule(wait=waits, amount=st.integers(1, 3_000_00), ago=st.sampled_from([0, 0, 30]))
    def merchant_refunds(self, wait: int, amount: int, ago: int) -> None:
        self._do(commands.Refund(money(amount)), wait, ago)

    @_is(State.ACTIVE, State.CLOSED)
    @rule(wait=waits, which=st.integers(0, 20))
    def a_payment_bounces(self, wait: int, which: int) -> None:
        payments = [event.id for event in self.story.events if isinstance(event.fact, Paid)] or [EventId("none")]
        self._do(commands.ReversePayment(payments[which % len(payments)], "bounced"), wait)

    @_is(State.ACTIVE)
    @rule(wait=waits, count=st.integers(0, 24), rate=st.sampled_from([0, 6_000_000]), first=st.integers(-3, 50))
    def is_restructured(self, wait: int, count: int, rate: int, first: int) -> None:
        due = self._wait(wait) + timedelta(days=first)
        self._do(commands.Restructure(count, rate, due))

    @_is(State.ACTIVE)
    @rule(wait=waits, really=st.sampled_from([False, False, True]))
    def is_charged_off(self, wait: int, really: bool) -> None:
        if really:
            granted(self._do(commands.ChargeOff(), wait))

    @_is(State.CHARGED_OFF)
    @rule(wait=waits, share=st.integers(1, 100), ago=st.sampled_from([0, 10]))
    def something_is_recovered(self, wait: int, share: int, ago: int) -> None:
        left = self.story.it.claim - self.story.it.totals.recovered
        self._do(commands.Recover(money(left * share // 100)), wait, ago)

    @_is(State.CHARGED_OFF)
    @rule(wait=waits)
    def is_closed(self, wait: int) -> None:
        granted(self._do(commands.Close(), wait))

    @rule(minor=st.sampled_from([0, -1, 10**13 + 1]), code=st.sampled_from(["CNY", "USD"]))
    def senseless_amounts(self, minor: int, code: str) -> None:
        for command in (commands.Pay(money(minor, code)), commands.Refund(money(minor, code))):
            assert isinstance(self._do(command), No)

    @invariant()
    def a_running_loan_owes_something_and_can_be_quoted(self) -> None:
        if hasattr(self, "story") and self.story.it.state is State.ACTIVE:
            assert any(due.unpaid for due in self.story.it.dues)
            quote = payoff(self.story.it, self.story.today)
            assert quote.total > 0
            assert quote.total == max(1, sum(amount for amount, _ in quote.lines))
            overdue = standing(self.story.it, self.story.today).overdue
            assert overdue <= quote.penalty + quote.fees + quote.interest_due + quote.principal_due


LifeOfALoan.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLifeOfALoan = LifeOfALoan.TestCase
