"""A time box for slow tests: `-p tools.room --room 600` begins no test after 600 seconds.

A test that has begun runs to its end and its failure counts; a test that was not begun is reported as
skipped, with the reason. Each worker of xdist keeps its own watch from its own start.
"""

import time

import pytest

STARTED = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--room`."""
    parser.addoption("--room", type=int, default=0, help="begin no test after so many seconds (0: no limit)")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose turn comes after the room is used up."""
    room = item.config.getoption("--room")
    spent = time.monotonic() - STARTED
    if room and spent > room:
        pytest.skip(f"not begun: the room of {room} s was used up after {spent:.0f} s")
