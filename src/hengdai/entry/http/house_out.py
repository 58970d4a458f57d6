"""What the API answers about the house: partners, organisations, keys, days, and the figures of the whole book."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hengdai.base.money import currency as currency_of
from hengdai.entry.http.fields import Out
from hengdai.entry.http.render import amount
from hengdai.entry.reading import BUCKETS, Book


class PartnerOut(Out):
    """One row of a partner list."""

    partner: str
    role: str
    licence: str
    approved_by: str
    listed_from: date
    listed_until: date | None
    published_url: str


class PartnersOut(Out):
    """A funder's partner list, past rows included, in the order written."""

    funder: str
    items: list[PartnerOut]


class ListingOut(PartnerOut):
    """A row that was just written."""

    listing: str
    funder: str


class OrganisationOut(Out):
    """An organisation that may act here."""

    id: str
    name: str
    kind: str


class OrganisationsOut(Out):
    """Every organisation."""

    items: list[OrganisationOut]


class KeyOut(Out):
    """A key without its secret."""

    id: str
    role: str
    label: str
    issued: datetime
    revoked: datetime | None


class KeysOut(Out):
    """The keys of an organisation."""

    items: list[KeyOut]


class NewKeyOut(Out):
    """A key, shown this once."""

    key: str
    id: str
    role: str
    label: str


class RevokedOut(Out):
    """The key that was revoked."""

    revoked: str


class BusinessDayOut(Out):
    """The business day."""

    day: date
    last_closed: date | None


class ClosedDayOut(Out):
    """What became of closing a day."""

    day: date
    status: str


class DayEndOut(Out):
    """The days that were closed, oldest first."""

    days: list[ClosedDayOut]


class MeOut(Out):
    """Whose key this is."""

    organisation: str
    role: str
    key: str


class StateOut(Out):
    """The loans in one state, in one currency."""

    currency: str
    state: str
    loans: int
    disbursed: str
    outstanding: str
    repaid: str
    interest_paid: str
    written_off: str
    recovered: str


class ArrearsOut(Out):
    """The running loans in one bucket, in one currency."""

    currency: str
    bucket: str
    loans: int
    outstanding: str


class CostOut(Out):
    """How many applications cost more than `above` and up to `up_to` percent a year (simple)."""

    above: int
    up_to: int
    loans: int


class StoppedOut(Out):
    """How many loans one rule stopped at one gate."""

    rule: str
    stage: str
    loans: int


class BalanceOut(Out):
    """The balance of an account: debit positive."""

    currency: str
    account: str
    balance: str


class SummaryOut(Out):
    """The figures of every book that the key sees."""

    day: date
    states: list[StateOut]
    arrears: list[ArrearsOut]
    costs: list[CostOut]
    stopped: list[StoppedOut]
    balances: list[BalanceOut]


_STATE_MONEY = ("disbursed", "outstanding", "repaid", "interest_paid", "written_off", "recovered")


def summary(book: Book) -> SummaryOut:
    """The figures as the API writes them."""

    def money(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
        unit = currency_of(row["currency"])
        return {name: amount(int(row[name]), unit) for name in names}

    def plain(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
        return {name: row[name] for name in names}

    return SummaryOut(
        day=book.figures.day,
        states=[
            StateOut(**plain(row, "currency", "state", "loans"), **money(row, *_STATE_MONEY)) for row in book.states
        ],
        arrears=[
            ArrearsOut(**plain(row, "currency", "loans"), bucket=BUCKETS[row["bucket"]], **money(row, "outstanding"))
            for row in book.arrears
        ],
        costs=[CostOut(above=row["percent"] - 1, up_to=row["percent"], loans=row["loans"]) for row in book.bands],
        stopped=[StoppedOut(**plain(row, "rule", "stage", "loans")) for row in book.stopped],
        balances=[BalanceOut(**plain(row, "currency", "account"), **money(row, "balance")) for row in book.balances],
    )
