"""The two pictures of a run-off plan: how many loans are left month by month, and what each month costs."""

from collections.abc import Callable, Sequence

from hengdai.entry.markup import Html, tag
from hengdai.entry.report.drawing import GOOD, HAIR, INK, PALE, STOP, bar, line, svg, word

_WIDTH, _LEFT, _RIGHT = 760.0, 84.0, 8.0
MOST_LABELS = 6


def progress(points: Sequence[tuple[str, int]], name: str) -> Html:
    """Loans still above the line at each point, from today's count to zero."""
    height, base, top = 190.0, 158.0, 30.0
    most = max((left for _, left in points), default=0) or 1
    step = (_WIDTH - _LEFT - 30) / max(len(points) - 1, 1)
    at = [(_LEFT + 4 + n * step, base - (base - top) * left / most) for n, (_, left) in enumerate(points)]
    area = " ".join(f"{x:.1f},{y:.1f}" for x, y in [(at[0][0], base), *at, (at[-1][0], base)])
    drawn = [tag("polygon", points=area, fill=PALE, fill_opacity="0.45")]
    drawn.append(tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in at), fill="none", stroke=GOOD,
                     stroke_width="2"))  # fmt: skip
    every = -(-len(points) // MOST_LABELS)
    for n, ((month, left), (x, y)) in enumerate(zip(points, at, strict=True)):
        drawn.append(tag("circle", tag("title", f"{month}: {left:,}"), cx=f"{x:.1f}", cy=f"{y:.1f}", r="2.5",
                         fill=GOOD))  # fmt: skip
        if (n % every == 0 and n + every <= len(points) - 1) or n == len(points) - 1:
            drawn.append(word(x, base + 22, month, anchor="middle" if 0 < n < len(points) - 1 else _edge(n)))
    ends = word(at[0][0] + 6, at[0][1] - 8, f"{points[0][1]:,}", anchor="start", colour=INK, bold=True)
    ends += word(at[-1][0], at[-1][1] - 8, f"{points[-1][1]:,}", anchor="end", colour=INK, bold=True)
    scale = [
        word(_LEFT - 6, base - (base - top) * part / 2 + 4, f"{most * part // 2:,}", anchor="end") for part in (1, 2)
    ]
    grid = [line(_LEFT, base - (base - top) * part / 2, _WIDTH - _RIGHT, base - (base - top) * part / 2, HAIR)
            for part in (1, 2)]  # fmt: skip
    return svg(_WIDTH, height, name, *grid, *drawn, line(_LEFT, base, _WIDTH - _RIGHT, base, INK), *scale, ends)


def prices(rows: Sequence[tuple[str, int]], money: Callable[[int], str], name: str) -> Html:
    """What each month costs, as bars with the dearest one's figure; `money` says an amount in words."""
    height, base, top = 150.0, 120.0, 30.0
    most = max((price for _, price in rows), default=0) or 1
    step = min((_WIDTH - _LEFT - 30) / max(len(rows), 1), 100.0)
    every = -(-len(rows) // MOST_LABELS)
    drawn, dearest = [], max(range(len(rows)), key=lambda n: rows[n][1], default=0)
    for n, (month, price) in enumerate(rows):
        x, high = _LEFT + 4 + n * step, (base - top) * price / most
        if price:
            drawn.append(bar(x + 1, base - max(high, 1.0), step - 2, max(high, 1.0), STOP, f"{month}: {money(price)}"))
        if n % every == 0:
            drawn.append(word(x + step / 2, base + 22, month))
        if n == dearest and price:
            place = "start" if n * 2 < len(rows) else "end"
            drawn.append(word(x + 2 if place == "start" else x + step, base - high - 6, money(price), anchor=place,
                              colour=INK, bold=True))  # fmt: skip
    return svg(_WIDTH, height, name, *drawn, line(_LEFT, base, _WIDTH - _RIGHT, base, INK))


def _edge(place: int) -> str:
    return "start" if place == 0 else "end"
