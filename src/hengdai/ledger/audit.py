"""The second bookkeeper: recomputes every balance from the first entry, slowly and in its own way, and compares.

It shares nothing with :mod:`hengdai.ledger.book` but the entries: it separates debits from credits, checks each entry
again, follows each reversal to what it answers, and trusts no balance that somebody stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hengdai.base.text import Text
from hengdai.ledger.chart import CHART
from hengdai.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not agree: where, what the books say, what the entries say."""

    where: str
    text: Text
    booked: int
    truth: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the second bookkeeper found after reading `entries` entries."""

    entries: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.discrepancies


_SUM = Text("凭证借贷不平", "the postings of an entry do not sum to zero")
_ACCOUNT = Text("科目不在科目表中", "the account is not in the chart")
_TWICE = Text("同一凭证出现两次", "an entry stands twice")
_BALANCE = Text("账户余额与凭证之和不符", "a stored balance is not the sum of its postings")
_MIRROR = Text("冲正凭证与原凭证不相反", "a reversal is not the mirror of what it answers")
_UNKNOWN = Text("冲正凭证没有原凭证", "a reversal answers no entry")


def audit(entries: Iterable[Entry], balances: Mapping[tuple[str, str], int]) -> Verdict:
    """Compare stored `balances`, by (currency, account) and debit positive, with what the entries add up to."""
    bookkeeper = Bookkeeper()
    bookkeeper.read(entries)
    return bookkeeper.verdict(balances)


class Bookkeeper:
    """The second bookkeeper at work on a book too large to hold: it reads part after part and keeps only sums.

    Entries that answer one another stand in one part (those of one loan, say).
    """

    def __init__(self) -> None:
        self._debits: dict[tuple[str, str], int] = defaultdict(int)
        self._credits: dict[tuple[str, str], int] = defaultdict(int)
        self._found: list[Discrepancy] = []
        self._read = 0

    def read(self, part: Iterable[Entry]) -> None:
        """Check each entry of the part and add it up."""
        seen: dict[str, Entry] = {}
        reversals: list[Entry] = []
        for entry in part:
            if entry.id in seen:
                self._found.append(Discrepancy(entry.id, _TWICE, 2, 1))
            seen[entry.id] = entry
            if entry.reverses is not None:
                reversals.append(entry)
            self._add(entry)
        self._found.extend(_of_reversals(reversals, seen))
        self._read += len(seen)

    def _add(self, entry: Entry) -> None:
        total = 0
        for code, amount in zip(entry.accounts, entry.amounts, strict=False):
            total += amount
            side = self._debits if amount > 0 else self._credits
            side[entry.currency, code] += abs(amount)
            if code not in CHART:
                self._found.append(Discrepancy(f"{entry.id} {code}", _ACCOUNT, amount, 0))
        if total != 0:
            self._found.append(Discrepancy(entry.id, _SUM, total, 0))

    def verdict(self, balances: Mapping[tuple[str, str], int]) -> Verdict:
        """What was found, and where the stored balances differ from the sums."""
        found = list(self._found)
        for key in sorted({*self._debits, *self._credits, *balances}):
            truth, booked = self._debits.get(key, 0) - self._credits.get(key, 0), balances.get(key, 0)
            if truth != booked:
                found.append(Discrepancy(" ".join(key), _BALANCE, booked, truth))
        return Verdict(self._read, tuple(found))


def _of_reversals(reversals: list[Entry], seen: Mapping[str, Entry]) -> list[Discrepancy]:
    found = []
    answered: set[str] = set()
    for entry in reversals:
        original = seen.get(str(entry.reverses))
        if original is None or str(entry.reverses) in answered:
            found.append(Discrepancy(entry.id, _UNKNOWN, 1, 0))
            continue
        answered.add(original.id)
        mirrored = tuple(-amount for amount in original.amounts)
        if (entry.accounts, entry.amounts, entry.currency) != (original.accounts, mirrored, original.currency):
            found.append(Discrepancy(entry.id, _MIRROR, sum(entry.amounts), sum(mirrored)))
    return found
