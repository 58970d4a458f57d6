"""The size report: where the code is large, set beside the bars. `python -m tools.size_report [how many]`."""

import sys
from collections.abc import Iterable, Sequence

from tools.source import Source, fan_out, length, parameters, sources


def percentile(values: Iterable[int], share: int) -> int:
    """The smallest value that at least `share` % of the values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else 0


def spread(title: str, values: Sequence[int], bar: str) -> str:
    """One line: median, p90 and largest of some measure, and the bar it is held to."""
    middle, high, top = percentile(values, 50), percentile(values, 90), max(values, default=0)
    return f"{title:<34}{middle:>6}{high:>6}{top:>7}   {bar}"


def functions(files: Iterable[Source]) -> list[tuple[int, str]]:
    """Length and place of every function."""
    return [(length(node), f"{each.name}::{name}") for each in files for name, node in each.functions()]


def report(count: int) -> str:
    """The whole report as text, with the `count` largest modules and functions."""
    ours, tests = sources("src"), sources("tests")
    core = [each for each in ours if each.core]
    widths = [parameters(node) for each in ours for _, node in each.functions()]
    code, test = sum(each.lines for each in ours), sum(each.lines for each in tests)
    lines = [
        f"{'':<34}{'median':>6}{'p90':>6}{'max':>7}   bar",
        spread("module lines, below the line", [each.lines for each in core], "p90 250, max 400"),
        spread("module lines, all", [each.lines for each in ours], "max 400"),
        spread("function lines, below the line", [size for size, _ in functions(core)], "p90 25, max 60"),
        spread("function lines, all", [size for size, _ in functions(ours)], "p90 40, max 60"),
        spread("parameters", widths, "max 7, a door's options aside"),
        spread("project modules imported by one", [fan_out(each) for each in ours], "p90 8"),
        f"{len(ours)} modules, {code} lines; tests {test} lines, {test / max(code, 1):.2f} for one",
        "",
        "largest modules",
        *(
            f"{size:6}  {name}"
            for size, name in sorted(((each.lines, each.name) for each in ours), reverse=True)[:count]
        ),
        "",
        "largest functions",
        *(f"{size:6}  {name}" for size, name in sorted(functions(ours), reverse=True)[:count]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
