"""A figure and its reasons travel together, so that whoever asks "why" gets clause, facts and arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hengdai.base.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation: what was done, under which clause, with which figures (already as text)."""

    text: Text
    cite: str | None = None
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """A conclusion that carries its reasons."""

    value: T
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an input could not be read: where it stands, what was found, what would be right."""

    where: str
    found: str
    expected: Text

    def __str__(self) -> str:
        return f"{self.where}: 发现 / found {self.found}; 应为 / expected {self.expected}"
