"""Every benchmark in its own process, one after the other, so that none warms or burdens the next.

`make bench` runs all of them; `python -m benchmarks online replay` only those named. Each prints its own
figures beside what should be reached. They take about a quarter of an hour on two quiet cores; the machine
decides the absolute figures, so compare ratios taken in one run.
"""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
ORDER = (
    "online",
    "replay",
    "end_of_day",
    "maths_irr",
    "law_judge",
    "evidence_log",
    "evidence_book",
    "audit_links",
    "audit_tape",
)
"""From what a newcomer feels first to what grows largest; one that is not named here comes last."""


def known() -> list[str]:
    """The benchmarks there are, in the order they are run."""
    names = {path.stem for path in FOLDER.glob("*.py")} - {"__main__"}
    return [name for name in ORDER if name in names] + sorted(names - set(ORDER))


def run(name: str) -> int:
    """Run one; its exit code."""
    print(f"\n== {name} ==", flush=True)
    began = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=FOLDER.parent, check=False).returncode
    print(f"-- {name}: {time.perf_counter() - began:.0f} s" + (f", exit {code}" if code else ""), flush=True)
    return code


def main(wanted: list[str]) -> int:
    """Run those wanted, or all; 1 when any of them failed, 2 for a name that is none."""
    strange = sorted(set(wanted) - set(known()))
    if strange:
        print(f"没有此基准 / no such benchmark: {', '.join(strange)}; known: {', '.join(known())}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return 1 if any([run(name) for name in wanted or known()]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
