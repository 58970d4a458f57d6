"""The strokes of the pictures as inline SVG: a line, a bar that tells its figure, a word, and the sheet they are on."""

from hengdai.entry.markup import Html, join, tag

INK, SOFT, HAIR, GOOD, STOP, PALE = "#1c2321", "#66716c", "#dedcd3", "#0f5b4f", "#b3261e", "#b9cdc7"


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False, width: str = "1") -> Html:
    """A line from one place to another."""
    return tag(
        "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", stroke=colour, stroke_width=width,
        stroke_dasharray="4 3" if dashed else None,
    )  # fmt: skip


def bar(x: float, y: float, width: float, height: float, colour: str, told: str) -> Html:
    """A bar; `told` is what it says when one points at it."""
    return tag(
        "rect", tag("title", told), x=f"{x:.1f}", y=f"{y:.1f}", width=f"{max(width, 0.5):.1f}",
        height=f"{height:.1f}", fill=colour,
    )  # fmt: skip


def word(x: float, y: float, text: str, *, anchor: str = "middle", colour: str = SOFT, bold: bool = False) -> Html:
    """A word or figure at a place."""
    return tag(
        "text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=colour, font_size="11",
        font_weight="600" if bold else None,
    )  # fmt: skip


def svg(width: float, height: float, name: str, *parts: Html) -> Html:
    """A picture of that size; `name` says what it shows to whoever cannot see it."""
    return tag(
        "svg", tag("title", name), join(parts), viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=name,
        xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip
