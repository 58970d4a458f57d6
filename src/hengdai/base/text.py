"""A message in the two languages of the product: Chinese first, English beside it."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in Chinese and English; `{name}` marks a place that :meth:`fill` fills in both."""

    zh: str
    en: str

    def fill(self, **values: object) -> "Text":
        """The same message with its places filled; a place without a value raises `KeyError`."""
        return Text(self.zh.format(**values), self.en.format(**values))

    def in_(self, language: Language) -> str:
        """The message in one language."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}" if self.zh != self.en else self.zh
