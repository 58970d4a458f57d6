"""The columns of a loan tape, as data: what each means, in which unit, and the headers it is usually found under.

A tape is one row per loan from any system; instalments are monthly unless its terms are in days. The words under which
a header is looked for are lower case, without spaces and marks; both languages are tried.
"""

from dataclasses import dataclass
from enum import StrEnum

from hengdai.base.text import Text


class Type(StrEnum):
    """What the values of a column are; decides how text is read and what a unit may be."""

    TEXT = "text"
    MONEY = "money"
    RATE = "rate"
    SHARE = "share"
    DATE = "date"
    INSTANT = "instant"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the tape: `words` are the headers it is known by, `choices` what a CHOICE may say."""

    name: str
    type: Type
    meaning: Text
    words: tuple[str, ...]
    required: bool = False
    choices: tuple[str, ...] = ()
    filled: bool = False
    """Where the tape has this column every row has to say it: a blank would be guessed at."""


METHODS = ("equal_instalment", "equal_principal", "interest_first", "bullet", "flat_fee")
LENDER_KINDS = (
    "bank", "foreign_bank_branch", "consumer_finance", "auto_finance", "trust", "microloan", "pawn", "leasing",
    "factoring", "private",
)  # fmt: skip
PRODUCT_KINDS = ("consumer", "business", "housing", "working_capital", "fixed_asset", "credit_card")


def _column(
    name: str, type: Type, zh: str, en: str, words: str, *, required: bool = False, choices: tuple[str, ...] = ()
) -> Column:
    return Column(name, type, Text(zh, en), tuple(words.split()), required, choices)


COLUMNS: tuple[Column, ...] = (
    _column("loan_id", Type.TEXT, "借据号", "loan number",
            "loanid id 借据号 借据编号 贷款编号 合同编号 合同号 loanno loannumber contractno", required=True),
    _column("borrower", Type.TEXT, "借款人代号", "borrower reference",
            "borrower borrowerid customerid memberid 客户号 客户编号 借款人 借款人编号"),
    _column("lender", Type.TEXT, "放款机构", "lender",
            "lender funder 资金方 放款机构 贷款机构 出资方"),
    _column("lender_kind", Type.CHOICE, "放款机构类型", "kind of lender",
            "lenderkind lendertype 机构类型 资金方类型 放款机构类型", choices=LENDER_KINDS),
    _column("partner", Type.TEXT, "助贷机构", "facilitator",
            "partner facilitator platform 助贷机构 平台 合作机构 合作方 渠道"),
    _column("guarantor", Type.TEXT, "增信机构", "guarantor",
            "guarantor enhancer 担保公司 增信机构 担保方 担保机构 融担公司"),
    _column("product", Type.TEXT, "产品", "product",
            "product productname grade 产品 产品名称 产品代码"),
    _column("product_kind", Type.CHOICE, "贷款种类", "kind of loan",
            "productkind loantype 贷款种类 贷款类型 用途类别", choices=PRODUCT_KINDS),
    _column("region", Type.TEXT, "地区", "region",
            "region province city addrstate 地区 省份 城市"),
    _column("principal", Type.MONEY, "贷款本金", "principal",
            "principal loanamnt fundedamnt loanamount amount 贷款本金 借款金额 贷款金额 放款金额 本金 "
            "合同金额", required=True),
    _column("payout", Type.MONEY, "实际到账金额", "money actually received",
            "payout netamount proceeds 实际到账金额 到账金额 实收金额 净放款额"),
    _column("rate", Type.RATE, "合同年利率", "contract rate a year",
            "rate intrate interestrate annualrate 年利率 合同利率 执行利率 贷款利率 利率", required=True),
    _column("headline_rate", Type.RATE, "宣传年化利率", "advertised rate a year",
            "headlinerate advertisedrate 宣传利率 展示利率 年化利率"),
    _column("stated_cost", Type.RATE, "明示综合融资成本", "all-in cost as disclosed",
            "statedcost allincost apr 综合融资成本 明示综合融资成本 年化综合成本"),
    _column("flat_fee_rate", Type.SHARE, "每期手续费率", "instalment fee per period on the original principal",
            "flatfeerate 每期手续费率 分期费率"),
    _column("method", Type.CHOICE, "还款方式", "repayment method",
            "method repaymentmethod repaymethod 还款方式 还款方法", choices=METHODS),
    _column("count", Type.COUNT, "期数", "number of instalments",
            "count term termmonths instalments installments 期数 期限 贷款期限 分期数 总期数", required=True),
    Column("term_unit", Type.CHOICE, Text("期限单位", "unit of the term"),
           ("termunit", "期限单位", "贷款期限单位"), choices=("month", "day"), filled=True),
    _column("period_days", Type.COUNT, "每期天数", "days of a period, where it is no month",
            "perioddays 每期天数 还款间隔天数 借款天数 期限天数 贷款天数"),
    _column("instalment", Type.MONEY, "每期应还", "instalment",
            "instalment installment monthlypayment emi 每期应还 月供 期供 每期还款额"),
    _column("applied_at", Type.INSTANT, "申请时间", "time of application",
            "appliedat applicationtime applydate 申请时间 申请日期 进件时间"),
    _column("disbursed_on", Type.DATE, "放款日", "day of payout",
            "disbursedon disbursementdate issued originationdate startdate 放款日 放款日期 起息日 借款日期",
            required=True),
    _column("first_due", Type.DATE, "首次还款日", "first due date",
            "firstdue firstduedate 首次还款日 首期还款日 首个还款日"),
    _column("due_day", Type.COUNT, "固定还款日", "fixed day of the month",
            "dueday repaymentday 固定还款日 还款日"),
    _column("upfront_fee", Type.MONEY, "前期费用", "fee on the first day",
            "upfrontfee originationfee servicefee 前期费用 手续费 一次性服务费 服务费"),
    _column("periodic_fee", Type.MONEY, "每期费用", "fee with each instalment",
            "periodicfee monthlyfee 每期费用 每期服务费 月服务费"),
    _column("platform_upfront", Type.MONEY, "平台一次性收费", "taken by the facilitator on the first day",
            "platformupfront 平台一次性费用 平台前期费用"),
    _column("platform_fee", Type.MONEY, "平台每期收费", "taken by the facilitator with each instalment",
            "platformfee 平台服务费 平台费"),
    _column("guarantee_fee", Type.MONEY, "每期担保费", "guarantee fee with each instalment",
            "guaranteefee 每期担保费 担保费 增信服务费 每期增信费"),
    _column("guarantee_upfront", Type.MONEY, "一次性担保费", "guarantee fee on the first day",
            "guaranteeupfront upfrontguaranteefee 一次性担保费 趸交担保费 保费"),
    _column("prepayment_fee_rate", Type.SHARE, "提前还款违约金率", "early repayment fee on the balance",
            "prepaymentfeerate 提前还款违约金率 提前还款手续费率"),
    _column("penalty_uplift", Type.COUNT, "罚息上浮百分数", "uplift of penalty interest in percent",
            "penaltyuplift 罚息上浮 罚息上浮比例"),
    _column("paid_total", Type.MONEY, "累计还款", "paid so far",
            "paidtotal totalpymnt totalpaid 累计还款 已还总额 还款总额"),
    _column("paid_principal", Type.MONEY, "累计还本", "principal paid so far",
            "paidprincipal totalrecprncp 已还本金 累计还本"),
    _column("paid_interest", Type.MONEY, "累计还息", "interest paid so far",
            "paidinterest totalrecint 已还利息 累计还息"),
    _column("paid_late", Type.MONEY, "累计罚息", "penalty paid so far",
            "paidlate totalreclatefee 已还罚息 累计罚息"),
    _column("outstanding", Type.MONEY, "贷款余额", "outstanding principal",
            "outstanding outprncp balance 贷款余额 剩余本金 本金余额 余额"),
    _column("last_paid_on", Type.DATE, "最近还款日", "day of the last payment",
            "lastpaidon lastpymntd 最近还款日 最后还款日期"),
    _column("days_past_due", Type.COUNT, "逾期天数", "days past due",
            "dayspastdue dpd 逾期天数"),
    _column("class5", Type.CHOICE, "五级分类", "five-category class",
            "class5 riskclass 五级分类 风险分类",
            choices=("normal", "special_mention", "substandard", "doubtful", "loss")),
    _column("status", Type.CHOICE, "状态", "status",
            "status loanstatus 状态 贷款状态 借据状态", choices=("active", "closed", "charged_off", "arrears")),
    _column("as_of", Type.DATE, "数据日期", "day of the data",
            "asof reportdate snapshotdate 数据日期 报告日 统计日期"),
)  # fmt: skip

BY_NAME = {column.name: column for column in COLUMNS}
