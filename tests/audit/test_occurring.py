"""The days that occur, against numpy's sorting."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from hengdai.audit.plan import occurring

NUMBERS = st.lists(st.integers(-5, 5) | st.integers(-(2**40), 2**40), max_size=30)


@given(NUMBERS)
@example([])
@example([0, 1 << 20])
@example([0, (1 << 20) - 1])
def test_they_are_those_that_sorting_finds(numbers: list[int]) -> None:
    column = np.array(numbers, np.int64)
    found, place = occurring(column)
    expected, at = np.unique(column, return_inverse=True)
    assert found.tolist() == expected.tolist()
    assert place.tolist() == at.tolist()
