"""What the API answers when it is asked: models of loans, plans, events, postings, verdicts and reasons.

Every amount is a decimal string of the `currency` that stands in the same answer; rates are percent strings.
"""

from datetime import date, datetime

from pydantic import Field

from hengdai.entry.http.fields import Out


class ReasonOut(Out):
    """One step of an explanation: what was done, under which clause, with which figures."""

    zh: str
    en: str
    cite: str | None
    figures: dict[str, str]


class FindingOut(Out):
    """A figure and why it is what it is."""

    loan: str
    figure: str
    day: date
    value: str
    because: list[ReasonOut]


class StandingOut(Out):
    """Where the loan stands on `day`: days past due, bucket, what is overdue."""

    day: date
    days_past_due: int
    bucket: str
    overdue: str
    first_unpaid_due: date | None


class PartiesOut(Out):
    """Who stands around the loan."""

    funder: str
    lender_kind: str
    facilitator: str
    guarantor: str | None
    merchant: str | None


class LoanRowOut(Out):
    """A loan in a list."""

    id: str
    funder: str
    borrower: str
    product: str
    state: str
    currency: str
    principal: str
    outstanding: str
    bucket: str
    applied: date
    all_in_simple: str | None


class LoanPageOut(Out):
    """A page of loans; `next` is the cursor of the next page, null on the last."""

    items: list[LoanRowOut]
    next: str | None


class LoanOut(Out):
    """One loan as its events left it."""

    id: str
    funder: str
    borrower: str
    state: str
    currency: str
    product: str
    product_kind: str
    loan_use: str
    parties: PartiesOut
    principal: str
    rate: str
    method: str
    count: int
    all_in_simple: str | None
    all_in_compound: str | None
    disbursed: str
    repaid: str
    outstanding: str
    written_off: str
    recovered: str
    started_on: date | None
    charged_off_on: date | None
    closed_on: date | None
    standing: StandingOut
    terms_digest: str
    disclosure_digest: str | None
    pack: str
    pack_digest: str
    calculator: str


class DueOut(Out):
    """One instalment and what of it has been paid."""

    number: int
    start: date
    due: date
    principal: str
    interest: str
    fee: str
    penalty: str
    total: str
    paid: str
    unpaid: str


class ScheduleOut(Out):
    """还款计划 / the plan with its paid state; before the payout it is the agreed one (`planned`)."""

    loan: str
    currency: str
    planned: bool
    items: list[DueOut]


class EventOut(Out):
    """A fact of the loan's life with its two times."""

    id: str
    seq: int
    day: date
    known: datetime
    kind: str
    fact: dict[str, object] = Field(
        description="事实, 金额为最小单位 / the fact as recorded; amounts in it are minor units"
    )
    reversed_by: str | None


class EventsOut(Out):
    """The events of a loan by the order known."""

    loan: str
    items: list[EventOut]


class PostingOut(Out):
    """One leg of an entry: debit positive, credit negative."""

    account: str
    amount: str


class EntryOut(Out):
    """A balanced movement; `reverses` and `reversed_by` link a correction and what it answers."""

    id: str
    event: str | None
    day: date
    booked: date
    postings: list[PostingOut]
    reverses: str | None
    reversed_by: str | None


class EntriesOut(Out):
    """The entries of a loan."""

    loan: str
    currency: str
    items: list[EntryOut]


class JudgementOut(Out):
    """All verdicts at one gate on one day, by one text of the law.

    Facts and figures are machine values, as the pack's catalogue has them: minor units, e8 rates, codes.
    """

    id: str
    stage: str
    day: date
    pack_digest: str
    stopping: list[str]
    facts: dict[str, object]
    verdicts: list[dict[str, object]]


class JudgementsOut(Out):
    """Every judgement of a loan, oldest first."""

    loan: str
    items: list[JudgementOut]


class PayoffLineOut(Out):
    """One line of a pay-off with its reason."""

    amount: str
    reason: ReasonOut


class PayoffOut(Out):
    """结清金额 / what closes the loan on `day`."""

    loan: str
    day: date
    currency: str
    total: str
    lines: list[PayoffLineOut]


class DisclosureOut(Out):
    """综合融资成本明示表 / the disclosure table as its canonical document, and the digest to confirm."""

    loan: str
    digest: str
    table: dict[str, object] = Field(
        description="规范化文件, 金额为最小单位 / the canonical document; amounts are minor units"
    )


class AnswersOut(Out):
    """How many answers of a kind a replay gave again, and how many of them are the same."""

    kind: str
    given: int
    same: int


class PlaceOut(Out):
    """A place where an answer given again differs from the one recorded."""

    path: str
    recorded: object
    again: object


class DifferingOut(Out):
    """An answer that is not the one given then; `failed` says why there is none again."""

    kind: str
    where: str
    failed: str | None
    places: list[PlaceOut]


class ReplayOut(Out):
    """重演 / a loan re-performed from its recorded inputs, and the loan as it was asked to be seen."""

    loan: str
    funder: str
    same: bool
    answers: list[AnswersOut]
    differing: list[DifferingOut]
    seen: LoanOut | None = Field(description="未知时为 null / null when nothing was known of it then")
