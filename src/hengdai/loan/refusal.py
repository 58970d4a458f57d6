"""Why a loan's rules say no. The order of the members is the order of precedence: the first that applies is the answer.

First whether there is such a loan and whether its state knows the command, then the day, then the law, then the
amount, then what the contract says. The codes are part of the public interface and never change their meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hengdai.base.text import Text


class Refusal(Enum):
    """A documented answer "no"; `code` is for machines, `text` for people."""

    NO_SUCH_LOAN = (
        "no_such_loan",
        Text("没有这笔贷款，须先提出申请", "there is no such loan; it begins with an offer"),
    )
    LOAN_EXISTS = (
        "loan_exists",
        Text("该贷款编号已存在（状态 {state}）", "a loan of this id exists already (state {state})"),
    )
    WRONG_STATE = (
        "wrong_state",
        Text("贷款状态为 {state}，不能执行 {command}", "the loan is {state}; {command} is not possible then"),
    )
    DAY_IN_FUTURE = (
        "day_in_future",
        Text("日期 {day} 晚于今天 {today}", "the day {day} is after today, {today}"),
    )
    BEFORE_DISBURSEMENT = (
        "before_disbursement",
        Text("日期 {day} 早于放款日 {disbursed_on}", "the day {day} is before the money went out on {disbursed_on}"),
    )
    OUT_OF_ORDER = (
        "out_of_order",
        Text(
            "日期 {day} 早于最近事件日 {last_day}；仅还款、退款与回收可以补记",
            "the day {day} is before the latest event on {last_day}; only money that came in can be recorded late",
        ),
    )
    NOT_JUDGED = (
        "not_judged",
        Text(
            "缺少适用的合规判定：需要 {day}、阶段 {stage}、针对本条款的判定；发现 {found}",
            "no fitting judgement: needed one of {day}, stage {stage}, on these very terms; found {found}",
        ),
    )
    LAW_FORBIDS = (
        "law_forbids",
        Text("当日法规不允许：{rules}", "the law of that day forbids it: {rules}"),
    )
    DISCLOSURE_DIFFERS = (
        "disclosure_differs",
        Text("确认的明示表与应出示的不一致，应为 {expected}", "not the disclosure table of the offer: {expected}"),
    )
    TERMS_DIFFER = (
        "terms_differ",
        Text("签署的条款摘要与要约不一致，应为 {expected}", "not the terms offered, whose digest is {expected}"),
    )
    WRONG_CURRENCY = (
        "wrong_currency",
        Text("币种为 {found}，贷款币种为 {expected}", "the amount is in {found}, the loan in {expected}"),
    )
    AMOUNT_NOT_POSITIVE = (
        "amount_not_positive",
        Text("金额须大于零，发现 {amount}", "an amount must be above zero, found {amount}"),
    )
    AMOUNT_ABSURD = (
        "amount_absurd",
        Text("金额 {amount} 超过系统上限 {limit}", "the amount {amount} is beyond the limit of {limit}"),
    )
    MORE_THAN_AGREED = (
        "more_than_agreed",
        Text("提款 {amount} 超过剩余可提 {available}", "drawing {amount}, but {available} of the agreed sum is left"),
    )
    NOTHING_LEFT_TO_PLAN = (
        "nothing_left_to_plan",
        Text("最后一期之后不能再提款（末期 {last_due}）", "no drawing after the last due date {last_due}"),
    )
    NO_SUCH_PAYMENT = (
        "no_such_payment",
        Text("没有可冲正的还款 {payment}", "there is no payment {payment} that could be reversed"),
    )
    MORE_THAN_DUE = (
        "more_than_due",
        Text(
            "金额 {amount} 超过可还金额 {payable}（应还加下一期）；当日结清金额为 {payoff}",
            "{amount} is more than can be paid now, {payable} (what is due and the next instalment); "
            "the pay-off of that day is {payoff}",
        ),
    )
    PAYOFF_DIFFERS = (
        "payoff_differs",
        Text("结清须支付 {payoff}，发现 {amount}", "the pay-off of that day is {payoff}, found {amount}"),
    )
    NOT_ENOUGH_TO_PREPAY = (
        "not_enough_to_prepay",
        Text(
            "提前还款须先付清欠款与当日利息 {needed}，发现 {amount}",
            "a prepayment first covers what is due and the interest to the day, {needed}; found {amount}",
        ),
    )
    CANNOT_SHORTEN = (
        "cannot_shorten",
        Text("还款方式 {method} 不能缩期", "a loan repaid by {method} cannot be shortened; reduce it instead"),
    )
    RATE_RAISED = (
        "rate_raised",
        Text(
            "重组不得提高利率：{rate} 高于合同的 {agreed}；提高利率须另立新合同，重新过关",
            "a restructuring may not raise the rate: {rate} is above the contract's {agreed}; a dearer loan is a new "
            "contract, and passes the gates anew",
        ),
    )
    PLAN_NOT_POSSIBLE = (
        "plan_not_possible",
        Text("新还款计划不可行：{found}", "the new plan is not possible: {found}"),
    )

    @property
    def code(self) -> str:
        """The stable name for machines."""
        return str(self.value[0])

    @property
    def text(self) -> Text:
        """The sentence for people, with places to fill."""
        found: Text = self.value[1]
        return found


@dataclass(frozen=True, slots=True)
class No:
    """A refusal with the figures that made it, already as text; :meth:`text` is the whole sentence."""

    refusal: Refusal
    figures: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> Text:
        """The sentence with its figures filled in."""
        return self.refusal.text.fill(**self.figures)


def no(refusal: Refusal, **figures: object) -> No:
    """A refusal with its figures, each as people read it."""
    return No(refusal, {name: str(value) for name, value in figures.items()})
