"""The disclosure table (综合融资成本明示表) as a document: what it must show, in order, in both languages.

金规〔2026〕2号 (in force 2026-08-01): the principal; each 息费项目 with how (收取方式), at what standard (收取标准)
and by whom (收取主体) it is taken, and what it comes to a year; the all-in annual cost of normal performance; what may
be charged on default; and that nothing else is charged. The digest of the table is what the borrower confirms.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from hengdai.base.canonical import digest
from hengdai.base.money import Money, currency
from hengdai.base.rate import E8, Rate
from hengdai.base.rounding import Rounding
from hengdai.base.text import Text
from hengdai.maths.periods import PeriodInterest
from hengdai.maths.schedule import Method
from hengdai.product.codec import terms_digest
from hengdai.product.cost import Quote, quote
from hengdai.product.record import Json
from hengdai.product.terms import Fee, FeeTiming, Terms

CITE = "金规〔2026〕2号"
FORM = 1
"""The form of the table; it is part of the digest."""


@dataclass(frozen=True, slots=True)
class Item:
    """One charge: its code, its name, how and at what standard it is taken and by whom, and what it comes to in all.

    `total` is the sum over the whole life in minor units, and `yearly_e8` what it comes to a year (see :func:`yearly`);
    both None where they depend on what happens (contingent items).
    """

    code: str
    name: Text
    manner: Text
    standard: Text
    payee: str
    total: int | None = None
    yearly_e8: int | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The table. Amounts are minor units of `currency`, rates e8 a year; None where no rate exists."""

    terms_digest: str
    currency: str
    principal: int
    received: int
    instalments: int
    normal: tuple[Item, ...]
    all_in_simple_e8: int | None
    all_in_compound_e8: int | None
    contingent: tuple[Item, ...]
    nothing_else: Text

    def document(self) -> Json:
        """The table as canonical JSON values."""
        return {
            "form": FORM,
            "cite": CITE,
            "terms_digest": self.terms_digest,
            "currency": self.currency,
            "principal": self.principal,
            "received": self.received,
            "instalments": self.instalments,
            "normal": [_item(each) for each in self.normal],
            "all_in_simple_e8": self.all_in_simple_e8,
            "all_in_compound_e8": self.all_in_compound_e8,
            "contingent": [_item(each) for each in self.contingent],
            "nothing_else": _text(self.nothing_else),
        }

    def digest(self) -> str:
        """SHA-256 of the canonical bytes of the table, in hex: what the borrower confirms."""
        return digest(self.document())


def disclosure(terms: Terms, price: Quote) -> Disclosure:
    """The table of an offer; `price` is :func:`hengdai.product.cost.quote` of the same terms."""
    items = (_interest(terms, price), *(_fee(terms, fee, len(price.rows)) for fee in terms.fees))
    normal = tuple(replace(item, yearly_e8=yearly(item.total, price)) for item in items)
    return Disclosure(
        terms_digest=terms_digest(terms),
        currency=terms.currency,
        principal=terms.schedule.principal,
        received=price.flows[0].amount,
        instalments=len(price.rows),
        normal=normal,
        all_in_simple_e8=price.simple_e8,
        all_in_compound_e8=price.compound_e8,
        contingent=_contingent(terms),
        nothing_else=NOTHING_ELSE,
    )


@lru_cache(maxsize=512)
def disclosure_digest(terms: Terms) -> str:
    """The digest of the table of these terms: what a confirmation must name."""
    return disclosure(terms, quote(terms)).digest()


NOTHING_ELSE = Text(
    "除本表所列项目外，不向借款人收取其他任何息费。",
    "Nothing but the items of this table is charged to the borrower.",
)

_METHOD = {
    Method.EQUAL_INSTALMENT: Text("等额本息，按期收取", "with each level instalment"),
    Method.EQUAL_PRINCIPAL: Text("等额本金，按期收取", "with each instalment of equal principal"),
    Method.INTEREST_FIRST: Text("先息后本，按期付息", "each period, the principal at the end"),
    Method.BULLET: Text("到期一次还本付息", "once, with the principal"),
    Method.FLAT_FEE: Text("每期按初始本金收取", "each period, on the first principal"),
}
_TIMING = {
    FeeTiming.DEDUCTED: Text("放款时从本金中扣收", "kept back from the payout"),
    FeeTiming.UPFRONT: Text("放款当日一次收取", "once, on the day of the payout"),
    FeeTiming.EACH_INSTALMENT: Text("随每期还款收取", "with each instalment"),
    FeeTiming.AT_END: Text("随末期还款一次收取", "once, with the last instalment"),
}


def yearly(total: int | None, price: Quote) -> int | None:
    """A charge converted to a year: its total over the principal outstanding, day by day over 365 (e8).

    This is a share of the money actually had, not of the first principal; it adds up over the items.
    """
    had = sum(row.opening * (row.due - row.start).days for row in price.rows)
    return None if total is None or had <= 0 else Rounding.HALF_UP.ratio(total * 365 * E8, had)


def _interest(terms: Terms, price: Quote) -> Item:
    """The interest, or the instalment fee (分期手续费) that stands in its place."""
    plan = terms.schedule
    if plan.method is Method.FLAT_FEE:
        rate = Rate(plan.flat_fee_e8).percent_text(4)
        standard = Text(f"每期为初始本金的 {rate}", f"{rate} of the first principal each period")
        name, code = Text("分期手续费", "instalment fee"), "instalment_fee"
    else:
        rate = Rate(plan.rate_e8).percent_text(4)
        by_days = plan.period_interest is PeriodInterest.ACTUAL_DAYS
        manner = Text("按实际天数", "by actual days") if by_days else Text("按期", "by period")
        standard = Text(f"年利率 {rate}（单利），{manner.zh}计息", f"{rate} a year (simple), counted {manner.en}")
        name, code = Text("贷款利息", "loan interest"), "interest"
    return Item(code, name, _METHOD[plan.method], standard, terms.parties.funder, price.interest)


def _fee(terms: Terms, fee: Fee, instalments: int) -> Item:
    amount = str(Money(fee.amount, currency(terms.currency)))
    total = fee.amount * (instalments if fee.timing is FeeTiming.EACH_INSTALMENT else 1)
    standard = Text(f"每次 {amount}", f"{amount} each time")
    return Item(fee.code, Text(fee.code, fee.code), _TIMING[fee.timing], standard, fee.payee, total)


def _contingent(terms: Terms) -> tuple[Item, ...]:
    """What may be charged when the loan is not performed as agreed, or paid early."""
    late, early = terms.late, terms.prepayment
    times = Rate(late.multiplier_e8).decimal().normalize()
    grace = Text(f"，宽限 {late.grace_days} 天", f", after {late.grace_days} days of grace")
    grace = grace if late.grace_days else _NONE
    items = [Item(
        "penalty_interest",
        Text("逾期罚息", "penalty interest on overdue principal"),
        Text("逾期期间按实际天数收取", "by actual days while overdue"),
        Text(f"合同利率的 {times:f} 倍，年按 {late.basis} 天{grace.zh}",
             f"{times:f} times the contract rate, over {late.basis} days a year{grace.en}"),
        terms.parties.funder,
    )]  # fmt: skip
    if early.fee_e8:
        share = Rate(early.fee_e8).percent_text(4)
        free = Text(f"，{early.free_after} 期到期后免收", f", free once {early.free_after} instalments fell due")
        free = free if early.free_after else _NONE
        items.append(Item(
            "prepayment_fee",
            Text("提前还款违约金", "fee for paying early"),
            Text("提前还款时一次收取", "once, when principal is paid early"),
            Text(f"提前偿还本金的 {share}{free.zh}", f"{share} of the principal paid early{free.en}"),
            terms.parties.funder,
        ))  # fmt: skip
    return tuple(items)


_NONE = Text("", "")


def _text(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}


def _item(item: Item) -> Json:
    return {
        "code": item.code,
        "name": _text(item.name),
        "manner": _text(item.manner),
        "standard": _text(item.standard),
        "payee": item.payee,
        "total": item.total,
        "yearly_e8": item.yearly_e8,
    }
