"""The tables of a book and what each column holds: the one place that reader, writer and reference page go by.

A column has a kind, which says how its text is read, and may be empty only where
`empty` says what an empty field means. Nothing has a silent default.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from hengdai.base.calendar import MonthEnd
from hengdai.base.rounding import Rounding
from hengdai.base.text import Text
from hengdai.loan.state import Kind as EventKind
from hengdai.maths.day_count import DayCount
from hengdai.maths.periods import BrokenFirst, PeriodInterest, Unit
from hengdai.maths.terms import Method, Residue
from hengdai.product.terms import FeeTiming, Intent, PayeeRole


class Kind(Enum):
    """How the text of a field is read."""

    TEXT = Text("1 至 200 个字符的文字", "text of 1 to 200 characters")
    DAY = Text("日期, 形如 2026-08-01", "a date such as 2026-08-01")
    INSTANT = Text(
        "带时区的时刻, 形如 2026-08-01T09:30:00+08:00", "an instant with its offset, such as 2026-08-01T09:30:00+08:00"
    )
    WHOLE = Text("不小于 0 的整数", "a whole number of at least 0")
    COUNT = Text("不小于 1 的整数", "a whole number of at least 1")
    MONEY = Text("不小于 0 的金额, 例如 {sample}", "an amount of at least 0, such as {sample}")
    AMOUNT = Text("大于 0 的金额, 例如 {sample}", "an amount above 0, such as {sample}")
    RATE = Text("不小于 0 的利率, 例如 {sample}", "a rate of at least 0, such as {sample}")
    DECIMAL = Text("不小于 0 的小数, 至多 8 位小数", "a decimal of at least 0 with at most 8 decimals")
    FLAG = Text("true 或 false", "true or false")
    CHOICE = Text("下列之一: {choices}", "one of: {choices}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how it is read, what it means, and what an empty field means (None: never empty)."""

    name: str
    kind: Kind
    meaning: Text
    empty: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a file `<name>.parquet` or `<name>.csv`. A book may lack a table that is not `needed`."""

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    needed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in the order they are written."""
        return tuple(column.name for column in self.columns)


def _values(choices: type[StrEnum]) -> tuple[str, ...]:
    return tuple(choice.value for choice in choices)


_LOAN = Column("loan", Kind.TEXT, Text("贷款编号", "the loan's id, unique in the book"))
EVENT_KINDS = tuple(
    kind.value
    for kind in EventKind
    if kind not in (EventKind.OFFERED, EventKind.REFUSED, EventKind.DISCLOSED, EventKind.SIGNED, EventKind.WITHDRAWN)
)

LOANS = Table(
    "loans",
    Text("每行一笔申请, 每项条款明写", "one row per application, with every term explicit"),
    (
        _LOAN,
        Column("borrower", Kind.TEXT, Text("借款人代号, 非个人信息", "an opaque reference, never personal data")),
        Column("product", Kind.TEXT, Text("产品代码", "product code")),
        Column("product_kind", Kind.TEXT, Text("产品种类, 法规用", "kind of product, as the law pack names it")),
        Column("loan_use", Kind.TEXT, Text("贷款用途", "what the money is for, as the law pack names it")),
        Column("funder", Kind.TEXT, Text("资金方", "the lender, an id of `organisations`")),
        Column("lender_kind", Kind.TEXT, Text("资金方种类, 法规用", "kind of lender, as the law pack names it")),
        Column("facilitator", Kind.TEXT, Text("助贷机构", "the facilitator, an id of `organisations`")),
        Column("guarantor", Kind.TEXT, Text("增信机构", "the guarantor"), "nobody guarantees"),
        Column("merchant", Kind.TEXT, Text("商户", "the merchant"), "no merchant"),
        Column("currency", Kind.TEXT, Text("币种, 须与 book.toml 相同", "ISO 4217 code; the same as in book.toml")),
        Column("principal", Kind.AMOUNT, Text("本金", "the principal agreed")),
        Column("annual_rate", Kind.RATE, Text("合同年利率", "nominal contract rate a year")),
        Column("method", Kind.CHOICE, Text("还款方式", "method of repayment"), choices=_values(Method)),
        Column("count", Kind.COUNT, Text("期数", "number of instalments")),
        Column("every", Kind.COUNT, Text("每期单位数", "units in a period")),
        Column("unit", Kind.CHOICE, Text("期的单位", "unit of a period"), choices=_values(Unit)),
        Column("first_due", Kind.DAY, Text("首个还款日", "first due date"), "one period after the payout"),
        Column("due_day", Kind.COUNT, Text("固定还款日", "fixed day of the month"), "the day of the payout"),
        Column("day_count", Kind.CHOICE, Text("计息天数规则", "day-count convention"), choices=_values(DayCount)),
        Column(
            "period_interest",
            Kind.CHOICE,
            Text("整期计息", "interest of a regular period"),
            choices=_values(PeriodInterest),
        ),
        Column(
            "broken_first",
            Kind.CHOICE,
            Text("首期不足月", "interest of a broken first period"),
            choices=_values(BrokenFirst),
        ),
        Column(
            "month_end", Kind.CHOICE, Text("月末规则", "what the 31st is in a shorter month"), choices=_values(MonthEnd)
        ),
        Column("rounding", Kind.CHOICE, Text("舍入", "rounding mode"), choices=_values(Rounding)),
        Column(
            "multiple", Kind.COUNT, Text("舍入单位(最小货币单位)", "the instalment is rounded to this many minor units")
        ),
        Column(
            "residue",
            Kind.CHOICE,
            Text("尾差归属", "the row that takes what rounding leaves"),
            choices=_values(Residue),
        ),
        Column("grace_principal", Kind.WHOLE, Text("前若干期只还息", "first instalments that pay interest only")),
        Column(
            "flat_fee_rate", Kind.RATE, Text("每期手续费率", "fee per period on the original principal (flat_fee only)")
        ),
        Column(
            "instalment",
            Kind.AMOUNT,
            Text("约定每期金额", "the agreed level instalment"),
            "solved from the other terms",
        ),
        Column("late_multiplier", Kind.RATE, Text("罚息倍数", "penalty rate as a multiple of the contract rate")),
        Column("late_grace_days", Kind.WHOLE, Text("宽限天数", "days of grace")),
        Column("late_basis", Kind.COUNT, Text("罚息年天数", "days in a year for penalty")),
        Column("prepayment_fee", Kind.RATE, Text("提前还款违约金率", "share of the principal prepaid")),
        Column("prepayment_free_after", Kind.WHOLE, Text("几期后免违约金", "instalments after which it is free")),
        Column(
            "allocation",
            Kind.TEXT,
            Text("冲账顺序", "order in which a payment pays, such as penalty,fee,interest,principal"),
        ),
        Column("unsecured", Kind.FLAG, Text("无担保物", "no collateral")),
        Column("internet", Kind.FLAG, Text("互联网贷款", "made online")),
        Column(
            "lender_decided", Kind.FLAG, Text("资金方自行评估审批", "the lender assessed and decided itself"), "unknown"
        ),
        Column("temporary_increase", Kind.FLAG, Text("适用阶段性提高", "the temporary increase applies"), "unknown"),
        Column("long_cash_cycle", Kind.FLAG, Text("现金流回收周期长", "the business has a long cash cycle"), "unknown"),
        Column("applied", Kind.DAY, Text("申请日", "day of the application and the offer")),
        Column("disclosed", Kind.DAY, Text("确认明示表日", "day the disclosure table was confirmed"), "it was not"),
        Column("signed", Kind.DAY, Text("签约日", "day of signature"), "it was not signed"),
        Column("withdrawn", Kind.DAY, Text("撤回日", "day the borrower stepped back"), "nobody did"),
        Column("disbursed", Kind.DAY, Text("放款日", "day of the first payout"), "it was not paid out"),
        Column("first_payout", Kind.AMOUNT, Text("首笔放款额", "amount of the first payout"), "the whole principal"),
    ),
    needed=True,
)

EVENTS = Table(
    "events",
    Text("放款之后的事件", "what happened to a loan after its first payout"),
    (
        _LOAN,
        Column("seq", Kind.COUNT, Text("该贷款内的知悉次序", "order in which the loan's events were known")),
        Column("day", Kind.DAY, Text("计入日", "the day it counts for")),
        Column("known", Kind.DAY, Text("知悉日", "the day it was known"), "the day it counts for"),
        Column("kind", Kind.CHOICE, Text("种类", "what happened"), choices=EVENT_KINDS),
        Column(
            "amount",
            Kind.AMOUNT,
            Text("金额", "the money that moved"),
            "paid instalment: all that is due that day, or the next instalment; paid settle and refunded: the pay-off",
        ),
        Column("intent", Kind.CHOICE, Text("意图", "what a payment is meant as"), "not a payment", _values(Intent)),
        Column("of_seq", Kind.COUNT, Text("被冲正的付款次序", "the payment that is reversed"), "not a reversal"),
        Column("count", Kind.COUNT, Text("重组后期数", "instalments of the new plan"), "not a restructure"),
        Column("annual_rate", Kind.RATE, Text("重组后年利率", "rate of the new plan"), "not a restructure"),
        Column("first_due", Kind.DAY, Text("重组后首期", "first due date of the new plan"), "not a restructure"),
    ),
)

FEES = Table(
    "fees",
    Text("约定并明示的息费", "the charges agreed and disclosed"),
    (
        _LOAN,
        Column("code", Kind.TEXT, Text("息费类别", "fee class of the law pack")),
        Column("payee", Kind.TEXT, Text("收取主体", "who takes it, an id of `organisations`")),
        Column("role", Kind.CHOICE, Text("收取身份", "in what capacity"), choices=_values(PayeeRole)),
        Column("timing", Kind.CHOICE, Text("收取时点", "when it is taken"), choices=_values(FeeTiming)),
        Column("amount", Kind.AMOUNT, Text("每次金额", "what is taken each time")),
    ),
)

ORGANISATIONS = Table(
    "organisations",
    Text("各方机构", "the organisations of the book"),
    (
        Column("org", Kind.TEXT, Text("机构编号", "id")),
        Column("name", Kind.TEXT, Text("名称", "name")),
        Column("kind", Kind.CHOICE, Text("种类", "what it is here"), choices=(*_values(PayeeRole), "examiner")),
    ),
    needed=True,
)

PARTNERS = Table(
    "partners",
    Text("合作机构名单", "the funders' partner lists"),
    (
        Column("funder", Kind.TEXT, Text("资金方", "whose list")),
        Column("partner", Kind.TEXT, Text("合作机构", "who is on it")),
        Column("role", Kind.CHOICE, Text("身份", "in what role"), choices=_values(PayeeRole)),
        Column("licence", Kind.TEXT, Text("牌照", "licence kind"), "none"),
        Column("approved_by", Kind.CHOICE, Text("审批层级", "who approved it"), choices=("head_office", "branch")),
        Column("from", Kind.DAY, Text("自", "first day on the list")),
        Column("to", Kind.DAY, Text("至(含)", "last day on the list"), "still on it"),
        Column("published_url", Kind.TEXT, Text("公示地址", "where the list is published"), "not published"),
    ),
)

CLAIMS = Table(
    "claims",
    Text("来源文件自述的合计", "totals that the source states, to set against the recomputed ones"),
    (
        _LOAN,
        Column("figure", Kind.TEXT, Text("项目", "paid, principal, interest, penalty, recovered or last_payment")),
        Column("amount", Kind.MONEY, Text("金额", "the amount stated")),
    ),
)

DEBITS = Table(
    "debits",
    Text("借款人账户的其他扣款(还款本身见 events)", "every other debit of the borrower (repayments are in `events`)"),
    (
        _LOAN,
        Column("at", Kind.INSTANT, Text("时刻", "when")),
        Column("payee", Kind.TEXT, Text("收款方", "an id of `entities`")),
        Column("amount", Kind.AMOUNT, Text("金额", "how much")),
        Column("text", Kind.TEXT, Text("摘要", "the text on the statement")),
    ),
)

ENTITIES = Table(
    "entities",
    Text("工商登记的主体", "the register of entities"),
    (
        Column("entity", Kind.TEXT, Text("主体编号", "id; organisations of the book keep theirs")),
        Column("name", Kind.TEXT, Text("名称", "name")),
        Column("kind", Kind.TEXT, Text("行业", "what it does")),
        Column("licence", Kind.TEXT, Text("牌照", "licence kind"), "none"),
    ),
)

RELATIONS = Table(
    "relations",
    Text("主体之间的关系", "who controls or serves whom"),
    (
        Column("entity", Kind.TEXT, Text("主体", "who")),
        Column("relation", Kind.CHOICE, Text("关系", "how"), choices=("controls", "same_controller", "agent_of")),
        Column("of", Kind.TEXT, Text("对方", "whom")),
        Column("share", Kind.RATE, Text("持股比例", "share held"), "no shares"),
        Column("from", Kind.DAY, Text("自", "since")),
    ),
)

SHOWN = Table(
    "shown",
    Text("申请前向借款人展示的内容", "what the borrower was shown before applying"),
    (
        _LOAN,
        Column("at", Kind.INSTANT, Text("时刻", "when")),
        Column("channel", Kind.TEXT, Text("渠道", "where")),
        Column("lender_named", Kind.FLAG, Text("是否写明资金方", "whether the lender was named")),
        Column("headline_rate", Kind.RATE, Text("突出展示的利率", "the rate shown largest")),
        Column("headline_per", Kind.CHOICE, Text("利率口径", "per what"), choices=("year", "month", "day")),
        Column("preticked", Kind.FLAG, Text("是否默认勾选附加产品", "whether extras were ticked beforehand")),
    ),
)

TRUTH = Table(
    "truth",
    Text("生成时埋入的违规及其金额", "the violations that the generator planted, and what they took"),
    (
        _LOAN,
        Column("pattern", Kind.TEXT, Text("违规类型", "VIO-01 to VIO-10")),
        Column("amount", Kind.MONEY, Text("借款人多付金额", "what it took from the borrower in this book")),
    ),
)

TABLES = {
    table.name: table
    for table in (
        LOANS, EVENTS, FEES, ORGANISATIONS, PARTNERS, CLAIMS, DEBITS, ENTITIES, RELATIONS, SHOWN, TRUTH,
    )
}  # fmt: skip
