"""Business dates that never go back, instants in order, ids in order."""

import threading
import uuid
from datetime import date

import pytest

from hengdai.adapters.clock import SetClock, WallClock
from hengdai.adapters.ids import TimeOrderedIds


def test_ids_are_uuid_version_7_and_rise_even_in_a_burst() -> None:
    ids = TimeOrderedIds()
    made = [ids.next() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {uuid.UUID(each).version for each in made} == {7}
    assert {uuid.UUID(each).variant for each in made} == {uuid.RFC_4122}


def test_threads_get_different_ids() -> None:
    ids = TimeOrderedIds()
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(ids.next() for _ in range(2_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_a_set_clock_stands_still_by_day_and_moves_by_instant() -> None:
    clock = SetClock(date(2026, 2, 28))
    first, second = clock.now(), clock.now()
    assert first < second and clock.today() == date(2026, 2, 28)
    clock.put(date(2026, 3, 1))
    assert clock.today() == date(2026, 3, 1) and clock.now() > second


def test_a_business_date_never_goes_back() -> None:
    clock = SetClock(date(2026, 2, 28))
    with pytest.raises(ValueError, match="never goes back"):
        clock.put(date(2026, 2, 27))


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    now = WallClock().now()
    assert now.utcoffset() is not None and now.utcoffset() == now.astimezone(now.tzinfo).utcoffset()
    assert now.tzname() == "UTC"
