"""What is raised when a tape as a whole cannot be read."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hengdai.base.text import Text


class TapeUnreadable(ValueError):
    """The file as a whole cannot be read; the text says what was found and what would be right."""

    def __init__(self, path: Path | str, text: Text) -> None:
        super().__init__(f"{path}: {text}")
        self.text = text


def demand_once(path: Path, headers: Sequence[str]) -> None:
    """Raise :class:`TapeUnreadable` when a header stands over two columns: nobody can say which one is meant."""
    twice = ", ".join(repr(name) for name, times in Counter(headers).items() if times > 1 and name)
    if twice:
        raise TapeUnreadable(path, Text(f"表头重复: {twice}", f"headers that come twice: {twice}"))
