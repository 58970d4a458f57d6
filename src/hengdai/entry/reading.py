"""What the doors read, as one actor: a page of loans, one loan with its papers, the figures of the whole book.

The HTTP API and the console ask here, so that both show the same figures.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from hengdai.app.actor import Actor
from hengdai.app.ports import Office
from hengdai.app.summary import Summary, summary
from hengdai.app.work import JudgementRow, LoanRecord
from hengdai.base.identity import LoanId
from hengdai.ledger.entry import Entry

_LIKE_MARKS, _ESCAPED = re.compile(r"[\\%_]"), r"\\\g<0>"
BUCKETS = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M6+")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LoanPapers:
    """A loan with everything that was written about it."""

    record: LoanRecord
    entries: tuple[Entry, ...]
    judgements: tuple[JudgementRow, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Which loans are asked for; `after` is (day applied, funder, loan) of the last row shown."""

    words: str | None = None
    state: str | None = None
    product: str | None = None
    bucket: int | None = None
    after: tuple[date, str, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Book:
    """The figures of every book the actor sees; `bands` counts applications by whole percent, a line under itself."""

    figures: Summary
    bands: Rows

    @property
    def states(self) -> Rows:
        """By currency and state of the loan."""
        return cast(Rows, self.figures.states)

    @property
    def arrears(self) -> Rows:
        """By currency and bucket, of running loans."""
        return cast(Rows, self.figures.arrears)

    @property
    def stopped(self) -> Rows:
        """By rule and stage."""
        return cast(Rows, self.figures.stopped)

    @property
    def balances(self) -> Rows:
        """By currency and account."""
        return cast(Rows, self.figures.balances)


class Reading:
    """Questions of one actor. Each is answered from one state of the book."""

    def __init__(self, office: Office, actor: Actor) -> None:
        self._office = office
        self._actor = actor

    @property
    def today(self) -> date:
        """The business date."""
        return self._office.clock.today()

    async def loan(self, loan_id: str) -> LoanRecord | None:
        """A loan that the actor may see; None is the same for one that is not there and one that is another's."""
        async with self._office.store.begin(self._actor) as work:
            return await work.loan(LoanId(loan_id))

    async def papers(self, loan_id: str) -> LoanPapers | None:
        """A loan with its entries and judgements."""
        async with self._office.store.begin(self._actor) as work:
            record = await work.loan(LoanId(loan_id))
            if record is None:
                return None
            entries = await work.entries(record.org, record.id)
            return LoanPapers(record, entries, await work.judgements(record.org, record.id))

    async def find(self, search: Search) -> tuple[Rows, Rows]:
        """The rows of a page, one more than its limit when another page follows, and the products there are."""
        after_day, after_org, after_loan = search.after or (None, None, None)
        async with self._office.store.begin(self._actor) as work:
            found = await work.rows(
                "find_loans",
                day=self.today,
                words=search.words,
                prefix=None if search.words is None else f"%{_LIKE_MARKS.sub(_ESCAPED, search.words)}%",
                state=search.state,
                product=search.product,
                bucket=search.bucket,
                after_day=after_day,
                after_org=after_org,
                after_loan=after_loan,
                limit=search.limit + 1,
            )
            return found, await work.rows("products")

    async def book(self) -> Book:
        """Balances, arrears, cost, breaches and the closes of the days."""
        figures = await summary(self._office, self._actor)
        async with self._office.store.begin(self._actor) as work:
            return Book(figures, await work.rows("cost_bands", org=None))
