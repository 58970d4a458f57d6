"""The pictures of a report as inline SVG: costs against the cap, months, the flows of one loan. Drawn, never judged.

Every number that decides anything stands in a table beside the picture; a picture may round.
"""

from collections.abc import Mapping, Sequence

from hengdai.audit.tally import LAST_STEP, STEP_E8
from hengdai.entry.markup import EMPTY, Html, tag
from hengdai.entry.report.drawing import GOOD, HAIR, INK, PALE, STOP, bar, line, svg, word

MOST_LABELS = 6
"""Months named under a picture: as many as a phone has room for."""
_POINT = 1_000_000
"""One percent in e8."""


def bands(costs: Mapping[int, int], most: int) -> list[int]:
    """Loans by whole percent of cost: item i counts costs above i and up to i + 1 percent; the last holds all above.

    A cost on a whole percent stands below it, as in the rules that allow it.
    """
    out = [0] * most
    for step, count in costs.items():
        out[min(max(step * STEP_E8 // _POINT, 0), most - 1)] += count
    return out


def histogram(costs: Mapping[int, int], cap_e8: int | None, labels: tuple[str, str], name: str) -> Html:
    """Loans by cost in steps of a percent with the line of the cap; what lies beyond it is drawn in red.

    `labels` are the words for the cap line and for the count of loans.
    """
    highest = max((step for step in costs if step < LAST_STEP), default=0) * STEP_E8 // _POINT + 1
    most = min(max(highest + 1, 30, (cap_e8 or 0) // _POINT + 6), 60)
    bins = bands(costs, most)
    width, height, left, base = 760.0, 230.0, 84.0, 196.0
    step = (width - left - 8) / most
    top = max(bins) or 1
    cap = None if cap_e8 is None else cap_e8 / _POINT
    bars = []
    for i, count in enumerate(bins):
        beyond = cap is not None and i >= cap
        # A few loans beyond the cap among thousands below it must still be seen.
        high = max((base - 26) * count / top, 3.0 if beyond else 0.5)
        if count:
            told = f"{i}–{i + 1}%: {count:,} {labels[1]}"
            bars.append(bar(left + i * step + 1, base - high, step - 2, high, STOP if beyond else GOOD, told))
    # Few enough to be read on a phone, and none where the last one stands.
    every = 4 if most <= 36 else 8
    ticks = [word(left + i * step, base + 22, f"{i}%") for i in range(0, most - every + 1, every)]
    ticks.append(word(width - 8, base + 22, f"≥{most - 1}%", anchor="end"))
    scale = [word(left - 6, base - (base - 26) * part / 2 + 4, f"{top * part // 2:,}", anchor="end") for part in (1, 2)]
    grid = [
        line(left, base - (base - 26) * part / 2, width - 8, base - (base - 26) * part / 2, HAIR) for part in (1, 2)
    ]
    mark = EMPTY
    if cap is not None:
        at = left + cap * step
        mark = line(at, 14, at, base, INK, dashed=True, width="1.5")
        mark += word(at + 5, 20, f"{labels[0]} {cap:g}%", anchor="start", colour=INK, bold=True)
    axis = line(left, base, width - 8, base, INK)
    return svg(width, height, name, *grid, *bars, axis, *ticks, *scale, mark)


def months(rows: Sequence[tuple[str, int, int]], words: tuple[str, str], name: str) -> Html:
    """Loans paid out by month, those breached in red at the foot of each bar; `rows` are month, loans, breached."""
    if not rows:
        return EMPTY
    width, height, left, base = 760.0, 150.0, 84.0, 120.0
    step = min((width - left - 8) / len(rows), 40.0)
    top = max(loans for _, loans, _ in rows) or 1
    every = -(-len(rows) // MOST_LABELS)
    drawn = []
    for i, (month, loans, breached) in enumerate(rows):
        x, high, low = left + i * step + 1, (base - 16) * loans / top, (base - 16) * breached / top
        drawn.append(bar(x, base - high, step - 2, high, PALE, f"{month}: {loans:,} {words[0]}"))
        if breached:
            drawn.append(
                bar(x, base - max(low, 1.5), step - 2, max(low, 1.5), STOP, f"{month}: {breached:,} {words[1]}")
            )
        if i % every == 0:
            drawn.append(word(x + step / 2, base + 22, month))
    scale = word(left - 6, 20, f"{top:,}", anchor="end")
    return svg(width, height, name, *drawn, line(left, base, width - 8, base, INK), scale)


def flows(amounts: Sequence[int], name: str, digits: int = 2) -> Html:
    """One loan's flows (minor units of so many digits): money received upwards, money paid downwards, each to scale."""
    width, height, left = 360.0, 120.0, 4.0
    up = max((amount for amount in amounts if amount > 0), default=0)
    down = max((-amount for amount in amounts if amount < 0), default=0)
    # The payout is many instalments high: it keeps a third of the picture, the instalments the rest.
    zero = 44.0 if up else 8.0
    step = (width - 2 * left) / max(len(amounts), 1)
    drawn = []
    for month, amount in enumerate(amounts):
        x = left + month * step + 0.5
        if amount > 0:
            high = (zero - 6) * amount / up
            drawn.append(
                bar(x, zero - high, min(step - 1, 14), high, GOOD, f"{month}: +{amount / 10**digits:,.{digits}f}")
            )
        elif amount < 0:
            deep = (height - zero - 20) * -amount / down
            drawn.append(bar(x, zero, min(step - 1, 14), deep, STOP, f"{month}: {amount / 10**digits:,.{digits}f}"))
    last = len(amounts) - 1
    ends = word(left, height - 4, "0", anchor="start") + word(width - left, height - 4, str(last), anchor="end")
    return svg(width, height, name, *drawn, line(left, zero, width - left, zero, INK), ends)


def early(points: Sequence[tuple[int, int]], cap_e8: int | None, name: str) -> Html:
    """The cost (e8) of paying off in each month as a curve, with the cap."""
    if len(points) < 2:
        return EMPTY
    width, height, left, base = 360.0, 96.0, 56.0, 76.0
    top = max([cost for _, cost in points] + ([cap_e8] if cap_e8 else []))
    low = min([cost for _, cost in points] + ([cap_e8] if cap_e8 else []))
    span = max(top - low, 1)

    def y(cost: int) -> float:
        return base - (base - 14) * (cost - low) / span

    step = (width - left - 6) / max(points[-1][0] - points[0][0], 1)
    places = " ".join(f"{left + (month - points[0][0]) * step:.1f},{y(cost):.1f}" for month, cost in points)
    curve = tag("polyline", points=places, fill="none", stroke=GOOD, stroke_width="1.5")
    cap = EMPTY if cap_e8 is None else line(left, y(cap_e8), width - 6, y(cap_e8), STOP, dashed=True)
    digits = 1 if top < 1_000 * _POINT else 0
    scale = [
        word(left - 4, y(cost) + 4, f"{cost / _POINT:,.{digits}f}%", anchor="end") for cost in dict.fromkeys((top, low))
    ]
    ends = word(left, height - 4, str(points[0][0]), anchor="start")
    ends += word(width - 6, height - 4, str(points[-1][0]), anchor="end")
    return svg(width, height, name, line(left, base, width - 6, base, HAIR), cap, curve, *scale, ends)
