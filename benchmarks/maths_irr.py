"""Rates and schedules of a million loans against the tools others use: ratios from one run on one machine.

    python benchmarks/maths_irr.py [LOANS]

Flows are ragged (3 to 36 instalments), half of the loans level to the last instalment, half with instalments that all
differ; the seed is fixed. Slow competitors run on a sample and are scaled. Every figure is the best of five.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy_financial
import pyxirr

from hengdai.maths import columns, schedule_columns
from hengdai.maths.schedule import Method, ScheduleTerms, schedule

EPOCH = date(1970, 1, 1)
THREADS = 2


def best(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def book(loans: int) -> tuple[columns.Ints, columns.Ints, columns.Ints]:
    """Values, days since 1970 and offsets of the loans' flows in fen."""
    draw = random.Random(20_260_101)
    values: list[int] = []
    days: list[int] = []
    offsets = [0]
    for i in range(loans):
        count, lent = draw.randint(3, 36), draw.randrange(100_000, 20_000_000, 100)
        rate, start = draw.uniform(0.002, 0.03), draw.randint(19_000, 20_500)
        level = round(lent * rate / (1 - (1 + rate) ** -count))
        values.append(-lent)
        values.extend(level + (draw.randint(-900, 900) if i % 2 else 0) for _ in range(count))
        days.extend(start + round(30.4375 * k) for k in range(count + 1))
        offsets.append(len(values))
    return np.array(values, np.int64), np.array(days, np.int64), np.array(offsets, np.int64)


def report(name: str, loans: int, seconds: float, rivals: dict[str, float]) -> None:
    """One line: nanoseconds a loan and the ratio to each rival's."""
    ratios = ", ".join(f"{cost / (seconds / loans):,.1f} x {rival}" for rival, cost in rivals.items())
    print(f"{name:<28}{seconds / loans * 1e9:>10,.1f} ns a loan   {ratios}")


def rates(values: columns.Ints, days: columns.Ints, offsets: columns.Ints) -> None:
    """Periodic and dated rates against pyxirr, numpy-financial and one summing pass over the same bytes."""
    loans = len(offsets) - 1
    flows = [values[offsets[i] : offsets[i + 1]].astype(float) for i in range(min(loans, 20_000))]
    when = [days[offsets[i] : offsets[i + 1]].astype("datetime64[D]") for i in range(len(flows))]
    columns.periodic_rates(values[: offsets[1]], offsets[:2])
    columns.dated_rates(values[: offsets[1]], days[: offsets[1]], offsets[:2])
    summing = best(lambda: values.sum())
    periodic = best(lambda: columns.periodic_rates(values, offsets, THREADS))
    rivals = {
        "pyxirr.irr": best(lambda: [pyxirr.irr(each) for each in flows]) / len(flows),
        "numpy_financial.irr": best(lambda: [numpy_financial.irr(each) for each in flows[:300]], 1) / 300,
    }
    report("periodic rate, proved", loans, periodic, rivals)
    print(f"{'':28}{periodic / summing:>10.1f} summing passes")
    dated = best(lambda: columns.dated_rates(values, days, offsets, threads=THREADS))
    pairs = list(zip(when, flows, strict=True))[:5_000]
    xirr = best(lambda: [pyxirr.xirr(day, flow) for day, flow in pairs]) / len(pairs)
    report("dated rate (act/365), proved", loans, dated, {"pyxirr.xirr": xirr})
    both = best(lambda: columns.all_in_columns(values, offsets, 12, threads=THREADS), 1)
    report("all-in simple and compound", loans, both, {"pyxirr.irr": rivals["pyxirr.irr"]})


def schedules(loans: int) -> None:
    """Schedules of 12 to 36 rows, exact, against a loop over the plain twin."""
    draw = random.Random(7)
    table = [
        (
            draw.randrange(100_000, 20_000_000),
            draw.randrange(4_000_000, 24_000_000),
            draw.randint(12, 36),
            draw.randint(19_000, 20_500),
            draw.choice([0, 0, 5, 20]),
        )
        for _ in range(loans)
    ]
    book = schedule_columns.Loans(*(np.array(column, np.int64) for column in zip(*table, strict=True)))
    product = ScheduleTerms(1, 0, Method.EQUAL_INSTALMENT, 1, EPOCH)
    schedule_columns.schedules(product, schedule_columns.Loans(*(np.array([each], np.int64) for each in table[0])))
    seconds = best(lambda: schedule_columns.schedules(product, book, THREADS))
    rows = int(book.count.sum())

    def twin() -> None:
        for principal, rate, count, start, due_day in table[:2_000]:
            begun = EPOCH + timedelta(days=start)
            schedule(
                replace(product, principal=principal, rate_e8=rate, count=count, start=begun, due_day=due_day or None)
            )

    report("schedules, exact", loans, seconds, {"loop over the twin": best(twin) / 2_000})
    print(f"{'':28}{rows / seconds / 1e6:>10,.1f} million rows a second")


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{asked:,} loans, {THREADS} threads")
    rates(*book(asked))
    schedules(asked)
