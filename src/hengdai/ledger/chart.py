"""The chart of accounts as data: code, names, normal side and class. An entry on an unknown account is refused."""

from dataclasses import dataclass
from enum import StrEnum

from hengdai.base.check import Defect
from hengdai.base.text import Text


class Side(StrEnum):
    """On which side an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Class(StrEnum):
    """What kind of thing an account counts (会计要素)."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `text` is its name, Chinese first."""

    code: str
    text: Text
    side: Side
    kind: Class


LOAN_PRINCIPAL = "loan.principal"
INTEREST_RECEIVABLE = "loan.interest_receivable"
CASH = "cash.clearing"
PAYABLE_PARTNER = "payable.partner"
PAYABLE_BORROWER = "payable.borrower"
INCOME_INTEREST = "income.interest"
INCOME_FEE = "income.fee"
INCOME_PENALTY = "income.penalty"
INCOME_RECOVERY = "income.recovery"
LOSS_CREDIT = "loss.credit"

# code, Chinese, English, side, class
_ROWS = (
    (LOAN_PRINCIPAL, "贷款本金", "loans, principal", Side.DEBIT, Class.ASSET),
    (INTEREST_RECEIVABLE, "应收利息", "interest receivable", Side.DEBIT, Class.ASSET),
    (CASH, "资金清算", "cash clearing", Side.DEBIT, Class.ASSET),
    (PAYABLE_PARTNER, "应付合作方代收费用", "fees collected for partners", Side.CREDIT, Class.LIABILITY),
    (PAYABLE_BORROWER, "应退借款人款项", "owed back to borrowers", Side.CREDIT, Class.LIABILITY),
    (INCOME_INTEREST, "利息收入", "interest income", Side.CREDIT, Class.INCOME),
    (INCOME_FEE, "手续费收入", "fee income", Side.CREDIT, Class.INCOME),
    (INCOME_PENALTY, "罚息收入", "penalty income", Side.CREDIT, Class.INCOME),
    (INCOME_RECOVERY, "已核销贷款收回", "recoveries of written-off loans", Side.CREDIT, Class.INCOME),
    (LOSS_CREDIT, "贷款损失", "credit losses", Side.DEBIT, Class.EXPENSE),
)

CHART: dict[str, Account] = {code: Account(code, Text(zh, en), side, kind) for code, zh, en, side, kind in _ROWS}


class UnknownAccount(Defect):
    """A posting names an account that the chart does not have."""


def account(code: str) -> Account:
    """The account of a code; an unknown one raises :class:`UnknownAccount` naming those known."""
    found = CHART.get(code)
    if found is None:
        raise UnknownAccount("every posting stands on an account of the chart", {"found": code, "known": list(CHART)})
    return found
