"""Worked examples that others published, run against this arithmetic: pass, fail, or skip with a reason.

One record a line. Rate files carry cash flows and the rate their publisher printed, or two dates and the expected
count; schedule files carry loans and the rows expected of them. Pure: lines in, results out.
"""

from collections.abc import Iterable, Iterator

from hengdai.maths.published_plans import judge_plan
from hengdai.maths.published_rates import judge_rate
from hengdai.maths.verdicts import Outcome, Result, closing_line, run

__all__ = ["Outcome", "Result", "closing_line", "run_apr", "run_schedule"]


def run_apr(lines: Iterable[str]) -> Iterator[Result]:
    """Results of a file of rate and day-count records."""
    return run(lines, judge_rate)


def run_schedule(lines: Iterable[str]) -> Iterator[Result]:
    """Results of a file of schedule records."""
    return run(lines, judge_plan)
