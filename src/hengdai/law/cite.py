"""Where a value or a rule stands in the law, who says so, and how sure we are of it."""

from dataclasses import dataclass
from datetime import date

from hengdai.base.text import Text
from hengdai.law.kinds import Confidence, Force


@dataclass(frozen=True, slots=True)
class Document:
    """A text of law or practice: `number` is its official one (金规〔2025〕9号), `issued` the day of issue if known."""

    id: str
    title: Text
    number: str
    force: Force
    issuer: str


@dataclass(frozen=True, slots=True)
class Cite:
    """A clause of a document. `article` is `?` where the number could not be verified.

    `source` keys what was read; `checked_on` is the day a person last compared the value with it.
    """

    document: Document
    article: str
    source: str
    confidence: Confidence
    checked_on: date

    def __str__(self) -> str:
        head = f"《{self.document.title.zh}》" + (f"({self.document.number})" if self.document.number else "")
        if self.article == "?":
            return f"{head}(条号待核 / article not verified)"
        return f"{head}第{self.article}条" if self.article else head
