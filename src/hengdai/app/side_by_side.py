"""Streams that are ordered by loan, read one loan at a time and side by side."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Side(Generic[T]):
    """One stream; `loan_of` tells whose an item is."""

    def __init__(self, items: AsyncIterator[T], loan_of: Callable[[T], str]) -> None:
        self._items = items
        self._loan_of = loan_of
        self._next: T | None = None
        self.read = 0

    async def start(self) -> "Side[T]":
        """Look at the first item."""
        self._next = await anext(self._items, None)
        return self

    @property
    def loan(self) -> str | None:
        """Whose item comes next; None at the end."""
        return None if self._next is None else self._loan_of(self._next)

    async def take(self, loan: str) -> list[T]:
        """All items of that loan, if it comes next."""
        taken: list[T] = []
        while self._next is not None and self._loan_of(self._next) == loan:
            taken.append(self._next)
            self._next = await anext(self._items, None)
        self.read += len(taken)
        return taken


def first_loan(sides: Sequence[Side[Any]]) -> str | None:
    """The loan that comes next on any side; None when all have ended."""
    return min((side.loan for side in sides if side.loan is not None), default=None)
