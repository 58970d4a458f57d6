"""A report as one self-contained HTML document: its style inside, no script, no font, no picture from elsewhere."""

import re
from importlib.resources import files

from hengdai.base.text import Language
from hengdai.entry.markup import Html, join, tag

_WHOLE = re.compile(r"([A-Z]{3} -?\d[\d,.]*\d|\d{4}-\d\d-\d\d|--[a-z][a-z-]*)")
"""An amount, a day, an option: what a line may not end in the middle of."""


def document(title: str, body: Html, language: Language) -> str:
    """The whole document around what stands in its body."""
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Html(files(__package__).joinpath("report.css").read_text("utf-8"))),
    )
    lang = "zh-CN" if language == "zh" else "en"
    return f"<!doctype html>\n{tag('html', head, tag('body', body), lang=lang)}\n"


def prose(text: str) -> Html:
    """A sentence in which no line ends between a currency and its amount, or inside a day or an option."""
    parts = _WHOLE.split(text)
    return join(tag("span", part, class_="together") if at % 2 else part for at, part in enumerate(parts))
