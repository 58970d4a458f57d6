"""The words of the console for what programs call by codes: states, events, methods, buckets, outcomes."""

from hengdai.base.text import Text
from hengdai.loan.state import Kind, State

STATES = {
    State.APPLIED: Text("申请", "applied"),
    State.REFUSED: Text("未通过", "refused"),
    State.OFFERED: Text("已报价", "offered"),
    State.DISCLOSED: Text("已明示", "disclosed"),
    State.SIGNED: Text("已签约", "signed"),
    State.WITHDRAWN: Text("已撤回", "withdrawn"),
    State.ACTIVE: Text("还款中", "active"),
    State.CHARGED_OFF: Text("已核销", "charged off"),
    State.CLOSED: Text("已结清", "closed"),
}
KINDS = {
    Kind.OFFERED: Text("报价", "offer"),
    Kind.REFUSED: Text("未通过", "refusal"),
    Kind.DISCLOSED: Text("确认成本明示表", "disclosure confirmed"),
    Kind.SIGNED: Text("签约", "signature"),
    Kind.WITHDRAWN: Text("撤回", "withdrawal"),
    Kind.DISBURSED: Text("放款", "disbursement"),
    Kind.PAID: Text("还款", "payment"),
    Kind.PAYMENT_REVERSED: Text("还款冲正", "payment reversed"),
    Kind.REFUNDED: Text("商户退款", "merchant refund"),
    Kind.RESTRUCTURED: Text("重组", "restructuring"),
    Kind.CHARGED_OFF: Text("核销", "charge-off"),
    Kind.RECOVERED: Text("核销后收回", "recovery"),
    Kind.SETTLED: Text("结清", "settled"),
}
METHODS = {
    "equal_instalment": Text("等额本息", "equal instalments"),
    "equal_principal": Text("等额本金", "equal principal"),
    "interest_first": Text("先息后本", "interest first"),
    "bullet": Text("一次还本付息", "bullet"),
    "flat_fee": Text("分期手续费", "flat fee per period"),
}
INTENTS = {
    "instalment": Text("按期", "instalment"),
    "shorten": Text("提前, 缩期", "in advance, fewer instalments"),
    "reduce": Text("提前, 减额", "in advance, smaller instalments"),
    "settle": Text("结清", "settlement"),
}
OUTCOMES = {
    "holds": Text("符合", "holds"),
    "breached": Text("违反", "breached"),
    "undetermined": Text("不能判定", "undetermined"),
    "not_applicable": Text("不适用", "not applicable"),
}
STAGES = {
    "application": Text("申请", "application"),
    "signing": Text("签约", "signing"),
    "disbursement": Text("放款", "disbursement"),
}
TIMINGS = {
    "deducted": Text("放款时扣除", "kept back at payout"),
    "upfront": Text("放款日支付", "paid at payout"),
    "each_instalment": Text("每期", "each instalment"),
    "at_end": Text("期末", "at the end"),
}
PARTS = {
    "penalty": Text("罚息", "penalty"),
    "fee": Text("费用", "fee"),
    "interest": Text("利息", "interest"),
    "principal": Text("本金", "principal"),
}

FACTS = {
    "amount": Text("金额", "amount"),
    "basis": Text("年天数", "days a year"),
    "bucket": Text("账龄", "bucket"),
    "day": Text("日期", "day"),
    "day_count": Text("计息基础", "day count"),
    "days": Text("天数", "days"),
    "due": Text("到期日", "due"),
    "interest": Text("利息", "interest"),
    "method": Text("方式", "method"),
    "multiplier": Text("倍数", "multiplier"),
    "oldest": Text("最早未结清到期日", "oldest unpaid due date"),
    "opening": Text("期初余额", "opening balance"),
    "paid": Text("已还", "paid"),
    "payee": Text("收取主体", "payee"),
    "period": Text("计息期间", "period"),
    "principal": Text("本金", "principal"),
    "rate": Text("利率", "rate"),
    "received": Text("到手金额", "received"),
    "repaid": Text("归还合计", "repaid in all"),
    "rounding": Text("取整", "rounding"),
    "since": Text("起", "since"),
    "timing": Text("时点", "when"),
    "total": Text("合计", "total"),
    "until": Text("至", "until"),
}
"""Names of the figures in a reason."""

CLAUSES = {
    "terms.schedule": Text("合同条款 · 还款计划", "contract · repayment plan"),
    "terms.fees": Text("合同条款 · 息费项目", "contract · charges"),
    "terms.late": Text("合同条款 · 逾期罚息", "contract · late payment"),
    "terms.prepayment": Text("合同条款 · 提前还款", "contract · prepayment"),
}
"""Clauses of the loan's own terms; a clause of law is shown as it is cited."""
