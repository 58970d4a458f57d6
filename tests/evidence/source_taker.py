"""A process that sequences a source of leaves: `python -m tests.evidence.source_taker DIRECTORY COUNT`.

The source's positions have gaps, as rolled back transactions leave them.
"""

import sys
from pathlib import Path

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.evidence.log import Sequencer
from hengdai.evidence.source import Leaf, take_in


class Gappy:
    """COUNT leaves at the positions 3, 6, 9, …"""

    def __init__(self, count: int) -> None:
        self._count = count

    def after(self, position: int, limit: int) -> list[Leaf]:
        """The leaves behind `position`."""
        first = position // 3 + 1
        last = min(first + limit, self._count + 1)
        return [(3 * number, b"event %d" % number) for number in range(first, last)]


def main(directory: Path, count: int) -> None:
    """Take until nothing is left."""
    sequencer = Sequencer(FileLogStore(directory))
    while sequencer.refresh().taken < 3 * count:
        if take_in(sequencer, Gappy(count), 97):
            sys.stdout.write(".")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
