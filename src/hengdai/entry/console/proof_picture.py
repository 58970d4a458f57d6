"""An inclusion proof as a picture: the way from a leaf up to the root, and the hash beside it on every step."""

from collections.abc import Sequence

from hengdai.entry.console.shell import Visit
from hengdai.entry.markup import Html, join, tag
from hengdai.evidence.checkpoint import Checkpoint

_STEP, _BOX, _HIGH = 44, 104, 24
_OWN, _LEFT, _RIGHT, _WIDE = 180, 56, 304, 360
Way = Sequence[tuple[bool, bytes, bytes]]


def picture(visit: Visit, index: int, leaf: bytes, way: Way, tree: Checkpoint) -> Html:
    """The drawing, root on top. The hashes beside the way are the proof; those on it are computed from the leaf."""
    height = (len(way) + 1) * _STEP + 44
    parts = [tag("text", visit.say(f"树根 · {tree.size:,} 条", f"root of {tree.size:,}"), x=str(_OWN), y="14",
                 text_anchor="middle", class_="words")]  # fmt: skip
    foot = 22 + len(way) * _STEP
    lines, boxes = [], []
    for step, (on_the_left, sibling, node) in enumerate(way):
        low, high, beside = foot - step * _STEP, foot - (step + 1) * _STEP, _LEFT if on_the_left else _RIGHT
        lines += [_line(_OWN, low, _OWN, high + _HIGH), _line(beside, low, _OWN, high + _HIGH)]
        boxes.append(_box(beside, low, sibling, "beside"))
        boxes.append(_box(_OWN, high, node, "top" if step == len(way) - 1 else "own"))
    boxes.append(_box(_OWN, foot, leaf, "own" if way else "top"))
    words = visit.say(f"叶 #{index}", f"leaf #{index}")
    parts.append(tag("text", words, x=str(_OWN), y=str(foot + _HIGH + 16), text_anchor="middle", class_="words"))
    label = visit.say(f"{len(way)} 步包含证明", f"inclusion proof of {len(way)} steps")
    return tag("svg", join([*lines, *boxes, *parts]), viewBox=f"0 0 {_WIDE} {height}", class_="path", role="img",
               aria_label=label)  # fmt: skip


def _line(x1: int, y1: int, x2: int, y2: int) -> Html:
    return tag("line", x1=str(x1), y1=str(y1), x2=str(x2), y2=str(y2))


def _box(centre: int, top: int, value: bytes, kind: str) -> Html:
    box = tag("rect", x=str(centre - _BOX // 2), y=str(top), width=str(_BOX), height=str(_HIGH), rx="3", class_=kind)
    text = tag("text", f"{value.hex()[:12]}…", x=str(centre), y=str(top + 16), text_anchor="middle")
    return tag("g", tag("title", value.hex()), box, text)
