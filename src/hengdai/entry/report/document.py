"""A report as one self-contained HTML document: its style inside, no script, no font, no picture from elsewhere."""

from importlib.resources import files

from hengdai.base.text import Language
from hengdai.entry.markup import Html, tag


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
