"""A number of law: dated values, each with its own citation, asked for a day."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta

from hengdai.base.text import Text
from hengdai.law.cite import Cite
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.kinds import Unit

Value = int | str | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A value and the days it is the law: from `start`, to `end` inclusive (`None`: no end is known).

    `value` is in the machine's form of `unit`: e8 for rates, minor units for money, a tuple for codes and words.
    """

    parameter: str
    value: Value
    unit: Unit
    start: date
    end: date | None
    cite: Cite
    uncertain: Text | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure of law through time. `spans` ascend and do not overlap.

    With `stale_after` (days) the figure must be confirmed again and again: `confirmed_on` is the last publication seen.
    """

    id: str
    title: Text
    unit: Unit
    spans: tuple[Span, ...]
    stale_after: int | None = None
    confirmed_on: date | None = None
    starts: tuple[date, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(span.start for span in self.spans))

    def on(self, day: date) -> Span:
        """The span in force on `day`.

        Raises :class:`LawIsSilent` before the first span, in a gap and after a known end, and
        :class:`LawIsStale` when a figure that must be confirmed was not.
        """
        at = bisect_right(self.starts, day) - 1
        if at < 0:
            raise LawIsSilent(self.id, day, self.spans[0].start)
        span = self.spans[at]
        if span.end is not None and day > span.end:
            following = self.starts[at + 1] if at + 1 < len(self.spans) else span.start
            raise LawIsSilent(self.id, day, following)
        if self.stale_after is not None and self.confirmed_on is not None and self.is_stale(day):
            raise LawIsStale(self.id, day, self.confirmed_on, self.stale_after)
        return span

    def is_stale(self, day: date) -> bool:
        """Whether the last confirmed value is too old to be used on `day`."""
        return self.stale_from is not None and day >= self.stale_from

    @property
    def stale_from(self) -> date | None:
        """The first day on which the last confirmed value may no longer be used; `None`: it does not go stale."""
        if self.stale_after is None or self.confirmed_on is None:
            return None
        return self.confirmed_on + timedelta(days=self.stale_after + 1)
