"""Balances folded from entries, and the trial balance (试算平衡). Debit positive, whole minor units, per currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hengdai.ledger.chart import CHART, Account, Side, account
from hengdai.ledger.entry import Entry


@dataclass(slots=True)
class Book:
    """Running balances by (currency, account). It only grows by :meth:`post`."""

    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    entries: int = 0

    def post(self, entries: Iterable[Entry]) -> None:
        """Add entries to the balances; an account outside the chart raises before anything of that entry counts."""
        balances = self.balances
        for entry in entries:
            for code in entry.accounts:
                if code not in CHART:
                    account(code)
            for code, amount in zip(entry.accounts, entry.amounts, strict=True):
                key = (entry.currency, code)
                balances[key] = balances.get(key, 0) + amount
            self.entries += 1

    def balance(self, currency: str, code: str) -> int:
        """The balance of one account, debit positive; nothing posted is nothing."""
        return self.balances.get((currency, account(code).code), 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trial balance: one of `debit` and `credit` is zero."""

    account: Account
    debit: int
    credit: int

    @property
    def unusual(self) -> bool:
        """Whether the balance stands on the side where the account does not grow."""
        return bool(self.credit if self.account.side is Side.DEBIT else self.debit)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts of one currency in the order of the chart, and the two sums."""

    currency: str
    lines: tuple[Line, ...]

    @property
    def debit(self) -> int:
        """The sum of the debit balances."""
        return sum(line.debit for line in self.lines)

    @property
    def credit(self) -> int:
        """The sum of the credit balances."""
        return sum(line.credit for line in self.lines)

    @property
    def balanced(self) -> bool:
        """Whether both sides agree to the minor unit."""
        return self.debit == self.credit


def trial_balance(balances: Mapping[tuple[str, str], int], currency: str) -> TrialBalance:
    """The trial balance of one currency from balances by (currency, account), as a :class:`Book` keeps them."""
    lines = []
    for found in CHART.values():
        amount = balances.get((currency, found.code), 0)
        lines.append(Line(found, max(amount, 0), max(-amount, 0)))
    return TrialBalance(currency, tuple(lines))


def folded(entries: Iterable[Entry]) -> Book:
    """The book of these entries."""
    book = Book()
    book.post(entries)
    return book
