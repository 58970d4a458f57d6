"""The charts of the console as ECharts options; both the library and the fonts come from this machine."""

from collections.abc import Mapping, Sequence
from typing import Any

INK, SOFT, HAIR, ACCENT, STOP = "#1c2321", "#66716c", "#e4e3dc", "#0f5b4f", "#b3261e"
_FONT = '"Inter", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", Arial, sans-serif'


def cost_bins(bands: Mapping[int, int], most: int = 36) -> list[int]:
    """Loans by band of one percent: item i counts costs above i and up to i + 1 percent; the last has all above too.

    A cost on the line (24 %) stands under it, as in the rule that allows it.
    """
    bins = [0] * most
    for percent, count in bands.items():
        bins[min(max(percent, 1), most) - 1] += count
    return bins


def cost_histogram(bins: Sequence[int], line: int, line_label: str, names: tuple[str, str]) -> dict[str, Any]:
    """Bars of one percent each; those beyond the line are drawn in the colour of what stops."""
    colours = [{"value": count, "itemStyle": {"color": ACCENT if i < line else STOP}} for i, count in enumerate(bins)]
    return {
        **_BASE,
        "grid": {"left": 4, "right": 8, "top": 30, "bottom": 24, "containLabel": True},
        "xAxis": [
            {"type": "category", "data": [f"{i}–{i + 1}%" for i in range(len(bins))], "show": False},
            {
                "type": "value",
                "min": 0,
                "max": len(bins),
                "interval": 4,
                "position": "bottom",
                "axisLabel": {"formatter": "{value}%", "color": SOFT, "fontSize": 11.5, "showMaxLabel": False},
                "axisLine": {"show": True, "lineStyle": {"color": INK}},
                "axisTick": {"show": True},
                "splitLine": {"show": False},
            },
        ],
        "yAxis": _value_axis(names[1]),
        "series": [
            {"type": "bar", "name": names[0], "data": colours, "barCategoryGap": "14%", "xAxisIndex": 0},
            {
                "type": "line",
                "xAxisIndex": 1,
                "data": [],
                "silent": True,
                "markLine": {
                    "symbol": "none",
                    "animation": False,
                    "data": [{"xAxis": line}],
                    "lineStyle": {"color": INK, "type": "dashed", "width": 1},
                    "label": {"formatter": line_label, "color": INK, "fontSize": 11.5, "position": "end"},
                },
            },
        ],
    }


def arrears_bars(
    amounts: Sequence[str], counts: Sequence[int], labels: Sequence[str], name: str, loans: str
) -> dict[str, Any]:
    """Outstanding by bucket; `amounts` are decimal text of major units, which the chart reads only to draw."""
    shown = [
        {"value": amount, "name": f"{label} · {count:,} {loans}"}
        for amount, count, label in zip(amounts, counts, labels, strict=True)
    ]
    return {
        **_BASE,
        "grid": {"left": 4, "right": 8, "top": 30, "bottom": 24, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": INK}},
            "axisLabel": {"color": SOFT, "fontSize": 11.5},
        },
        "yAxis": _value_axis(name),
        "series": [{"type": "bar", "name": name, "data": shown, "barCategoryGap": "38%", "itemStyle": {"color": STOP}}],
    }


def growth(points: Sequence[tuple[int, int, bool]], names: tuple[str, str], unit: str) -> dict[str, Any]:
    """The log's size after each round as a line of steps; `points` are (milliseconds, size, with its quorum).

    Rounds with a quorum are in one colour, those without in the other; `names` says which is which.
    """
    line = [[time, size] for time, size, _ in points]
    dots = [[[time, size] for time, size, sealed in points if sealed is wanted] for wanted in (True, False)]
    return {
        **_BASE,
        "legend": {"right": 0, "top": 0, "data": list(names), "textStyle": {"color": SOFT, "fontSize": 11.5}},
        "grid": {"left": 4, "right": 16, "top": 34, "bottom": 24, "containLabel": True},
        "xAxis": {
            "type": "time",
            "axisLine": {"lineStyle": {"color": INK}},
            "axisLabel": {"color": SOFT, "fontSize": 11.5, "hideOverlap": True},
            "splitLine": {"show": False},
        },
        "yAxis": _value_axis(unit),
        "series": [
            {
                "type": "line",
                "step": "end",
                "data": line,
                "symbol": "none",
                "silent": True,
                "lineStyle": {"color": ACCENT, "width": 1.5},
                "areaStyle": {"color": ACCENT, "opacity": 0.08},
            },
            *(
                {"type": "scatter", "name": name, "data": some, "symbolSize": 6, "itemStyle": {"color": colour}}
                for name, some, colour in zip(names, dots, (ACCENT, STOP), strict=True)
            ),
        ],
    }


def _value_axis(name: str) -> dict[str, Any]:
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": SOFT, "fontSize": 11.5, "align": "left"},
        "minInterval": 1,
        "axisLabel": {"color": SOFT, "fontSize": 11.5},
        "splitLine": {"lineStyle": {"color": HAIR}},
        "splitNumber": 4,
    }


_BASE: dict[str, Any] = {
    "animationDuration": 250,
    "textStyle": {"fontFamily": _FONT},
    "tooltip": {
        "trigger": "item",
        "borderColor": HAIR,
        "textStyle": {"color": INK, "fontSize": 12.5},
        "confine": True,
        "extraCssText": "box-shadow:none",
    },
    "aria": {"enabled": True},
}
