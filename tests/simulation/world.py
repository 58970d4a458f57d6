"""A small world around one funder's book: borrowers who pay, forget, prepay and bounce, a rail and a calendar.

One seed makes one story. Everything that reaches the platform goes through its verbs and
through the mail, which loses, doubles and delays. The world keeps its own count of the money that
really moved, by nobody's books but its own. Some borrowers are never heard of again.
"""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from hengdai.app.change import LoanCall
from hengdai.app.charge_off import charge_off
from hengdai.app.command import Outcome, Status
from hengdai.app.confirm_disclosure import confirm_disclosure
from hengdai.app.disburse import disburse
from hengdai.app.end_of_day import end_of_day
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.recover import recover
from hengdai.app.refund import refund
from hengdai.app.restructure import restructure
from hengdai.app.reverse_payment import reverse_payment
from hengdai.app.sign import sign
from hengdai.base.identity import EventId, LoanId
from hengdai.base.money import CNY, Money
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import standing
from hengdai.loan.state import State
from hengdai.maths.periods import Frequency, Unit
from hengdai.maths.schedule import Method, ScheduleTerms
from hengdai.product.terms import Fee, FeeTiming, Intent, PayeeRole, PrepaymentTerms, Terms
from tests.app.desk import GUAR, Desk, body, terms
from tests.simulation.mail import Mail, Message

METHODS = (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_FIRST, Method.BULLET)
# A fortnight or a week between instalments lets a hundred days see whole lives.
FREQUENCIES = (Frequency(1, Unit.MONTHS), Frequency(14, Unit.DAYS), Frequency(1, Unit.WEEKS))


@dataclass
class World:
    """The world at the end of its day. `cash` is what the funder's account must hold if the books are right."""

    desk: Desk
    random: Random
    day: date
    mail: Mail = field(init=False)
    cash: int = 0
    loans: list[LoanId] = field(default_factory=list)
    refused: list[LoanId] = field(default_factory=list)
    silent: set[LoanId] = field(default_factory=set)
    payments: dict[EventId, tuple[LoanId, int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.mail = Mail(self.random)

    async def live_one_day(self) -> None:
        """People act, the post comes, the day is closed. A night is sometimes missed and caught up."""
        self.day += timedelta(days=1)
        self.desk.clock.put(self.day)
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            self._apply_for_a_loan()
        for loan in list(self.loans):
            await self._act(loan)
        await self.mail.deliver(self.day)
        if self.random.random() > 0.1:
            await end_of_day(self.desk.office, self.desk.bank)

    async def look(self, loan: LoanId) -> Loan:
        """The loan as the platform shows it."""
        async with self.desk.store.begin(self.desk.bank) as work:
            record = await work.loan(loan)
        assert record is not None
        return record.loan

    # -- applications ---------------------------------------------------------

    def _apply_for_a_loan(self) -> None:
        loan = LoanId(f"S{next(self.numbers):04}")
        application = Application(self._terms(), f"borrower-{loan}", loan)
        key = f"offer-{loan}"

        async def send() -> Outcome:
            return await offer(self.desk.office, self.desk.plat, key, application)

        async def answered(outcome: Outcome) -> None:
            answer = body(outcome)
            if answer["state"] == "refused":
                self.refused.append(loan)
                # A hostile platform tries to go on with what the law refused.
                assert (await sign(self.desk.office, self._call(loan, "hostile"), "0" * 64)).status is Status.REFUSED
                return
            self._confirm(loan, answer["disclosure_digest"], answer["terms_digest"])

        self.mail.post(Message(f"{loan} applies", self.day, send, answered))

    def _terms(self) -> Terms:
        pick = self.random
        rate = pick.choice((0, 7_200_000, 12_000_000, 18_000_000, 23_990_000, 35_000_000, 39_000_000, 55_000_000))
        plan = ScheduleTerms(
            principal=pick.choice((50_000, 123_457, 1_000_000, 7_654_321)),
            rate_e8=rate,
            method=pick.choice(METHODS),
            count=pick.randint(1, 12),
            start=self.day,
            frequency=pick.choice(FREQUENCIES),
        )
        monthly = pick.choice((0, 100, 250))
        fee = Fee("guarantee_fee", GUAR, PayeeRole.GUARANTOR, FeeTiming.EACH_INSTALMENT, monthly)
        fees = (fee,) if monthly else ()
        early = PrepaymentTerms(pick.choice((0, 1_000_000)), pick.choice((0, 3)))
        return replace(terms(), schedule=plan, fees=fees, prepayment=early)

    def _confirm(self, loan: LoanId, disclosed: str, agreed: str) -> None:
        async def signed(outcome: Outcome) -> None:
            if outcome.status is not Status.REFUSED:
                self._pay_out(loan)

        async def confirmed(outcome: Outcome) -> None:
            body(outcome)
            self._post(loan, "sign", lambda call: sign(self.desk.office, call, agreed), signed)

        self._post(loan, "confirm", lambda call: confirm_disclosure(self.desk.office, call, disclosed), confirmed)

    def _pay_out(self, loan: LoanId) -> None:
        def paid_out(outcome: Outcome) -> None:
            self.cash -= body(outcome)["outstanding"]
            self.loans.append(loan)
            if self.random.random() < 0.2:
                self.silent.add(loan)

        async def send(call: LoanCall) -> Outcome:
            agreed = (await self.look(loan)).terms.schedule.principal
            return await disburse(self.desk.office, call, Money(agreed, CNY))

        self._post(loan, "disburse", send, _noted, paid_out)

    # -- the life of a loan ---------------------------------------------------

    async def _act(self, id: LoanId) -> None:
        loan = await self.look(id)
        if loan.state is State.CLOSED:
            self.loans.remove(id)
        elif loan.state is State.CHARGED_OFF:
            if self.random.random() < 0.05:
                amount = self.random.randint(1, 20_000)
                self._money(id, "recover", amount, lambda call, money: recover(self.desk.office, call, money))
        else:
            await self._act_on_debt(loan)

    async def _act_on_debt(self, loan: Loan) -> None:
        late = standing(loan, self.day)
        chance = self.random.random()
        if late.dpd > 40 and chance < 0.2:
            self._post(loan.id, "charge off", lambda call: charge_off(self.desk.office, call), _noted)
        elif late.dpd > 15 and chance < 0.1:
            first, rate = self.day + timedelta(days=20), min(6_000_000, loan.terms.schedule.rate_e8)
            self._post(loan.id, "restructure", lambda call: restructure(self.desk.office, call, 4, rate, first), _noted)
        elif chance < 0.008:
            self._settle(loan)
        elif chance < 0.014:
            amount = max(1, loan.outstanding // 3)
            intent = self.random.choice((Intent.SHORTEN, Intent.REDUCE))
            self._money(loan.id, intent, amount, lambda call, money: pay(self.desk.office, call, money, intent))
        elif chance < 0.018:
            amount = max(1, loan.outstanding // 4)
            self._money(loan.id, "refund", amount, lambda call, money: refund(self.desk.office, call, money))
        elif chance < 0.022 and self.payments:
            self._bounce(self.random.choice(sorted(self.payments)))
        elif loan.id not in self.silent:
            self._pay_what_is_due(loan, late.overdue)

    def _settle(self, loan: Loan) -> None:
        if self.day < loan.last_day:
            return
        total = payoff(loan, self.day).total
        self._money(loan.id, "settle", total, lambda call, money: pay(self.desk.office, call, money, Intent.SETTLE))

    def _pay_what_is_due(self, loan: Loan, overdue: int) -> None:
        """Most pay on the day or some days before; some pay half; some let it be for a while."""
        owed = overdue
        for due in loan.dues:
            if due.unpaid and self.day <= due.due <= self.day + timedelta(days=1):
                owed += due.unpaid
        if owed and self.random.random() < (0.85 if not overdue else 0.12):
            amount = owed if self.random.random() < 0.9 else max(1, owed // 2)
            self._money(loan.id, "pay", amount, lambda call, money: pay(self.desk.office, call, money))

    def _bounce(self, payment: EventId) -> None:
        loan, amount = self.payments.pop(payment)

        def bounced(_outcome: Outcome) -> None:
            self.cash -= amount
            if loan not in self.loans:
                self.loans.append(loan)

        async def send(call: LoanCall) -> Outcome:
            return await reverse_payment(self.desk.office, call, payment, "bounced")

        self._post(loan, "bounce", send, _noted, bounced)

    # -- the post -------------------------------------------------------------

    def _money(
        self, loan: LoanId, about: str, amount: int, send: Callable[[LoanCall, Money], Awaitable[Outcome]]
    ) -> None:
        """Money that counts for today, however late the message about it comes."""

        def arrived(outcome: Outcome) -> None:
            self.cash += amount
            for event in body(outcome)["events"]:
                if event["kind"] == "paid":
                    self.payments[EventId(event["id"])] = (loan, amount)

        # Refused money goes back the way it came: only what was done is counted.
        self._post(loan, about, lambda call: send(call, Money(amount, CNY)), _noted, arrived, day=self.day)

    def _post(
        self,
        loan: LoanId,
        about: str,
        send: Callable[[LoanCall], Awaitable[Outcome]],
        answered: Callable[[Outcome], Awaitable[None]],
        done: Callable[[Outcome], None] = lambda outcome: None,
        day: date | None = None,
    ) -> None:
        call = replace(self._call(loan, about), day=day)
        self.mail.post(Message(f"{loan} {about}", self.day, lambda: send(call), answered, done))

    def _call(self, loan: LoanId, about: str) -> LoanCall:
        return LoanCall(self.desk.bank, f"{loan}-{about}-{next(self.numbers)}", loan)


async def _noted(_outcome: Outcome) -> None:
    """Nothing more to do, whatever the answer."""
