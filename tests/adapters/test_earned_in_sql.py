"""The night's arithmetic in SQL and its plain twin agree exactly, near-ties included."""

from collections.abc import Iterator
from datetime import date, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hengdai.base.rounding import Rounding
from hengdai.maths.accrual import earned

START = date(2026, 1, 5)


class Asking:
    """A connection of its own loop, so that Hypothesis can ask it synchronously."""

    def __init__(self, dsn: str) -> None:
        import asyncio

        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(dsn))

    def earned(self, interest: int, length: int, passed: int, rounding: Rounding) -> int:
        due, day = START + timedelta(days=length), START + timedelta(days=passed)
        asked = self._connection.fetchval(
            "SELECT hengdai_earned($1, $2, $3, $4, $5)", interest, START, due, day, rounding.value
        )
        return int(self._loop.run_until_complete(asked))

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()


@pytest.fixture
def asking(dsn: str) -> Iterator[Asking]:
    opened = Asking(dsn)
    yield opened
    opened.close()


@st.composite
def periods(draw: st.DrawFn) -> tuple[int, int, int]:
    """Interest, length and days passed; half of them within one unit of a tie."""
    length = draw(st.integers(1, 366))
    passed = draw(st.integers(-3, length + 3))
    interest = draw(st.integers(0, 10**13))
    if 0 < passed < length and draw(st.booleans()):
        halves = draw(st.integers(0, 10**6)) * 2 + 1
        interest = max(0, halves * length // (2 * passed) + draw(st.integers(-1, 1)))
    return interest, length, passed


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(period=periods(), rounding=st.sampled_from(Rounding))
def test_sql_and_python_earn_the_same(asking: Asking, period: tuple[int, int, int], rounding: Rounding) -> None:
    interest, length, passed = period
    plain = earned(interest, START, START + timedelta(days=length), START + timedelta(days=passed), rounding)
    assert asking.earned(interest, length, passed, rounding) == plain
