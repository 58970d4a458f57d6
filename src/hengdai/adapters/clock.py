"""The clocks: the wall clock with the business date of a time zone, and one that is set by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class WallClock:
    """The machine's time; the business date is the calendar date in `zone` (default: China)."""

    def __init__(self, zone: str = "Asia/Shanghai") -> None:
        self._zone = ZoneInfo(zone)

    def today(self) -> date:
        """The calendar date in the zone."""
        return datetime.now(self._zone).date()

    def now(self) -> datetime:
        """The instant in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it is put, for simulations and replays.

    Each reading of `now` is one microsecond after the one before, so that instants keep their order.
    """

    def __init__(self, day: date) -> None:
        self._day = day
        self._instant = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)

    def today(self) -> date:
        """The day it was put to."""
        return self._day

    def now(self) -> datetime:
        """A new instant of that day."""
        self._instant += timedelta(microseconds=1)
        return self._instant

    def put(self, day: date) -> None:
        """Move to `day`; going back raises `ValueError`, because a business date never does."""
        if day < self._day:
            raise ValueError(f"营业日期不可倒退 / the business date never goes back: {self._day} to {day}")
        if day > self._day:
            self._day = day
            self._instant = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
