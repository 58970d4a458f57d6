"""The terms of an application as they come in, and the domain's terms made of them.

Amounts become whole minor units of the application's currency and rates e8 here, at the
edge; nothing inside ever sees a decimal string.
"""

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from hengdai.base.calendar import MonthEnd
from hengdai.base.identity import OrgId, ProductCode
from hengdai.base.money import Currency, Money
from hengdai.base.rate import Rate
from hengdai.base.rounding import Rounding
from hengdai.entry.http.fields import Amount, CurrencyCode, Day, In, Name, Percent
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import BrokenFirst, Frequency, PeriodInterest, Unit
from hengdai.maths.terms import CALCULATOR, Method, Residue, ScheduleTerms
from hengdai.product.terms import Component, Fee, FeeTiming, LateTerms, Parties, PayeeRole, PrepaymentTerms, Terms

Count = Field(ge=1, le=1200)


class FrequencyIn(In):
    """How often an instalment falls due."""

    every: int = Field(1, ge=1, le=366)
    unit: Literal["months", "weeks", "days"] = "months"


class ScheduleIn(In):
    """还款计划条款 / the repayment plan. `start` is the day it is quoted for; the payout starts the real one."""

    principal: Amount
    rate: Percent = Field(description="年利率 % / nominal rate a year, percent", examples=["14.6"])
    method: Literal["equal_instalment", "equal_principal", "interest_first", "bullet", "flat_fee"]
    count: int = Count
    start: Day
    first_due: Day | None = None
    due_day: int | None = Field(None, ge=1, le=31)
    frequency: FrequencyIn = FrequencyIn(every=1)
    month_end: Literal["last_day", "first_of_next"] = "last_day"
    day_count: Literal[
        "30/360", "30/360 US", "30E/360", "30E/360 ISDA", "act/360", "act/364", "act/365", "act/365.25", "act/act ISDA"
    ] = "act/360"
    period_interest: Literal["whole_period", "actual_days"] = "whole_period"
    broken_first: Literal["actual_days", "whole_period", "months_and_days"] = "actual_days"
    rounding: Literal["half_up", "half_even", "half_down", "down", "up", "floor", "ceiling"] = "half_up"
    multiple: int = Field(
        1, ge=1, le=10_000, description="期供取整到几个最小单位 / instalments round to so many minor units"
    )
    interest_multiple: int = Field(1, ge=1, le=10_000)
    residue: Literal["last", "first"] = "last"
    grace_principal: int = Field(0, ge=0, le=1199)
    flat_fee: Percent = Field("0", description="每期手续费率 % / fee a period in percent, for flat_fee")
    instalment: Amount | None = None

    def terms(self, unit: Currency) -> ScheduleTerms:
        """The schedule terms in minor units of `unit`."""
        return ScheduleTerms(
            principal=Money.parse(self.principal, unit).minor,
            rate_e8=Rate.percent(self.rate).e8,
            method=Method(self.method),
            count=self.count,
            start=self.start,
            first_due=self.first_due,
            due_day=self.due_day,
            frequency=Frequency(self.frequency.every, Unit(self.frequency.unit)),
            month_end=MonthEnd(self.month_end),
            day_count=DayCount(self.day_count),
            period_interest=PeriodInterest(self.period_interest),
            broken_first=BrokenFirst(self.broken_first),
            rounding=Rounding(self.rounding),
            multiple=self.multiple,
            interest_multiple=self.interest_multiple,
            residue=Residue(self.residue),
            grace_principal=self.grace_principal,
            flat_fee_e8=Rate.percent(self.flat_fee).e8,
            instalment=None if self.instalment is None else Money.parse(self.instalment, unit).minor,
        )


class FeeIn(In):
    """一项息费 / one charge: what for, to whom, in what capacity, when, how much each time."""

    code: Name = Field(description="法律包中的费用类别 / a fee class of the law pack", examples=["guarantee_fee"])
    payee: Name
    role: Literal["funder", "facilitator", "guarantor", "merchant", "other"]
    timing: Literal["deducted", "upfront", "each_instalment", "at_end"]
    amount: Amount

    def fee(self, unit: Currency) -> Fee:
        """The fee in minor units."""
        minor = Money.parse(self.amount, unit).minor
        return Fee(self.code, OrgId(self.payee), PayeeRole(self.role), FeeTiming(self.timing), minor)


class PartiesIn(In):
    """各方 / who stands around the loan; the funder is the lender and owns its books."""

    funder: Name
    lender_kind: Name = Field(description="贷款人类别 / kind of lender, as the law pack names it", examples=["bank"])
    facilitator: Name
    guarantor: Name | None = None
    merchant: Name | None = None

    def parties(self) -> Parties:
        """The parties of the domain."""
        return Parties(
            funder=OrgId(self.funder),
            lender_kind=self.lender_kind,
            facilitator=OrgId(self.facilitator),
            guarantor=None if self.guarantor is None else OrgId(self.guarantor),
            merchant=None if self.merchant is None else OrgId(self.merchant),
        )


class LateIn(In):
    """罚息条款 / what overdue principal earns: `multiplier` percent of the contract rate, after `grace_days`."""

    multiplier: Percent = "150"
    grace_days: int = Field(0, ge=0, le=30)
    basis: Literal[360, 365] = 360

    def late(self) -> LateTerms:
        """The late terms of the domain."""
        return LateTerms(Rate.percent(self.multiplier).e8, self.grace_days, self.basis)


class PrepaymentIn(In):
    """提前还款条款 / a share of the principal prepaid, free once `free_after` instalments fell due."""

    fee: Percent = "0"
    free_after: int = Field(0, ge=0, le=1200)

    def prepayment(self) -> PrepaymentTerms:
        """The prepayment terms of the domain."""
        return PrepaymentTerms(Rate.percent(self.fee).e8, self.free_after)


_Part = Literal["penalty", "fee", "interest", "principal"]


class TermsIn(In):
    """申请条款 / all that is agreed; frozen into the loan when it is offered."""

    product: Name
    currency: CurrencyCode = "CNY"
    schedule: ScheduleIn
    parties: PartiesIn
    fees: list[FeeIn] = Field(default_factory=list, max_length=20)
    late: LateIn = LateIn(grace_days=0)
    prepayment: PrepaymentIn = PrepaymentIn(free_after=0)
    allocation: list[_Part] = Field(
        default_factory=lambda: list[_Part](("penalty", "fee", "interest", "principal")),
        min_length=4,
        max_length=4,
        description="冲还顺序 / the order in which a payment pays; each part once",
    )
    loan_use: Name = Field(
        description="贷款用途 / what the money is for, as the law pack names it", examples=["consumption"]
    )
    product_kind: Name = Field(description="贷款种类 / kind of loan, as the law pack names it", examples=["consumer"])
    pack: Name = Field("cn", description="法律包 / the law pack to be judged by")

    @field_validator("allocation")
    @classmethod
    def _each_part_once(cls, value: list[_Part]) -> list[_Part]:
        if len(set(value)) != len(value):
            raise PydanticCustomError(
                "allocation", "冲还顺序中每项只能出现一次 / each part stands once in the allocation"
            )
        return value

    def terms(self, unit: Currency, pack_digest: str) -> Terms:
        """The frozen terms, judged under the pack of that digest."""
        return Terms(
            product=ProductCode(self.product),
            currency=unit.code,
            schedule=self.schedule.terms(unit),
            parties=self.parties.parties(),
            fees=tuple(fee.fee(unit) for fee in self.fees),
            late=self.late.late(),
            prepayment=self.prepayment.prepayment(),
            allocation=tuple(Component(part) for part in self.allocation),
            loan_use=self.loan_use,
            product_kind=self.product_kind,
            pack=self.pack,
            pack_digest=pack_digest,
            calculator=CALCULATOR,
        )
