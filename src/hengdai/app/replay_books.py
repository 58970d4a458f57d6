"""After a replay: the trial balance of the funders it touched, and the second bookkeeper's verdict on every entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hengdai.app.actor import Actor, Role
from hengdai.app.ports import Office
from hengdai.base.identity import OrgId
from hengdai.ledger.audit import Bookkeeper, Discrepancy
from hengdai.ledger.book import TrialBalance, trial_balance
from hengdai.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class BooksChecked:
    """The books of some funders in one currency: their trial balance, and what the second bookkeeper found.

    `entries` is how many were read. The books are those of the funders as they stand, earlier loans included.
    """

    balance: TrialBalance
    entries: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def agrees(self) -> bool:
        """Whether debits equal credits and every stored balance is the sum of its entries."""
        return self.balance.balanced and not self.discrepancies


async def check_books(office: Office, funders: Sequence[str], currency: str) -> BooksChecked:
    """Read every entry of those funders once, loan by loan, and compare the sums with the stored balances."""
    balances: dict[tuple[str, str], int] = {}
    entries, found = 0, list[Discrepancy]()
    for funder in funders:
        org = OrgId(funder)
        async with office.store.begin(Actor(org, Role.VIEWER)) as work:
            bookkeeper = Bookkeeper()
            part: list[Entry] = []
            async for entry in work.every_entry(org):
                if part and part[-1].loan != entry.loan:
                    bookkeeper.read(part)
                    part = []
                part.append(entry)
            bookkeeper.read(part)
            stored = {
                (str(row["currency"]), str(row["account"])): int(str(row["balance"]))
                for row in await work.rows("balances", org=org)
            }
        verdict = bookkeeper.verdict(stored)
        entries += verdict.entries
        found.extend(verdict.discrepancies)
        _add(balances, stored.items())
    return BooksChecked(trial_balance(balances, currency), entries, tuple(found))


def _add(balances: dict[tuple[str, str], int], more: Iterable[tuple[tuple[str, str], int]]) -> None:
    for key, amount in more:
        balances[key] = balances.get(key, 0) + amount
