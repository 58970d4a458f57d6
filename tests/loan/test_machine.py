"""A loan's whole life driven at random through decide, apply and the books; every invariant holds after every step."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hengdai.base.identity import EventId
from hengdai.base.rounding import Rounding
from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.decide_money import payable_now
from hengdai.loan.events import Paid
from hengdai.loan.payoff import payoff
from hengdai.loan.refusal import No, Refusal
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


class LifeOfALoan(RuleBasedStateMachine):
    """Commands in any order on any day, sensible and senseless; the story looks at every invariant after each."""

    story: Story

    @initialize(of=some_terms())
    def offered_and_signed(self, of: Terms) -> None:
        # What is dear is the law's affair; here every term of every kind is lived through.
        cheap = {"all_in_cost_simple": 1_000_000, "all_in_cost_compound": 1_000_000}
        self.story = Story(of, **cheap).signed()

    def _do(self, command: Command, ago: int = 0) -> object:
        before = self.story.loan, self.story.events, self.story.books
        answer = self.story.do(command, max(START, self.story.today - timedelta(days=ago)))
        if isinstance(answer, No):
            assert before == (self.story.loan, self.story.events, self.story.books)
        return answer

    @rule(days=st.integers(1, 75))
    def time_passes(self, days: int) -> None:
        self.story.today += timedelta(days=days)

    @rule(share=st.integers(1, 100))
    def draws(self, share: int) -> None:
        amount = max(1, self.story.terms.schedule.principal * share // 100)
        self._do(commands.Disburse(money(amount)))

    @precondition(lambda self: self.story.it.state is State.ACTIVE)
    @rule()
    def draws_all_that_is_left(self) -> None:
        self._do(commands.Disburse(money(self.story.terms.schedule.principal - self.story.it.disbursed)))

    @rule(amount=st.integers(-5, 2_000_00), intent=st.sampled_from(Intent), ago=st.sampled_from([0, 0, 0, 1, 17, 90]))
    def pays_something(self, amount: int, intent: Intent, ago: int) -> None:
        self._do(commands.Pay(money(amount), intent), ago)

    @precondition(lambda self: self.story.it.state is State.ACTIVE and self.story.today >= self.story.it.last_day)
    @rule()
    def pays_what_can_be_paid(self) -> None:
        amount, closes = payable_now(self.story.it, self.story.today)
        answer = self._do(commands.Pay(money(amount)))
        if amount > 0:
            granted(answer)  # type: ignore[arg-type]
            assert (self.story.it.state is State.CLOSED) == closes

    @precondition(lambda self: self.story.it.state is State.ACTIVE and self.story.today >= self.story.it.last_day)
    @rule(share=st.integers(1, 99), intent=st.sampled_from([Intent.SHORTEN, Intent.REDUCE]))
    def pays_in_advance(self, share: int, intent: Intent) -> None:
        asked = payoff(self.story.it, self.story.today).total
        count = len([due for due in self.story.it.dues if due.unpaid])
        answer = self._do(commands.Pay(money(asked * share // 100), intent))
        if not isinstance(answer, No):
            assert len([due for due in self.story.it.dues if due.unpaid]) <= count

    @precondition(lambda self: self.story.it.state is State.ACTIVE and self.story.today >= self.story.it.last_day)
    @rule()
    def settles(self) -> None:
        asked = payoff(self.story.it, self.story.today).total
        granted(self._do(commands.Pay(money(asked), Intent.SETTLE)))  # type: ignore[arg-type]
        assert self.story.it.state is State.CLOSED

    @rule(amount=st.integers(1, 3_000_00), ago=st.sampled_from([0, 0, 30]))
    def merchant_refunds(self, amount: int, ago: int) -> None:
        self._do(commands.Refund(money(amount)), ago)

    @rule(which=st.integers(0, 20))
    def a_payment_bounces(self, which: int) -> None:
        payments = [event.id for event in self.story.events if isinstance(event.fact, Paid)] or [EventId("none")]
        self._do(commands.ReversePayment(payments[which % len(payments)], "bounced"))

    @rule(count=st.integers(0, 24), rate=st.sampled_from([0, 6_000_000]), wait=st.integers(-3, 50))
    def is_restructured(self, count: int, rate: int, wait: int) -> None:
        self._do(commands.Restructure(count, rate, self.story.today + timedelta(days=wait)))

    @precondition(lambda self: self.story.it.state is State.ACTIVE and self.story.it.dues[0].due < self.story.today)
    @rule()
    def is_charged_off(self) -> None:
        self._do(commands.ChargeOff())

    @rule(amount=st.integers(0, 500_00))
    def something_is_recovered(self, amount: int) -> None:
        self._do(commands.Recover(money(amount)))

    @rule()
    def is_closed(self) -> None:
        self._do(commands.Close())

    @rule(minor=st.sampled_from([0, -1, 10**13 + 1]), code=st.sampled_from(["CNY", "USD"]))
    def senseless_amounts(self, minor: int, code: str) -> None:
        for command in (commands.Pay(money(minor, code)), commands.Refund(money(minor, code))):
            answer = self._do(command)
            assert isinstance(answer, No)

    @invariant()
    def a_running_loan_owes_something_and_can_be_quoted(self) -> None:
        if hasattr(self, "story") and self.story.it.state is State.ACTIVE:
            assert any(due.unpaid for due in self.story.it.dues)
            quote = payoff(self.story.it, self.story.today)
            found = standing(self.story.it, self.story.today)
            assert quote.total > 0
            assert found.overdue <= quote.gross or quote.interest_running < 0
            assert Refusal.PAYOFF_DIFFERS.text.zh


LifeOfALoan.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLifeOfALoan = LifeOfALoan.TestCase
